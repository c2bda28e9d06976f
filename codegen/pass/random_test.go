package pass

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/courant-pde/courant/codegen/interp"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// random makes small problems: two coupled wavefields, parameters over all
// axes, one axis and none, stencils, quotients and functions, a source and a
// receiver. Numbers, scalars and data are positive; divisors are sums of
// positive terms, so that they keep their relative accuracy.
type random struct {
	*rand.Rand
	k          *ir.Kernel
	spaceOrder int
	read       []ir.Expr // accesses that may be read at neighbours
}

func newRandom(seed uint64) *random {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 0))}
	dim := 1 + r.IntN(3)
	r.spaceOrder = 2 * (1 + r.IntN(4))
	k := &ir.Kernel{Name: "random", Real: ir.F64, Axes: []string{"x", "y", "z"}[3-dim:], Halo: slices.Repeat([]int{r.spaceOrder / 2}, dim),
		Scalars: []string{"dt", "h"}, FirstStep: 1, LastStep: 1, Points: []*ir.Points{{Name: "src", Inject: true}, {Name: "rec"}}}
	r.k = k
	levels := 2 + r.IntN(2)
	k.Arrays = []*ir.Array{
		{Name: "m", Axes: allAxes(k), Buffers: 1, Levels: 1},
		{Name: "damp", Axes: allAxes(k), Buffers: 1, Levels: 1},
		{Name: "d", Axes: []int{r.IntN(dim)}, Buffers: 1, Levels: 1},
		{Name: "c", Buffers: 1, Levels: 1},
		{Name: "u", Role: ir.State, Axes: allAxes(k), Buffers: levels, Levels: levels},
		{Name: "v", Role: ir.State, Axes: allAxes(k), Buffers: levels, Levels: levels},
	}
	for time := 2 - levels; time <= 0; time++ {
		r.read = append(r.read, r.here("u", time), r.here("v", time))
	}
	update := func(name string) {
		target := r.here(name, 1)
		k.Step = append(k.Step, wholeGrid(k, &ir.Assign{Target: target, Value: r.sum(3)}))
		r.read = append(r.read, target)
	}
	sample := func() { k.Step = append(k.Step, &ir.Sample{Points: "rec", Value: r.sum(1)}) }
	before := r.IntN(2) == 0
	if before {
		sample()
	}
	update("u")
	k.Step = append(k.Step, &ir.Inject{Points: "src", Target: r.here("u", 1), Value: r.coefficient(2)})
	update("v")
	if !before {
		sample()
	}
	return r
}

func (r *random) here(array string, time int) *ir.Access {
	return &ir.Access{Array: array, Time: time, Offset: make([]int, len(r.k.Axes))}
}

func pick[T any](r *random, from ...T) T { return from[r.IntN(len(from))] }

// sum is a sum of products, the form of most equations.
func (r *random) sum(depth int) ir.Expr {
	var terms []ir.Expr
	for range 1 + r.IntN(4) {
		t := r.term(depth)
		if r.IntN(3) == 0 {
			t = ir.Subtract(t)
		}
		terms = append(terms, t)
	}
	return ir.Sum(terms...)
}

func (r *random) term(depth int) ir.Expr {
	if depth == 0 {
		return r.value()
	}
	switch r.IntN(7) {
	case 0:
		return &ir.Div{X: r.sum(depth - 1), Y: r.positive()}
	case 1:
		return ir.Product(r.coefficient(depth-1), r.sum(depth-1))
	case 2:
		return &ir.Call{Fn: "sin", Args: []ir.Expr{r.sum(depth - 1)}}
	case 3:
		return &ir.Call{Fn: pick(r, "min", "max"), Args: []ir.Expr{r.value(), r.sum(depth - 1)}}
	case 4:
		return ir.Product(r.coefficient(depth-1), r.stencil())
	}
	return r.stencil()
}

func (r *random) value() ir.Expr {
	return pick[ir.Expr](r, r.number(), ir.Scalar("dt"), r.parameter(), pick(r, r.read...))
}

func (r *random) number() ir.Expr {
	return pick[ir.Expr](r, ir.Const(0), ir.Const(1), ir.Const(2), ir.Const(0.25), ir.Const(r.Float64()))
}

func (r *random) parameter() ir.Expr { return r.here(pick(r, "m", "damp", "d", "c"), 0) }

// positive is a divisor.
func (r *random) positive() ir.Expr {
	return pick[ir.Expr](r, ir.Scalar("h"), ir.Product(ir.Scalar("h"), ir.Scalar("h")), r.parameter(),
		ir.Sum(r.parameter(), ir.Product(ir.Scalar("dt"), r.parameter())), &ir.Div{X: r.parameter(), Y: ir.Scalar("h")})
}

// coefficient is a product of what does not vary in time.
func (r *random) coefficient(depth int) ir.Expr {
	switch {
	case depth == 0:
		return pick[ir.Expr](r, r.number(), ir.Scalar("dt"), r.parameter())
	case r.IntN(4) == 0:
		return &ir.Call{Fn: pick(r, "sqrt", "exp"), Args: []ir.Expr{r.parameter()}}
	case r.IntN(2) == 0:
		return &ir.Div{X: r.coefficient(depth - 1), Y: r.positive()}
	}
	return ir.Product(r.coefficient(depth-1), r.coefficient(depth-1))
}

// stencil is a derivative of a wavefield along a random axis, weighted inside
// by a parameter now and then.
func (r *random) stencil() ir.Expr {
	a := pick(r, r.read...).(*ir.Access)
	axis := r.IntN(len(r.k.Axes))
	s, err := fd.Rule(1+r.IntN(2), r.spaceOrder, symbolic.Default, 0)
	if err != nil {
		panic(err)
	}
	inside := r.IntN(3) == 0
	var terms []ir.Expr
	for i, o := range s.Offset {
		w, _ := s.Weight[i].Float64()
		if w == 0 {
			continue
		}
		at := func(a *ir.Access) ir.Expr {
			c := *a
			c.Offset = slices.Clone(a.Offset)
			if r.k.Array(a.Array).Spans(axis) {
				c.Offset[axis] += o
			}
			return &c
		}
		t := at(a)
		if inside {
			t = ir.Product(at(r.here("m", 0)), t)
		}
		t = ir.Product(ir.Const(math.Abs(w)), t)
		if w < 0 {
			t = ir.Subtract(t)
		}
		terms = append(terms, t)
	}
	return ir.Product(&ir.Div{X: ir.Const(1), Y: ir.Scalar("h")}, ir.Sum(terms...))
}

const randomSteps = 3

// result is what a run leaves: the levels that must survive, and the traces.
type result struct {
	levels map[string][]float64
	traces []float64
}

// interpret runs a kernel on positive data that depend on the seed only.
func interpret(t *testing.T, k *ir.Kernel, seed uint64) result {
	t.Helper()
	size := []int64{5, 7, 6}[3-len(k.Axes):]
	b := interp.Allocate[float64](k, size)
	for axis := range b.Block {
		b.Block[axis] = 2 // which divides none of the sizes but one
	}
	b.Scalars = []float64{0.37, 1.3}
	for i, a := range k.Arrays {
		if a.Role == ir.Scratch {
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
	if err := interp.Prepare(k, b); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	if err := interp.Steps(k, b, 1, randomSteps); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	out := result{map[string][]float64{}, rec.Traces}
	for i, a := range k.Arrays {
		// The oldest level may have given its place to t+1.
		for time := 1; a.Role == ir.State && time > 2-a.Levels; time-- {
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
func fillArray(k *ir.Kernel, a *ir.Array, store *interp.Array[float64], size []int64, from *rand.Rand) {
	var whole, low []int64
	for axis, n := range size {
		h := int64(k.Halo[axis])
		if !a.Spans(axis) {
			n, h = 1, 0
		}
		whole, low = append(whole, n+2*h), append(low, h)
	}
	first, last := 0, 0
	if a.Role == ir.State {
		first, last = 3-a.Levels, 1 // levels that step 1 reads
	}
	for time := first; time <= last; time++ {
		eachPoint(whole, func(p []int64) {
			at := make([]int64, len(p))
			for axis := range p {
				at[axis] = p[axis] - low[axis]
			}
			v := 0.5 + from.Float64()
			if a.Role != ir.State || inside(at, size, a) {
				store.Data[store.Index(a.Buffer(time), at)] = v
			}
		})
	}
}

func inside(p, size []int64, a *ir.Array) bool {
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

// magnitude is the kernel whose values bound the rounding errors of k: nothing
// cancels in it. Each function is replaced by a bound of its value and of its
// derivative: the error of f(x) is at most that of x times the bound.
func magnitude(k *ir.Kernel) *ir.Kernel {
	c := *k
	var bound func(e ir.Expr) ir.Expr
	bound = func(e ir.Expr) ir.Expr {
		e = ir.MapOperands(e, bound)
		switch x := e.(type) {
		case *ir.Add:
			return ir.Sum(x.Args...)
		case *ir.Call:
			switch x.Fn {
			case "sin":
				return x.Args[0]
			case "min", "max":
				return ir.Sum(x.Args...)
			case "exp": // its condition is its argument
				return ir.Product(x, ir.Sum(ir.Const(1), x.Args[0]))
			}
		}
		return e
	}
	c.Step = ir.MapValues(k.Step, bound)
	return &c
}

// operations counts what a point's value may be rounded by in one step.
func operations(k *ir.Kernel) int {
	n := 0
	ir.VisitStmts(k.Step, func(s ir.Stmt) {
		if v := ir.Value(s); v != nil {
			n += ir.CostOf(v).Flops() + 2
		}
	})
	return n
}

// clone copies a kernel as far as passes change it.
func clone(k *ir.Kernel) *ir.Kernel {
	c := *k
	c.Arrays = nil
	for _, a := range k.Arrays {
		b := *a
		c.Arrays = append(c.Arrays, &b)
	}
	return &c
}

func without(t *testing.T, k *ir.Kernel, disable ...string) *ir.Kernel {
	t.Helper()
	c := clone(k)
	if err := Run(c, Options{Disable: disable}); err != nil {
		t.Fatal(err)
	}
	return c
}

// Passes that only move loops or data leave every bit as it is.
var movers = []string{"rotate", "block", "parallelise", "vectorise", "linearise"}

// The passes must not change what a kernel computes: not together, not one by
// one, not with one left out.
func TestPassesKeepValues(t *testing.T) {
	problems := uint64(60)
	if testing.Short() {
		problems = 30
	}
	for seed := range problems {
		k := newRandom(seed).k
		plain := interpret(t, without(t, k, Names()...), seed)
		size := interpret(t, without(t, magnitude(k), Names()...), seed)
		all := interpret(t, without(t, k), seed)
		// Each of the operations of a step, in either kernel, rounds by at most
		// 2^-53 of the magnitude, and a step takes over the errors of those
		// before it.
		tolerance := 2 * float64(randomSteps*operations(k)) * 0x1p-53
		compare(t, seed, "all passes", k, plain, all, size, tolerance)
		for _, p := range Names() {
			left := interpret(t, without(t, k, p), seed)
			alone := interpret(t, without(t, k, slices.DeleteFunc(Names(), func(n string) bool { return n == p })...), seed)
			if slices.Contains(movers, p) {
				if !reflect.DeepEqual(left, all) || !reflect.DeepEqual(alone, plain) {
					t.Errorf("problem %d: %s changes bits\n%s", seed, p, k)
				}
				continue
			}
			compare(t, seed, "all passes but "+p, k, plain, left, size, tolerance)
			compare(t, seed, p, k, plain, alone, size, tolerance)
		}
		if t.Failed() {
			return
		}
	}
}

func compare(t *testing.T, seed uint64, what string, k *ir.Kernel, want, got, size result, tolerance float64) {
	t.Helper()
	check := func(where string, want, got, size []float64) {
		for i := range want {
			if e := math.Abs(got[i] - want[i]); !(e <= tolerance*size[i]) {
				t.Errorf("problem %d, %s: %s[%d] is %g, want %g: off by %g of %g, more than %g\n%s", seed, what, where, i, got[i], want[i], e, size[i], tolerance, k)
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
	k := newRandom(1).k
	wrong := clone(k)
	wrong.Step = ir.MapValues(k.Step, func(e ir.Expr) ir.Expr { return ir.Product(ir.Const(1+1e-11), e) })
	size := interpret(t, magnitude(k), 1)
	a, b := interpret(t, k, 1), interpret(t, wrong, 1)
	worst := 0.0
	for name := range a.levels {
		for i := range a.levels[name] {
			worst = max(worst, math.Abs(a.levels[name][i]-b.levels[name][i])/size.levels[name][i])
		}
	}
	if limit := 2 * float64(randomSteps*operations(k)) * 0x1p-53; worst < limit {
		t.Errorf("a change of 1e-11 moves values by %g of their magnitude, less than the tolerance %g", worst, limit)
	}
}

// allAxes lists the axes of the grid.
func allAxes(k *ir.Kernel) []int {
	all := make([]int, len(k.Axes))
	for i := range all {
		all[i] = i
	}
	return all
}

// wholeGrid puts a statement into loops over all points of the grid.
func wholeGrid(k *ir.Kernel, s ir.Stmt) *ir.Loop {
	lo, hi := make([]ir.Bound, len(k.Axes)), make([]ir.Bound, len(k.Axes))
	for axis := range hi {
		hi[axis].Kind = ir.Size
	}
	return lower.NestOver(k, allAxes(k), lo, hi, s)
}
