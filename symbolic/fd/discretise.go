package fd

import (
	"github.com/courant-pde/courant/symbolic"
)

// DiscretiseTime replaces the time derivatives in e by their stencils.
func DiscretiseTime(e symbolic.Expr, g *symbolic.Grid) (symbolic.Expr, error) {
	var failed error
	var walk func(symbolic.Expr) symbolic.Expr
	walk = func(e symbolic.Expr) symbolic.Expr {
		d, ok := e.(*symbolic.Deriv)
		if !ok || d.Axis != symbolic.TimeAxis {
			return symbolic.Map(e, walk)
		}
		inner := walk(d.Of)
		s, err := StencilOf(d, g)
		if err != nil {
			failed = err
			return inner
		}
		return symbolic.Product(symbolic.Power(symbolic.TimeStep(), symbolic.Int(-d.Order)), s.Apply(inner, symbolic.TimeAxis))
	}
	out := walk(e)
	return out, failed
}

// Discretise replaces every derivative in e by its stencil on the grid, and
// brings every function to the place at (nil for the nodes), where the value
// of e is wanted. The derivative of an expression is the stencil applied to
// the whole expression: laplace(a*u) weighs a*u at each point.
func Discretise(e symbolic.Expr, g *symbolic.Grid, at []bool) (symbolic.Expr, error) {
	return DiscretiseWith(e, g, at, nil)
}

// DiscretiseWith is Discretise with a say in what a stencil is applied to:
// name may return a function that stands for the operand of a derivative,
// which lies at the given place, or nil to have the stencil applied to the
// discretised operand itself.
func DiscretiseWith(e symbolic.Expr, g *symbolic.Grid, at []bool, name func(d *symbolic.Deriv, s *Stencil, at []bool) *symbolic.Function) (symbolic.Expr, error) {
	e, err := DiscretiseTime(e, g)
	if err != nil {
		return nil, err
	}
	if at == nil {
		at = make([]bool, g.Dim())
	}
	x := discretiser{grid: g, name: name}
	out := x.at(e, at)
	return out, x.err
}

type discretiser struct {
	grid *symbolic.Grid
	name func(d *symbolic.Deriv, s *Stencil, at []bool) *symbolic.Function
	err  error
}

// at is the value of e at a place.
func (x *discretiser) at(e symbolic.Expr, at []bool) symbolic.Expr {
	switch e := e.(type) {
	case *symbolic.Access:
		return mean(e, at)
	case *symbolic.Deriv:
		return x.derivative(e, at)
	case *symbolic.Place:
		return brought(x.at(e.Of, e.Half), e.Half, at)
	}
	return symbolic.Map(e, func(part symbolic.Expr) symbolic.Expr { return x.at(part, at) })
}

func (x *discretiser) derivative(d *symbolic.Deriv, at []bool) symbolic.Expr {
	// Along its axis the operand is taken where it lies: that is what makes a
	// stencil a staggered one. Along the others it is taken where it is wanted.
	operand := append([]bool(nil), at...)
	operand[d.Axis] = Lies(d.Of, d.Axis, at[d.Axis])
	s, err := StencilBetween(d, x.grid, half(at[d.Axis])-half(operand[d.Axis]))
	if err != nil {
		x.err = err
		return d.Of
	}
	var inner symbolic.Expr
	if x.name != nil {
		if f := x.name(d, s, operand); f != nil {
			inner = f.Here()
		}
	}
	if inner == nil {
		inner = x.at(d.Of, operand)
	}
	return symbolic.Product(symbolic.Power(x.grid.Spacing(d.Axis), symbolic.Int(-d.Order)), s.Apply(inner, d.Axis))
}

// brought is the mean at a place of an expression whose values lie at another.
func brought(e symbolic.Expr, from, to []bool) symbolic.Expr {
	for axis := range to {
		if from[axis] != to[axis] && symbolic.Varies(e, axis) {
			e = symbolic.Product(symbolic.Frac(1, 2), symbolic.Sum(e, symbolic.Shift(e, axis, 1-2*half(from[axis]))))
		}
	}
	return e
}

func half(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Lies reports whether e lies halfway between the nodes along axis. What
// varies in time or is at a stated place decides, and fields only without it; when these lie at
// different places, wanted does.
func Lies(e symbolic.Expr, axis int, wanted bool) bool {
	var fields, others [2]bool
	var look func(e symbolic.Expr)
	look = func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Place:
			others[half(x.Half[axis])] = true
			return
		case *symbolic.Access:
			switch {
			case !x.Func.Spans(axis):
			case x.Func.Role == symbolic.Field:
				fields[half(x.Func.IsStaggered(axis))] = true
			default:
				others[half(x.Func.IsStaggered(axis))] = true
			}
		}
		for _, part := range symbolic.Children(e) {
			look(part)
		}
	}
	look(e)
	if others == [2]bool{} {
		others = fields
	}
	if others[0] == others[1] {
		return wanted
	}
	return others[1]
}

// mean is a function's value at a place: itself where it has values there,
// otherwise the mean of the values around, two along each axis that differs.
func mean(a *symbolic.Access, at []bool) symbolic.Expr {
	around := []*symbolic.Access{a}
	for axis := range at {
		if !a.Func.Spans(axis) || a.Func.IsStaggered(axis) == at[axis] {
			continue
		}
		step := 1 // from a node up to the half place behind it
		if !at[axis] {
			step = -1
		}
		for _, b := range around {
			off := append([]int(nil), b.Offset...)
			off[axis] += step
			around = append(around, a.Func.At(a.Time, off))
		}
	}
	if len(around) == 1 {
		return a
	}
	n := symbolic.Int(len(around))
	terms := make([]symbolic.Expr, len(around))
	for i, b := range around {
		terms[i] = b
		if a.Func.Mean == symbolic.Harmonic {
			terms[i] = symbolic.Power(b, symbolic.Int(-1))
		}
	}
	if a.Func.Mean == symbolic.Harmonic {
		return symbolic.Quotient(n, symbolic.Sum(terms...))
	}
	return symbolic.Quotient(symbolic.Sum(terms...), n)
}
