package fd

import (
	"fmt"
	"math/big"

	"github.com/courant-pde/courant/symbolic"
)

// Discretise replaces every derivative in e by its stencil on the grid. The
// derivative of an expression is the stencil applied to the whole expression:
// laplace(a*u) weighs a*u at each point. Nested derivatives are expanded from
// the inside out.
func Discretise(e symbolic.Expr, g *symbolic.Grid) (symbolic.Expr, error) {
	var failed error
	var walk func(symbolic.Expr) symbolic.Expr
	walk = func(e symbolic.Expr) symbolic.Expr {
		d, ok := e.(*symbolic.Deriv)
		if !ok {
			return symbolic.Map(e, walk)
		}
		inner := walk(d.Of)
		s, err := StencilOf(d, g)
		if err != nil {
			failed = err
			return inner
		}
		step := symbolic.Expr(symbolic.TimeStep())
		if d.Axis != symbolic.TimeAxis {
			step = g.Spacing(d.Axis)
		}
		return symbolic.Product(symbolic.Power(step, symbolic.Int(-d.Order)), s.Apply(inner, d.Axis))
	}
	out := walk(e)
	return out, failed
}

// StencilOf is the stencil that the grid prescribes for d.
func StencilOf(d *symbolic.Deriv, g *symbolic.Grid) (*Stencil, error) {
	accuracy := d.Accuracy
	if accuracy == 0 {
		accuracy = g.SpaceOrder
		if d.Axis == symbolic.TimeAxis {
			accuracy = g.TimeOrder
		}
	}
	s, err := Rule(d.Order, accuracy, d.Side)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d, err)
	}
	return s, nil
}

// Apply is the weighted sum of e at the stencil's points along axis, without
// the division by the spacing.
func (s *Stencil) Apply(e symbolic.Expr, axis int) symbolic.Expr {
	var terms []symbolic.Expr
	for i, o := range s.Offset {
		terms = append(terms, symbolic.Product(symbolic.Rational(s.Weight[i]), symbolic.Shift(e, axis, o)))
	}
	return symbolic.Sum(terms...)
}

// SumAbs is the sum of the weights' absolute values, the largest amplification
// of any wave by the stencil.
func (s *Stencil) SumAbs() float64 {
	sum := new(big.Rat)
	for _, w := range s.Weight {
		sum.Add(sum, new(big.Rat).Abs(w))
	}
	f, _ := sum.Float64()
	return f
}
