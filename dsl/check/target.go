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
func (c *scope) parts(at dsl.Expr, r rank, index [][]int, v *value) []symbolic.Expr {
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
func (c *report) reference(e dsl.Expr) (name *dsl.Name, part *dsl.Member) {
	if m, ok := e.(*dsl.Member); ok {
		part, e = m, m.Of
	}
	name, _ = e.(*dsl.Name)
	return name, part
}

// componentOf is the index of a component of e by its name, -1 when there is
// none.
func (c *grid) componentOf(e *entity, name string) int {
	i, j, r := c.component(name)
	if r != e.rank || r == number {
		return -1
	}
	index := []int{i, j}[:r]
	slices.Sort(index)
	return slices.IndexFunc(c.components(r), func(x []int) bool { return slices.Equal(x, index) })
}

// componentHint lists the components of e.
func (c *grid) componentHint(e *entity) string {
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
func (c *scope) computed(e *entity, name *dsl.Name, part *dsl.Member) *target {
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

// nextLevel checks what is to be computed: the next level of a wavefield.
func (c *stepping) nextLevel(n *dsl.Node) *target {
	if name, part := c.reference(n.Expr); c.isWavefield(name) && (part == nil || c.componentOf(c.names[name.Name], part.Suffix) >= 0) {
		text := dsl.FormatExpr(n.Expr)
		c.fail(n.Expr, "write "+text+"."+c.next, "%s is the current level, which is already known", text)
		return nil
	}
	member, _ := n.Expr.(*dsl.Member)
	var name *dsl.Name
	var part *dsl.Member
	if member != nil && member.Suffix == c.next {
		name, part = c.reference(member.Of)
	}
	if name == nil {
		hint := "write for example u." + c.next
		if member != nil {
			if member.Suffix == c.otherWay() {
				hint = "all statements of an operator step the same way, here to ." + c.next
			}
			if of, ok := member.Of.(*dsl.Member); ok && of.Suffix == c.next {
				hint = "write ." + member.Suffix + " before ." + c.next
			}
		}
		c.fail(n.Expr, hint, "the target must be the next level of a wavefield")
		return nil
	}
	if !c.noOptions(member, c.next) {
		return nil
	}
	e := c.names[name.Name]
	switch {
	case e == nil:
		c.unknown(name)
		return nil
	case e.clash:
		return nil
	case !c.isWavefield(name):
		c.fail(n.Expr, "declare it with wavefield "+name.Name, "%s does not vary in time, so it has no next level", name.Name)
		return nil
	}
	t := c.computed(e, name, part)
	if t != nil {
		t.at, t.time = n.Expr, c.problem.Next()
	}
	return t
}

// isWavefield reports whether a name, which may be nil, stands for one.
func (c *scope) isWavefield(name *dsl.Name) bool {
	if name == nil {
		return false
	}
	e := c.names[name.Name]
	return e != nil && e.kind == function && e.functions[0].Varies()
}

// apart refuses updates that read what they write at other points, or in
// other components: the order of the points is open.
func (c *stepping) apart(t *target, at dsl.Expr, values []symbolic.Expr) bool {
	suffix := ""
	if t.time != 0 {
		suffix = "." + c.next
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

// insideDerivative reports whether e may read part at other points: under a
// derivative in space or in a mean.
func insideDerivative(e symbolic.Expr, part symbolic.Expr) bool {
	found := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Deriv:
			found = found || x.Axis != symbolic.TimeAxis && symbolic.Contains(x.Of, part)
		case *symbolic.Place: // which may be a mean
			found = found || symbolic.Contains(x.Of, part)
		}
	})
	return found
}
