package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

func (c *scope) periodic(p *dsl.Periodic) {
	g := c.problem.Grid
	if g.Periodic == nil {
		g.Periodic = make([]bool, c.dim)
	}
	for _, id := range p.Axes {
		switch a := c.axis(id); {
		case a < 0:
		case g.Periodic[a]:
			c.failIdent(id, "name each axis once", "axis %s is periodic already", id.Name)
		default:
			g.Periodic[a] = true
		}
	}
}

// boundary sets what lies beyond the ends of an axis, or of all, for some
// functions.
func (c *scope) boundary(b *dsl.Boundary) {
	var axes []int
	if b.Axis == nil {
		for a := range c.dim {
			axes = append(axes, a)
		}
	} else if a := c.axis(b.Axis); a >= 0 {
		axes = []int{a}
	} else {
		return
	}
	for _, a := range axes {
		if p := c.problem.Grid.Periodic; p != nil && p[a] {
			c.failIdent(b.Of[0].Name, "remove one of the two", "axis %s is periodic: it has no ends", c.axes()[a])
			return
		}
	}
	for _, of := range b.Of {
		functions := c.mirrored(of)
		spans := false
		for _, f := range functions {
			if b.Kind == "zero" && f.Role != symbolic.Field && !(f.Role == symbolic.Image && f.Folded) {
				c.failIdent(of.Name, "remove it: that is so anyway", "%s is zero beyond the grid unless a boundary says otherwise", of.Name.Name)
				return
			}
			for _, a := range axes {
				if f.Spans(a) {
					spans = true
					if !c.edge(of, b, f, a) {
						return
					}
				}
			}
		}
		if functions != nil && !spans && b.Axis != nil {
			c.failIdent(of.Name, "remove it", "%s does not depend on %s", of.Name.Name, b.Axis.Name)
		}
	}
}

// edge sets the boundary of one function along one axis.
func (c *scope) edge(of *dsl.Part, b *dsl.Boundary, f *symbolic.Function, a int) bool {
	if f.Edges == nil {
		f.Edges = make([][2]symbolic.Edge, c.dim)
	}
	for end, name := range []string{"first", "last"} {
		if b.Axis != nil && b.End != name && b.End != "both" {
			continue
		}
		if f.Edges[a][end] != symbolic.Open {
			c.failIdent(of.Name, "keep one of them", "the %s end of %s has a boundary for %s already", name, c.axes()[a], c.spelling[f])
			return false
		}
		f.Edges[a][end] = map[string]symbolic.Edge{"odd": symbolic.Odd, "even": symbolic.Even, "zero": symbolic.Zero}[b.Kind]
	}
	return true
}

// mirrored are the functions that one name in a boundary stands for, nil after
// a fault.
func (c *scope) mirrored(p *dsl.Part) []*symbolic.Function {
	id := p.Name
	e := c.names[id.Name]
	switch {
	case e == nil:
		c.unknown(&dsl.Name{Pos: id.Pos, Name: id.Name})
		return nil
	case e.kind == component:
		c.failIdent(id, "write "+e.of, "%s is the name of a component outside of this file", id.Name)
		return nil
	case e.kind != function || e.functions[0].Role == symbolic.History:
		c.failIdent(id, "name a wavefield, an image or a field", "%s has no values beyond the grid", id.Name)
		return nil
	case p.Component == nil:
		return e.functions
	}
	k := c.componentOf(e, p.Component.Name)
	if k < 0 {
		c.failIdent(p.Component, c.componentHint(e), "%s has no component %s", id.Name, p.Component.Name)
		return nil
	}
	return e.functions[k : k+1]
}
