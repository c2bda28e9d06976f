package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// require checks a condition on parameters, which is judged when they have
// values.
func (c *checker) require(s *dsl.Statement) {
	r := s.Require
	left, right := c.eval(r.Left.Expr), c.eval(r.Right.Expr)
	if left == nil || right == nil || !c.alike(r.Right.Expr, "the two sides", left, right) {
		return
	}
	if k := max(left.rank, right.rank); k > number {
		c.fail(r.Left.Expr, "write a condition for one component, for example v.x", "a condition holds for numbers, not for %s", plural(k))
		return
	}
	good := true
	for _, side := range []struct {
		at dsl.Expr
		of symbolic.Expr
	}{{r.Left.Expr, left.scalar()}, {r.Right.Expr, right.scalar()}} {
		if what := c.notParameter(side.of); what != "" {
			c.fail(side.at, "name fields and scalars only", "a condition is on parameters, which %s is not", what)
			good = false
		}
	}
	if good {
		c.problem.Requirements = append(c.problem.Requirements, &symbolic.Requirement{Left: left.scalar(), Op: r.Op, Right: right.scalar(), Doc: r.Doc,
			Text: dsl.FormatExpr(r.Left.Expr) + " " + r.Op + " " + dsl.FormatExpr(r.Right.Expr), Source: c.source(s)})
	}
}

// notParameter names something in e that has no value before a run; it is empty
// when there is nothing.
func (c *grid) notParameter(e symbolic.Expr) string {
	switch x := e.(type) {
	case *symbolic.Deriv:
		return "a derivative"
	case *symbolic.Place:
		return "a mean"
	case *symbolic.Access:
		if x.Func.Role != symbolic.Field {
			return c.spelling[x.Func]
		}
	}
	children := symbolic.Children(e)
	if i := slices.IndexFunc(children, func(x symbolic.Expr) bool { return c.notParameter(x) != "" }); i >= 0 {
		return c.notParameter(children[i])
	}
	return ""
}
