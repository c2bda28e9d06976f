package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// everyAxis says that no axis is at hand: layer is a vector.
const everyAxis = -1

// defaultValues gives fields and scalars the expressions that they follow from
// when the run does not give them. All names are declared by now.
func (c *checker) defaultValues() {
	for _, s := range c.present {
		if d := s.Declare; d != nil && d.Default != nil && (d.Kind == "field" || d.Kind == "scalar") {
			if e := c.names[d.Name.Name]; e != nil && e.pos == d.Name.Pos {
				c.defaultOf(d, e)
			}
		}
	}
	c.circular()
}

// defaultOf evaluates one default value: once, or for a vector whose components
// lie on an axis each, once for each axis.
func (c *checker) defaultOf(d *dsl.Declare, e *entity) {
	at := d.Default.Expr
	own := d.On != nil && d.On.Its
	for k, index := range c.components(e.rank) {
		var v *value
		var part symbolic.Expr
		if own {
			c.along = index[0]
			v = c.eval(at)
			c.along = everyAxis
			switch {
			case v == nil:
				return
			case v.rank != number:
				c.fail(at, "it is evaluated once for each axis", "the default value of a field on its axis is a scalar, not %s", v.rank)
				return
			}
			part = v.scalar()
		} else {
			if v = c.eval(at); v == nil {
				return
			}
			if v.rank != e.rank && !v.nothing() {
				c.fail(at, "write 0 for all, or one value for each component", "the default value is %s, but %s is declared", v.rank, e.rank)
				return
			}
			parts := c.parts(at, e.rank, c.components(e.rank), v)
			if parts == nil {
				return
			}
			part = parts[k]
		}
		if !isNumber(part) && (!v.unit.sameDimension(e.unit) || !v.unit.sameScale(e.unit)) {
			c.fail(at, "check the units where the names are declared, and the powers in this expression", "the default value is in %s, but %s is in %s", v.unit, d.Name.Name, e.unit)
			return
		}
		if !c.constant(at, part) {
			return
		}
		if e.kind == scalar {
			p := c.parameter(e.scalars[k].Name)
			if p == nil || !c.onePlace(at, part) {
				return
			}
			p.Default = part
		} else {
			f := e.functions[k]
			if !c.placedWith(at, f, part) {
				return
			}
			f.Default = part
		}
	}
}

// isNumber reports whether an expression depends on nothing: a plain number fits
// any unit.
func isNumber(e symbolic.Expr) bool {
	depends := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch e.(type) {
		case *symbolic.Scalar, *symbolic.Access:
			depends = true
		}
	})
	return !depends
}

func (c *grid) parameter(name string) *symbolic.Parameter {
	for _, p := range c.problem.Parameters {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// constant refuses what is not fixed before the first step, and numbers that
// are not real.
func (c *scope) constant(at dsl.Expr, e symbolic.Expr) bool {
	good := true
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Deriv, *symbolic.Place:
			if good {
				c.fail(at, "give the field its values when the operator is run", "a default value is made of the values at the point itself, without derivatives and means")
			}
			good = false
		case *symbolic.Access:
			if x.Func.Role != symbolic.Field && good {
				c.fail(at, "use fields, scalars and numbers", "a default value is fixed before the first step, so it cannot hold %s", c.spelling[x.Func])
				good = false
			}
		}
	})
	if good && isNumber(e) && !isReal(e) {
		c.fail(at, "write a number", "this default value is not a real number")
		return false
	}
	return good
}

// onePlace refuses a scalar that would be another one at each point.
func (c *report) onePlace(at dsl.Expr, e symbolic.Expr) bool {
	varies := false
	var walk func(e symbolic.Expr)
	walk = func(e symbolic.Expr) {
		if symbolic.IsReduction(e) {
			return
		}
		switch x := e.(type) {
		case *symbolic.Access:
			varies = true
		case *symbolic.Scalar:
			varies = varies || symbolic.LayerAxis(x) != ""
		}
		for _, p := range symbolic.Children(e) {
			walk(p)
		}
	}
	walk(e)
	if varies {
		c.fail(at, "write max(...) or min(...) around it, for the greatest or the least value of all points", "the default value of a scalar cannot vary from point to point")
	}
	return !varies
}

// placedWith refuses to make a field of values that lie elsewhere, or along axes
// that it does not span.
func (c *scope) placedWith(at dsl.Expr, f *symbolic.Function, e symbolic.Expr) bool {
	good := true
	var walk func(e symbolic.Expr)
	walk = func(e symbolic.Expr) {
		if symbolic.IsReduction(e) {
			return
		}
		switch x := e.(type) {
		case *symbolic.Access:
			for a := range c.dim {
				switch {
				case !x.Func.Spans(a) || !good:
				case !f.Spans(a):
					c.fail(at, "declare it without the list of axes", "%s varies along %s, on which %s does not depend", c.spelling[x.Func], c.axes()[a], c.spelling[f])
					good = false
				case x.Func.IsStaggered(a) != f.IsStaggered(a):
					c.fail(at, "declare both staggered alike", "%s lies half a spacing off %s along %s", c.spelling[x.Func], c.spelling[f], c.axes()[a])
					good = false
				}
			}
		case *symbolic.Scalar:
			for a, name := range c.axes() {
				if symbolic.LayerAxis(x) == name && !f.Spans(a) && good {
					c.fail(at, "declare it without the list of axes", "layer.%s varies along %s, on which %s does not depend", name, name, c.spelling[f])
					good = false
				}
			}
		}
		for _, p := range symbolic.Children(e) {
			walk(p)
		}
	}
	walk(e)
	return good
}

// circular refuses default values that lead back to themselves.
func (c *scope) circular() {
	state := map[string]int{} // 1: being followed, 2: done
	var follow func(name string, e symbolic.Expr) bool
	next := func(name string) symbolic.Expr {
		for _, f := range c.problem.Functions {
			if f.Name == name {
				return f.Default
			}
		}
		if p := c.parameter(name); p != nil {
			return p.Default
		}
		return nil
	}
	follow = func(name string, e symbolic.Expr) bool {
		if e == nil || state[name] == 2 {
			return true
		}
		if state[name] == 1 {
			return false
		}
		state[name] = 1
		good := true
		symbolic.Visit(e, func(e symbolic.Expr) {
			switch x := e.(type) {
			case *symbolic.Access:
				good = good && follow(x.Func.Name, x.Func.Default)
			case *symbolic.Scalar:
				good = good && follow(x.Name, next(x.Name))
			}
		})
		state[name] = 2
		return good
	}
	for _, s := range c.present {
		d := s.Declare
		if d == nil || d.Default == nil {
			continue
		}
		e := c.names[d.Name.Name]
		if e == nil {
			continue
		}
		for _, name := range c.namesOf(e) {
			if !follow(name, next(name)) {
				c.failIdent(d.Name, "break the circle", "the default value of %s leads back to itself", d.Name.Name)
				return
			}
		}
	}
}

// namesOf are the names of the components of a field or a scalar in the data.
func (c *report) namesOf(e *entity) (out []string) {
	for _, f := range e.functions {
		out = append(out, f.Name)
	}
	for _, s := range e.scalars {
		out = append(out, s.Name)
	}
	return out
}

// known quantities of the absorbing layers and of the survey, which default
// values and absorb may use.
func (c *checker) quantity(name string) *value {
	vectorOf := func(u unit, part func(axis string) *symbolic.Scalar) *value {
		if c.along != everyAxis {
			return one(part(c.axes()[c.along]), u)
		}
		return c.made(vector, u, 1, func(i, _ int) symbolic.Expr { return part(c.axes()[i]) })
	}
	switch name {
	case "layer":
		return vectorOf(dimensionless, symbolic.Layer)
	case "layer_width":
		return vectorOf(c.length, symbolic.LayerWidth)
	case "layer_points":
		return one(symbolic.NewScalar(name), dimensionless)
	case "peak_frequency":
		return one(symbolic.NewScalar(name), c.time.to(-1))
	}
	return nil
}

// quantities are the names that quantity knows.
var quantities = []string{"layer", "layer_width", "layer_points", "peak_frequency"}

// fixed refuses in a statement what only default values may hold.
func (c *scope) fixed(s *dsl.Statement, from int) {
	for _, made := range c.problem.Statements[from:] {
		var found string
		for _, e := range symbolic.Parts(made) {
			symbolic.Visit(e, func(e symbolic.Expr) {
				if x, ok := e.(*symbolic.Scalar); ok && (symbolic.LayerAxis(x) != "" || slices.Contains(quantities, x.Name)) {
					found = x.Name
				}
				if symbolic.IsReduction(e) {
					found = e.(*symbolic.Call).Fn + "(...) of all points"
				}
			})
		}
		if found != "" {
			c.failAt(s.Pos, 1, "declare a field with it as its default value, and use that", "%s is known to default values and absorb only", found)
			return
		}
	}
}

// absorb gives the operator its layers.
func (c *checker) absorb(s *dsl.Statement) {
	if c.problem.Layers != nil {
		c.failAt(s.Pos, len("absorb"), "keep one of them", "absorb is given twice")
		return
	}
	layers := &symbolic.Layers{Source: c.source(s)}
	rate := func(n *dsl.Node) []symbolic.Expr {
		var out []symbolic.Expr
		for a := range c.dim {
			if n == nil {
				out = append(out, symbolic.Int(0))
				continue
			}
			c.along = a
			v := c.eval(n.Expr)
			c.along = everyAxis
			switch {
			case v == nil:
				return nil
			case v.rank != number:
				c.fail(n.Expr, "it is evaluated once for each axis", "absorb needs a scalar, not %s", v.rank)
				return nil
			case !v.zero && (!v.unit.sameDimension(c.time.to(-1)) || !v.unit.sameScale(c.time.to(-1))):
				c.fail(n.Expr, "damping and shift are one over a time", "absorb needs %s, not %s", c.time.to(-1), v.unit)
				return nil
			}
			if !c.constant(n.Expr, v.scalar()) || !c.onAxis(n.Expr, a, v.scalar()) {
				return nil
			}
			out = append(out, v.scalar())
		}
		return out
	}
	layers.Damping, layers.Shift = rate(s.Absorb.Damping), rate(s.Absorb.Shift)
	if s.Absorb.Leak != nil && !c.leak(s.Absorb.Leak.Expr, layers) {
		return
	}
	if layers.Damping != nil && layers.Shift != nil {
		c.problem.Layers = layers
	}
}

// leak evaluates the part of the damping that acts along the other axes.
func (c *checker) leak(at dsl.Expr, layers *symbolic.Layers) bool {
	v := c.eval(at)
	switch {
	case v == nil:
		return false
	case v.rank != number || !v.unit.sameDimension(dimensionless) || !v.unit.sameScale(dimensionless):
		c.fail(at, "it is the part of the damping that acts along the other axes, such as 0.1", "the third value of absorb is a plain number")
		return false
	}
	layers.Leak = v.scalar()
	return c.constant(at, layers.Leak) && c.onePlace(at, layers.Leak)
}

// onAxis refuses a damping that varies along the layer.
func (c *scope) onAxis(at dsl.Expr, axis int, e symbolic.Expr) bool {
	f := &symbolic.Function{Name: "the damping", Grid: c.problem.Grid, Axes: []int{axis}}
	c.spelling[f] = "the damping of " + c.axes()[axis]
	return c.placedWith(at, f, e)
}
