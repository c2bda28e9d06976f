package check

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// level moves to the next or the previous time level.
func (c *checker) level(x *dsl.Member, v *value) *value {
	if len(x.Options) > 0 {
		c.failAt(x.Options[0].Pos, 1, "remove it", "%s takes no options", x.Suffix)
		return nil
	}
	n := map[string]int{"forward": 1, "backward": -1}[x.Suffix]
	if !v.varies(symbolic.TimeAxis) {
		c.fail(x, "only wavefields have time levels", "%s does not vary in time", dsl.FormatExpr(x.Of))
		return nil
	}
	out := v.each(v.unit, func(e symbolic.Expr) symbolic.Expr { return symbolic.Shift(e, symbolic.TimeAxis, n) })
	if !c.levels(x, out) {
		return nil
	}
	return out
}

// levels checks that the time levels that v reads are stored and known. One
// fault is enough.
func (c *checker) levels(x dsl.Expr, v *value) bool {
	good := true
	order := c.problem.Grid.TimeOrder
	for _, p := range v.part {
		c.reads(p, 0, 0, func(f *symbolic.Function, first, last int) {
			switch {
			case !good:
				return
			case last > 1:
				c.fail(x, "a step computes only the next level", "this reads %s %s ahead of the current level", f.Name, count(last, "level"))
			case first < 1-order && order == 1:
				c.fail(x, "raise the order in time: order time 2", "this reads %s %s back, but time order 1 stores only the current level", f.Name, count(-first, "level"))
			case first < 1-order:
				c.fail(x, "levels further back are not stored; a one-sided derivative stays within them with dtl(order 1)", "this reads %s %s back, but time order %d stores only %s", f.Name, count(-first, "level"), order, stored(order))
			case last == 1 && slices.Contains(c.updating, f):
				c.fail(x, "write solve EQUATION for "+f.Name+".forward", "%s.forward is used in its own update", f.Name)
			case last == 1 && !c.known(f) && !c.lenient:
				c.fail(x, "put the statement that computes it first", "%s.forward is not known here: it is a future value", f.Name)
			default:
				return
			}
			good = false
		})
	}
	return good
}

// reads calls f with every wavefield in e and the range of levels it is read
// at, counted from the current one. first and last are the range of e itself.
func (c *checker) reads(e symbolic.Expr, first, last int, f func(w *symbolic.Function, first, last int)) {
	switch x := e.(type) {
	case *symbolic.Access:
		if x.Func.Varies() {
			f(x.Func, x.Time+first, x.Time+last)
		}
	case *symbolic.Deriv:
		if x.Axis != symbolic.TimeAxis {
			break
		}
		if s, err := fd.StencilOf(x, c.problem.Grid); err == nil {
			first, last = first+s.Offset[0], last+s.Offset[len(s.Offset)-1]
		}
	}
	for _, p := range symbolic.Children(e) {
		c.reads(p, first, last, f)
	}
}

// stored names the levels that are known when a step begins.
func stored(order int) string {
	if order == 2 {
		return "the current and the previous level"
	}
	return fmt.Sprintf("the current and %d previous levels", order-1)
}
