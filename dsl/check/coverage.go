package check

import (
	"github.com/courant-pde/courant/symbolic"
)

// claim refuses an update of what is computed already, unless it is limited
// to a region, which it then computes again.
func (c *checker) claim(t *target, r *symbolic.Region) bool {
	for _, f := range t.functions {
		if _, begun := c.missing[f]; begun && r == nil {
			c.fail(t.at, "combine the two updates, or limit this one with in REGION", "%s.forward is computed twice in one step", c.spelling[f])
			return false
		}
	}
	return true
}

// compute takes the region out of what is missing of t.
func (c *checker) compute(t *target, r *symbolic.Region) {
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
		c.missing[f] = after
	}
}

// complete checks at the end of the step that everything is computed that has
// to be.
func (c *checker) complete() {
	added := map[*symbolic.Function]bool{}
	for _, s := range c.problem.Statements {
		if u, ok := s.(*symbolic.Update); ok {
			added[u.Target.Func] = true
		}
	}
	for name, e := range c.names {
		if e.kind == function {
			c.completed(name, e, added)
		}
	}
}

func (c *checker) completed(name string, e *entity, added map[*symbolic.Function]bool) {
	var never []string
	for _, f := range e.functions {
		missing := c.missing[f]
		switch {
		case f.Role != symbolic.Wavefield && f.Role != symbolic.Image:
		case !added[f]:
			never = append(never, c.spelling[f])
		case len(missing) > 0:
			c.failAt(e.pos, len(name), "add an update for what is missing: "+c.describe(missing[0]), "%s.forward is not computed at all points", c.spelling[f])
		}
	}
	if len(never) == len(e.functions) && len(never) > 1 {
		never = []string{name}
	}
	for _, part := range never {
		if e.functions[0].Varies() {
			c.failAt(e.pos, len(name), "add solve EQUATION for "+part+".forward, or declare it as a field", "wavefield %s is never updated", part)
		} else {
			c.failAt(e.pos, len(name), "add "+part+" += EXPRESSION, or declare it as a field", "image %s is never added to", part)
		}
	}
}
