package check

import (
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// eval gives an expression its meaning, nil when it has a fault.
func (c *checker) eval(e dsl.Expr) *value {
	v := c.meaning(e)
	if v == nil || !c.bounded(e, v) || !c.valued(e, v) {
		return nil
	}
	return v
}

func (c *checker) meaning(e dsl.Expr) *value {
	switch x := e.(type) {
	case *dsl.Number:
		return c.number(x)
	case *dsl.Name:
		return c.name(x)
	case *dsl.Paren:
		return c.eval(x.X)
	case *dsl.Unary:
		v := c.eval(x.X)
		if v == nil || x.Op == "+" {
			return v
		}
		return v.each(v.unit, symbolic.Neg)
	case *dsl.Binary:
		return c.binary(x)
	case *dsl.Tuple:
		return c.tuple(x)
	case *dsl.Call:
		return c.call(x)
	case *dsl.Member:
		return c.member(x)
	}
	return nil
}

func (c *report) number(x *dsl.Number) *value {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(x.Text), "e")
	if len(mantissa) > 60 || len(strings.TrimLeft(exponent, "+-0")) > 3 || (len(strings.TrimLeft(exponent, "+-0")) == 3 && strings.TrimLeft(exponent, "+-0") > "300") {
		c.fail(x, "numbers must lie within 1e-300 and 1e300", "the number %s is out of range", x.Text)
		return nil
	}
	r, ok := new(big.Rat).SetString(x.Text)
	if !ok {
		c.fail(x, "", "%s is not a number", x.Text)
		return nil
	}
	v := one(symbolic.Rational(r), dimensionless)
	v.zero = r.Sign() == 0
	return v
}

func (c *checker) name(x *dsl.Name) *value {
	if len(c.args) > 0 {
		if v, ok := c.args[len(c.args)-1][x.Name]; ok {
			return v
		}
	}
	if x.Name == "dt" {
		return one(symbolic.TimeStep(), c.time)
	}
	if x.Name == "pi" {
		r := new(big.Rat)
		r.SetFloat64(math.Pi)
		return one(symbolic.Rational(r), dimensionless)
	}
	if x.Name == "identity" {
		return c.made(matrix, dimensionless, 1, func(i, j int) symbolic.Expr {
			if i == j {
				return symbolic.Int(1)
			}
			return symbolic.Int(0)
		})
	}
	for a, axis := range c.axes() {
		if x.Name == "h_"+axis {
			return one(c.problem.Grid.Spacing(a), c.length)
		}
	}
	if v := c.quantity(x.Name); v != nil {
		return v
	}
	e := c.names[x.Name]
	if e == nil {
		switch {
		case symbolic.Functions[x.Name].Name != "" || functions[x.Name] != nil || x.Name == "norm" || x.Name == "at":
			c.fail(x, "write "+x.Name+"(...)", "%s needs an argument", x.Name)
		case slices.Contains(c.axes(), x.Name) || x.Name == "t":
			c.fail(x, "declare a field and give it the coordinate's values", "the coordinate %s cannot be used as a value", x.Name)
		default:
			c.unknown(x)
		}
		return nil
	}
	switch e.kind {
	case function:
		v := c.whole(e, func(k int) symbolic.Expr { return e.functions[k].Here() })
		if !c.levels(x, v) {
			return nil
		}
		return v
	case scalar:
		return c.whole(e, func(k int) symbolic.Expr { return e.scalars[k] })
	case let:
		if v := c.letValue(e, x.Name); v != nil && c.levels(x, v) {
			return v
		}
		return nil
	case points:
		if !c.inject {
			c.fail(x, "traces can be used only in inject", "%s stands for traces at points, not for a value on the grid", x.Name)
			return nil
		}
		return one(trace(x.Name, 0), e.unit)
	case component:
		c.fail(x, "write "+e.of, "%s is the name of a component outside of this file", x.Name)
	case region:
		c.fail(x, "limit a statement to it with in "+x.Name, "%s is a region, not a value", x.Name)
	case series:
		c.fail(x, "it is written once all of the step is done", "%s is one number a step, which cannot be read", x.Name)
	case def:
		c.fail(x, "write "+x.Name+"("+strings.Join(e.params, ", ")+")", "%s is a def and needs arguments", x.Name)
	}
	return nil
}

// letValue evaluates a let once. It may read next levels that are not known
// yet: whether they are is checked where the let is used.
func (c *checker) letValue(e *entity, name string) *value {
	if e.done && c.along == everyAxis {
		return e.value
	}
	if e.busy {
		c.failAt(e.pos, len(name), "break the circle", "let %s is defined by itself", name)
		return nil
	}
	e.busy = true
	outer, args, within := c.mode, c.args, c.within
	c.mode, c.args, c.within = mode{lenient: true, along: c.along}, nil, nil
	v := c.eval(e.body)
	c.mode, c.args, c.within = outer, args, within
	e.busy = false
	if c.along != everyAxis { // another one for every axis
		return v
	}
	e.value, e.done = v, true
	return e.value
}

// tuple is a vector of scalars.
func (c *checker) tuple(x *dsl.Tuple) *value {
	if len(x.Parts) != c.dim {
		hint := "give one for each axis, or limit the statement to some grids, as in 2D let n = (a, b)"
		c.fail(x, hint, "a vector of %s on a grid with %s", count(len(x.Parts), "component"), count(c.dim, "axis"))
		return nil
	}
	out := &value{rank: vector, zero: true}
	var first *value
	for _, p := range x.Parts {
		v := c.eval(p)
		switch {
		case v == nil:
			return nil
		case v.rank != number:
			c.fail(p, "write a vector of scalars", "a component cannot be %s", v.rank)
			return nil
		case first != nil && !c.alike(p, "the components", first, v):
			return nil
		}
		if first == nil || first.zero {
			first = v // the number 0 takes the unit of another component
		}
		out.part = append(out.part, v.scalar())
		out.size, out.zero = max(out.size, v.size), out.zero && v.zero
	}
	out.unit = first.unit
	return out
}
