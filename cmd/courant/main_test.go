package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/exec/field"
)

const acoustic = "../../testdata/operators/acoustic.pde"

// The test binary is the program when it is told to be.
func TestMain(m *testing.M) {
	if os.Getenv("COURANT_TEST_PROGRAM") != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// command prepares the program with arguments.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, args...)
	c.Env = append(os.Environ(), "COURANT_TEST_PROGRAM=1")
	return c
}

// courant runs the program and gives what it printed and its exit code.
func courant(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := command(t, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(errs.String(), "goroutine ") {
		t.Errorf("courant %s panics:\n%s", strings.Join(args, " "), errs.String())
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// save writes an array into a folder of the test.
func save(t *testing.T, dir, name string, a *field.Array) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := field.WriteNPY(path, a); err != nil {
		t.Fatal(err)
	}
	return path
}

// shotArguments are those of a small 2D run, without outputs.
func shotArguments(t *testing.T, dir string, steps int) []string {
	m := field.New64(41, 31)
	for i := range m.F64 {
		m.F64[i] = 0.25
	}
	at := &field.Array{Shape: []int{1, 2}, F64: []float64{203, 107}}
	receivers := &field.Array{Shape: []int{3, 2}, F64: []float64{0, 0, 155, 20, 400, 300}}
	wavelet := field.New64(steps, 1)
	for i := range wavelet.F64 {
		r := math.Pi * 0.02 * (float64(i)*1.5 - 50)
		wavelet.F64[i] = (1 - 2*r*r) * math.Exp(-r*r)
	}
	return []string{"apply", acoustic, "--shape", "41,31", "--spacing", "10", "--steps", "120", "--dt", "1.5", "--space-order", "4", "--precision", "f64",
		"--set", "m=" + save(t, dir, "m.npy", m), "--set", "damp=0",
		"--points", "src=" + save(t, dir, "xs.npy", at) + ":" + save(t, dir, "wavelet.npy", wavelet),
		"--points", "rec=" + save(t, dir, "xr.npy", receivers)}
}

func TestApply(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := shotArguments(t, dir, 120)
	results := map[string]*field.Array{}
	for _, target := range []string{"c", "interp"} {
		rec, u := filepath.Join(dir, target+"-rec.npy"), filepath.Join(dir, target+"-u.npy")
		_, stderr, code := courant(t, append(args, "--target", target, "--threads", "2", "--out", "rec="+rec, "--out", "u="+u)...)
		if code != 0 {
			t.Fatalf("%s: exit code %d\n%s", target, code, stderr)
		}
		for name, path := range map[string]string{"rec": rec, "u": u} {
			a, err := field.ReadNPY(path)
			if err != nil {
				t.Fatal(err)
			}
			results[target+" "+name] = a
		}
	}
	for name, shape := range map[string]string{"rec": "f64 (120, 3)", "u": "f64 (41, 31)"} {
		c, interp := results["c "+name], results["interp "+name]
		if c.String() != shape {
			t.Errorf("%s is %v, want %s", name, c, shape)
		}
		_, most := c.Range()
		for i := range c.Len() {
			// 120 steps of 20 roundings that add up, relative to the peak.
			if d := math.Abs(c.At(i) - interp.At(i)); d > 120*20*math.Exp2(-53)*most {
				t.Fatalf("%s%v: %g by c, %g by interp", name, c.Index(i), c.At(i), interp.At(i))
			}
		}
		if most == 0 {
			t.Errorf("%s is zero", name)
		}
	}
	rec := results["c rec"]
	for r := range 3 {
		if rec.At(r) != 0 || rec.At(119*3+r) != 0 {
			t.Error("the first and the last row of a record are zero")
		}
	}
}

// Half precision says what it rounds and by how much results change: records by some
// thousandths, as each of 120 steps rounds the wave by at
// most 2^-11 and the roundings have any sign.
func TestApplyInHalfPrecision(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := filepath.Join(dir, "rec.npy")
	args := append(shotArguments(t, dir, 120), "--out", "rec="+record, "--precision", "f32", "--half", "parameters,u", "--half-error")
	out, stderr, code := courant(t, args...)
	// 1/4, the squared slowness, is a number of half precision, so that it is not rounded.
	if code != 0 || strings.Contains(stderr, "is rounded by") {
		t.Fatalf("exit code %d, %s%s", code, out, stderr)
	}
	var off float64
	if _, err := fmt.Sscanf(out, "half precision: rec is off by %g of its norm", &off); err != nil || off < 1e-5 || off > 0.05 {
		t.Errorf("%v: %s", err, out)
	}
	out, stderr, code = courant(t, "bench", acoustic, "--shape", "40,40", "--pad", "0", "--steps", "2", "--repeat", "1", "--half", "u", "--json")
	var all struct {
		Cases []struct {
			Half struct {
				Stored []string
				Errors map[string]float64
			} `json:"half_precision"`
		}
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != 0 || len(all.Cases) != 1 {
		t.Fatalf("%v, exit code %d: %s%s", err, code, out, stderr)
	}
	if h := all.Cases[0].Half; !slices.Equal(h.Stored, []string{"u"}) || h.Errors["u"] < 1e-5 || h.Errors["u"] > 0.1 {
		t.Errorf("%+v", h)
	}
}

// A gradient by the command is the one of every way to keep wavefields, and is
// written where it is asked for.
func TestGradient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := append([]string{"gradient"}, shotArguments(t, dir, 120)[1:]...)
	args = append(args, "--observed", "rec="+save(t, dir, "observed.npy", field.New32(120, receivers(t, dir))), "-q", "--target", "interp")
	var first *field.Array
	for _, keep := range []string{"all", "checkpoints", "boundary"} {
		out := filepath.Join(dir, keep+".npy")
		stdout, stderr, code := courant(t, append(args, "--keep", keep, "--out", "m="+out)...)
		if code != 0 || !strings.Contains(stdout, "misfit ") {
			t.Fatalf("%s: exit code %d\n%s%s", keep, code, stdout, stderr)
		}
		g, err := field.ReadNPY(out)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = g
		}
		_, most := first.Range()
		for i := range g.Len() {
			if math.Abs(g.At(i)-first.At(i)) > 1e-9*most {
				t.Fatalf("%s: %g at %v, not %g", keep, g.At(i), g.Index(i), first.At(i))
			}
		}
	}
}

// receivers is the number of receivers of shotArguments.
func receivers(t *testing.T, dir string) int {
	t.Helper()
	a, err := field.ReadNPY(filepath.Join(dir, "xr.npy"))
	if err != nil {
		t.Fatal(err)
	}
	return a.Shape[0]
}

// Without a C compiler the exit code says so, and the interpreter still runs.
func TestNoCompiler(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := shotArguments(t, dir, 120)
	for target, want := range map[string]int{"c": 4, "interp": 0} {
		c := command(t, append(args, "--target", target)...)
		c.Env = append(c.Env, "PATH="+dir, "CC=", "COURANT_CACHE="+filepath.Join(dir, "cache"))
		out, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != want {
			t.Errorf("%s: exit code %d, want %d\n%s", target, code, want, out)
		}
		if want != 0 && !strings.Contains(string(out), "apt install gcc") {
			t.Errorf("no advice in: %s", out)
		}
	}
}

// Ctrl-C ends a long run soon, with its own exit code, and leaves no output.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	const steps = 2000000
	args := shotArguments(t, dir, steps)
	rec := filepath.Join(dir, "rec.npy")
	c := command(t, append(args, "--steps", "2000000", "--out", "rec="+rec)...)
	var out bytes.Buffer
	c.Stderr = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	asked := time.Now()
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if took := time.Since(asked); took > 10*time.Second {
		t.Errorf("it went on for %v", took)
	}
	if code := c.ProcessState.ExitCode(); code != 130 || !strings.Contains(out.String(), "stopped") {
		t.Errorf("exit code %d, it said: %s", code, out.String())
	}
	if _, err := os.Stat(rec); err == nil {
		t.Error("an output was written")
	}
}

func TestBenchJSON(t *testing.T) {
	t.Parallel()
	out, stderr, code := courant(t, "bench", acoustic, "--shape", "30,30,30", "--pad", "4", "--space-order", "4", "--steps", "2", "--repeat", "1", "--disable", "wavefront,usual", "--json")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	var all struct {
		Machine map[string]any
		Cases   []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all.Cases) != 1 {
		t.Fatalf("%v in %s", err, out)
	}
	r := all.Cases[0]
	for name, want := range map[string]any{"operator": "acoustic", "target": "c", "space_order": 4.0, "precision": "f32", "bytes_per_point": 20.0, "pad": 4.0} {
		if r[name] != want {
			t.Errorf("%s is %v, want %v", name, r[name], want)
		}
	}
	for _, name := range []string{"gpts_per_s", "loop_gpts_per_s"} {
		spread, _ := r[name].(map[string]any)
		for _, of := range []string{"median", "least", "greatest"} {
			if v, ok := spread[of].(float64); !ok || !(v > 0) {
				t.Errorf("%s is %v", name, r[name])
			}
		}
	}
	if v, ok := all.Machine["in_place_gb_s"].(float64); !ok || !(v > 0) {
		t.Errorf("the machine is %v", all.Machine)
	}
	for _, name := range []string{"gflops", "bandwidth_gb_s", "fraction_of_bound", "time_to_first_step_s", "warm_time_to_first_step_s", "threads"} {
		if v, ok := r[name].(float64); !ok || !(v > 0) {
			t.Errorf("%s is %v", name, r[name])
		}
	}
}

// Without Devito the comparison is left out, with a word about it.
func TestBenchWithoutDevito(t *testing.T) {
	t.Parallel()
	c := command(t, "bench", acoustic, "--shape", "12,12", "--pad", "2", "--steps", "2", "--repeat", "1", "--against", "devito", "--json")
	c.Env = append(c.Env, "COURANT_DEVITO_PYTHON=/nowhere/python")
	out, err := c.Output()
	var all struct{ Cases []map[string]any }
	if err != nil || json.Unmarshal(out, &all) != nil || len(all.Cases) != 1 || all.Cases[0]["rival"] != nil || !strings.Contains(fmt.Sprint(all.Cases[0]["rival_missing"]), "COURANT_DEVITO_PYTHON") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestGenC(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, stderr, code := courant(t, "gen", acoustic, "--dim", "2", "--out", dir); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	compiler, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc to compile what was generated")
	}
	c := exec.CommandContext(t.Context(), compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-fopenmp", "-c", "acoustic.c", "-o", "acoustic.o")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
