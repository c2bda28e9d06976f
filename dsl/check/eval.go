package check

import (
	"fmt"
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
	if v == nil || !c.bounded(e, v) {
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
	case *dsl.Call:
		return c.call(x)
	case *dsl.Member:
		return c.member(x)
	case *dsl.Tuple:
		return c.tuple(x)
	}
	return nil
}

func (c *checker) number(x *dsl.Number) *value {
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
	if x.Name == "identity" {
		return c.identity()
	}
	if x.Name == "pi" {
		r := new(big.Rat)
		r.SetFloat64(math.Pi)
		return one(symbolic.Rational(r), dimensionless)
	}
	for a, axis := range c.axes() {
		if x.Name == "h_"+axis {
			return one(c.problem.Grid.Spacing(a), c.length)
		}
	}
	e := c.names[x.Name]
	if e == nil {
		switch {
		case symbolic.Functions[x.Name].Name != "" || slices.Contains(operators, x.Name) || slices.Contains(algebra, x.Name):
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
		v := &value{rank: e.rank, unit: e.unit, size: len(e.parts)}
		for _, f := range e.parts {
			v.part = append(v.part, f.Here())
		}
		return v
	case scalar:
		v := &value{rank: e.rank, unit: e.unit, size: len(e.scalars)}
		for _, s := range e.scalars {
			v.part = append(v.part, s)
		}
		return v
	case region:
		c.fail(x, "write in "+x.Name+" behind an update", "%s is a region, not a value", x.Name)
		return nil
	case series:
		c.fail(x, "it is given out at the end of the run", "%s is a series of numbers, one per step, not a value on the grid", x.Name)
		return nil
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
		return one(symbolic.NewScalar(traceName(x.Name)), e.unit)
	case def:
		c.fail(x, "write "+x.Name+"("+strings.Join(e.params, ", ")+")", "%s is a def and needs arguments", x.Name)
	}
	return nil
}

// letValue evaluates a let once. It may read next levels that are not known
// yet: whether they are is checked where the let is used.
func (c *checker) letValue(e *entity, name string) *value {
	if e.done {
		return e.value
	}
	if e.busy {
		c.failAt(e.pos, len(name), "break the circle", "let %s is defined by itself", name)
		return nil
	}
	e.busy = true
	outer := *c
	c.args, c.within, c.updating, c.inject, c.lenient = nil, nil, nil, false, true
	e.value = c.eval(e.body)
	c.args, c.within, c.updating, c.inject, c.lenient = outer.args, outer.within, outer.updating, outer.inject, outer.lenient
	e.busy, e.done = false, true
	return e.value
}

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
		case a.rank > 0 && b.rank > 0:
			c.fail(x, "write dot(a, b), or hadamard(a, b) to multiply component by component", "%s cannot be multiplied by %s", ranks[a.rank], ranks[b.rank])
			return nil
		case a.rank > 0:
			out := a.each(u, func(p symbolic.Expr) symbolic.Expr { return symbolic.Product(p, b.scalar()) }).sized(n)
			out.zero = a.zero || b.zero
			return out
		}
		out := b.each(u, func(p symbolic.Expr) symbolic.Expr { return symbolic.Product(a.scalar(), p) }).sized(n)
		out.zero = a.zero || b.zero
		return out
	case "/":
		switch {
		case b.rank > 0:
			c.fail(x.Y, "divide by a component", "nothing can be divided by %s", ranks[b.rank])
			return nil
		case symbolic.IsZero(b.scalar()):
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

func (c *checker) power(x *dsl.Binary, a, b *value) *value {
	if a.rank > 0 || b.rank > 0 {
		c.fail(x, "raise a component", "%s cannot be raised to a power, nor be an exponent", ranks[max(a.rank, b.rank)])
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

// maxCalls bounds the depth of definitions that use each other.
const maxCalls = 100

func (c *checker) call(x *dsl.Call) *value {
	if len(c.args) > 0 && c.args[len(c.args)-1][x.Fn.Name] != nil {
		c.fail(x, "write it without parentheses, or with * before them", "the parameter %s is not a function", x.Fn.Name)
		return nil
	}
	if f, ok := symbolic.Functions[x.Fn.Name]; ok {
		return c.elementary(x, f)
	}
	if slices.Contains(operators, x.Fn.Name) {
		return c.differential(x)
	}
	if slices.Contains(algebra, x.Fn.Name) {
		return c.algebraic(x)
	}
	e := c.names[x.Fn.Name]
	if e == nil {
		c.unknown(x.Fn)
		return nil
	}
	if e.kind != def {
		c.fail(x, "write "+x.Fn.Name+" alone: it stands for the value at the current point; use * to multiply", "%s is not a function", x.Fn.Name)
		return nil
	}
	if len(x.Args) != len(e.params) {
		c.fail(x, fmt.Sprintf("it is defined as %s(%s)", x.Fn.Name, strings.Join(e.params, ", ")), "%s takes %s, not %d", x.Fn.Name, count(len(e.params), "argument"), len(x.Args))
		return nil
	}
	args := map[string]*value{}
	good := true
	for i, a := range x.Args {
		v := c.eval(a)
		good = good && v != nil
		args[e.params[i]] = v
	}
	switch {
	case !good:
		return nil
	case e.busy:
		c.fail(x, "definitions cannot be recursive", "def %s calls itself", x.Fn.Name)
		return nil
	case len(c.within) >= maxCalls:
		c.fail(x, "use fewer nested definitions", "definitions are nested more than %d deep", maxCalls)
		return nil
	}
	e.busy = true
	inject := c.inject
	c.inject = false // points reach a definition only as its arguments
	c.args = append(c.args, args)
	c.within = append(c.within, fmt.Sprintf("in %s, called at %s:%d:%d", x.Fn.Name, x.Fn.Pos.Filename, x.Fn.Pos.Line, x.Fn.Pos.Column))
	v := c.eval(e.body)
	c.inject = inject
	c.within = c.within[:len(c.within)-1]
	c.args = c.args[:len(c.args)-1]
	e.busy = false
	return v
}

// checkLet evaluates a let, so that its faults are reported even when it is
// not used.
func (c *checker) checkLet(l *dsl.Let) {
	if e := c.names[l.Name.Name]; e != nil && e.kind == let && e.pos == l.Name.Pos {
		c.letValue(e, l.Name.Name)
	}
}
