package pass_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// random makes small problems: two coupled wavefields, parameters over all
// axes, one axis and none, stencils, quotients and functions, a source and a
// receiver. Numbers, scalars and data are positive; divisors are sums of
// positive terms, so that they keep their relative accuracy.
type random struct {
	*rand.Rand
	p          *stencil.Program
	spaceOrder int
	read       []expr.Expr // accesses that may be read at neighbours
}

func newRandom(seed uint64) *random {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 0))}
	dim := 1 + r.IntN(3)
	r.spaceOrder = 2 * (1 + r.IntN(4))
	p := &stencil.Program{Operator: signature.Operator{Name: "random", Real: signature.F64, Axes: []string{"x", "y", "z"}[3-dim:], Halo: slices.Repeat([]int{r.spaceOrder / 2}, dim),
		Scalars: []string{"dt", "h"}, FirstStep: 1, LastStep: 1, Points: []*signature.Points{{Name: "src", Traces: "src", Inject: true}, {Name: "rec", Traces: "rec"}}}}
	r.p = p
	levels := 2 + r.IntN(2)
	p.Arrays = []*signature.Array{
		{Name: "m", Axes: allAxes(p), Buffers: 1, Levels: 1},
		{Name: "damp", Axes: allAxes(p), Buffers: 1, Levels: 1},
		{Name: "d", Axes: []int{r.IntN(dim)}, Buffers: 1, Levels: 1},
		{Name: "c", Buffers: 1, Levels: 1},
		{Name: "u", Role: signature.State, Axes: allAxes(p), Buffers: levels, Levels: levels},
		{Name: "v", Role: signature.State, Axes: allAxes(p), Buffers: levels, Levels: levels},
	}
	for time := 2 - levels; time <= 0; time++ {
		r.read = append(r.read, r.here("u", time), r.here("v", time))
	}
	update := func(name string) {
		target := r.here(name, 1)
		p.Step = append(p.Step, wholeGrid(p, &stencil.Assign{Target: target, Value: r.sum(3)}))
		r.read = append(r.read, target)
	}
	sample := func() { p.Step = append(p.Step, &stencil.Sample{Points: "rec", Value: r.sum(1)}) }
	before := r.IntN(2) == 0
	if before {
		sample()
	}
	update("u")
	p.Step = append(p.Step, &stencil.Inject{Points: "src", Target: r.here("u", 1), Value: r.coefficient(2)})
	update("v")
	if !before {
		sample()
	}
	return r
}

func (r *random) here(field string, time int) *stencil.Access {
	return &stencil.Access{Field: field, Time: time, Offset: make([]int, len(r.p.Axes))}
}

func pick[T any](r *random, from ...T) T { return from[r.IntN(len(from))] }

// sum is a sum of products, the form of most equations.
func (r *random) sum(depth int) expr.Expr {
	var terms []expr.Expr
	for range 1 + r.IntN(4) {
		t := r.term(depth)
		if r.IntN(3) == 0 {
			t = expr.Subtract(t)
		}
		terms = append(terms, t)
	}
	return expr.Sum(terms...)
}

func (r *random) term(depth int) expr.Expr {
	if depth == 0 {
		return r.value()
	}
	switch r.IntN(7) {
	case 0:
		return &expr.Div{X: r.sum(depth - 1), Y: r.positive()}
	case 1:
		return expr.Product(r.coefficient(depth-1), r.sum(depth-1))
	case 2:
		return &expr.Call{Fn: "sin", Args: []expr.Expr{r.sum(depth - 1)}}
	case 3:
		return &expr.Call{Fn: pick(r, "min", "max"), Args: []expr.Expr{r.value(), r.sum(depth - 1)}}
	case 4:
		return expr.Product(r.coefficient(depth-1), r.stencil())
	}
	return r.stencil()
}

func (r *random) value() expr.Expr {
	return pick[expr.Expr](r, r.number(), expr.Scalar("dt"), r.parameter(), pick(r, r.read...))
}

func (r *random) number() expr.Expr {
	return pick[expr.Expr](r, expr.Const(0), expr.Const(1), expr.Const(2), expr.Const(0.25), expr.Const(r.Float64()))
}

func (r *random) parameter() expr.Expr { return r.here(pick(r, "m", "damp", "d", "c"), 0) }

// positive is a divisor.
func (r *random) positive() expr.Expr {
	return pick[expr.Expr](r, expr.Scalar("h"), expr.Product(expr.Scalar("h"), expr.Scalar("h")), r.parameter(),
		expr.Sum(r.parameter(), expr.Product(expr.Scalar("dt"), r.parameter())), &expr.Div{X: r.parameter(), Y: expr.Scalar("h")})
}

// coefficient is a product of what does not vary in time.
func (r *random) coefficient(depth int) expr.Expr {
	switch {
	case depth == 0:
		return pick[expr.Expr](r, r.number(), expr.Scalar("dt"), r.parameter())
	case r.IntN(4) == 0:
		return &expr.Call{Fn: pick(r, "sqrt", "exp"), Args: []expr.Expr{r.parameter()}}
	case r.IntN(2) == 0:
		return &expr.Div{X: r.coefficient(depth - 1), Y: r.positive()}
	}
	return expr.Product(r.coefficient(depth-1), r.coefficient(depth-1))
}

// stencil is a derivative of a wavefield along a random axis, weighted inside
// by a parameter now and then.
func (r *random) stencil() expr.Expr {
	a := pick(r, r.read...).(*stencil.Access)
	axis := r.IntN(len(r.p.Axes))
	s, err := fd.Rule(1+r.IntN(2), r.spaceOrder, symbolic.Default, 0)
	if err != nil {
		panic(err)
	}
	inside := r.IntN(3) == 0
	var terms []expr.Expr
	for i, o := range s.Offset {
		w, _ := s.Weight[i].Float64()
		if w == 0 {
			continue
		}
		at := func(a *stencil.Access) expr.Expr {
			c := *a
			c.Offset = slices.Clone(a.Offset)
			if r.p.Array(a.Field).Spans(axis) {
				c.Offset[axis] += o
			}
			return &c
		}
		t := at(a)
		if inside {
			t = expr.Product(at(r.here("m", 0)), t)
		}
		t = expr.Product(expr.Const(math.Abs(w)), t)
		if w < 0 {
			t = expr.Subtract(t)
		}
		terms = append(terms, t)
	}
	return expr.Product(&expr.Div{X: expr.Const(1), Y: expr.Scalar("h")}, expr.Sum(terms...))
}

// allAxes lists the axes of the grid.
func allAxes(p *stencil.Program) []int {
	all := make([]int, len(p.Axes))
	for i := range all {
		all[i] = i
	}
	return all
}

// wholeGrid carries out an assignment at all points of the grid.
func wholeGrid(p *stencil.Program, a *stencil.Assign) *stencil.Compute {
	return &stencil.Compute{Axes: allAxes(p), Box: slices.Repeat([]signature.Span{signature.Whole}, len(p.Axes)), Body: []stencil.Assignment{a}}
}
