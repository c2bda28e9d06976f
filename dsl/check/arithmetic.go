package check

import (
	"math"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

func (c *checker) binary(x *dsl.Binary) *value {
	a, b := c.eval(x.X), c.eval(x.Y)
	if a == nil || b == nil {
		return nil
	}
	n := a.size + b.size + 1
	switch x.Op {
	case "+", "-":
		if !c.alike(x, "the two terms", a, b) {
			return nil
		}
		switch {
		case b.nothing():
			return a
		case a.nothing() && x.Op == "+":
			return b
		case a.nothing():
			return b.each(b.unit, symbolic.Neg)
		}
		out := &value{rank: a.rank, unit: a.unit, zero: a.zero && b.zero, size: n}
		if a.zero {
			out.unit = b.unit
		}
		for i := range a.part {
			if x.Op == "+" {
				out.part = append(out.part, symbolic.Sum(a.part[i], b.part[i]))
			} else {
				out.part = append(out.part, symbolic.Sub(a.part[i], b.part[i]))
			}
		}
		return out
	case "*":
		u := a.unit.times(b.unit)
		switch {
		case a.rank > number && b.rank > number:
			hint := "write dot(a, b), or hadamard(a, b) for the products of the components"
			if max(a.rank, b.rank) == matrix {
				hint = "write dot(M, v) for a matrix times a vector"
			}
			c.fail(x, hint, "%s cannot be multiplied by %s", a.rank, b.rank)
			return nil
		case a.rank > number:
			out := a.each(u, func(p symbolic.Expr) symbolic.Expr { return symbolic.Product(p, b.scalar()) }).sized(n)
			out.zero = a.zero || b.zero
			return out
		}
		out := b.each(u, func(p symbolic.Expr) symbolic.Expr { return symbolic.Product(a.scalar(), p) }).sized(n)
		out.zero = a.zero || b.zero
		return out
	case "/":
		switch {
		case b.rank > number:
			c.fail(x.Y, "divide by a component", "nothing can be divided by %s", b.rank)
			return nil
		case symbolic.IsZero(b.scalar()), !finite(symbolic.Power(b.scalar(), symbolic.Int(-1))):
			c.fail(x.Y, "", "division by zero")
			return nil
		}
		return a.each(a.unit.times(b.unit.to(-1)), func(p symbolic.Expr) symbolic.Expr { return symbolic.Quotient(p, b.scalar()) }).sized(n)
	}
	if v := c.power(x, a, b); v != nil {
		return v.sized(n)
	}
	return nil
}

func (c *report) power(x *dsl.Binary, a, b *value) *value {
	if r := max(a.rank, b.rank); r > number {
		c.fail(x, "raise a component, or write dot(a, a)", "%s cannot be raised to a power, nor be an exponent", r)
		return nil
	}
	n, isNumber := b.scalar().(*symbolic.Num)
	if !isNumber {
		if !b.unit.sameDimension(dimensionless) {
			c.fail(x.Y, "make it dimensionless", "an exponent must be without unit; this one is in %s", b.unit)
			return nil
		}
		if !a.unit.sameDimension(dimensionless) {
			c.fail(x.X, "divide it by a reference value, or use a number as the exponent", "a power that varies needs a base without unit; this one is in %s", a.unit)
			return nil
		}
		return one(symbolic.Power(a.scalar(), b.scalar()), dimensionless)
	}
	if f := n.Float(); math.Abs(f) > 64 {
		c.fail(x.Y, "exponents lie between -64 and 64", "the exponent %s is too large", dsl.FormatExpr(x.Y))
		return nil
	}
	if symbolic.IsZero(a.scalar()) && n.Float() <= 0 {
		c.fail(x, "", "zero to the power %s has no value", dsl.FormatExpr(x.Y))
		return nil
	}
	if v, ok := a.scalar().(*symbolic.Num); ok && v.Float() < 0 {
		if _, isInt := n.IsInt(); !isInt {
			c.fail(x, "", "a fractional power of a negative number is not real")
			return nil
		}
	}
	return one(symbolic.Power(a.scalar(), n), a.unit.to(n.Float()))
}
