package check

import (
	"math/big"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// scheme reads the options of a derivative of the given order.
func (c *scope) scheme(x *dsl.Member, axis, order int) (s symbolic.Scheme, ok bool) {
	seen := map[string]dsl.Pos{}
	for _, o := range x.Options {
		if _, twice := seen[o.Name]; twice {
			c.failAt(o.Pos, len(o.Name), "keep one of them", "%s is given twice", o.Name)
			return s, false
		}
		seen[o.Name] = o.Pos
		switch o.Name {
		case "order":
			ok = c.accuracy(o, axis, &s)
		case "at":
			ok = c.evaluatedAt(o, axis, &s)
		case "weights":
			ok = c.weights(o, &s)
		}
		if !ok {
			return s, false
		}
	}
	pos := seen["weights"]
	n := len(s.Weights)
	switch _, ordered := seen["order"]; {
	case s.Weights == nil:
		// More levels than a step needs serve to read back, not for accuracy.
		if axis == symbolic.TimeAxis && s.Accuracy == 0 && c.problem.Grid.TimeOrder > 2 {
			s.Accuracy = 2
		}
		return s, true
	case ordered:
		c.failAt(pos, len("weights"), "leave out one of them", "weights leave no choice of the order of accuracy")
	case n <= order:
		c.failAt(pos, len("weights"), "give the weights of all points, from the lowest to the highest", "a derivative of order %d needs at least %d points, not %d", order, order+1, n)
	case n > maxWeights:
		c.failAt(pos, len("weights"), "use a shorter stencil", "%d weights: at most %d can be given", n, maxWeights)
	case n%2 == 0 && axis == symbolic.TimeAxis:
		c.failAt(pos, len("weights"), "give an odd number of weights", "%d weights have no level in their middle", n)
	default:
		return s, true
	}
	return s, false
}

// maxWeights bounds the points of a stencil that is given by its weights.
const maxWeights = 2*MaxSpaceOrder + 1

// accuracy reads order N, or a part of the operator's order: order space/2.
func (c *scope) accuracy(o *dsl.Option, axis int, s *symbolic.Scheme) bool {
	e := o.Values[0]
	relative := false
	dsl.Walk(e, func(e dsl.Expr) {
		n, ok := e.(*dsl.Name)
		relative = relative || ok && n.Name == "space"
	})
	if relative && axis == symbolic.TimeAxis {
		c.fail(e, "give a number", "the order in space says nothing about a derivative in time")
		return false
	}
	r := c.exact(e, c.problem.Grid.SpaceOrder)
	if r == nil {
		return false
	}
	if relative { // a part of an order that it does not divide is rounded down
		r.SetInt(new(big.Int).Quo(r.Num(), r.Denom()))
	}
	n := 0
	if r.IsInt() && r.Num().IsInt64() {
		n = int(min(r.Num().Int64(), MaxSpaceOrder+1))
	}
	if n < 1 || n > MaxSpaceOrder || n > 1 && n%2 != 0 && !relative {
		c.fail(e, "use 1, 2, 4, 6, 8, ..., or a part of space, the operator's order", "order of accuracy %s: it must be 1 or even, up to %d", r.RatString(), MaxSpaceOrder)
		return false
	}
	s.Accuracy = n
	return true
}

// evaluatedAt reads at 1/2 or at -1/2.
func (c *report) evaluatedAt(o *dsl.Option, axis int, s *symbolic.Scheme) bool {
	r := c.exact(o.Values[0], 0)
	if r == nil {
		return false
	}
	if axis == symbolic.TimeAxis {
		c.failAt(o.Pos, len(o.Name), "remove it; dtl and dtr move the levels", "there are no values between time levels")
		return false
	}
	r.Mul(r, big.NewRat(2, 1))
	if !r.IsInt() || r.Num().CmpAbs(big.NewInt(1)) != 0 {
		c.fail(o.Values[0], "write at 1/2 or at -1/2", "a derivative can be taken half a spacing up or down the axis only")
		return false
	}
	s.Half = r.Sign()
	return true
}

func (c *report) weights(o *dsl.Option, s *symbolic.Scheme) bool {
	for _, e := range o.Values {
		r := c.exact(e, 0)
		if r == nil {
			return false
		}
		s.Weights = append(s.Weights, r)
	}
	return true
}

// exact is the value of an option: arithmetic with numbers and, where space is
// not 0, the operator's order in space. It is nil after a fault.
func (c *report) exact(e dsl.Expr, space int) *big.Rat {
	var r *big.Rat
	switch x := e.(type) {
	case *dsl.Number:
		if v := c.number(x); v != nil {
			r = v.scalar().(*symbolic.Num).Rat()
		}
		return r
	case *dsl.Paren:
		return c.exact(x.X, space)
	case *dsl.Unary:
		if r = c.exact(x.X, space); r != nil && x.Op == "-" {
			r.Neg(r)
		}
		return r
	case *dsl.Name:
		if x.Name == "space" && space > 0 {
			return big.NewRat(int64(space), 1)
		}
	case *dsl.Binary:
		a, b := c.exact(x.X, space), c.exact(x.Y, space)
		switch {
		case a == nil || b == nil:
			return nil
		case x.Op == "+":
			r = a.Add(a, b)
		case x.Op == "-":
			r = a.Sub(a, b)
		case x.Op == "*":
			r = a.Mul(a, b)
		case x.Op == "/" && b.Sign() != 0:
			r = a.Quo(a, b)
		}
		if r != nil && numbersInRange(symbolic.Rational(r)) {
			return r
		}
	}
	what := "a number, such as 1/2"
	if space > 0 {
		what = "a number, or a part of space, the operator's order"
	}
	c.fail(e, "write "+what, "%s is not %s", dsl.FormatExpr(e), what)
	return nil
}
