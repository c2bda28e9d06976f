package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// member reads what follows a dot: a component, a time level or a derivative.
func (c *checker) member(x *dsl.Member) *value {
	v := c.eval(x.Of)
	if v == nil {
		return nil
	}
	if axis := slices.Index(c.axes(), x.Suffix); axis >= 0 {
		if !v.vec {
			c.fail(x, "write d"+x.Suffix+" for the derivative", "%s has no component %s: it is not a vector", dsl.FormatExpr(x.Of), x.Suffix)
			return nil
		}
		if x.Order != nil {
			c.fail(x.Order, "remove it", "a component takes no order")
			return nil
		}
		return one(v.part[axis], v.unit).sized(v.size)
	}
	if x.Suffix == "forward" || x.Suffix == "backward" {
		return c.level(x, v)
	}
	return c.derivative(x, v)
}

// derivative reads suffixes such as dx, dy2, dxl, dt2.
func (c *checker) derivative(x *dsl.Member, v *value) *value {
	axis, order, side, ok := c.suffix(x.Suffix)
	if !ok {
		c.fail(x, c.suffixHint(x.Suffix), "unknown suffix .%s", x.Suffix)
		return nil
	}
	if v.vec {
		c.fail(x, "differentiate a component, or use div or curl", "%s is a vector, which .%s does not apply to", dsl.FormatExpr(x.Of), x.Suffix)
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
	accuracy := 0
	if x.Order != nil {
		n, err := strconv.Atoi(x.Order.Text)
		if err != nil || n < 1 || n > MaxSpaceOrder || (n > 1 && n%2 != 0) {
			c.fail(x.Order, "use 1, 2, 4, 6, 8, ...", "order of accuracy %s: it must be 1 or even, up to %d", x.Order.Text, MaxSpaceOrder)
			return nil
		}
		accuracy = n
	}
	step := c.length
	g := c.problem.Grid
	if axis == symbolic.TimeAxis {
		step = c.time
		switch {
		case order > g.TimeOrder && g.TimeOrder == 1:
			c.fail(x, "raise the order in time: order time 2", "a derivative of order %d in time needs time order %d, and this operator has 1", order, order)
			return nil
		case order > g.TimeOrder:
			c.fail(x, "use dt or dt2", "a derivative of order %d in time needs more levels than the %d that a step has", order, g.TimeOrder+1)
			return nil
		case accuracy > g.TimeOrder:
			c.fail(x.Order, "leave the order out", "accuracy %d in time is more than the operator's time order %d", accuracy, g.TimeOrder)
			return nil
		case c.shiftedInTime(v.scalar()):
			c.fail(x, "write dt2 for the second derivative, and apply dt to current levels only", "a time derivative of what is already shifted or differentiated in time")
			return nil
		}
	}
	d := symbolic.NewDeriv(v.scalar(), axis, order, symbolic.Scheme{Accuracy: accuracy, Side: side})
	s, err := fd.StencilOf(d, g)
	if err != nil {
		c.fail(x, "raise the order of accuracy", "a derivative of order %d needs at least %d points, more than its order of accuracy gives", order, order+1)
		return nil
	}
	out := one(d, v.unit.times(step.to(-float64(order)))).sized(len(s.Offset) * (v.size + 1))
	if axis == symbolic.TimeAxis && !c.levels(x, out) {
		return nil
	}
	return out
}

// shiftedInTime reports whether e reads other levels than the current one.
func (c *checker) shiftedInTime(e symbolic.Expr) bool {
	found := false
	c.reads(e, 0, 0, func(_ *symbolic.Function, first, last int) { found = found || first != 0 || last != 0 })
	return found
}

// suffix takes a derivative's suffix apart: d, axis, order, side.
func (c *checker) suffix(s string) (axis, order int, side symbolic.Side, ok bool) {
	rest, found := strings.CutPrefix(s, "d")
	if !found {
		return 0, 0, 0, false
	}
	axis, best := 0, ""
	for a, name := range append(slices.Clone(c.axes()), "t") {
		if r, ok := strings.CutPrefix(rest, name); ok && len(name) > len(best) && (r == "" || strings.Trim(r, "0123456789lrc") == "") {
			axis, best = a, name
		}
	}
	if best == "" {
		return 0, 0, 0, false
	}
	if best == "t" {
		axis = symbolic.TimeAxis
	}
	rest = rest[len(best):]
	order = 1
	if rest != "" && rest[0] >= '1' && rest[0] <= '9' {
		order = int(rest[0] - '0')
		rest = rest[1:]
	}
	switch rest {
	case "":
		return axis, order, symbolic.Default, true
	case "l":
		return axis, order, symbolic.LeftOf, true
	case "r":
		return axis, order, symbolic.RightOf, true
	case "c":
		return axis, order, symbolic.Centred, true
	}
	return 0, 0, 0, false
}

// suffixHint says what might have been meant by an unknown suffix.
func (c *checker) suffixHint(s string) string {
	axes := c.axes()
	var parts, names []string
	for _, a := range append(slices.Clone(axes), "t") {
		names = append(names, "d"+a, "d"+a+"2", "d"+a+"c", "d"+a+"l", "d"+a+"r")
	}
	rest := strings.TrimPrefix(s, "d")
	for rest != "" {
		i := slices.IndexFunc(append(slices.Clone(axes), "t"), func(a string) bool { return strings.HasPrefix(rest, a) })
		if i < 0 {
			break
		}
		a := append(slices.Clone(axes), "t")[i]
		parts, rest = append(parts, ".d"+a), rest[len(a):]
	}
	missing := slices.ContainsFunc([]string{"x", "y", "z"}, func(a string) bool {
		return !slices.Contains(axes, a) && (s == a || strings.HasPrefix(s, "d"+a))
	})
	switch {
	case len(parts) > 1 && rest == "" && s != "dtt":
		return "write a mixed derivative as " + strings.Join(parts, "")
	case missing:
		return "the axes of this grid are " + strings.Join(axes, ", ")
	}
	if hint := dsl.DidYouMean(s, append(names, "forward", "backward")); hint != "" {
		return hint
	}
	return "derivatives are written dx, dx2, dxl, dxr, dxc, dt, dt2; levels forward, backward"
}

// count is a number with its noun.
func count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case what == "axis":
		what = "axe"
	}
	return fmt.Sprintf("%d %ss", n, what)
}
