package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// target is what a statement computes: the next level of a wavefield, or of
// one or all of its components.
type target struct {
	at    []*symbolic.Access // as the parts of a value
	rank  int
	unit  unit
	place dsl.Expr
}

// value is the target as what an equation may compare it with.
func (t *target) value() *value {
	v := &value{rank: t.rank, unit: t.unit, size: len(t.at)}
	for _, a := range t.at {
		v.part = append(v.part, a)
	}
	return v
}

func (t *target) functions() []*symbolic.Function {
	var out []*symbolic.Function
	for _, a := range t.at {
		out = append(out, a.Func)
	}
	return distinct(out)
}

// targetOf reads u.forward, v.forward, tau.xx.forward.
func (c *checker) targetOf(e dsl.Expr) *target {
	of, x, component := c.targetName(e)
	if of == nil {
		c.fail(e, "write for example u.forward", "the target must be the next level of a wavefield")
		return nil
	}
	declared := c.names[of.Name]
	switch {
	case declared == nil:
		c.unknown(of)
		return nil
	case declared.clash:
		return nil
	case declared.kind != function || !declared.parts[0].Varies():
		c.fail(e, "declare it with wavefield "+of.Name, "%s does not vary in time, so it has no next level", of.Name)
		return nil
	case x == nil:
		c.fail(e, "write "+dsl.FormatExpr(e)+".forward", "%s is the current level, which is already known", dsl.FormatExpr(e))
		return nil
	case len(x.Options) > 0:
		c.failAt(x.Options[0].Pos, 1, "remove it", "forward takes no options")
		return nil
	}
	t := &target{rank: declared.rank, unit: declared.unit, place: e}
	parts := declared.parts
	if component != nil {
		v := &value{rank: declared.rank, part: make([]symbolic.Expr, len(parts))}
		part, ok := c.component(component, v)
		if !ok {
			c.fail(component, c.suffixHint(component.Suffix), "%s has no component %s", of.Name, component.Suffix)
		}
		if !ok || part < 0 {
			return nil
		}
		parts, t.rank = parts[part:part+1], 0
	}
	for _, f := range parts {
		t.at = append(t.at, f.At(1, nil))
	}
	return t
}

// targetName takes a target apart: its name, the .forward, the component.
func (c *checker) targetName(e dsl.Expr) (of *dsl.Name, forward, component *dsl.Member) {
	if m, ok := e.(*dsl.Member); ok && m.Suffix == "forward" {
		forward, e = m, m.Of
	}
	if m, ok := e.(*dsl.Member); ok {
		component, e = m, m.Of
		if !c.isComponent(m.Suffix) {
			return nil, nil, nil
		}
	}
	of, _ = e.(*dsl.Name)
	if of != nil && forward == nil {
		// Only a wavefield's name can stand for its next level by mistake.
		if x := c.names[of.Name]; x == nil || x.kind != function || !x.parts[0].Varies() {
			return nil, nil, nil
		}
	}
	return of, forward, component
}

// claim enters that a region of the target is computed from here on. It
// reports whether that makes sense.
func (c *checker) claim(t *target, r *symbolic.Region) bool {
	for _, f := range t.functions() {
		before := c.covered[f]
		if r == nil && before != nil || slices.Contains(before, r) && r != nil {
			hint := "combine the two updates"
			if r == nil {
				hint = "combine the two updates, or correct it in a region behind this one"
			}
			c.fail(t.place, hint, "%s.forward is computed twice in one step", f.Name)
			return false
		}
	}
	for _, f := range t.functions() {
		c.covered[f] = append(c.covered[f], r)
	}
	return true
}
