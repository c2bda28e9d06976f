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

// Every mistake gives the right exit code and a message that names it.
// Half precision says what it rounds and by how much results change: records by some
// thousandths, as each of 120 steps rounds the wave by at
// most 2^-11 and the roundings have any sign.
func TestApplyInHalfPrecision(t *testing.T) {
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

func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.pde")
	if err := os.WriteFile(broken, []byte("operator a {\n  wavefield u\n  solve u.dt2 = laplac(u) for u.forward\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	noise := filepath.Join(dir, "noise.npy")
	if err := os.WriteFile(noise, []byte("this is no array"), 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(dir, "outside.toml")
	if err := os.WriteFile(outside, []byte("operator = \"x.pde\"\ntime = 100\n[model]\nsynthetic = \"layers\"\nfrom = 1.5\nto = 2.0\nshape = [9, 9]\n[source]\nposition = [900.0, 0.0]\n[receivers]\nfrom = [0.0, 0.0]\nto = [80.0, 0.0]\ncount = 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := shotArguments(t, dir, 120)
	with := func(args ...string) []string { return append(append([]string{}, good...), args...) }
	gradient := func(args ...string) []string { return append(append([]string{"gradient"}, good[1:]...), args...) }
	for _, v := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"aply"}, 2, `unknown command "aply"`},
		{[]string{"check"}, 2, "requires at least 1 arg"},
		{[]string{"check", "nowhere.pde"}, 2, "nowhere.pde"},
		{[]string{"check", dir}, 1, "is not a file"},
		{[]string{"check", broken}, 2, "broken.pde:3:17"},
		{[]string{"check", broken}, 2, "did you mean laplace"},
		{[]string{"fmt", noise}, 2, "noise.npy:1:1"},
		{[]string{"explain", acoustic, "--space-order", "7"}, 2, "7"},
		{[]string{"explain", acoustic, "--dim", "4"}, 2, "4 axes"},
		{[]string{"explain", acoustic, "--operator", "elastic"}, 2, "acoustic"},
		{[]string{"explain", acoustic, "--set", "q=1"}, 2, "no such field"},
		{[]string{"explain", acoustic, "--spacing", "0"}, 2, "positive"},
		{[]string{"gen", acoustic, "--target", "fortran"}, 2, `no target "fortran"`},
		{[]string{"passes", acoustic, "--disable", "magic"}, 2, `no optimisation "magic"`},
		{[]string{"passes", acoustic, "--print-after", "magic"}, 2, "no such pass"},
		{[]string{"apply", acoustic, "--shape", "41,31"}, 2, "required flag"},
		{[]string{"apply", acoustic, "--shape", "41,x"}, 2, "--shape"},
		{with("--precision", "f16"), 2, "f32 or f64"},
		{with("--target", "fpga"), 2, `no target "fpga"`},
		{with("--set", "m"), 2, "expected NAME=VALUE"},
		{with("--set", "m=1"), 2, "gives m twice"},
		{with("--set", "w="+noise), 2, "not a .npy file"},
		{with("--set", "w="+filepath.Join(dir, "absent.npy")), 2, "absent.npy"},
		{with("--set", "mm=1"), 2, `no field or scalar "mm"`},
		{with("--dt", "9"), 2, "above the stability limit"},
		{with("--dt", "-1"), 2, "the time step is -1"},
		{with("--steps", "100"), 2, "the traces of src have shape (120, 1)"},
		{with("--threads", "-1"), 2, "-1 threads"},
		{with("--origin", "300,0"), 2, "lies outside of the grid"},
		{with("--origin", "0"), 2, "the origin has 1 numbers"},
		{with("--spacing", "1,1"), 2, "3 spacings"}, // with the first
		{with("--out", "rek=x.npy"), 2, "a run has no such result; it has m, damp, u, rec"},
		{with("--out", "rec=x.txt"), 2, "not a .npy file"},
		{with("--out", "rec=/nowhere/x.npy"), 2, "/nowhere"},
		{with("--interpolation", "cubic"), 2, `no interpolation "cubic"`},
		{with("--disable", "magic"), 2, `no optimisation "magic"`},
		{with("--precision", "f32", "--half", "w"), 2, "say parameters, wavefields or some of m, damp, u"},
		{with("--half", "u", "--precision", "f64"), 2, "computes in f64"},
		{with("--half-error"), 2, "give both"},
		{gradient("--half", "m"), 2, "unknown flag"},
		{with("--disable-pass", "cse"), 2, "say --disable"},
		{with("--out", "vp=vp.npy"), 2, "a run has no such result"},
		{[]string{"test", "gradient", acoustic, "--dim", "2", "--wrt", "vp,m"}, 2, "name one of the two"},
		{with("--nbl", "4"), 2, "say --border"},
		{with("--so", "4"), 2, "say --space-order"},
		{with("--nt", "4"), 2, "say --steps"},
		{with("--dtype", "f32"), 2, "say --precision"},
		{with("--dt", "90", "--unstable"), 5, "became NaN or infinite"},
		{[]string{"bench", acoustic, "--shape", "8,8", "--steps", "0"}, 2, "at least 1"},
		{[]string{"bench", acoustic, "--shape", "8,8", "--pad", "-1"}, 2, "0 or more"},
		{[]string{"bench", acoustic, "--shape", "8,8", "--against", "yask"}, 2, "only devito"},
		{[]string{"bench", acoustic, "--shape", "-5,5"}, 2, "a grid of -5 points along an axis"},
		{[]string{"bench", acoustic, "--shape", "100000,100000,100000"}, 2, "GiB are available; choose a smaller grid"},
		{[]string{"derive", "gradient", acoustic, "--wrt", "q"}, 2, "operator acoustic has no field q; its fields are vp, m, damp"},
		{[]string{"derive", "gradient", acoustic}, 2, "--wrt m"},
		{[]string{"derive", "born", acoustic}, 2, "--wrt m"},
		{[]string{"derive", "adjoint", broken}, 2, "broken.pde:3:17"},
		{[]string{"derive", "migration", acoustic, "--condition", "best"}, 2, "no imaging condition"},
		{[]string{"test", "adjoint", acoustic, "--shape", "9"}, 0, ""},
		{[]string{"test", "gradient", acoustic, "--wrt", "q"}, 2, "no field q"},
		{[]string{"test", "gradient", acoustic}, 2, "--wrt m"},
		{[]string{"test", "adjoint", acoustic, "--dim", "2", "--shape", "9,9", "--spacing", "1"}, 2, "the spacing 1"},
		{gradient("--observed", "rec="+noise), 2, "--observed rec"},
		{gradient(), 2, "nothing to compare"},
		{gradient("--observed", "rec="+save(t, dir, "obs.npy", field.New32(120, 1)), "--memory", "1MiB"), 2, "at least"},
		{gradient("--observed", "rec="+save(t, dir, "obs.npy", field.New32(120, 1)), "--memory", "much"), 2, "no amount of memory"},
		{gradient("--observed", "rec="+save(t, dir, "obs.npy", field.New32(120, 1)), "--keep", "some"), 2, "no way"},
		{gradient("--observed", "rec="+save(t, dir, "obs.npy", field.New32(7, 1))), 2, "the observed traces of rec have shape"},
		{gradient("--observed", "rec="+save(t, dir, "obs.npy", field.New32(120, 1)), "--misfit", "l3"), 2, `no misfit "l3"`},
		{[]string{"invert", outside, "--out", dir}, 2, "sources"},
		{[]string{"cache", "bogus"}, 2, "bogus"},
		{[]string{"doctor", "more"}, 2, "unknown command"},
		{[]string{"shot", outside, "--out", dir}, 2, "outside.toml:9: source.position"},
		{[]string{"shot", filepath.Join(dir, "absent.toml"), "--out", dir}, 2, "absent.toml"},
	} {
		_, stderr, code := courant(t, v.args...)
		if code != v.code || !strings.Contains(stderr, v.want) {
			t.Errorf("courant %s\nexit code %d, want %d and %q; it said:\n%s", strings.Join(v.args, " "), code, v.code, v.want, stderr)
		}
	}
}

// A gradient by the command is the one of every way to keep wavefields, and is
// written where it is asked for.
func TestGradient(t *testing.T) {
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
	c := command(t, "bench", acoustic, "--shape", "12,12", "--pad", "2", "--steps", "2", "--repeat", "1", "--against", "devito", "--json")
	c.Env = append(c.Env, "COURANT_DEVITO_PYTHON=/nowhere/python")
	out, err := c.Output()
	var all struct{ Cases []map[string]any }
	if err != nil || json.Unmarshal(out, &all) != nil || len(all.Cases) != 1 || all.Cases[0]["rival"] != nil || !strings.Contains(fmt.Sprint(all.Cases[0]["rival_missing"]), "COURANT_DEVITO_PYTHON") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestGenC(t *testing.T) {
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

func TestFmtIsAFixedPoint(t *testing.T) {
	source, err := os.ReadFile(acoustic)
	if err != nil {
		t.Fatal(err)
	}
	out, stderr, code := courant(t, "fmt", acoustic)
	if code != 0 || out != string(source) {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
}

func TestExplain(t *testing.T) {
	out, stderr, code := courant(t, "explain", acoustic, "--dim", "2", "--space-order", "4", "--set", "m=0.25", "--set", "damp=0", "--spacing", "10", "--json")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	var r struct {
		Nests     []struct{ Flops, Loads, Stores int }
		Stability struct {
			Limit float64 `json:"dt_limit"`
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	// 2/(c*sqrt(sum of |symbol|)): the symbol of so 4 at the shortest wave is
	// 16/3 per axis, c = 2 m/ms, h = 10 m.
	want := 2 / (2 * math.Sqrt(2*16./3) / 10)
	if len(r.Nests) != 1 || math.Abs(r.Stability.Limit-want) > 1e-3*want {
		t.Errorf("%s\nwant a limit of %g", out, want)
	}
}

// A page and a document say the same as the text.
func TestExplainPages(t *testing.T) {
	page := filepath.Join(t.TempDir(), "acoustic.html")
	out, stderr, code := courant(t, "explain", acoustic, "--dim", "2", "--space-order", "4", "--html", page)
	if code != 0 || out != "" {
		t.Fatalf("exit code %d, %s%s", code, out, stderr)
	}
	html, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(html), "<math") || !strings.Contains(string(html), "<svg") {
		t.Errorf("%v\n%s", err, html)
	}
	out, stderr, code = courant(t, "explain", acoustic, "--dim", "2", "--space-order", "4", "--latex")
	if code != 0 || !strings.HasPrefix(out, `\documentclass`) || !strings.Contains(out, `\frac{\partial^{2}u}{\partial t^{2}}`) {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
	if out, stderr, code := courant(t, "explain", acoustic, "--html", filepath.Join(page, "none", "a.html")); code == 0 {
		t.Errorf("%s%s", out, stderr)
	}
}

// An operator that names its axes is checked on as many, and on no others.
func TestCheckOnNamedAxes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "axes.pde")
	for _, v := range []struct{ axes, want string }{{"axes q", "4:"}, {"axes q, r", "4:"}} {
		source := "operator a {\n" + v.axes + "\nwavefield u field m\nsolve mm*u.dt2 = u.dq2 for u.forward\n}\n"
		if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		_, stderr, code := courant(t, "check", path)
		if code != exitUser || strings.Count(stderr, "axes.pde:") != 1 || !strings.Contains(stderr, "axes.pde:"+v.want) {
			t.Errorf("%s: exit %d, want one fault in line 4:\n%s", v.axes, code, stderr)
		}
	}
}

// Sizes beyond all memory are refused by every command that takes them.
func TestImpossibleSizes(t *testing.T) {
	const most = "9223372036854775807"
	path := filepath.Join(t.TempDir(), "wave.pde")
	if err := os.WriteFile(path, []byte("operator w { field m wavefield u solve m*u.dt2 = laplace(u) for u.forward inject src into u.forward sample rec from u }"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"apply", path, "--shape", most, "--spacing", "10", "--steps", "10", "--dt", "1", "--set", "m=1"},
		{"apply", path, "--shape", most + ",20", "--spacing", "10", "--steps", "10", "--dt", "1", "--set", "m=1"},
		{"apply", path, "--shape", "20,20", "--spacing", "10", "--steps", most, "--dt", "1", "--set", "m=1"},
		{"test", "adjoint", path, "--shape", most + ",20"},
		{"test", "gradient", path, "--wrt", "m", "--shape", "20," + most},
		{"bench", path, "--shape", most + "," + most},
		{"bench", path, "--shape", "20,20", "--pad", "4611686018427387904"},
	} {
		if _, stderr, code := courant(t, args...); code != exitUser {
			t.Errorf("%v: exit %d\n%s", args, code, stderr)
		}
	}
}
