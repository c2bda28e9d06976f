package check

import (
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// source is a statement's place, and its text on one line.
func (c *report) source(s *dsl.Statement) symbolic.Source {
	var words []string
	for line := range strings.Lines(c.file.Source[s.Pos.Offset:s.EndPos.Offset]) {
		code, _, _ := strings.Cut(line, "#")
		words = append(words, strings.Fields(code)...)
	}
	return symbolic.Source{File: filepath.Base(c.file.Name), Line: s.Pos.Line, Text: strings.Join(words, " ")}
}

// limits refuses a region or a rhythm behind a statement that takes none.
func (c *report) limits(s *dsl.Statement) {
	image := s.Assign != nil && s.Assign.Op == "+="
	updates := s.Solve != nil || s.Assign != nil
	if s.In != nil && !updates && s.Reduce == nil {
		c.failIdent(s.In, "remove it: only updates and reduce are limited to a region", "in does not belong here")
	}
	history := s.Declare != nil && s.Declare.Kind == "history"
	if s.Every == nil || image || history || s.Inject != nil || s.Sample != nil || s.Save != nil || s.Reduce != nil {
		return
	}
	hint := "remove it: only +=, inject, sample, save and reduce are limited to some steps"
	if updates {
		hint = "remove it: a wavefield is computed in every step"
	}
	c.fail(s.Every.Expr, hint, "every does not belong here")
}

func (c *checker) solve(s *dsl.Statement) {
	t := c.nextLevel(s.Solve.Target)
	region, good := c.regionOf(s)
	if t == nil {
		c.unclear = true
		return
	}
	if !c.claim(t, region) {
		return
	}
	c.solving = t.functions // the equation may mention it
	left, right := c.eval(s.Solve.Left.Expr), c.eval(s.Solve.Right.Expr)
	c.solving = nil
	c.compute(t, region)
	if !good || left == nil || right == nil || !c.alike(s.Solve.Right.Expr, "the two sides", left, right) {
		return
	}
	r := max(left.rank, right.rank)
	if r != t.rank {
		c.fail(s.Solve.Left.Expr, "the target and both sides must be of one kind", "an equation between %s cannot be solved for %s.%s, %s", plural(r), t.name, c.next, t.rank)
		return
	}
	equation := &value{rank: r}
	for k := range max(len(left.part), len(right.part)) {
		equation.part = append(equation.part, symbolic.Sub(partOf(left, k), partOf(right, k)))
	}
	if c.parts(s.Solve.Left.Expr, r, t.index, equation) == nil {
		return // not symmetric
	}
	lefts, rights := c.side(t, left), c.side(t, right)
	for k := range t.functions {
		u := &symbolic.Update{Target: t.access(k), Left: lefts[k], Right: rights[k], Region: region, Source: c.source(s)}
		if !c.solvable(s, t, u) || !c.taken(s.Solve.Left.Expr, u.Target.Func.Stagger, u.Left) || !c.taken(s.Solve.Right.Expr, u.Target.Func.Stagger, u.Right) {
			return
		}
		c.problem.Statements = append(c.problem.Statements, u)
	}
}

// partOf is part k of v; the number 0 has as many as are asked for.
func partOf(v *value, k int) symbolic.Expr {
	if v.nothing() {
		return symbolic.Int(0)
	}
	return v.part[k]
}

// side is one side of an equation for the components of t. It need not be
// symmetric where the equation is.
func (c *grid) side(t *target, v *value) []symbolic.Expr {
	var out []symbolic.Expr
	for _, x := range t.index {
		k := 0
		for _, i := range x {
			k = k*c.dim + i
		}
		out = append(out, partOf(v, k))
	}
	return out
}

func plural(r rank) string { return []string{"scalars", "vectors", "matrices"}[r] }

// solvable tries the equation with its time derivatives written out, so that
// the fault is reported here with its place and not later without. Derivatives
// in space need no stencils for that: the target must not occur in any.
func (c *stepping) solvable(s *dsl.Statement, t *target, u *symbolic.Update) bool {
	residual, err := fd.DiscretiseTime(symbolic.Sub(u.Left, u.Right), c.problem.Grid)
	if err != nil {
		c.fail(s.Solve.Left.Expr, "raise the order of accuracy", "%v", err)
		return false
	}
	name := c.spelling[u.Target.Func] + "." + c.next
	if insideDerivative(residual, u.Target) {
		c.fail(t.at, "apply space derivatives to the current level", "the equation couples %s at neighbouring points: that is an implicit scheme, which cannot be solved point by point", name)
		return false
	}
	for k, f := range t.functions {
		if f != u.Target.Func && symbolic.Contains(residual, t.access(k)) {
			c.fail(t.at, "solve for one component after the other, each in a statement of its own", "the equation for %s holds %s.%s, which the statement computes too", name, c.spelling[f], c.next)
			return false
		}
	}
	a, _, err := solve.Linear(residual, u.Target)
	switch {
	case err != nil:
		c.fail(t.at, "only equations linear in the target can be solved; write an explicit update instead", "the equation is not linear in %s", name)
		return false
	case symbolic.IsZero(a):
		c.fail(t.at, "the equation needs a time derivative of "+c.spelling[u.Target.Func], "%s does not occur in the discretised equation", name)
		return false
	}
	return true
}

func (c *checker) assign(s *dsl.Statement) {
	if s.Assign.Op == "+=" {
		c.add(s)
		return
	}
	if e := c.imageIn(s.Assign.Target); e != nil {
		c.fail(s.Assign.Target.Expr, "write "+dsl.FormatExpr(s.Assign.Target.Expr)+" +=", "an image can only be added to")
		return
	}
	t := c.nextLevel(s.Assign.Target)
	region, good := c.regionOf(s)
	if t == nil {
		c.unclear = true
		c.eval(s.Assign.Value.Expr) // for its own faults
		return
	}
	if !c.claim(t, region) {
		return
	}
	for _, f := range t.functions {
		if !c.known(f) { // otherwise a region of it is computed again
			c.updating = append(c.updating, f)
		}
	}
	v := c.eval(s.Assign.Value.Expr)
	c.updating = nil
	c.compute(t, region)
	if good {
		c.update(s, t, v, func(k int, v symbolic.Expr) symbolic.Expr { return v }, region, nil)
	}
}

// update appends the updates of all components of t by v, which finish
// completes.
func (c *stepping) update(s *dsl.Statement, t *target, v *value, finish func(k int, v symbolic.Expr) symbolic.Expr, region *symbolic.Region, every symbolic.Expr) {
	at := s.Assign.Value.Expr
	if v == nil || !c.alike(at, "the two sides", t.value(), v) {
		return
	}
	values := c.parts(at, t.rank, t.index, v)
	if values == nil || !c.apart(t, at, values) {
		return
	}
	for k, e := range values {
		a := t.access(k)
		if !c.taken(at, a.Func.Stagger, e) {
			return
		}
		e = finish(k, e)
		c.problem.Statements = append(c.problem.Statements, &symbolic.Update{Target: a, Left: a, Right: e, Value: e, Region: region, Every: every, Source: c.source(s)})
	}
}

// imageIn is the image that a target names, nil when it names none.
func (c *scope) imageIn(n *dsl.Node) *entity {
	name, _ := c.reference(n.Expr)
	if name == nil {
		return nil
	}
	if e := c.names[name.Name]; e != nil && e.kind == function && len(e.functions) > 0 && e.functions[0].Role == symbolic.Image {
		return e
	}
	return nil
}

// add checks g += EXPRESSION.
func (c *checker) add(s *dsl.Statement) {
	e := c.imageIn(s.Assign.Target)
	region, inRegion := c.regionOf(s)
	every, rhythm := c.every(s)
	v := c.eval(s.Assign.Value.Expr)
	if e == nil {
		c.unclear = true
		c.fail(s.Assign.Target.Expr, "declare an image to add to, or write u."+c.next+" = ...", "only an image can be added to")
		return
	}
	name, part := c.reference(s.Assign.Target.Expr)
	t := c.computed(e, name, part)
	if t == nil {
		c.unclear = true
		return
	}
	c.compute(t, nil)
	if !inRegion || !rhythm {
		return
	}
	t.at = s.Assign.Target.Expr
	c.update(s, t, v, func(k int, v symbolic.Expr) symbolic.Expr { return symbolic.Sum(t.access(k), v) }, region, every)
}
