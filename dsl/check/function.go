package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// elementary applies sqrt, sin and the like.
func (c *checker) elementary(x *dsl.Call, f symbolic.Elementary) *value {
	if (f.Name == "max" || f.Name == "min") && len(x.Args) == 1 {
		return c.reduction(x, f)
	}
	if len(x.Args) != f.Args {
		c.fail(x, "write "+f.Name+[]string{"()", "(a)", "(a, b)"}[f.Args], "%s takes %s, not %d", f.Name, count(f.Args, "argument"), len(x.Args))
		return nil
	}
	var args []symbolic.Expr
	var first *value
	size, good := 1, true
	for _, a := range x.Args {
		v := c.eval(a)
		switch {
		case v == nil:
			good = false
			continue
		case v.rank > number:
			c.fail(a, "take a component", "%s does not apply to %s", f.Name, v.rank)
			good = false
			continue
		case first != nil && !c.alike(x, "the two arguments", first, v):
			good = false
		}
		if first == nil || first.zero {
			first = v // the number 0 takes the unit of the other argument
		}
		size += v.size
		args = append(args, v.scalar())
	}
	if !good {
		return nil
	}
	u := dimensionless
	switch f.Name {
	case "sqrt":
		u = first.unit.to(0.5)
		if n, ok := args[0].(*symbolic.Num); ok && n.Float() < 0 {
			c.fail(x, "", "the square root of a negative number is not real")
			return nil
		}
	case "abs", "min", "max":
		u = first.unit
	case "atan2":
	default:
		if !first.unit.sameDimension(dimensionless) {
			c.fail(x.Args[0], "divide it by a reference value", "%s needs a number without unit, not one in %s", f.Name, first.unit)
			return nil
		}
	}
	return one(symbolic.Apply(f.Name, args...), u).sized(size)
}

// reduction is the greatest or the least value of all points.
func (c *checker) reduction(x *dsl.Call, f symbolic.Elementary) *value {
	v := c.eval(x.Args[0])
	if v == nil {
		return nil
	}
	if v.rank > number {
		c.fail(x.Args[0], "take a component", "%s does not apply to %s", f.Name, v.rank)
		return nil
	}
	return v.each(v.unit, func(e symbolic.Expr) symbolic.Expr { return symbolic.Apply(f.Name, e) })
}
