package operator

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

func parsedOperator(t *testing.T, name string) *dsl.File {
	t.Helper()
	file, err := dsl.ParseFile("../../../testdata/operators/" + name + ".pde")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// In half precision, too, C gives the bits of the interpreter: with vectors of any
// length, with the compiler's own, and by the plain schedule.
func TestHalfPrecisionGivesTheSameBitsEverywhere(t *testing.T) {
	for _, v := range []struct {
		name        string
		dim, border int
	}{
		{"acoustic", 3, 0}, {"acoustic", 2, 3}, {"acoustic_free_surface", 2, 0}, {"elastic", 2, 0}, {"gray_scott", 2, 0},
	} {
		t.Run(fmt.Sprintf("%s %dD border %d", v.name, v.dim, v.border), func(t *testing.T) {
			t.Parallel()
			file := parsedOperator(t, v.name)
			o := codegen.Options{Dim: v.dim, SpaceOrder: 4, Border: v.border, Half: []string{stencil.AllParameters, stencil.AllWavefields}}
			if v.name == "gray_scott" {
				o.Half = []string{stencil.AllWavefields} // it has no parameters on the grid
			}
			o.Target, o.Machine = interp.Target{}, facts.Machine{Vector: 64, Prefetch: 768, L2: 2 << 20, Cores: 2}
			interpreted, err := Compile(t.Context(), file, o)
			if err != nil {
				t.Fatal(err)
			}
			a := randomArguments(t, interpreted.Program, rand.New(rand.NewPCG(3, 4)))
			want := outcome(t, interpreted, a)
			o.Target, a.Threads = c.Target{}, 3
			for _, m := range []facts.Machine{o.Machine, {Vector: 32, L2: 1 << 20, Cores: 2}, {}} {
				o.Machine = m
				compare(t, fmt.Sprintf("vectors of %d bytes", m.Vector), outcome(t, exact(t, file, o), a), want, 0)
			}
			o.Schedule = schedule.Trivial
			compare(t, "trivial", outcome(t, exact(t, file, o), a), want, 0)
		})
	}
}

// Parameters in half precision change a run as little as rounding them does. A
// parameter is off by at most 2^-11 of itself, and what is computed once of two or
// three of them by at most 2^-9; a step multiplies what it adds to a wavefield by no
// more than two of these, and the twelve steps of the run, at half the stability
// limit, add at most about the wavefield itself each: 12 * 2 * 2^-9 = 0.05.
func TestRoundedParametersChangeLittle(t *testing.T) {
	for _, name := range []string{"acoustic", "elastic", "tti"} {
		file := parsedOperator(t, name)
		o := codegen.Options{Dim: 3, SpaceOrder: 4, Target: c.Target{}}
		full, err := Compile(t.Context(), file, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Half = []string{stencil.AllParameters}
		half, err := Compile(t.Context(), file, o)
		if err != nil {
			t.Fatal(err)
		}
		a := randomArguments(t, full.Program, rand.New(rand.NewPCG(5, 6)))
		want, got := outcome(t, full, a), outcome(t, half, a)
		compare(t, name, got, want, 0.05)
		same := true
		for field, w := range want {
			for i := range w.Len() {
				same = same && got[field].At(i) == w.At(i)
			}
		}
		if same {
			t.Errorf("%s: the parameters were not rounded", name)
		}
		run, err := half.Bind(a)
		if err != nil {
			t.Fatal(err)
		}
		if len(run.Roundings()) == 0 {
			t.Errorf("%s: nothing is said of what was rounded", name)
		}
		for _, r := range run.Roundings() {
			// Random parameters between 0.45 and 0.55 and what is computed of them are no
			// numbers of half precision; 2^-11 is the most, and half of the 2000 values
			// at least are off by a quarter of it.
			if r.Error > 0x1p-11 || r.Error < 0x1p-13 {
				t.Errorf("%s: %s is off by %g of itself", name, r.Field, r.Error)
			}
		}
		run.Close()
	}
}

// Whatever size parameters have, half precision holds them: a unit is found for each.
// Parameters that are numbers of half precision change no bit where nothing else is
// computed of them.
func TestUnitsSuitParametersOfAnySize(t *testing.T) {
	file, err := dsl.Parse("scaled.pde", `operator scaled {
    order space 2, time 1
    axes x
    field     k
    wavefield u
    u.forward = u*k
}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []float64{1, 3e10, 5e-30, 0} {
		a := Arguments{Shape: []int{50}, Spacing: []float64{1}, Steps: 2, Dt: 1, Unstable: true, Constants: map[string]float64{"k": math.Ldexp(math.Round(1024*frexp(k)), exponent(k)-10), "u": 1}}
		results := map[bool]*field.Array{}
		for _, narrow := range []bool{false, true} {
			o := codegen.Options{Target: c.Target{}}
			if narrow {
				o.Half = []string{"k"}
			}
			op, err := Compile(t.Context(), file, o)
			if err != nil {
				t.Fatal(err)
			}
			results[narrow] = outcome(t, op, a)["u"]
		}
		for i := range 50 {
			if got, want := results[true].At(i), results[false].At(i); got != want || got != float64(float32(a.Constants["k"])) {
				t.Fatalf("k = %g: u[%d] is %g in half precision, %g in single", a.Constants["k"], i, got, want)
			}
		}
	}
}

func frexp(v float64) float64 { f, _ := math.Frexp(v); return f }

func exponent(v float64) int { _, e := math.Frexp(v); return e }

func TestWhatCannotBeHalf(t *testing.T) {
	file := parsedOperator(t, "acoustic")
	for _, v := range []struct {
		o    codegen.Options
		want string
	}{
		{codegen.Options{Half: []string{"w"}}, "say parameters, wavefields or some of m, damp, u"},
		{codegen.Options{Half: []string{"src"}}, "cannot be stored"},
		{codegen.Options{Half: []string{"u"}, Precision: 1}, "computes in f64"},
	} {
		v.o.Target = interp.Target{}
		if _, err := Compile(t.Context(), file, v.o); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%v: got %v, want %q", v.o.Half, err, v.want)
		}
	}
}

// A wave that leaves the range of half precision is an error that says so, and one that
// stays at its lower end a warning.
func TestHalfPrecisionSaysWhenItsRangeDoesNotDo(t *testing.T) {
	op, err := Compile(t.Context(), parsedOperator(t, "acoustic"), codegen.Options{Dim: 2, SpaceOrder: 4, Target: c.Target{}, Half: []string{"u"}})
	if err != nil {
		t.Fatal(err)
	}
	a := randomArguments(t, op.Program, rand.New(rand.NewPCG(1, 1)))
	delete(a.Fields, "u")
	scale := func(factor float64) {
		src := a.Points["src"]
		src.Traces = field.New64(src.Traces.Shape...)
		for i := range src.Traces.F64 {
			src.Traces.F64[i] = factor
		}
		a.Points["src"] = src
	}
	scale(1e9)
	_, err = op.Apply(t.Context(), a)
	var diverged *Diverged
	if !errors.As(err, &diverged) || !strings.Contains(err.Error(), "ends at 65504") {
		t.Errorf("got %v", err)
	}
	for factor, warns := range map[float64]bool{100: false, 1e-3: true, 1e-9: true} {
		warned := ""
		a.Warn = func(text string) { warned += text + "\n" }
		scale(factor)
		run, err := op.Apply(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		run.Close()
		if strings.Contains(warned, "half precision") != warns {
			t.Errorf("sources of %g: the warnings are %q", factor, warned)
		}
	}
}

// A state in half precision is kept and restored as any other.
func TestStatesInHalfPrecision(t *testing.T) {
	op, err := Compile(t.Context(), parsedOperator(t, "elastic"), codegen.Options{Dim: 2, SpaceOrder: 4, Target: c.Target{}, Half: []string{"v", "tau_xz"}})
	if err != nil {
		t.Fatal(err)
	}
	var narrow []string
	for _, x := range op.Program.Signature.Arrays {
		if x.Narrow {
			narrow = append(narrow, x.Name)
		}
	}
	if got := fmt.Sprint(narrow); got != "[v_x v_z tau_xz]" {
		t.Fatalf("narrow are %s", got)
	}
	a := randomArguments(t, op.Program, rand.New(rand.NewPCG(9, 9)))
	run, err := op.Bind(a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if err := run.Advance(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	state := run.State(nil)
	if err := run.Advance(t.Context(), run.Last); err != nil {
		t.Fatal(err)
	}
	want := run.Field("v_x")
	if err := run.Restore(state); err != nil {
		t.Fatal(err)
	}
	if err := run.Advance(t.Context(), run.Last); err != nil {
		t.Fatal(err)
	}
	compare(t, "restored", map[string]*field.Array{"v_x": run.Field("v_x")}, map[string]*field.Array{"v_x": want}, 0)
}
