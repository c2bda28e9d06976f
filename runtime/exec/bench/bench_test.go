package bench

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/machine"
)

// small is a measurement of milliseconds. Nothing here looks at how fast it was.
func small() Options {
	return Options{
		File: "../../../testdata/operators/acoustic.pde", Target: "c", Grids: [][]int{{14, 12}}, Pad: 2, Steps: 3, Repeat: 2, Threads: 1,
		Compile: codegen.Options{SpaceOrder: 4, Target: inC()},
	}
}

// run measures with figures of the machine that are made up, as these take seconds.
func run(t *testing.T, o Options) (*Results, error) {
	all := &Results{Machine: machine.Figures{Threads: o.Threads, Triad: 15, InPlace: 20, L3: 40, L2: 160, FMA32: 200, FMA64: 100}}
	return all, all.run(t.Context(), o)
}

func inC() backends.Target {
	t, err := target.Find("c")
	if err != nil {
		panic(err)
	}
	return t
}

// needsCompiler skips a test, saying so, where there is no C compiler.
func needsCompiler(t *testing.T) {
	t.Helper()
	var missing *jit.NoCompilerError
	if _, err := jit.Find(); errors.As(err, &missing) {
		t.Skip("SKIPPED, nothing was measured: no C compiler")
	}
}

func TestSweep(t *testing.T) {
	needsCompiler(t)
	o := small()
	o.Grids, o.SpaceOrders = [][]int{{14, 12}, {18, 18}}, []int{4, 8}
	all, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var cases []string
	for _, r := range all.Cases {
		cases = append(cases, r.Case())
		if !(r.Rate.Least > 0) || r.Rate.Median < r.Rate.Least || r.Rate.Median > r.Rate.Greatest || r.LoopRate == nil || r.Home == "" || !(r.Fraction > 0) || r.BytesPerPoint != 16 || r.Repeat != 2 {
			t.Errorf("%+v", r)
		}
	}
	if got := strings.Join(cases, "; "); got != "acoustic, order 4, f32, 14 x 12 + 2; acoustic, order 4, f32, 18 x 18 + 2; acoustic, order 8, f32, 14 x 12 + 2; acoustic, order 8, f32, 18 x 18 + 2" {
		t.Error(got)
	}
	if all.Machine.Threads != 1 || !(all.Machine.InPlace > 0) {
		t.Errorf("%+v", all.Machine)
	}
}

func TestGradient(t *testing.T) {
	needsCompiler(t)
	for _, by := range []string{"m", "vp"} {
		o := small()
		o.Gradient = []string{by}
		all, err := run(t, o)
		if err != nil {
			t.Fatal(err)
		}
		r := all.Cases[0]
		if r.Cost == nil || !(r.Cost.Seconds.Least > 0) || !(r.Cost.Backward.Least > 0) || r.Cost.Recompute != 1 || r.Cost.Kept == "" || !(r.Rate.Least > 0) || r.Bounds != nil || r.LoopRate != nil {
			t.Errorf("%s: %+v", by, r)
		}
	}
}

func TestBadOptions(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"at least 1":           func(o *Options) { o.Repeat = 0 },
		"a grid of 0 points":   func(o *Options) { o.Grids = [][]int{{9, 0}} },
		"0 or more":            func(o *Options) { o.Pad = -1 },
		"has no field q":       func(o *Options) { o.Gradient = []string{"q"} },
		"give --pad 0 or the ": func(o *Options) { o.Grids, o.Pad = nil, 1<<30 },
	} {
		o := small()
		change(&o)
		if _, err := run(t, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// python is one that has a module, or the test is skipped.
func python(t *testing.T, variable, module string) string {
	t.Helper()
	needsCompiler(t)
	p := cmp.Or(os.Getenv(variable), "python3")
	if out, err := exec.CommandContext(t.Context(), p, "-c", "import "+module).CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("no %s: pip install %s, and name that Python in %s (%s: %v %s)", module, module, variable, p, err, lines[len(lines)-1])
	}
	return p
}

// Each operator that can be compared is, on a tiny grid, in steps and by gradients.
func TestRivals(t *testing.T) {
	for _, r := range rivals {
		t.Run(r.Name, func(t *testing.T) {
			r.Python = python(t, r.variable, r.Name)
			for _, c := range r.cases {
				for _, gradient := range []bool{false, true} {
					if gradient && c.gradient == nil || !gradient && !c.steps {
						continue
					}
					o := small()
					o.File, o.Against = "../../../testdata/operators/"+c.operator+".pde", &r
					if gradient {
						o.Gradient = c.gradient[:1]
					}
					all, err := run(t, o)
					if err != nil {
						t.Errorf("%s: %v", c.operator, err)
						continue
					}
					v := all.Cases[0].Rival
					if v == nil || all.Cases[0].Missing != "" {
						t.Errorf("%s, gradient %v: %s", c.operator, gradient, all.Cases[0].Missing)
						continue
					}
					if v.Version == "" || len(v.Used) < 4 || !(v.Rate.Least > 0) || len(v.Rounds) != o.Repeat || (v.LoopRate != nil) == gradient {
						t.Errorf("%s, gradient %v: %+v", c.operator, gradient, v)
					}
				}
			}
		})
	}
}
