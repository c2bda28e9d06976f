package check

import (
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// stencil is the stencil of a derivative, as far as it is known before places
// are: that of an operand at the place of the result.
func (c *grid) stencil(d *symbolic.Deriv) (*fd.Stencil, error) {
	return fd.StencilOf(d, c.problem.Grid)
}

// taken checks that the derivatives of expressions have the points that they
// need when the expressions are wanted at a place, nil for the nodes.
func (c *scope) taken(x dsl.Expr, place []bool, es ...symbolic.Expr) bool {
	if place == nil {
		place = make([]bool, c.dim)
	}
	return !slices.ContainsFunc(es, func(e symbolic.Expr) bool { return !c.takenAt(x, e, place) })
}

func (c *scope) takenAt(x dsl.Expr, e symbolic.Expr, place []bool) bool {
	if at, ok := e.(*symbolic.Place); ok {
		place = at.Half
	}
	if d, ok := e.(*symbolic.Deriv); ok && d.Axis != symbolic.TimeAxis {
		operand := slices.Clone(place)
		operand[d.Axis] = fd.Lies(d.Of, d.Axis, place[d.Axis])
		half := d.Half
		if place[d.Axis] != operand[d.Axis] {
			half++ // or less by one: the points are as many
		}
		if !c.enough(x, d, half%2 != 0) {
			return false
		}
		place = operand
	}
	for _, part := range symbolic.Children(e) {
		if !c.takenAt(x, part, place) {
			return false
		}
	}
	return true
}

// enough checks the points of a derivative that is taken between two points
// or, unless between, about one.
func (c *scope) enough(x dsl.Expr, d *symbolic.Deriv, between bool) bool {
	where := "about a point"
	half := 0
	if between {
		where, half = "between two points", 1
	}
	if d.Weights != nil {
		if len(d.Weights)%2 == half {
			c.fail(x, "give an odd number of weights about a point, an even number between two: with at 1/2 or at -1/2, or for staggered functions", "%s is taken %s, where %d weights do not lie evenly", d, where, len(d.Weights))
			return false
		}
		return true
	}
	accuracy := d.Accuracy
	if accuracy == 0 {
		accuracy = c.problem.Grid.SpaceOrder
	}
	if _, err := fd.Rule(d.Order, accuracy, d.Side, half); err != nil {
		c.fail(x, "raise its order of accuracy", "%s is taken %s, where accuracy %d gives too few points for it", d, where, accuracy)
		return false
	}
	return true
}
