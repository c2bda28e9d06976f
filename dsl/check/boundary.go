package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// boundary says what lies beyond an end of an axis for some functions.
func (c *checker) boundary(b *dsl.Boundary) {
	axes := make([]int, 0, len(c.axes()))
	if b.Axis == nil {
		for a := range c.axes() {
			axes = append(axes, a)
		}
	} else if axes = c.spanned([]*dsl.Ident{b.Axis}); len(axes) == 0 {
		return
	}
	for _, p := range b.Of {
		for _, f := range c.functionsOf(p) {
			if b.Kind == "zero" && f.Role != symbolic.Field {
				c.failIdent(p.Name, "remove it: that is so anyway", "%s is zero beyond the grid unless a boundary says otherwise", f.Name)
				continue
			}
			for _, axis := range axes {
				c.edge(p, b, f, axis)
			}
		}
	}
}

// edge enters one boundary of one function along one axis.
func (c *checker) edge(p *dsl.Part, b *dsl.Boundary, f *symbolic.Function, axis int) {
	if !f.Spans(axis) {
		if b.Axis != nil {
			c.failIdent(p.Name, "remove it from this boundary", "%s does not vary along %s", f.Name, b.Axis.Name)
		}
		return
	}
	if f.Edges == nil {
		f.Edges = make([][2]symbolic.Edge, len(c.axes()))
	}
	for end, name := range []string{"first", "last"} {
		if b.Axis != nil && b.End != name && b.End != "both" {
			continue
		}
		if f.Edges[axis][end] != symbolic.Open {
			c.failIdent(p.Name, "keep one of them", "the boundary of %s at %s %s is given twice", f.Name, name, c.axes()[axis])
		}
		f.Edges[axis][end] = map[string]symbolic.Edge{"even": symbolic.Even, "odd": symbolic.Odd, "zero": symbolic.Zero}[b.Kind]
	}
}

// functionsOf finds what a boundary names: a function, a component, or all
// components.
func (c *checker) functionsOf(p *dsl.Part) []*symbolic.Function {
	e := c.names[p.Name.Name]
	switch {
	case e == nil:
		c.unknown(&dsl.Name{Pos: p.Name.Pos, Name: p.Name.Name})
		return nil
	case e.kind != function || e.parts[0].Role == symbolic.History:
		c.failIdent(p.Name, "name wavefields, images or fields", "%s has no values on the grid that could have a boundary", p.Name.Name)
		return nil
	case p.Component == nil:
		return distinct(e.parts)
	}
	of := &dsl.Name{Pos: p.Name.Pos, Name: p.Name.Name}
	m := &dsl.Member{Of: of, Dot: p.Name.Pos, Suffix: p.Component.Name, Close: p.Component.Pos}
	v := c.name(of)
	if v == nil {
		return nil
	}
	part, ok := c.component(m, v)
	if !ok {
		c.failIdent(p.Component, "components are named by axes", "%s has no component %s", p.Name.Name, p.Component.Name)
		return nil
	}
	if part < 0 {
		return nil
	}
	return e.parts[part : part+1]
}

func (c *checker) periodic(p *dsl.Periodic) {
	g := c.problem.Grid
	if g.Periodic == nil {
		g.Periodic = make([]bool, g.Dim())
	}
	for _, a := range c.spanned(p.Axes) {
		g.Periodic[a] = true
	}
}

// edges reports boundaries on periodic axes, which have no ends.
func (c *checker) edges(op *dsl.Operator) {
	g := c.problem.Grid
	for _, s := range op.Statements {
		if s.Boundary == nil || g.Periodic == nil {
			continue
		}
		for a, name := range c.axes() {
			if g.Periodic[a] && (s.Boundary.Axis == nil || s.Boundary.Axis.Name == name) {
				c.failIdent(s.Boundary.Of[0].Name, "remove the boundary, or the axis from periodic", "axis %s is periodic and has no ends", name)
			}
		}
	}
}
