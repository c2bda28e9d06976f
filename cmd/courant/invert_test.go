package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/store/storetest"
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

// server is a queue in a process of its own.
type server struct {
	folder, address string
	cmd             *exec.Cmd
}

func newServer(t *testing.T, folder string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &server{folder: folder, address: l.Addr().String()}
	t.Cleanup(s.kill)
	return s
}

func (s *server) url() string { return "nats://secret@" + s.address }

func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = command(t, "queue", "--dir", s.folder, "--address", s.address, "--token", "secret")
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != s.url() {
		t.Fatalf("the queue says %q, %v", line, err)
	}
}

func (s *server) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Killed at random moments, the driver, its workers and reducers, the server of
// the queue, or all of them at once, an inversion that is started again ends with
// the same model, bit by bit.
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
		var q *server // of half of the schedules; that of the others dies with the driver
		if seed%2 == 1 {
			q = newServer(t, filepath.Join(dir, "queue"+strconv.Itoa(seed)))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		for life := 0; ; life++ {
			args := []string{"invert", config, "--out", out, "--workers", strconv.Itoa(1 + random.IntN(3)), "--reducers", strconv.Itoa(random.IntN(3))}
			if q != nil {
				if q.cmd == nil {
					q.start(t)
				}
				args = append(args, "--queue", q.url())
			}
			c := command(t, args...)
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
					if q != nil && random.IntN(2) == 0 {
						q.kill()
						kills++
						if random.IntN(2) == 0 {
							q.start(t)
						}
						continue
					}
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

// Begun twice at the same time, in one folder, a run is one run.
func TestInversionBegunTwice(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, out := smallSurvey(t, dir), filepath.Join(dir, "out")
	var both []*exec.Cmd
	for range 2 {
		c := command(t, "invert", config, "--out", out)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		both = append(both, c)
	}
	for _, c := range both {
		if err := c.Wait(); err != nil {
			t.Errorf("%v", err)
		}
	}
	if runs, _ := filepath.Glob(filepath.Join(out, "store", "runs", "*")); len(runs) != 1 {
		t.Errorf("%v", runs)
	}
	alone := filepath.Join(dir, "alone")
	if _, stderr, code := courant(t, "invert", config, "--out", alone); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	one, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
	two, e := os.ReadFile(filepath.Join(alone, "model_003.npy"))
	if err != nil || e != nil || !bytes.Equal(one, two) {
		t.Errorf("another model, %v, %v", err, e)
	}
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
	if _, stderr, code := courant(t, "invert", other, "--out", filepath.Join(dir, "first"), "--store", st); code != exitUser || !strings.Contains(stderr, "another run") {
		t.Errorf("into the results of another run: exit code %d\n%s", code, stderr)
	}
	if _, stderr, code := courant(t, "invert", other, "--out", filepath.Join(dir, "second"), "--store", st); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	runs, _ := filepath.Glob(st + "/runs/*")
	if len(runs) != 2 {
		t.Errorf("runs in the store: %v", runs)
	}
	stdout, _, code := courant(t, "status", filepath.Join(dir, "first"))
	if code != 0 || !strings.Contains(stdout, "done after 3 of 3 iterations") {
		t.Errorf("status: exit code %d\n%s", code, stdout)
	}
}

// A run that spends its budget, is cancelled, resumed and taken back ends the same;
// its result can be asked for at any time.
func TestInversionUnderControl(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config, out := smallSurvey(t, dir), filepath.Join(dir, "out")
	expect := func(code int, text string, args ...string) string {
		t.Helper()
		stdout, stderr, got := courant(t, args...)
		if got != code || !strings.Contains(stdout+stderr, text) {
			t.Fatalf("%v: exit code %d, not %d with %q\n%s%s", args, got, code, text, stdout, stderr)
		}
		return stdout
	}
	expect(exitUser, "--price", "invert", config, "--out", out, "--budget", "12")
	expect(exitUser, "no batch", "invert", config, "--out", out, "--batch", "cloud")
	expect(exitUser, "courant queue", "invert", config, "--out", out, "--batch", "queue")
	expect(exitUser, "not the folder of a run", "status", dir)
	expect(exitOther, "the budget is spent", "invert", config, "--out", out, "--budget", "1ms")
	expect(0, "illumination, evaluating", "status", out)
	expect(0, "", "cancel", out)
	expect(exitOther, "courant resume", "invert", config, "--out", out)
	expect(0, "cancelled", "status", out)
	expect(0, "3 iterations", "resume", out, "--price", "2")
	expect(exitUser, "nothing to stop", "cancel", out)
	var st struct {
		Done  bool    `json:"done"`
		Spent float64 `json:"spent"`
		Price float64 `json:"price"`
	}
	if err := json.Unmarshal([]byte(expect(0, "", "status", out, "--json")), &st); err != nil || !st.Done || st.Spent <= 0 || st.Price != 2 {
		t.Errorf("%+v, %v", st, err)
	}
	first, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
	if err != nil {
		t.Fatal(err)
	}
	expect(exitUser, "no iteration 7", "resume", out, "--from", "7")
	expect(0, "3 iterations", "resume", out, "--from", "1")
	again := filepath.Join(dir, "again.npy")
	expect(0, "", "result", out, "--npy", again, "--png", filepath.Join(dir, "again.png"))
	if second, err := os.ReadFile(again); err != nil || !bytes.Equal(first, second) {
		t.Errorf("taken back to iteration 1 it ends with another model, %v", err)
	}
	if picture, err := os.ReadFile(filepath.Join(dir, "again.png")); err != nil || !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		t.Errorf("no picture: %v", err)
	}
	expect(exitUser, "0 to 3", "result", out, "--npy", again, "--iteration", "9")
	diagram := expect(0, "reducing --> updating: reduce", "workflow")
	if page, err := os.ReadFile("../../docs/invert.md"); err != nil || !strings.Contains(string(page), "```mermaid\n"+diagram+"```") {
		t.Errorf("docs/invert.md does not show what courant workflow prints, %v", err)
	}
	expect(0, `"name": "evaluate"`, "workflow", "--json")
}

// Workers that were started by hand carry out the tasks, whichever batch has them,
// and a run in one is the same as in another.
func TestInversionElsewhere(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir, err := os.MkdirTemp("", "courant") // seen by all, as the nodes of Slurm must
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	config := smallSurvey(t, dir)
	model := func(out string) []byte {
		data, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
		if err != nil {
			t.Error(err)
		}
		return data
	}
	here := filepath.Join(dir, "here")
	if _, stderr, code := courant(t, "invert", config, "--out", here); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	want := model(here)
	t.Run("queue", func(t *testing.T) {
		q := newServer(t, filepath.Join(dir, "queue"))
		q.start(t)
		out, st := filepath.Join(dir, "pulled"), filepath.Join(dir, "store")
		for range 2 {
			w := command(t, "worker", config, "--store", st, "--queue", q.url(), "--threads", "1")
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = w.Process.Kill(); _ = w.Wait() }()
		}
		if _, stderr, code := courant(t, "invert", config, "--out", out, "--store", st, "--batch", "queue", "--queue", q.url()); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model")
		}
	})
	t.Run("s3", func(t *testing.T) {
		storetest.Gateway(t)
		out := filepath.Join(dir, "s3")
		if _, stderr, code := courant(t, "invert", config, "--out", out, "--store", "s3://bucket/some/where"); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model")
		}
		if stdout, _, code := courant(t, "status", out); code != 0 || !strings.Contains(stdout, "done after 3 of 3") {
			t.Errorf("status: exit code %d\n%s", code, stdout)
		}
	})
	t.Run("slurm", func(t *testing.T) {
		if err := exec.Command("sinfo").Run(); err != nil {
			t.Skip("no Slurm answers: see .ci/slurm")
		}
		out := filepath.Join(dir, "slurm")
		if _, stderr, code := courant(t, "invert", config, "--out", out, "--batch", "slurm", "--threads", "1"); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		if !bytes.Equal(model(out), want) {
			t.Error("another model")
		}
	})
}

// used is the processor time of processes.
func used(t *testing.T, pids []int) (ticks int) {
	t.Helper()
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		words := strings.Fields(rest)
		for _, word := range words[11:13] { // user and system
			n, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			ticks += n
		}
	}
	return ticks
}

// A run that waits for its workers uses no processor: driver, reducer and queue
// together at most a fiftieth of one.
func TestIdle(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("processor time is told by /proc, which is not here")
	}
	dir := t.TempDir()
	q := newServer(t, filepath.Join(dir, "queue"))
	q.start(t)
	c := command(t, "invert", smallSurvey(t, dir), "--out", filepath.Join(dir, "out"), "--batch", "queue", "--queue", q.url(), "--target", "interp")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	log := filepath.Join(dir, "out", "log.jsonl")
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if text, _ := os.ReadFile(log); bytes.Contains(text, []byte("version")) {
			break
		}
		if time.Since(start) > time.Minute {
			t.Fatal("it does not begin")
		}
	}
	// Tasks are sent, the reducer begins; then nothing happens any more.
	ticks := 0
	for range 6 {
		time.Sleep(time.Second)
		all := append(processes(c.Process.Pid), q.cmd.Process.Pid)
		before := used(t, all)
		time.Sleep(3 * time.Second)
		// A tick is a hundredth of a second.
		if ticks = used(t, all) - before; ticks <= 6 && len(all) >= 3 {
			t.Logf("%d processes used %d hundredths of a second in three seconds", len(all), ticks)
			return
		}
	}
	t.Errorf("%d hundredths of a second in three seconds", ticks)
}

// Records that are modelled are observed ones: a run with them is that without, to
// the single precision that they are kept in.
func TestModelledRecords(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc: the interpreter takes too long")
	}
	dir := t.TempDir()
	config := smallSurvey(t, dir)
	if stdout, stderr, code := courant(t, "model", config, "--out", filepath.Join(dir, "records"), "--format", "sgy"); code != 0 || !strings.Contains(stdout, "shot_0004.sgy") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.toml")
	if err := os.WriteFile(other, append(text, []byte("observed = \"records\"\n")...), 0o644); err != nil {
		t.Fatal(err)
	}
	var models [][]byte
	for name, path := range map[string]string{"made": config, "read": other} {
		out := filepath.Join(dir, name)
		if _, stderr, code := courant(t, "invert", path, "--out", out); code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		data, err := os.ReadFile(filepath.Join(out, "model_003.npy"))
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, data)
	}
	if !bytes.Equal(models[0], models[1]) {
		t.Error("another model")
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
