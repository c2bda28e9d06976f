package pass_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

const randomSteps = 3

// result is what a run leaves: the levels that must survive, and the traces.
type result struct {
	levels map[string][]float64
	traces []float64
}

// loops makes the kernel of a program.
func loops(t *testing.T, p *stencil.Program, maker schedule.Maker) *loop.Kernel {
	t.Helper()
	k, _, err := schedule.Apply(p, maker(p, facts.CPU))
	if err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	return k
}

// interpret runs a program as it stands, on positive data that depend on the
// seed only.
func interpret(t *testing.T, p *stencil.Program, seed uint64) result {
	t.Helper()
	return interpretAs(t, p, seed, schedule.Trivial)
}

func interpretAs(t *testing.T, p *stencil.Program, seed uint64, maker schedule.Maker) result {
	t.Helper()
	k := loops(t, p, maker)
	size := []int64{5, 7, 6}[3-len(k.Axes):]
	b := interp.Allocate[float64](&k.Operator, size)
	for axis := range b.Block {
		b.Block[axis] = 2 // which divides none of the sizes but one
	}
	b.Scalars = []float64{0.37, 1.3}
	for i, a := range k.Arrays {
		if a.Role == signature.Precomputed {
			continue
		}
		fillArray(k, a, &b.Arrays[i], size, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	traces := rand.New(rand.NewPCG(seed, 99))
	dim := int64(len(k.Axes))
	src, rec := &b.Points[0], &b.Points[1]
	*src = interp.Points[float64]{Start: []int64{0, 1, 2}, Node: make([]int64, 2*dim), Point: []int64{0, 0}, Weight: []float64{0.3, 0.7}, Count: 1}
	*rec = interp.Points[float64]{Start: []int64{0, 2}, Node: make([]int64, 2*dim), Point: []int64{0, 0}, Weight: []float64{0.6, 0.4}, Count: 1}
	src.Node[dim], rec.Node[0] = 2, 3
	for range randomSteps + 2 {
		src.Traces = append(src.Traces, traces.Float64())
		rec.Traces = append(rec.Traces, 0)
	}
	if err := interp.Prepare(interp.Of(k), b); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	if err := interp.Steps(interp.Of(k), b, 1, randomSteps); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	out := result{map[string][]float64{}, rec.Traces}
	for i, a := range k.Arrays {
		// The oldest level may have given its place to t+1.
		for time := 1; a.Role == signature.State && time > 2-a.Levels; time-- {
			name := fmt.Sprintf("%s at level %d", a.Name, time)
			store := &b.Arrays[i]
			eachPoint(size, func(p []int64) {
				out.levels[name] = append(out.levels[name], store.Data[store.Index(a.Buffer(randomSteps+time), p)])
			})
		}
	}
	return out
}

// fillArray draws the levels of an array in the order of time, the same for
// any number of buffers.
func fillArray(k *loop.Kernel, a *signature.Array, store *interp.Array[float64], size []int64, from *rand.Rand) {
	var whole, low []int64
	for axis, n := range size {
		h := int64(k.Halo[axis])
		if !a.Spans(axis) {
			n, h = 1, 0
		}
		whole, low = append(whole, n+2*h), append(low, h)
	}
	first, last := 0, 0
	if a.Role == signature.State {
		first, last = 3-a.Levels, 1 // levels that step 1 reads
	}
	for time := first; time <= last; time++ {
		eachPoint(whole, func(p []int64) {
			at := make([]int64, len(p))
			for axis := range p {
				at[axis] = p[axis] - low[axis]
			}
			v := 0.5 + from.Float64()
			if a.Role != signature.State || inside(at, size, a) {
				store.Data[store.Index(a.Buffer(time), at)] = v
			}
		})
	}
}

func inside(p, size []int64, a *signature.Array) bool {
	for axis := range p {
		if a.Spans(axis) && (p[axis] < 0 || p[axis] >= size[axis]) {
			return false
		}
	}
	return true
}

// eachPoint calls f with all points of a box, the last axis fastest.
func eachPoint(size []int64, f func([]int64)) {
	p := make([]int64, len(size))
	var walk func(axis int)
	walk = func(axis int) {
		if axis == len(size) {
			f(p)
			return
		}
		for p[axis] = 0; p[axis] < size[axis]; p[axis]++ {
			walk(axis + 1)
		}
	}
	walk(0)
}

// magnitude is the program whose values bound the rounding errors of p: nothing
// cancels in it. Each function is replaced by a bound of its value and of its
// derivative: the error of f(x) is at most that of x times the bound.
func magnitude(p *stencil.Program) *stencil.Program {
	c := *p
	var bound func(e expr.Expr) expr.Expr
	bound = func(e expr.Expr) expr.Expr {
		e = expr.MapOperands(e, bound)
		switch x := e.(type) {
		case *expr.Add:
			return expr.Sum(x.Args...)
		case *expr.Call:
			switch x.Fn {
			case "sin":
				return x.Args[0]
			case "min", "max":
				return expr.Sum(x.Args...)
			case "exp": // its condition is its argument
				return expr.Product(x, expr.Sum(expr.Const(1), x.Args[0]))
			}
		}
		return e
	}
	c.Step = stencil.MapValues(p.Step, bound)
	return &c
}

// operations counts what a point's value may be rounded by in one step.
func operations(p *stencil.Program) int {
	n := 0
	for _, s := range p.Step {
		stencil.Values(s, func(v expr.Expr) { n += expr.CostOf(v).Flops() + 2 })
	}
	return n
}

// clone copies a program as far as passes change it.
func clone(p *stencil.Program) *stencil.Program {
	c := *p
	c.Arrays = nil
	for _, a := range p.Arrays {
		b := *a
		c.Arrays = append(c.Arrays, &b)
	}
	return &c
}

func without(t *testing.T, p *stencil.Program, disable ...string) *stencil.Program {
	t.Helper()
	c := clone(p)
	if err := pass.Run(c, facts.CPU, pass.Options{Disable: disable}); err != nil {
		t.Fatal(err)
	}
	return c
}

// Passes that only move data leave every bit as it is.
var movers = []string{"inplace"}

// fewRows is a target on which stencils of a few rows are computed in two goes,
// and strips are shorter than the rows of the problems.
var fewRows = func() facts.Target {
	out := facts.CPU
	out.Rows, out.Strip = 6, 4
	return out
}()

// The passes must not change what a program computes: not together, not one by
// one, not with one left out.
func TestPassesKeepValues(t *testing.T) {
	problems := uint64(60)
	if testing.Short() {
		problems = 30
	}
	strips := 0
	for seed := range problems {
		p := newRandom(seed).p
		plain := interpret(t, without(t, p, pass.Names()...), seed)
		size := interpret(t, without(t, magnitude(p), pass.Names()...), seed)
		all := interpret(t, without(t, p), seed)
		// Each of the operations of a step, in either program, rounds by at most
		// 2^-53 of the magnitude, and a step takes over the errors of those
		// before it.
		tolerance := 2 * float64(randomSteps*operations(p)) * 0x1p-53
		compare(t, seed, "all passes", p, plain, all, size, tolerance)
		for _, name := range pass.Names() {
			left := interpret(t, without(t, p, name), seed)
			alone := interpret(t, without(t, p, slices.DeleteFunc(pass.Names(), func(n string) bool { return n == name })...), seed)
			if slices.Contains(movers, name) {
				if !reflect.DeepEqual(left, all) || !reflect.DeepEqual(alone, plain) {
					t.Errorf("problem %d: %s changes bits\n%s", seed, name, p)
				}
				continue
			}
			compare(t, seed, "all passes but "+name, p, plain, left, size, tolerance)
			compare(t, seed, name, p, plain, alone, size, tolerance)
		}
		// Tiles, threads, lanes, pointers and strips of rows only move loops and
		// data: they leave every bit as it is, with passes and without.
		narrow := clone(p)
		if err := pass.Run(narrow, fewRows, pass.Options{}); err != nil {
			t.Fatal(err)
		}
		compare(t, seed, "all passes for few rows", p, plain, interpret(t, narrow, seed), size, tolerance)
		inStrips := func(p *stencil.Program, _ facts.Target) *schedule.Schedule { return schedule.Default(p, fewRows) }
		for _, g := range inStrips(narrow, fewRows).Groups {
			strips += len(g.Fission)
		}
		if !reflect.DeepEqual(interpretAs(t, without(t, p), seed, schedule.Default), all) ||
			!reflect.DeepEqual(interpretAs(t, without(t, p, pass.Names()...), seed, schedule.Default), plain) ||
			!reflect.DeepEqual(interpretAs(t, narrow, seed, inStrips), interpret(t, narrow, seed)) {
			t.Errorf("problem %d: the default schedule changes bits\n%s", seed, p)
		}
		if t.Failed() {
			return
		}
	}
	if strips < int(problems)/4 {
		t.Errorf("only %d values are kept in strips", strips)
	}
}

func compare(t *testing.T, seed uint64, what string, p *stencil.Program, want, got, size result, tolerance float64) {
	t.Helper()
	check := func(where string, want, got, size []float64) {
		for i := range want {
			if e := math.Abs(got[i] - want[i]); !(e <= tolerance*size[i]) {
				t.Errorf("problem %d, %s: %s[%d] is %g, want %g: off by %g of %g, more than %g\n%s", seed, what, where, i, got[i], want[i], e, size[i], tolerance, p)
				return
			}
		}
	}
	for name := range want.levels {
		check(name, want.levels[name], got.levels[name], size.levels[name])
	}
	check("rec", want.traces, got.traces, size.traces)
}

// The oracle for the errors must itself be sharp: a wrong weight shows.
func TestComparisonIsSharp(t *testing.T) {
	p := newRandom(1).p
	wrong := clone(p)
	wrong.Step = stencil.MapValues(p.Step, func(e expr.Expr) expr.Expr { return expr.Product(expr.Const(1+1e-11), e) })
	size := interpret(t, magnitude(p), 1)
	a, b := interpret(t, p, 1), interpret(t, wrong, 1)
	worst := 0.0
	for name := range a.levels {
		for i := range a.levels[name] {
			worst = max(worst, math.Abs(a.levels[name][i]-b.levels[name][i])/size.levels[name][i])
		}
	}
	if limit := 2 * float64(randomSteps*operations(p)) * 0x1p-53; worst < limit {
		t.Errorf("a change of 1e-11 moves values by %g of their magnitude, less than the tolerance %g", worst, limit)
	}
}
