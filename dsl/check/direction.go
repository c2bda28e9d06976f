package check

import (
	"github.com/courant-pde/courant/dsl"
)

// direction finds which way the steps run, by the first level that a statement
// computes, and what is computed at all.
func (c *stepping) direction() {
	c.next, c.stepped = "", map[string]bool{}
	for _, s := range c.present {
		var target *dsl.Node
		switch {
		case s.Solve != nil:
			target = s.Solve.Target
		case s.Assign != nil:
			target = s.Assign.Target
		default:
			continue
		}
		m, ok := target.Expr.(*dsl.Member)
		if !ok {
			continue
		}
		name, _ := c.reference(m.Of)
		if name == nil || m.Suffix != "forward" && m.Suffix != "backward" {
			continue
		}
		c.stepped[name.Name] = true
		if c.next == "" {
			c.next = m.Suffix
		}
	}
	if c.next == "" {
		c.next = "forward"
	}
	c.problem.Backward = c.next == "backward"
	for name, e := range c.names {
		if c.problem.Backward && e.kind == function && c.stepped[name] && e.functions[0].Saved {
			c.failAt(e.pos, len(name), "save it in a history", "%s is computed by steps that run backward, of which no levels are kept", name)
		}
	}
}

// otherWay is the suffix against the direction of the steps.
func (c *grid) otherWay() string {
	if c.problem.Backward {
		return "forward"
	}
	return "backward"
}
