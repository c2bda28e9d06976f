package check

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// source is a statement's place, and its text on one line.
func (c *checker) source(s *dsl.Statement) symbolic.Source {
	var words []string
	for line := range strings.Lines(c.file.Source[s.Pos.Offset:s.EndPos.Offset]) {
		code, _, _ := strings.Cut(line, "#")
		words = append(words, strings.Fields(code)...)
	}
	return symbolic.Source{File: filepath.Base(c.file.Name), Line: s.Pos.Line, Text: strings.Join(words, " ")}
}

// target checks what is to be computed: the next level of a wavefield.
func (c *checker) target(n *dsl.Node) *symbolic.Access {
	if name, ok := n.Expr.(*dsl.Name); ok {
		if e := c.names[name.Name]; e != nil && e.kind == function && e.function.Varies() {
			c.fail(n.Expr, "write "+name.Name+".forward", "%s is the current level, which is already known", name.Name)
			return nil
		}
	}
	member, _ := n.Expr.(*dsl.Member)
	var of *dsl.Name
	if member != nil {
		of, _ = member.Of.(*dsl.Name)
	}
	if of == nil || member.Suffix != "forward" {
		c.fail(n.Expr, "write for example u.forward", "the target must be the next level of a wavefield")
		return nil
	}
	if member.Order != nil {
		c.fail(member.Order, "remove it", "forward takes no order")
		return nil
	}
	e := c.names[of.Name]
	switch {
	case e == nil:
		c.unknown(of)
		return nil
	case e.clash:
		return nil
	case e.kind != function || !e.function.Varies():
		c.fail(n.Expr, "declare it with wavefield "+of.Name, "%s does not vary in time, so it has no next level", of.Name)
		return nil
	}
	return e.function.At(1, nil)
}

func (c *checker) twice(n *dsl.Node, target *symbolic.Access) bool {
	if c.written[target.Func.Name] {
		c.fail(n.Expr, "combine the two updates", "%s.forward is computed twice in one step", target.Func.Name)
		return true
	}
	return false
}

func (c *checker) solve(s *dsl.Statement) {
	target := c.target(s.Solve.Target)
	if target == nil {
		c.unclear = true
	}
	if target == nil || c.twice(s.Solve.Target, target) {
		return
	}
	c.written[target.Func.Name] = true // the equation may mention it
	left, right := c.eval(s.Solve.Left.Expr), c.eval(s.Solve.Right.Expr)
	if left == nil || right == nil || !c.alike(s.Solve.Right.Expr, "the two sides", left, right) {
		return
	}
	if left.vec || right.vec {
		c.fail(s.Solve.Left.Expr, "write one equation for each component", "an equation between vectors cannot be solved for %s.forward", target.Func.Name)
		return
	}
	u := &symbolic.Update{Target: target, Left: left.scalar(), Right: right.scalar(), Source: c.source(s)}
	if !c.solvable(s, u) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, u)
}

// solvable tries the discretised equation, so that the fault is reported here
// with its place and not later without.
func (c *checker) solvable(s *dsl.Statement, u *symbolic.Update) bool {
	residual, err := fd.Discretise(symbolic.Sub(u.Left, u.Right), c.problem.Grid, nil)
	if err != nil {
		c.fail(s.Solve.Left.Expr, "raise the order of accuracy", "%v", err)
		return false
	}
	target := s.Solve.Target.Expr
	implicit := false
	symbolic.Visit(residual, func(e symbolic.Expr) {
		if x, ok := e.(*symbolic.Access); ok && x.Func == u.Target.Func && x.Time > 0 && !symbolic.Equal(x, u.Target) {
			implicit = true
		}
	})
	if implicit {
		c.fail(target, "apply space derivatives to the current level", "the equation couples %s at neighbouring points: that is an implicit scheme, which cannot be solved point by point", dsl.FormatExpr(target))
		return false
	}
	a, _, err := solve.Linear(residual, u.Target)
	switch {
	case err != nil:
		c.fail(target, "only equations linear in the target can be solved; write an explicit update instead", "the equation is not linear in %s", dsl.FormatExpr(target))
		return false
	case symbolic.IsZero(a):
		c.fail(target, "the equation needs a time derivative of "+u.Target.Func.Name, "%s does not occur in the discretised equation", dsl.FormatExpr(target))
		return false
	}
	return true
}

func (c *checker) assign(s *dsl.Statement) {
	target := c.target(s.Assign.Target)
	if target == nil {
		c.unclear = true
		c.eval(s.Assign.Value.Expr) // for its own faults
		return
	}
	if c.twice(s.Assign.Target, target) {
		return
	}
	c.updating = target.Func
	v := c.eval(s.Assign.Value.Expr)
	c.updating = nil
	c.written[target.Func.Name] = true
	if v == nil || !c.alike(s.Assign.Value.Expr, "the two sides", &value{part: []symbolic.Expr{target}, unit: c.names[target.Func.Name].unit}, v) {
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Update{Target: target, Left: target, Right: v.scalar(), Value: v.scalar(), Source: c.source(s)})
}

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
	target := c.injectTarget(s.Inject.Target)
	c.inject = true
	v := c.eval(s.Inject.Value.Expr)
	c.inject = false
	if target == nil || v == nil {
		return
	}
	if !c.alike(s.Inject.Value.Expr, "what is injected and its target", &value{part: []symbolic.Expr{target}, unit: c.names[target.Func.Name].unit}, v) {
		return
	}
	p := c.names[declared[0].Name].points
	e, err := fd.Discretise(v.scalar(), c.problem.Grid, nil)
	if err != nil {
		c.fail(s.Inject.Value.Expr, "raise the order of accuracy", "%v", err)
		return
	}
	a, b, err := solve.Linear(e, symbolic.NewScalar(traceName(p.Name)))
	if err != nil || !symbolic.IsZero(b) {
		c.fail(s.Inject.Value.Expr, "write an expression times "+p.Name, "what is injected must be a multiple of %s", p.Name)
		return
	}
	if readsNeighbours(a, target) {
		c.fail(s.Inject.Value.Expr, "take derivatives of the current level, "+target.Func.Name, "the amount at a node may not depend on %s.forward at other nodes, which are injected into at the same time", target.Func.Name)
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Inject{Points: p, Target: target, Value: a, Source: c.source(s)})
}

// readsNeighbours reports whether a discretised expression reads what target
// stands for at other nodes than the current one.
func readsNeighbours(e symbolic.Expr, target *symbolic.Access) bool {
	found := false
	symbolic.Visit(e, func(x symbolic.Expr) {
		if a, ok := x.(*symbolic.Access); ok && a.Func == target.Func && a.Time == target.Time {
			found = found || slices.ContainsFunc(a.Offset, func(o int) bool { return o != 0 })
		}
	})
	return found
}

// injectTarget is a wavefield's next level, or its current one.
func (c *checker) injectTarget(n *dsl.Node) *symbolic.Access {
	if name, ok := n.Expr.(*dsl.Name); ok {
		if e := c.names[name.Name]; e != nil && e.kind == function && e.function.Varies() {
			c.fail(n.Expr, "write "+name.Name+".forward", "the current level of %s is already in use: inject into the next one", name.Name)
			return nil
		}
	}
	a := c.target(n)
	if a != nil && !c.known(a.Func.Name) {
		c.fail(n.Expr, "put inject behind the update", "%s.forward is injected into before it is computed", a.Func.Name)
		return nil
	}
	return a
}

func (c *checker) sample(s *dsl.Statement) {
	e := c.names[s.Sample.Points.Name]
	v := c.eval(s.Sample.Value.Expr)
	if e == nil || v == nil {
		return
	}
	switch {
	case e.kind != points:
		c.failIdent(s.Sample.Points, "choose another name for the receivers", "%s is already declared at line %d", s.Sample.Points.Name, e.pos.Line)
		return
	case e.points.Inject:
		c.failIdent(s.Sample.Points, "use another set of points to record", "%s is injected, so it cannot be recorded too", s.Sample.Points.Name)
		return
	case v.vec:
		c.fail(s.Sample.Value.Expr, "sample one component, for example grad(u).x", "a vector cannot be sampled")
		return
	case e.sampled:
		c.failIdent(s.Sample.Points, "use another set of points", "%s is sampled twice", s.Sample.Points.Name)
		return
	}
	e.sampled = true
	if e.points.Unit != "" && !c.alike(s.Sample.Value.Expr, "what is sampled and the points", &value{part: []symbolic.Expr{symbolic.Int(1)}, unit: e.unit}, v) {
		return
	}
	if _, err := fd.Discretise(v.scalar(), c.problem.Grid, nil); err != nil {
		c.fail(s.Sample.Value.Expr, "raise the order of accuracy", "%v", err)
		return
	}
	c.problem.Statements = append(c.problem.Statements, &symbolic.Sample{Points: e.points, Value: v.scalar(), Source: c.source(s)})
}
