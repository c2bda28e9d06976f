package check

import (
	"math/big"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// scheme reads what stands in the parentheses of a derivative.
func (c *checker) scheme(x *dsl.Member, axis, order int) (symbolic.Scheme, bool) {
	var out symbolic.Scheme
	seen := map[string]bool{}
	for _, o := range x.Options {
		if seen[o.Name] {
			c.failAt(o.Pos, len(o.Name), "keep one of them", "%s is given twice", o.Name)
			return out, false
		}
		seen[o.Name] = true
		good := false
		switch o.Name {
		case "order":
			out.Accuracy, good = c.accuracy(o.Args[0])
		case "at":
			out.Half, good = c.half(o.Args[0])
		case "weights":
			out.Weights, good = c.weights(o, order)
		}
		if !good {
			return out, false
		}
	}
	if out.Weights != nil {
		switch {
		case seen["order"]:
			c.failAt(x.Options[0].Pos, 1, "leave the order out", "weights leave no order of accuracy to choose")
			return out, false
		case (len(out.Weights)%2 == 0) != (out.Half != 0):
			c.failAt(x.Options[0].Pos, 1, "an odd number of weights lies about a point, an even number about a place at 1/2 or -1/2", "%s do not lie evenly about the place of the derivative", count(len(out.Weights), "weight"))
			return out, false
		}
	}
	return out, true
}

// accuracy reads 4, space or space/2.
func (c *checker) accuracy(e dsl.Expr) (int, bool) {
	outer := c.args
	c.args = append(c.args, map[string]*value{"space": one(symbolic.Int(c.problem.Grid.SpaceOrder), dimensionless)})
	v := c.eval(e)
	c.args = outer
	if v == nil {
		return 0, false
	}
	n, isNum := v.scalar().(*symbolic.Num)
	if v.rank == 0 && isNum {
		k := int(n.Float()) // space/2 of an order such as 6 is rounded down
		_, plain := e.(*dsl.Number)
		whole, isInt := n.IsInt()
		if k >= 1 && k <= MaxSpaceOrder && (!plain || isInt && (whole == 1 || whole%2 == 0)) {
			return k, true
		}
	}
	c.fail(e, "use 1, 2, 4, 6, 8, ..., space or space/2", "order of accuracy %s: it must be 1 or even, up to %d", dsl.FormatExpr(e), MaxSpaceOrder)
	return 0, false
}

// half reads 1/2 or -1/2, the place of a derivative in spacings.
func (c *checker) half(e dsl.Expr) (int, bool) {
	v := c.eval(e)
	if v == nil {
		return 0, false
	}
	if n, ok := v.scalar().(*symbolic.Num); ok && v.rank == 0 {
		twice := new(big.Rat).Mul(n.Rat(), big.NewRat(2, 1))
		if twice.IsInt() && twice.Num().IsInt64() && (twice.Num().Int64() == 1 || twice.Num().Int64() == -1) {
			return int(twice.Num().Int64()), true
		}
	}
	c.fail(e, "use 1/2 or -1/2", "a derivative can be taken half a spacing up or down, not at %s", dsl.FormatExpr(e))
	return 0, false
}

// weights reads the numbers of a stencil.
func (c *checker) weights(o *dsl.Option, order int) ([]*big.Rat, bool) {
	var out []*big.Rat
	for _, e := range o.Args {
		v := c.eval(e)
		if v == nil {
			return nil, false
		}
		n, ok := v.scalar().(*symbolic.Num)
		if !ok || v.rank > 0 {
			c.fail(e, "write a number", "the weights of a stencil are numbers")
			return nil, false
		}
		out = append(out, n.Rat())
	}
	if len(out) <= order || len(out) > 2*MaxSpaceOrder+1 {
		c.failAt(o.Pos, len(o.Name), "give all weights, from the lowest point to the highest", "%s for a derivative of order %d: it takes from %d to %d", count(len(out), "weight"), order, order+1, 2*MaxSpaceOrder+1)
		return nil, false
	}
	return out, true
}
