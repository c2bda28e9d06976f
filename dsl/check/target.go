package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// target is what a statement computes: a whole function or one component.
type target struct {
	at        dsl.Expr
	name      string // as it is written: u, v, tau.xx
	rank      rank
	unit      unit
	index     [][]int // of the components
	functions []*symbolic.Function
	time      int // level that is computed
}

// access is component k.
func (t *target) access(k int) *symbolic.Access { return t.functions[k].At(t.time, nil) }

// value is the target as it stands for a value.
func (t *target) value() *value { return &value{rank: t.rank, unit: t.unit} }

// parts are the parts of v for the components of t.
func (c *checker) parts(at dsl.Expr, r rank, index [][]int, v *value) []symbolic.Expr {
	var out []symbolic.Expr
	for _, x := range index {
		switch {
		case v.nothing():
			out = append(out, symbolic.Int(0))
		case r == number:
			out = append(out, v.scalar())
		case r == vector:
			out = append(out, v.part[x[0]])
		default:
			p, q := c.at(v, x[0], x[1]), c.at(v, x[1], x[0])
			if !symbolic.Equal(p, q) {
				c.fail(at, "(M + transpose(M))/2 is symmetric", "the matrix is not symmetric: its components %s and %s differ", c.called(x), c.called([]int{x[1], x[0]}))
				return nil
			}
			out = append(out, p)
		}
	}
	return out
}

// reference finds what a target names: a function, or one component of it.
func (c *checker) reference(e dsl.Expr) (name *dsl.Name, part *dsl.Member) {
	if m, ok := e.(*dsl.Member); ok {
		part, e = m, m.Of
	}
	name, _ = e.(*dsl.Name)
	return name, part
}

// componentOf is the index of a component of e by its name, -1 when there is
// none.
func (c *checker) componentOf(e *entity, name string) int {
	i, j, r := c.component(name)
	if r != e.rank || r == number {
		return -1
	}
	index := []int{i, j}[:r]
	slices.Sort(index)
	return slices.IndexFunc(c.components(r), func(x []int) bool { return slices.Equal(x, index) })
}

// componentHint lists the components of e.
func (c *checker) componentHint(e *entity) string {
	if e.rank == number {
		return "it is a scalar"
	}
	hint := "its components are"
	for _, index := range c.components(e.rank) {
		hint += " " + c.called(index)
	}
	return hint
}

// computed is the target for a function or a component, nil after a fault.
func (c *checker) computed(e *entity, name *dsl.Name, part *dsl.Member) *target {
	t := &target{name: name.Name, rank: e.rank, unit: e.unit, index: c.components(e.rank), functions: e.functions}
	if part == nil {
		return t
	}
	k := c.componentOf(e, part.Suffix)
	if k < 0 {
		c.fail(part, c.componentHint(e), "%s has no component %s", name.Name, part.Suffix)
		return nil
	}
	if !c.noOptions(part, "a component") {
		return nil
	}
	t.name, t.rank, t.index, t.functions = c.spelling[e.functions[k]], number, c.components(number), e.functions[k:k+1]
	return t
}

// next checks what is to be computed: the next level of a wavefield.
func (c *checker) next(n *dsl.Node) *target {
	member, _ := n.Expr.(*dsl.Member)
	name, part := c.reference(n.Expr)
	if name != nil && (member == nil || member.Suffix != "forward") {
		if e := c.names[name.Name]; e != nil && e.kind == function && e.functions[0].Varies() {
			switch {
			case member == nil:
				c.fail(n.Expr, "write "+name.Name+".forward", "%s is the current level, which is already known", name.Name)
				return nil
			case c.componentOf(e, member.Suffix) >= 0:
				c.fail(n.Expr, "write "+dsl.FormatExpr(n.Expr)+".forward", "%s is the current level, which is already known", dsl.FormatExpr(n.Expr))
				return nil
			}
		}
	}
	name = nil
	if member != nil && member.Suffix == "forward" {
		name, part = c.reference(member.Of)
	}
	if name == nil {
		hint := "write for example u.forward"
		if inner, ok := innermost(n.Expr); ok && inner.Suffix == "forward" {
			hint = "write the component first: v.x.forward"
		}
		c.fail(n.Expr, hint, "the target must be the next level of a wavefield")
		return nil
	}
	if !c.noOptions(member, "forward") {
		return nil
	}
	e := c.names[name.Name]
	switch {
	case e == nil:
		c.unknown(name)
		return nil
	case e.clash:
		return nil
	case e.kind != function || !e.functions[0].Varies():
		c.fail(n.Expr, "declare it with wavefield "+name.Name, "%s does not vary in time, so it has no next level", name.Name)
		return nil
	}
	t := c.computed(e, name, part)
	if t != nil {
		t.at, t.time = n.Expr, 1
	}
	return t
}

// innermost is the member next to the name in v.forward.x.
func innermost(e dsl.Expr) (m *dsl.Member, ok bool) {
	for {
		next, is := e.(*dsl.Member)
		if !is {
			return m, m != nil
		}
		m, e = next, next.Of
	}
}

// claim records that an update computes t in a region. It fails when that is
// computed already.
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
		if e.kind != function {
			continue
		}
		for _, f := range e.functions {
			name := name
			fail := func(hint, format string, args ...any) { c.failAt(e.pos, len(name), hint, format, args...) }
			written := c.spelling[f]
			missing, begun := c.missing[f]
			switch {
			case f.Varies() && !begun:
				fail("add solve EQUATION for "+written+".forward, or declare it as a field", "wavefield %s is never updated", written)
			case f.Varies() && len(missing) > 0:
				fail("add an update for what is missing: "+c.describe(missing[0]), "%s.forward is not computed at all points", written)
			case f.Role == symbolic.Image && !added[f]:
				fail("add "+written+" += EXPRESSION, or declare it as a field", "image %s is never added to", written)
			}
		}
	}
}

// apart refuses updates that read what they write at other points, or in
// other components: the order of the points is open.
func (c *checker) apart(t *target, at dsl.Expr, values []symbolic.Expr) bool {
	suffix := ""
	if t.time > 0 {
		suffix = ".forward"
	}
	for k, v := range values {
		for l, f := range t.functions {
			own := f.At(t.time, nil)
			switch {
			case insideDerivative(v, own):
				c.fail(at, "keep what is read in a function of its own", "the update reads %s%s at neighbouring points while it is written", c.spelling[f], suffix)
				return false
			case k != l && symbolic.Contains(v, own):
				c.fail(at, "write one statement for each component", "the update of %s%s reads %s%s, which it writes too", c.spelling[t.functions[k]], suffix, c.spelling[f], suffix)
				return false
			}
		}
	}
	return true
}

// insideDerivative reports whether e reads part at other points: under a
// derivative in space.
func insideDerivative(e symbolic.Expr, part symbolic.Expr) bool {
	found := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		d, ok := e.(*symbolic.Deriv)
		found = found || ok && d.Axis != symbolic.TimeAxis && symbolic.Contains(d.Of, part)
	})
	return found
}
