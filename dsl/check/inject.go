package check

import (
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

func (c *checker) injectInto(s *dsl.Statement) {
	declared, unknown := c.pointsIn(s.Inject.Value.Expr)
	if len(declared) == 0 {
		hint := "write for example inject src*dt^2/m into u.forward"
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
	t := c.injectTarget(s.Inject.Target.Expr)
	c.inject = true
	v := c.eval(s.Inject.Value.Expr)
	c.inject = false
	if t == nil || v == nil {
		return
	}
	if !c.alike(s.Inject.Value.Expr, "what is injected and its target", t.value(), v) || !c.fits(s.Inject.Value.Expr, v) {
		return
	}
	p := c.names[declared[0].Name].points
	every := c.when(s.Inject.Every)
	for i, at := range t.at {
		if c.repeats(t, i, v) {
			continue
		}
		e, err := fd.DiscretiseTime(v.at(i), c.problem.Grid)
		if err != nil {
			c.fail(s.Inject.Value.Expr, "raise the order of accuracy", "%v", err)
			return
		}
		a, b, err := solve.Linear(e, symbolic.NewScalar(traceName(p.Name)))
		if err != nil || !symbolic.IsZero(b) {
			c.fail(s.Inject.Value.Expr, "write an expression times "+p.Name, "what is injected must be a multiple of %s", p.Name)
			return
		}
		if neighbours(a, at) {
			c.fail(s.Inject.Value.Expr, "take derivatives of the current level, "+at.Func.Name, "the amount at a node may not depend on %s.forward at other nodes, which are injected into at the same time", at.Func.Name)
			return
		}
		if !symbolic.IsZero(a) {
			c.problem.Statements = append(c.problem.Statements, &symbolic.Inject{Points: p, Target: at, Value: a, Every: every, Source: c.source(s)})
		}
	}
}

// injectTarget is the next level of a wavefield that is computed already.
func (c *checker) injectTarget(e dsl.Expr) *target {
	of, forward, _ := c.targetName(e)
	if of != nil && forward == nil {
		c.fail(e, "write "+dsl.FormatExpr(e)+".forward", "the current level of %s is already in use: inject into the next one", dsl.FormatExpr(e))
		return nil
	}
	t := c.targetOf(e)
	if t == nil {
		return nil
	}
	for _, f := range t.functions() {
		if !c.known(f) {
			c.fail(e, "put inject behind the update", "%s.forward is injected into before it is computed", f.Name)
			return nil
		}
	}
	return t
}
