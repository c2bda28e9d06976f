package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallSurvey writes the file of an inversion that takes a second or two.
func smallSurvey(t *testing.T, dir string) string {
	t.Helper()
	operator, err := filepath.Abs(acoustic)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "survey.toml")
	text := `operator = "` + operator + `"
space_order = 4
time = 500.0
nbl = 12
[model]
synthetic = "layers"
shape = [41, 31]
spacing = [20.0]
[wavelet]
peak_hz = 8.0
[sources]
from = [100.0, 20.0]
to = [700.0, 20.0]
count = 5
[receivers]
from = [0.0, 40.0]
to = [800.0, 40.0]
count = 21
[inversion]
iterations = 3
smooth = 60.0
water = 60.0
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// processes are a command and its children that are alive.
func processes(pid int) (all []int) {
	all = append(all, pid)
	tasks, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, path := range tasks {
		text, _ := os.ReadFile(path)
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				all = append(all, processes(child)...)
			}
		}
	}
	return all
}

// Killed at random moments, the driver, its workers or all of them at once, an
// inversion that is started again ends with the same model, bit by bit.
func TestInversionSurvivesKills(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip("children are found by /proc, which is not here")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config := smallSurvey(t, dir)
	result := func(out string) []byte {
		data, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	quiet := filepath.Join(dir, "quiet")
	start := time.Now()
	if _, stderr, code := courant(t, "invert", config, "--out", quiet); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	took := time.Since(start)
	want := result(quiet)
	schedules := 20
	if testing.Short() {
		schedules = 2
	}
	kills := 0
	for seed := range schedules {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		out := filepath.Join(dir, "run"+strconv.Itoa(seed))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		for life := 0; ; life++ {
			c := command(t, "invert", config, "--out", out, "--workers", strconv.Itoa(1+random.IntN(3)))
			var errs bytes.Buffer
			c.Stderr = &errs
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			var err error
			alive := true
			// Fewer and fewer kills, so that it ends.
			for n := 0; alive && n < 3 && life < 4; n++ {
				select {
				case err = <-ended:
					alive = false
				case <-time.After(time.Duration(random.Float64() * float64(took))):
					all := processes(c.Process.Pid)
					if random.IntN(3) > 0 { // one of them, otherwise all
						all = all[random.IntN(len(all)):][:1]
					}
					for _, pid := range all {
						if syscall.Kill(pid, syscall.SIGKILL) == nil {
							kills++
						}
					}
				}
			}
			if alive {
				err = <-ended
			}
			if err == nil {
				break
			}
			if life >= 4 || ctx.Err() != nil {
				t.Fatalf("schedule %d does not end: %v\n%s", seed, err, errs.String())
			}
		}
		cancel()
		if !bytes.Equal(result(out), want) {
			t.Errorf("schedule %d: another model", seed)
		}
	}
	t.Logf("%d processes killed in %d schedules", kills, schedules)
}

// A run that is done is not done again; two in one store do not meet.
func TestInversionsShareAStore(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, st := smallSurvey(t, dir), filepath.Join(dir, "store")
	for _, out := range []string{"first", "again"} {
		stdout, stderr, code := courant(t, "invert", config, "--out", filepath.Join(dir, out), "--store", st)
		if code != 0 || !strings.Contains(stdout, "3 iterations") {
			t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
		}
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.toml")
	if err := os.WriteFile(other, bytes.Replace(text, []byte("iterations = 3"), []byte("iterations = 2"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := courant(t, "invert", other, "--out", filepath.Join(dir, "second"), "--store", st); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	runs, _ := filepath.Glob(st + "/runs/*")
	if len(runs) != 2 {
		t.Errorf("runs in the store: %v", runs)
	}
	stdout, _, code := courant(t, "status", config, "--out", filepath.Join(dir, "first"), "--store", st)
	if code != 0 || !strings.Contains(stdout, "done after 3 of 3 iterations") {
		t.Errorf("status: exit code %d\n%s", code, stdout)
	}
}

// What is derived is an operator file like any other: right, in canonical form,
// explained, measured and spelt for Go.
func TestDerivedIsAnOperator(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc to measure with")
	}
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"born":      {"born", "--wrt", "b,mu"},
		"adjoint":   {"adjoint"},
		"gradient":  {"gradient", "--wrt", "b,mu", "--initial"},
		"migration": {"migration", "--condition", "normalised"},
	} {
		text, stderr, code := courant(t, append([]string{"derive", args[0], "../../testdata/operators/elastic_free_surface.pde", "--dim", "2"}, args[1:]...)...)
		if code != 0 {
			t.Fatalf("%s: exit code %d\n%s", name, code, stderr)
		}
		path := filepath.Join(dir, name+".pde")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if formatted, _, code := courant(t, "fmt", path); code != 0 || formatted != text {
			t.Errorf("%s is not in canonical form", name)
		}
		for _, args := range [][]string{{"check"}, {"explain"}, {"bench", "--shape", "20,20", "--nbl", "2", "--steps", "2", "--repeat", "1"}, {"gen", "--target", "go", "--out", filepath.Join(dir, name)}} {
			if _, stderr, code := courant(t, append([]string{args[0], path}, args[1:]...)...); code != 0 {
				t.Errorf("%s of %s: exit code %d\n%s", args[0], name, code, stderr)
			}
		}
	}
}
