package check

import (
	"fmt"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

func (c *checker) injectInto(s *dsl.Statement) {
	declared, unknown := c.pointsIn(s.Inject.Value.Expr)
	if len(declared) == 0 {
		hint := "write for example inject src*dt^2/m into u." + c.next
		if len(unknown) > 1 {
			for _, id := range unknown {
				c.fail(&dsl.Name{Pos: id.Pos, Name: id.Name}, "declare it, with points if it stands for the traces to inject", "unknown name %s", id.Name)
			}
			return
		}
		c.fail(s.Inject.Value.Expr, hint, "this names no points whose traces could be injected")
		return
	}
	for _, d := range declared[1:] {
		if d.Name != declared[0].Name {
			c.failIdent(d, "inject them in two statements", "two sets of points, %s and %s, in one inject", declared[0].Name, d.Name)
			return
		}
	}
	t := c.injectTarget(s.Inject.Target)
	every, rhythm := c.every(s)
	c.inject = true
	at := s.Inject.Value.Expr
	v := c.eval(at)
	c.inject = false
	if t == nil || v == nil || !rhythm || !c.alike(at, "what is injected and its target", t.value(), v) {
		return
	}
	p := c.names[declared[0].Name].points
	amounts := c.parts(at, t.rank, t.index, v)
	injected := false
	for k, e := range amounts {
		amount, row := c.amount(at, t, e, p)
		if amount == nil || !c.taken(at, t.functions[k].Stagger, amount) {
			return
		}
		if !symbolic.IsZero(amount) {
			injected = true
			c.problem.Statements = append(c.problem.Statements, &symbolic.Inject{Points: p, Target: t.access(k), Value: amount, Row: row, Every: every, Source: c.source(s)})
		}
	}
	if amounts != nil && !injected {
		c.fail(at, "remove the statement", "what is injected is zero")
	}
}

// amount is what multiplies the trace of p in e, and the row of that trace
// counted from the current step; nil after a fault.
func (c *stepping) amount(at dsl.Expr, t *target, e symbolic.Expr, p *symbolic.Points) (amount symbolic.Expr, row int) {
	e, err := fd.DiscretiseTime(e, c.problem.Grid)
	if err != nil {
		c.fail(at, "raise the order of accuracy", "%v", err)
		return nil, 0
	}
	symbolic.Visit(e, func(e symbolic.Expr) {
		if s, ok := e.(*symbolic.Scalar); ok && isTrace(s) {
			_, row = traceOf(s)
		}
	})
	if row < 0 || row > maxTimeOrder {
		c.fail(at, fmt.Sprintf("write %s, or up to %d times .forward behind it", p.Name, maxTimeOrder), "a step reads its own row of the traces and later ones only")
		return nil, 0
	}
	a, b, err := solve.Linear(e, trace(p.Name, row))
	if err != nil || !symbolic.IsZero(b) {
		c.fail(at, "write an expression times "+p.Name, "what is injected must be a multiple of %s", p.Name)
		return nil, 0
	}
	for k, f := range t.functions {
		if insideDerivative(a, t.access(k)) {
			name := c.spelling[f]
			c.fail(at, "take derivatives of the current level, "+name, "the amount at a node may not depend on %s.%s at other nodes, which are injected into at the same time", name, c.next)
			return nil, 0
		}
	}
	return a, row
}

// injectTarget is the next level of a wavefield, which must be computed, or an
// image.
func (c *stepping) injectTarget(n *dsl.Node) *target {
	if e := c.imageIn(n); e != nil {
		name, part := c.reference(n.Expr)
		t := c.computed(e, name, part)
		if t != nil {
			t.at = n.Expr
		}
		return t
	}
	if name, ok := n.Expr.(*dsl.Name); ok {
		if e := c.names[name.Name]; e != nil && e.kind == function && e.functions[0].Varies() {
			c.fail(n.Expr, "write "+name.Name+"."+c.next, "the current level of %s is already in use: inject into the next one", name.Name)
			return nil
		}
	}
	t := c.nextLevel(n)
	if t == nil {
		return nil
	}
	for _, f := range t.functions {
		if !c.known(f) {
			c.fail(n.Expr, "put inject behind the update", "%s.%s is injected into before it is computed", c.spelling[f], c.next)
			return nil
		}
	}
	return t
}

func (c *checker) sample(s *dsl.Statement) {
	e := c.names[s.Sample.Points.Name]
	v := c.eval(s.Sample.Value.Expr)
	every, rhythm := c.every(s)
	if e == nil || v == nil || !rhythm {
		return
	}
	switch {
	case e.kind != points:
		c.failIdent(s.Sample.Points, "choose another name for the receivers", "%s is already declared at line %d", s.Sample.Points.Name, e.pos.Line)
		return
	case e.points.Inject:
		c.failIdent(s.Sample.Points, "use another set of points to record", "%s is injected, so it cannot be recorded too", s.Sample.Points.Name)
		return
	case v.rank > number:
		c.fail(s.Sample.Value.Expr, "sample one component, for example grad(u).x", "%s cannot be sampled", v.rank)
		return
	case e.sampled:
		c.failIdent(s.Sample.Points, "use another set of points", "%s is sampled twice", s.Sample.Points.Name)
		return
	}
	e.sampled = true
	if e.points.Unit != "" && !c.alike(s.Sample.Value.Expr, "what is sampled and the points", &value{part: []symbolic.Expr{symbolic.Int(1)}, unit: e.unit}, v) {
		return
	}
	half := c.lies(v.scalar())
	if !c.taken(s.Sample.Value.Expr, half, v.scalar()) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Sample{Points: e.points, Value: v.scalar(), Half: half, Every: every, Source: c.source(s)})
}
