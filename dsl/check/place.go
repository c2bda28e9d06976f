package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// spanned lists the axes that a component of a function depends on. Faults
// are reported for the first component only.
func (c *scope) spanned(d *dsl.Declare, r rank, index []int, first bool) []int {
	var axes []int
	switch {
	case d.On == nil || d.Kind != "field":
		for a := range c.dim {
			axes = append(axes, a)
		}
	case d.On.Its && r != vector:
		if first {
			c.failAt(d.On.Pos, len("on its axis"), "name the axes, as in on z, or declare a vector", "only a vector has components with an axis each")
		}
	case d.On.Its:
		axes = index
	case first:
		axes = c.listed(d.On.Axes)
	default:
		axes = c.named(d.On.Axes)
	}
	return axes
}

// place says along which axes a component lies half a spacing up from the
// nodes; nil for the nodes themselves.
func (c *scope) place(d *dsl.Declare, f *symbolic.Function, r rank, index []int, first bool) []bool {
	s := d.Staggered
	if s == nil {
		return nil
	}
	fail := func(hint, message string) []bool {
		if first {
			c.failAt(s.Pos, len("staggered"), hint, "%s", message)
		}
		return nil
	}
	var axes []int
	switch {
	case s.Faces && r != vector:
		return fail("write staggered for a tensor, or name the axes of a scalar", "only a vector has components on faces")
	case s.Faces:
		for a := range c.dim {
			if a != index[0] {
				axes = append(axes, a)
			}
		}
	case len(s.Axes) > 0 && r != number:
		return fail("write staggered alone, or staggered faces for a vector", "the components of a vector or tensor are staggered along their own axes")
	case len(s.Axes) > 0:
		axes = c.listed(s.Axes)
	case r == number:
		return fail("write for example staggered "+c.axes()[0], "a scalar must say along which axes it is staggered")
	case r == vector || index[0] != index[1]:
		axes = index
	}
	half := make([]bool, c.dim)
	for _, a := range axes {
		if half[a] = f.Spans(a); !half[a] && first {
			c.failAt(s.Pos, len("staggered"), "remove one of the two", "%s cannot be staggered along %s, on which it does not depend", d.Name.Name, c.axes()[a])
		}
	}
	if !slices.Contains(half, true) {
		return nil
	}
	return half
}

// axis is the number of the axis of that name, -1 with a fault when there is
// none.
func (c *scope) axis(id *dsl.Ident) int {
	a := slices.Index(c.axes(), id.Name)
	if a < 0 {
		c.failIdent(id, "the axes of this grid are "+strings.Join(c.axes(), ", "), "there is no axis %s", id.Name)
	}
	return a
}

// listed are the axes of a list that names each once, in order.
func (c *scope) listed(ids []*dsl.Ident) []int {
	var axes []int
	for _, id := range ids {
		a := c.axis(id)
		switch {
		case a < 0:
		case slices.Contains(axes, a):
			c.failIdent(id, "name each axis once", "axis %s is named twice", id.Name)
		default:
			axes = append(axes, a)
		}
	}
	slices.Sort(axes)
	return axes
}

// named is listed for a list whose faults are reported already.
func (c *grid) named(ids []*dsl.Ident) []int {
	var axes []int
	for a, name := range c.axes() {
		if slices.ContainsFunc(ids, func(id *dsl.Ident) bool { return id.Name == name }) {
			axes = append(axes, a)
		}
	}
	return axes
}

// lies is the common place of all functions in an expression without
// derivatives in space; nil, the nodes, when there is none.
func (c *grid) lies(e symbolic.Expr) []bool {
	var found [2][3]bool // per place, on a node or not, and axis
	agree := true
	var look func(e symbolic.Expr)
	look = func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Deriv:
			agree = agree && x.Axis == symbolic.TimeAxis
		case *symbolic.Access:
			for _, a := range x.Func.Axes {
				if x.Func.IsStaggered(a) {
					found[1][a] = true
				} else {
					found[0][a] = true
				}
			}
		case *symbolic.Place:
			for a, h := range x.Half {
				if h {
					found[1][a] = true
				} else {
					found[0][a] = true
				}
			}
			return
		}
		for _, part := range symbolic.Children(e) {
			look(part)
		}
	}
	look(e)
	half := slices.Clone(found[1][:c.dim])
	for a := range half {
		agree = agree && !(found[0][a] && found[1][a])
	}
	if !agree || !slices.Contains(half, true) {
		return nil
	}
	return half
}

func lineOf(p dsl.Pos) string { return strconv.Itoa(p.Line) }
