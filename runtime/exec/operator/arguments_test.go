package operator

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

const scaled = `operator scaled {
    order space 4, time 2
    field m "squared slowness"
    field profile on z
    scalar gain "source strength"
    scalar quiet = 0
    wavefield u
    solve m*u.dt2 - laplace(u) + quiet*profile*u.dt = 0 for u.forward
    inject src*gain into u.forward
    sample rec from u
}`

func compile(t *testing.T, source string, dim int, real signature.Real, native bool) *Operator {
	t.Helper()
	file, err := dsl.Parse("test.pde", source)
	if err != nil {
		t.Fatal(err)
	}
	o := codegen.Options{Dim: dim, Precision: real}
	if native {
		o.Target = c.Target{}
	}
	op, err := Compile(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func constant(v float64, shape ...int) *field.Array {
	a := field.New64(shape...)
	for i := range a.F64 {
		a.F64[i] = v
	}
	return a
}

// good are arguments without a fault; each call gives fresh ones.
func good() Arguments {
	return Arguments{
		Shape: []int{11, 13}, Spacing: []float64{10, 10}, Steps: 20, Dt: 1,
		Fields:    map[string]*field.Array{"m": constant(0.25, 11, 13), "profile": constant(0, 13)},
		Constants: map[string]float64{"gain": 1},
		Points:    map[string]Points{"src": {At: constant(50, 1, 2), Traces: constant(1, 20, 1)}, "rec": {At: constant(20, 3, 2)}},
	}
}

func TestBadArguments(t *testing.T) {
	op := compile(t, scaled, 2, signature.F32, false)
	if run, err := op.Bind(good()); err != nil {
		t.Fatal(err)
	} else {
		run.Close()
	}
	nan := math.NaN()
	for _, v := range []struct {
		want  string
		spoil func(*Arguments)
	}{
		{"2 axes (x, z), but the shape has 3 numbers", func(a *Arguments) { a.Shape = []int{3, 3, 3} }},
		{"the shape has 0 numbers", func(a *Arguments) { a.Shape = nil }},
		{"axis x has 0 points", func(a *Arguments) { a.Shape = []int{0, 13} }},
		{"axis z has -4 points", func(a *Arguments) { a.Shape = []int{11, -4} }},
		{"1 spacings", func(a *Arguments) { a.Spacing = []float64{1} }},
		{"axis z has spacing 0", func(a *Arguments) { a.Spacing = []float64{10, 0} }},
		{"axis z has spacing NaN", func(a *Arguments) { a.Spacing = []float64{10, nan} }},
		{"axis x has spacing +Inf", func(a *Arguments) { a.Spacing = []float64{math.Inf(1), 10} }},
		{"axis x has origin NaN", func(a *Arguments) { a.Origin = []float64{nan, 0} }},
		{"the origin has 1 numbers", func(a *Arguments) { a.Origin = []float64{0} }},
		{"0 time levels leave no step", func(a *Arguments) { a.Steps = 0 }},
		{"2 time levels leave no step", func(a *Arguments) { a.Steps = 2 }},
		{"the time step is -1", func(a *Arguments) { a.Dt = -1 }},
		{"the time step is NaN", func(a *Arguments) { a.Dt = nan }},
		{"the time step 10 is above the stability limit 3.06", func(a *Arguments) { a.Dt = 10 }},
		{"it would be stable with m above 0", func(a *Arguments) { a.Fields["m"] = constant(-1, 11, 13) }},
		{"-3 threads", func(a *Arguments) { a.Threads = -3 }},
		{"100000 threads", func(a *Arguments) { a.Threads = 100000 }},
		{"the block has 1 numbers", func(a *Arguments) { a.Block = []int{4} }},
		{"the block has 0 points along x", func(a *Arguments) { a.Block = []int{0, 4} }},
		{"no interpolation 9", func(a *Arguments) { a.Interpolation = 9 }},
		{`no field "profil"; did you mean profile?`, func(a *Arguments) { a.Fields["profil"] = a.Fields["m"] }},
		{`no field or scalar "gian"; did you mean gain?`, func(a *Arguments) { a.Constants["gian"] = 1 }},
		{`no points "sources"; it has src, rec`, func(a *Arguments) { a.Points["sources"] = a.Points["src"] }},
		{"field m (squared slowness) has no values; give an array of shape (11, 13)", func(a *Arguments) { delete(a.Fields, "m") }},
		{"field m (squared slowness) has no values", func(a *Arguments) { a.Fields["m"] = nil }},
		{"m has shape (13, 11); on this grid it has shape (11, 13)", func(a *Arguments) { a.Fields["m"] = constant(1, 13, 11) }},
		{"profile has shape (11, 13); on this grid it has shape (13,)", func(a *Arguments) { a.Fields["profile"] = constant(1, 11, 13) }},
		{"u has shape (3,); its initial state has shape (11, 13), or (2, 11, 13)", func(a *Arguments) { a.Fields["u"] = constant(1, 3) }},
		{"m has a NaN or an infinity at index (1, 2)", func(a *Arguments) { a.Fields["m"].F64[15] = nan }},
		{"m is set twice", func(a *Arguments) { a.Constants["m"] = 1 }},
		{"gain is set to +Inf", func(a *Arguments) { a.Constants["gain"] = math.Inf(1) }},
		{"scalar gain (source strength) has no value and no default", func(a *Arguments) { delete(a.Constants, "gain") }},
		{"source src has no coordinates", func(a *Arguments) { delete(a.Points, "src") }},
		{"rec needs coordinates of shape (points, 2), one row (x, z) a point, or (20, points, 2) when it moves; it has shape (3, 3)", func(a *Arguments) { a.Points["rec"] = Points{At: constant(1, 3, 3)} }},
		{"rec needs coordinates", func(a *Arguments) { a.Points["rec"] = Points{} }},
		{"point 1 of rec at (20, 120.5) lies outside of the grid: z runs from 0 to 120", func(a *Arguments) { a.Points["rec"].At.F64[3] = 120.5 }},
		{"point 0 of src at (-1, 50) lies outside of the grid: x runs from 0 to 100", func(a *Arguments) { a.Points["src"].At.F64[0] = -1 }},
		{"coordinates of rec have a NaN or an infinity at index (0, 1)", func(a *Arguments) { a.Points["rec"].At.F64[1] = nan }},
		{"source src has no traces; give an array of shape (20, 1)", func(a *Arguments) { a.Points["src"] = Points{At: a.Points["src"].At} }},
		{"traces of src have shape (19, 1); 20 time levels and 1 points need (20, 1)", func(a *Arguments) { a.Points["src"] = Points{At: a.Points["src"].At, Traces: constant(1, 19, 1)} }},
		{"traces of src have a NaN or an infinity at index (7, 0)", func(a *Arguments) { a.Points["src"].Traces.F64[7] = nan }},
		{"rec is recorded, so it takes no traces", func(a *Arguments) { a.Points["rec"] = Points{At: a.Points["rec"].At, Traces: constant(1, 20, 3)} }},
		{"GiB is available", func(a *Arguments) {
			a.Shape = []int{2000000, 1000000}
			a.Fields, a.Constants = nil, map[string]float64{"m": 0.25, "profile": 0, "gain": 1}
		}},
		{"does not fit any address space", func(a *Arguments) {
			a.Shape = []int{1 << 40, 1 << 40}
			a.Fields, a.Constants = nil, map[string]float64{"m": 0.25, "profile": 0, "gain": 1}
		}},
	} {
		a := good()
		v.spoil(&a)
		run, err := op.Bind(a)
		var bad BadArguments
		if err == nil {
			run.Close()
			t.Errorf("accepted, want %q", v.want)
		} else if !errors.As(err, &bad) || !strings.Contains(err.Error(), v.want) {
			t.Errorf("got %v\nwant %q", err, v.want)
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	op := compile(t, scaled, 2, signature.F32, false)
	a := good()
	a.Steps = 1
	a.Dt = -1
	delete(a.Fields, "m")
	a.Fields["n"] = constant(1, 1)
	_, err := op.Bind(a)
	var bad BadArguments
	if !errors.As(err, &bad) || len(bad) < 4 {
		t.Errorf("want at least four faults, got %v", err)
	}
}

// Numbers may stand for arrays, and arrays without axes for numbers.
func TestConstants(t *testing.T) {
	op := compile(t, scaled, 2, signature.F64, true)
	a := good()
	want := outcome(t, op, a)
	b := good()
	b.Fields = map[string]*field.Array{"m": field.Number(0.25), "gain": field.Number(1)}
	b.Constants = map[string]float64{"profile": 0}
	compare(t, "numbers", outcome(t, op, b), want, 0)
	c := good()
	c.Constants["u"] = 0
	compare(t, "initial state 0", outcome(t, op, c), want, 0)
}

func TestDivergenceIsReported(t *testing.T) {
	for _, native := range []bool{true, false} {
		op := compile(t, scaled, 2, signature.F32, native)
		a := good()
		a.Dt, a.Unstable, a.Steps = 30, true, 2000
		a.Points["src"] = Points{At: a.Points["src"].At, Traces: constant(1, 2000, 1)}
		_, err := op.Apply(t.Context(), a)
		var diverged *Diverged
		if !errors.As(err, &diverged) {
			t.Fatalf("got %v", err)
		}
		t.Log(err)
		// A step multiplies the shortest wave by about 400: float32 ends after
		// some 38/log10(400) = 15 steps.
		if diverged.Field != "u" || diverged.From > 25 || diverged.To > 100 || diverged.To < 10 {
			t.Errorf("%+v", diverged)
		}
	}
}

func TestCancellation(t *testing.T) {
	op := compile(t, scaled, 2, signature.F32, true)
	a := good()
	a.Steps = 100000
	a.Points["src"] = Points{At: a.Points["src"].At, Traces: constant(1, a.Steps, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	a.Progress = func(d, all int) {
		if d < done || all != a.Steps-2 {
			t.Errorf("progress %d of %d after %d", d, all, done)
		}
		if done = d; d > 50 {
			cancel()
		}
	}
	_, err := op.Apply(ctx, a)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "of 99998") {
		t.Errorf("got %v", err)
	}
	if done < 50 || done > 1000 {
		t.Errorf("%d steps were done", done)
	}
}

// A run in pieces is the same as a run in one.
func TestAdvanceInPieces(t *testing.T) {
	op := compile(t, scaled, 2, signature.F64, true)
	want := outcome(t, op, good())
	run, err := op.Bind(good())
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for _, last := range []int{1, 2, 2, 9, 18} {
		if err := run.Advance(t.Context(), last); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, "in pieces", map[string]*field.Array{"u": run.Field("u"), "rec": run.Traces("rec")}, want, 0)
	if run.Field("nothing") != nil || run.Traces("nothing") != nil {
		t.Error("unknown names give something")
	}
	run.Close()
	if err := run.Advance(t.Context(), 18); err == nil {
		t.Error("a closed run went on")
	}
}
