package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// declarePoints introduces the points that inject and sample name without a
// declaration of their own.
func (c *scope) declarePoints() {
	var implicit []*dsl.Ident
	add := func(id *dsl.Ident, inject bool) {
		e := c.names[id.Name]
		if e == nil {
			e = &entity{kind: points, points: &symbolic.Points{Name: id.Name}, unit: unknownUnit(id.Name)}
			if !c.declare(id, e) {
				return
			}
			implicit = append(implicit, id)
		}
		if e.kind != points {
			return // reported where the statement is checked
		}
		e.points.Inject = e.points.Inject || inject
		if !slices.Contains(c.problem.Points, e.points) {
			c.problem.Points = append(c.problem.Points, e.points)
		}
	}
	for _, s := range c.present {
		switch {
		case s.Sample != nil:
			add(s.Sample.Points, false)
		case s.Inject != nil:
			if declared, unknown := c.pointsIn(s.Inject.Value.Expr); len(declared) > 0 {
				add(declared[0], true)
			} else if id := c.guess(unknown); id != nil {
				add(id, true)
			}
		}
	}
	for name, e := range c.names {
		if e.kind != points || slices.Contains(c.problem.Points, e.points) {
			continue
		}
		hint := "use it in inject or sample, or remove it"
		for _, id := range implicit {
			if dsl.Suggest(id.Name, []string{name}) != "" {
				hint = fmt.Sprintf("%s at line %d is another set of points: did you mean %s there?", id.Name, id.Pos.Line, name)
			}
		}
		c.failAt(e.pos, len(name), hint, "points %s are never used", name)
	}
}

// guess is the one of several unknown names in an inject that must be the
// points: the only one that is not a slip for some known name.
func (c *scope) guess(unknown []*dsl.Ident) *dsl.Ident {
	if len(unknown) > 1 {
		unknown = slices.DeleteFunc(unknown, func(id *dsl.Ident) bool { return c.near(id.Name) != "" })
	}
	if len(unknown) == 1 {
		return unknown[0]
	}
	return nil
}

// pointsIn lists the names in an expression that stand for points, and those
// that stand for nothing.
func (c *scope) pointsIn(e dsl.Expr) (declared, unknown []*dsl.Ident) {
	dsl.Walk(e, func(e dsl.Expr) {
		x, ok := e.(*dsl.Name)
		if !ok {
			return
		}
		id := &dsl.Ident{Pos: x.Pos, Name: x.Name}
		switch old := c.names[x.Name]; {
		case old != nil && old.kind == points:
			declared = append(declared, id)
		case old == nil && c.reserved(x.Name) == "" && !slices.ContainsFunc(unknown, func(u *dsl.Ident) bool { return u.Name == x.Name }):
			unknown = append(unknown, id)
		}
	})
	return declared, unknown
}

// trace is the scalar that stands for a row of a point's trace while an
// injected expression is taken apart; no name of a file holds a space.
func trace(points string, row int) *symbolic.Scalar {
	return symbolic.NewScalar(fmt.Sprintf("trace %s %d", points, row))
}

func isTrace(s *symbolic.Scalar) bool { return strings.HasPrefix(s.Name, "trace ") }

// traceOf takes trace apart.
func traceOf(s *symbolic.Scalar) (points string, row int) {
	parts := strings.Fields(s.Name)
	row, _ = strconv.Atoi(parts[2])
	return parts[1], row
}
