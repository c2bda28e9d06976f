package check

import (
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// member reads what follows a dot: a component, a time level or a derivative.
func (c *checker) member(x *dsl.Member) *value {
	v := c.eval(x.Of)
	if v == nil {
		return nil
	}
	if i, j, r := c.component(x.Suffix); r == vector || r == matrix && (v.rank == matrix || !c.isDerivative(x.Suffix)) {
		return c.part(x, v, i, j, r)
	}
	if x.Suffix == "forward" || x.Suffix == "backward" {
		return c.level(x, v)
	}
	return c.derivative(x, v)
}

// component takes the name of a component apart: an axis for one of a vector,
// two for one of a matrix. The rank is 0 when it is none.
func (c *grid) component(name string) (i, j int, r rank) {
	axes := c.axes()
	if i = slices.Index(axes, name); i >= 0 {
		return i, 0, vector
	}
	for i, a := range axes {
		if rest, ok := strings.CutPrefix(name, a); ok {
			if j = slices.Index(axes, rest); j >= 0 {
				return i, j, matrix
			}
		}
	}
	return 0, 0, number
}

// part is a component of a vector or a matrix.
func (c *scope) part(x *dsl.Member, v *value, i, j int, r rank) *value {
	axes := c.axes()
	switch {
	case v.rank == number:
		hint := "write d" + x.Suffix + " for the derivative"
		if r == matrix {
			hint = "write .d" + axes[i] + ".d" + axes[j] + " for the derivative"
		}
		c.fail(x, hint, "%s has no component %s: it is not %s", dsl.FormatExpr(x.Of), x.Suffix, r)
	case v.rank == vector && r == matrix:
		c.fail(x, "write ."+axes[i]+" or ."+axes[j], "%s has no component %s: it is a vector", dsl.FormatExpr(x.Of), x.Suffix)
	case v.rank == matrix && r == vector:
		c.fail(x, "write ."+axes[i]+axes[i]+" or the like, with two axes", "%s has no component %s: it is a matrix", dsl.FormatExpr(x.Of), x.Suffix)
	case c.noOptions(x, "a component"):
		out := one(v.part[i], v.unit)
		if r == matrix {
			out = one(c.at(v, i, j), v.unit)
		}
		out.zero = v.zero
		return out.sized(v.size)
	}
	return nil
}

// noOptions refuses options behind what is no derivative.
func (c *report) noOptions(x *dsl.Member, what string) bool {
	if len(x.Options) == 0 {
		return true
	}
	o := x.Options[0]
	c.failAt(o.Pos, len(o.Name), "remove what stands in parentheses", "%s takes no options", what)
	return false
}

func (c *grid) isDerivative(suffix string) bool {
	_, _, _, ok := c.suffix(suffix)
	return ok
}

// derivative reads suffixes such as dx, dy2, dxl, dt2, and applies them to
// each component.
func (c *checker) derivative(x *dsl.Member, v *value) *value {
	axis, order, side, ok := c.suffix(x.Suffix)
	if !ok {
		c.fail(x, c.suffixHint(x.Suffix), "unknown suffix .%s", x.Suffix)
		return nil
	}
	if !v.varies(axis) {
		along := "time"
		if axis != symbolic.TimeAxis {
			along = c.axes()[axis]
		}
		c.fail(x, "the derivative would be zero: remove it", "%s does not vary in %s", dsl.FormatExpr(x.Of), along)
		return nil
	}
	scheme, ok := c.scheme(x, axis, order)
	if !ok {
		return nil
	}
	scheme.Side = side
	step := c.length
	if axis == symbolic.TimeAxis {
		step = c.time
		if !c.derivativeInTime(x, v, order, scheme) {
			return nil
		}
	}
	size := 0
	for _, p := range v.part {
		s, err := c.stencil(symbolic.NewDeriv(p, axis, order, scheme))
		if err != nil {
			c.fail(x, "raise the order of accuracy", "a derivative of order %d needs at least %d points, more than its order of accuracy gives", order, order+1)
			return nil
		}
		size = len(s.Offset) * (v.size + 1)
	}
	out := v.each(v.unit.times(step.to(-float64(order))), func(e symbolic.Expr) symbolic.Expr {
		if !symbolic.Varies(e, axis) {
			return symbolic.Int(0)
		}
		return symbolic.NewDeriv(e, axis, order, scheme)
	}).sized(size)
	if axis == symbolic.TimeAxis && !c.levels(x, out) {
		return nil
	}
	return out
}

// derivativeInTime checks what derivatives in time need: enough levels.
func (c *scope) derivativeInTime(x *dsl.Member, v *value, order int, s symbolic.Scheme) bool {
	n := c.problem.Grid.TimeOrder
	switch {
	case order > n && n == 1:
		c.fail(x, "raise the order in time: order time 2", "a derivative of order %d in time needs time order %d, and this operator has 1", order, order)
	case order > n:
		c.fail(x, "use dt or dt2", "a derivative of order %d in time needs more levels than the %d that a step has", order, n+1)
	case s.Accuracy > n:
		c.fail(x, "leave the order out", "accuracy %d in time is more than the operator's time order %d", s.Accuracy, n)
	case slices.ContainsFunc(v.part, c.shiftedInTime):
		c.fail(x, "write dt2 for the second derivative, and apply dt to current levels only", "a time derivative of what is already shifted or differentiated in time")
	default:
		return c.movable(x, v)
	}
	return false
}

// shiftedInTime reports whether e reads other levels than the current one.
func (c *grid) shiftedInTime(e symbolic.Expr) bool {
	found := false
	c.reads(e, 0, 0, func(_ *symbolic.Function, first, last int) { found = found || first != 0 || last != 0 })
	return found
}
