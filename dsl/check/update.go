package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

func (c *checker) solve(s *dsl.Statement) {
	t := c.targetOf(s.Solve.Target.Expr)
	r, ok := c.in(s.Solve.In)
	if t == nil {
		c.unclear = true
	}
	if t == nil || !ok || !c.claim(t, r) {
		return
	}
	// The equation may mention its target, so that is known from here on.
	left, right := c.eval(s.Solve.Left.Expr), c.eval(s.Solve.Right.Expr)
	if left == nil || right == nil || !c.alike(s.Solve.Right.Expr, "the two sides", left, right) {
		return
	}
	if rank := max(left.rank, right.rank); rank != t.rank {
		c.fail(s.Solve.Left.Expr, "solve for the whole of it, or write one equation for each component", "an equation between %s cannot be solved for %s", plural[rank], dsl.FormatExpr(s.Solve.Target.Expr))
		return
	}
	for i, at := range t.at {
		if slices.Contains(t.at[:i], at) || c.repeats(t, i, left, right) {
			continue
		}
		u := &symbolic.Update{Target: at, Left: left.at(i), Right: right.at(i), Region: r, Source: c.source(s)}
		if !c.solvable(s, u) {
			return
		}
		c.problem.Statements = append(c.problem.Statements, u)
	}
}

// plural are the words for several values by their rank.
var plural = []string{"scalars", "vectors", "matrices"}

// at is part i; the plain number 0 has it of any rank.
func (v *value) at(i int) symbolic.Expr {
	if v.rank == 0 {
		return v.part[0]
	}
	return v.part[i]
}

// repeats reports whether part i of a tensor is the mirror image of one that
// is done, and that both sides are symmetric.
func (c *checker) repeats(t *target, i int, sides ...*value) bool {
	dim := c.problem.Grid.Dim()
	j := i%dim*dim + i/dim
	if t.rank != 2 || i <= j {
		return false
	}
	for _, v := range sides {
		if !symbolic.Equal(v.at(i), v.at(j)) {
			c.fail(t.place, "add the transpose, as in (A + transpose(A))/2", "the right-hand side is not symmetric, but the tensor is")
			break
		}
	}
	return true
}

// solvable tries the equation, so that a fault is reported here with its
// place and not later without.
func (c *checker) solvable(s *dsl.Statement, u *symbolic.Update) bool {
	if !c.fits(s.Solve.Left.Expr, &value{part: []symbolic.Expr{u.Left, u.Right}}) {
		return false
	}
	residual, err := fd.DiscretiseTime(symbolic.Sub(u.Left, u.Right), c.problem.Grid)
	if err != nil {
		c.fail(s.Solve.Left.Expr, "raise the order of accuracy", "%v", err)
		return false
	}
	at := s.Solve.Target.Expr
	if neighbours(residual, u.Target) {
		c.fail(at, "apply space derivatives to the current level", "the equation couples %s at neighbouring points: that is an implicit scheme, which cannot be solved point by point", dsl.FormatExpr(at))
		return false
	}
	a, _, err := solve.Linear(residual, u.Target)
	switch {
	case err != nil:
		c.fail(at, "only equations linear in the target can be solved; write an explicit update instead", "the equation is not linear in %s", dsl.FormatExpr(at))
		return false
	case symbolic.IsZero(a):
		c.fail(at, "the equation needs a time derivative of "+u.Target.Func.Name, "%s does not occur in the discretised equation", dsl.FormatExpr(at))
		return false
	}
	return true
}

// neighbours reports whether e holds what target stands for inside of a
// derivative in space, which reads it at neighbouring points.
func neighbours(e symbolic.Expr, target *symbolic.Access) bool {
	found := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		if d, ok := e.(*symbolic.Deriv); ok && d.Axis != symbolic.TimeAxis {
			found = found || symbolic.Contains(d.Of, target)
		}
	})
	return found
}

func (c *checker) assign(s *dsl.Statement) {
	if s.Assign.Op == "+=" {
		c.add(s)
		return
	}
	t := c.targetOf(s.Assign.Target.Expr)
	r, ok := c.in(s.Assign.In)
	if s.Assign.Every != nil {
		c.failAt(s.Assign.Every.Pos, len("every"), "remove it", "a wavefield is computed in every step")
		ok = false
	}
	if t == nil || !ok {
		c.unclear = c.unclear || t == nil
		c.eval(s.Assign.Value.Expr) // for its own faults
		return
	}
	// In a region that corrects what is computed already, that may be read.
	for _, f := range t.functions() {
		if !c.known(f) {
			c.updating = append(c.updating, f)
		}
	}
	v := c.eval(s.Assign.Value.Expr)
	c.updating = nil
	if !c.claim(t, r) || v == nil || !c.alike(s.Assign.Value.Expr, "the two sides", t.value(), v) || !c.fits(s.Assign.Value.Expr, v) {
		return
	}
	for i, at := range t.at {
		if c.repeats(t, i, v) {
			continue
		}
		e := v.at(i)
		if time, err := fd.DiscretiseTime(e, c.problem.Grid); err == nil && neighbours(time, at) {
			c.fail(s.Assign.Value.Expr, "take derivatives of the current level", "%s.forward is read at neighbouring points while it is computed", at.Func.Name)
			return
		}
		c.problem.Statements = append(c.problem.Statements, &symbolic.Update{Target: at, Left: at, Right: e, Value: e, Region: r, Source: c.source(s)})
	}
}

// add is g += e for an image.
func (c *checker) add(s *dsl.Statement) {
	image := c.eval(s.Assign.Target.Expr)
	v := c.eval(s.Assign.Value.Expr)
	r, ok := c.in(s.Assign.In)
	if image == nil || v == nil || !ok {
		return
	}
	for _, p := range image.part {
		if a, ok := p.(*symbolic.Access); !ok || a.Func.Role != symbolic.Image {
			c.fail(s.Assign.Target.Expr, "declare it with image, or write = for the next level of a wavefield", "%s is not an image, to which one could add", dsl.FormatExpr(s.Assign.Target.Expr))
			return
		}
	}
	if !c.alike(s.Assign.Value.Expr, "the image and what is added", image, v) || !c.fits(s.Assign.Value.Expr, v) {
		return
	}
	t := &target{rank: image.rank, place: s.Assign.Target.Expr}
	for _, p := range image.part {
		t.at = append(t.at, p.(*symbolic.Access))
	}
	for i, at := range t.at {
		if c.repeats(t, i, v) {
			continue
		}
		if neighbours(v.at(i), at) {
			c.fail(s.Assign.Value.Expr, "take derivatives of something else", "%s is read at neighbouring points while it is added to", at.Func.Name)
			return
		}
		sum := symbolic.Sum(at, v.at(i))
		c.problem.Statements = append(c.problem.Statements, &symbolic.Update{Target: at, Left: at, Right: sum, Value: sum, Region: r, Every: c.when(s.Assign.Every), Source: c.source(s)})
	}
}
