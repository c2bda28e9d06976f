package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// level moves to the next or the previous time level.
func (c *checker) level(x *dsl.Member, v *value) *value {
	if !c.noOptions(x, x.Suffix) {
		return nil
	}
	n := map[string]int{"forward": 1, "backward": -1}[x.Suffix]
	if t, ok := v.part[0].(*symbolic.Scalar); ok && isTrace(t) {
		points, row := traceOf(t)
		return one(trace(points, row+n), v.unit)
	}
	if !v.varies(symbolic.TimeAxis) {
		c.fail(x, "only wavefields have time levels", "%s does not vary in time", dsl.FormatExpr(x.Of))
		return nil
	}
	if !c.movable(x, v) {
		return nil
	}
	out := v.each(v.unit, func(e symbolic.Expr) symbolic.Expr { return symbolic.Shift(e, symbolic.TimeAxis, n) })
	if !c.levels(x, out) {
		return nil
	}
	return out
}

// movable refuses to move images and histories in time: they are known at the
// current step only.
func (c *scope) movable(x dsl.Expr, v *value) bool {
	for _, p := range v.part {
		var fixed *symbolic.Function
		symbolic.Visit(p, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && (a.Func.Role == symbolic.Image || a.Func.Role == symbolic.History) {
				fixed = a.Func
			}
		})
		if fixed != nil {
			c.fail(x, "apply it to the wavefields alone", "%s is known at the current step only", c.spelling[fixed])
			return false
		}
	}
	return true
}

// levels checks that the time levels that v reads are stored and known, and
// that frames of histories are written before. One fault is enough.
func (c *checker) levels(x dsl.Expr, v *value) bool {
	good := true
	n := c.problem.Grid.TimeOrder
	for _, p := range v.part {
		c.reads(p, 0, 0, func(f *symbolic.Function, first, last int) {
			name := c.spelling[f]
			if c.problem.Backward {
				first, last = -last, -first // counted in the direction of the steps
			}
			switch {
			case !good:
				return
			case f.Role == symbolic.History:
				if !c.unsaved[f] || c.lenient {
					return
				}
				c.fail(x, "put the statement that saves it first", "%s is read before it is saved", name)
			case c.given(f):
				if max(last, -first) <= maxTimeOrder {
					return
				}
				c.fail(x, fmt.Sprintf("stay within %d levels of the current one", maxTimeOrder), "this reads %s %s from the current level", name, count(max(last, -first), "level"))
			case last > 1:
				c.fail(x, "a step computes only the next level", "this reads %s %s ahead of the current level", name, count(last, "level"))
			case first < 1-n:
				c.fail(x, c.levelsHint(-first), "this reads %s %s back, but time order %d stores only %s", name, count(-first, "level"), n, stored(n))
			case last == 1 && slices.Contains(c.updating, f):
				c.fail(x, "write solve EQUATION for "+name+"."+c.next, "%s.%s is used in its own update", name, c.next)
			case last < 1 || c.known(f) || c.lenient || slices.Contains(c.solving, f):
				return
			case c.missing[f] != nil:
				c.fail(x, "put the statements for the rest of the grid first: "+c.describe(c.missing[f][0]), "%s.%s is not known at all points here", name, c.next)
			default:
				c.fail(x, "put the statement that computes it first", "%s.%s is not known here: it is a future value", name, c.next)
			}
			good = false
		})
	}
	return good
}

// levelsHint says how to reach n levels back.
func (c *grid) levelsHint(n int) string {
	if n+1 <= maxTimeOrder && c.problem.Grid.TimeOrder == 1 {
		return fmt.Sprintf("raise the order in time: order time %d", n+1)
	}
	return "levels further back are not stored; a one-sided derivative stays within them with dtl(order 1)"
}

func stored(n int) string {
	switch n {
	case 1:
		return "the current level"
	case 2:
		return "the current and the previous level"
	}
	return fmt.Sprintf("the current and the %d previous levels", n-1)
}

// given reports whether the caller gives all levels of a wavefield.
func (c *stepping) given(f *symbolic.Function) bool {
	name, _, _ := strings.Cut(c.spelling[f], ".")
	return f.Saved && !c.stepped[name]
}

// known reports whether the next level of a wavefield is computed already, at
// all points.
func (c *stepping) known(f *symbolic.Function) bool {
	missing, begun := c.missing[f]
	return begun && len(missing) == 0 || c.unclear
}

// reads calls f with every wavefield in e and the range of levels it is read
// at, counted from the current one, and with every history. first and last are
// the range of e itself.
func (c *grid) reads(e symbolic.Expr, first, last int, f func(w *symbolic.Function, first, last int)) {
	switch x := e.(type) {
	case *symbolic.Access:
		if x.Func.Varies() || x.Func.Role == symbolic.History {
			f(x.Func, x.Time+first, x.Time+last)
		}
	case *symbolic.Deriv:
		if x.Axis != symbolic.TimeAxis {
			break
		}
		if s, err := c.stencil(x); err == nil {
			first, last = first+s.Offset[0], last+s.Offset[len(s.Offset)-1]
		}
	}
	for _, p := range symbolic.Children(e) {
		c.reads(p, first, last, f)
	}
}
