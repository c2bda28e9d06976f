package files

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

const acoustic = "../../../testdata/operators/acoustic.pde"

// save writes an array into a folder of the test.
func save(t *testing.T, dir, name string, a *field.Array) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := field.WriteNPY(path, a); err != nil {
		t.Fatal(err)
	}
	return path
}

// shot is a small run in 2D that is right.
func shot(t *testing.T, dir string) Run {
	wavelet := field.New64(40, 1)
	for i := range wavelet.F64 {
		wavelet.F64[i] = math.Exp(-math.Pow(float64(i-20)/6, 2))
	}
	return Run{
		Operator:  acoustic,
		Compile:   codegen.Options{SpaceOrder: 4},
		Arguments: operator.Arguments{Shape: []int{21, 21}, Spacing: []float64{10}, Steps: 40, Dt: 1.5},
		Set:       []string{"vp=3"},
		Points: []string{
			"src=" + save(t, dir, "at.npy", &field.Array{Shape: []int{1, 2}, F64: []float64{100, 100}}) + ":" + save(t, dir, "wavelet.npy", wavelet),
			"rec=" + save(t, dir, "receivers.npy", &field.Array{Shape: []int{2, 2}, F64: []float64{50, 60, 150, 60}}),
		},
		Out: []string{"rec=" + filepath.Join(dir, "record.npy")},
	}
}

// Faults that do not depend on one another are said at once, each in one line, and none
// follows from another.
func TestAllFaultsAtOnce(t *testing.T) {
	dir := t.TempDir()
	outside := save(t, dir, "outside.npy", &field.Array{Shape: []int{1, 2}, F64: []float64{900, 0}})
	for _, v := range []struct {
		name   string
		change func(r *Run)
		want   []string
	}{
		{"nothing", func(*Run) {}, nil},
		{"names of all kinds and the time step", func(r *Run) {
			r.Compile.Half = []string{"damq"}
			r.Out = append(r.Out, "rek="+filepath.Join(dir, "x.npy"))
			r.Points = append(r.Points, "recc="+outside)
			r.Arguments.Dt = 9
		}, []string{"did you mean damp?", "--out rek", `no points "recc"`, "above the stability limit"}},
		{"the time step and a receiver outside", func(r *Run) {
			r.Points[1], r.Arguments.Dt = "rec="+outside, 9
		}, []string{"above the stability limit", "outside of the grid"}},
		// Of the medium nothing is said while a part of it is not known, nor that points
		// are missing whose file is.
		{"files that are not there", func(r *Run) {
			r.Set, r.Points[1], r.Arguments.Dt = []string{"vp=none.npy"}, "rec=none.npy", 9
			r.Points[0] = strings.Split(r.Points[0], ":")[0] + ":gone.npy"
			r.Set = append(r.Set, "mm=1")
		}, []string{"--set vp: there is no file none.npy", "--points src: there is no file gone.npy", "--points rec: there is no file none.npy", `no field or scalar "mm"`}},
		{"what another field follows from", func(r *Run) { r.Set = append(r.Set, "m=0.1") },
			[]string{"vp has no effect beside m, which follows from it; give one of the two"}},
		{"a folder that is not there", func(r *Run) { r.Out = []string{"rec=/nowhere/x.npy"} }, []string{"there is no folder /nowhere"}},
		{"a comparison of nothing", func(r *Run) { r.Compare = true }, []string{"give both"}},
	} {
		r := shot(t, dir)
		r.Points, r.Out = slices.Clone(r.Points), slices.Clone(r.Out)
		v.change(&r)
		err := r.Check()
		var all operator.BadArguments
		errors.As(err, &all)
		if len(all) != len(v.want) || (err == nil) != (v.want == nil) {
			t.Errorf("%s: %d faults, want %d:\n%v", v.name, len(all), len(v.want), err)
			continue
		}
		for _, w := range v.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %q in\n%v", v.name, w, err)
			}
		}
		if _, applied := r.Apply(t.Context()); (applied == nil) != (err == nil) {
			t.Errorf("%s: Check gives %v, Apply %v", v.name, err, applied)
		}
	}
	// A broken operator's file is told with what else is wrong.
	r := shot(t, dir)
	r.Operator = filepath.Join(dir, "broken.pde")
	if err := os.WriteFile(r.Operator, []byte("operator a {\n  wavefield u\n  solve u.dt2 = laplac(u) for u.forward\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.Set = []string{"m"}
	if err := r.Check(); !dsl.IsUser(err) || !strings.Contains(err.Error(), "laplac") || !strings.Contains(err.Error(), "expected NAME=VALUE") {
		t.Error(err)
	}
}

// A gradient writes what it is asked for, and of records that are as observed it says
// that, in place of words on runs without sources.
func TestGradient(t *testing.T) {
	dir := t.TempDir()
	r := shot(t, dir)
	record := filepath.Join(dir, "record.npy")
	if _, err := r.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	var said []string
	r.Arguments.Warn = func(text string) { said = append(said, text) }
	r.Out = []string{"vp=" + filepath.Join(dir, "g.npy"), "src=" + filepath.Join(dir, "s.npy")}
	g := Gradient{Run: r, Observed: []string{"rec=" + record}, Misfit: "l2", Storage: gradient.Storage{}}
	result, err := g.Evaluate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Value != 0 || len(said) != 1 || said[0] != "the records are as observed, so that all derivatives are zero" {
		t.Errorf("misfit %g, said %q", result.Value, said)
	}
	for name, shape := range map[string]string{"g.npy": "f64 ()", "s.npy": "f64 (40, 1)"} {
		if a, err := field.ReadNPY(filepath.Join(dir, name)); err != nil || a.String() != shape {
			t.Errorf("%s: %v %v, want %s", name, a, err, shape)
		}
	}
	g.Observed, g.Misfit, g.Out = nil, "l3", []string{"q=x.npy"}
	var all operator.BadArguments
	if _, err := g.Evaluate(t.Context()); !errors.As(err, &all) || len(all) != 3 {
		t.Errorf("three faults, not %v", err)
	}
}
