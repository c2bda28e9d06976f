package check

import (
	"maps"
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

// claim refuses an update of what is computed already, unless it is limited
// to a region, which it then computes again.
func (c *stepping) claim(t *target, r *symbolic.Region) bool {
	for _, f := range t.functions {
		if _, begun := c.missing[f]; begun && r == nil {
			c.fail(t.at, "combine the two updates, or limit this one with in REGION", "%s.%s is computed twice in one step", c.spelling[f], c.next)
			c.compute(t, r)
			return false
		}
	}
	return true
}

// compute takes the region out of what is missing of t.
func (c *stepping) compute(t *target, r *symbolic.Region) {
	done := c.everywhere()
	if r != nil {
		done = boxOf(r)
	}
	for _, f := range t.functions {
		before, begun := c.missing[f]
		if !begun {
			before = []box{c.everywhere()}
		}
		after := []box{}
		for _, b := range before {
			after = append(after, b.minus(done)...)
		}
		if f.Local {
			after = nil // it is zero elsewhere
		}
		c.missing[f] = after
	}
}

// complete checks at the end of the step that everything is computed that has
// to be.
func (c *stepping) complete() {
	for name, e := range c.names {
		if e.kind == function && !e.clash {
			c.completed(name, e)
		}
	}
}

// completed checks the components of one function; a fault that all of them
// have is reported once.
func (c *stepping) completed(name string, e *entity) {
	faults := map[string][]string{} // components by what they lack
	for _, f := range e.functions {
		missing, begun := c.missing[f]
		switch {
		case f.Role != symbolic.Wavefield && f.Role != symbolic.Image || c.given(f):
		case !begun:
			faults[""] = append(faults[""], c.spelling[f])
		case len(missing) > 0:
			part := c.describe(missing[0])
			faults[part] = append(faults[part], c.spelling[f])
		}
	}
	for _, part := range slices.Sorted(maps.Keys(faults)) {
		lacking := faults[part]
		if len(lacking) == len(e.functions) {
			lacking = []string{name}
		}
		for _, of := range lacking {
			switch {
			case part != "":
				c.failAt(e.pos, len(name), "add an update for what is missing: "+part, "%s.%s is not computed at all points", of, c.next)
			case e.functions[0].Varies():
				c.failAt(e.pos, len(name), "add solve EQUATION for "+of+"."+c.next+", or declare it as a field", "wavefield %s is never updated", of)
			default:
				c.failAt(e.pos, len(name), "add "+of+" += EXPRESSION, or declare it as a field", "image %s is never added to", of)
			}
		}
	}
}
