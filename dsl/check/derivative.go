package check

import (
	"fmt"
	"slices"
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
	if part, ok := c.component(x, v); ok {
		if part < 0 {
			return nil
		}
		return one(v.part[part], v.unit).sized(v.size)
	}
	if x.Suffix == "forward" || x.Suffix == "backward" {
		return c.level(x, v)
	}
	return c.derivative(x, v)
}

// component finds the part that a suffix such as x or xz names. It reports
// whether the suffix is one of components; the part is -1 when v has none.
func (c *checker) component(x *dsl.Member, v *value) (part int, ok bool) {
	axes := c.axes()
	rank := 0
	for i, a := range axes {
		if x.Suffix == a {
			part, rank = i, 1
		}
		for j, b := range axes {
			if x.Suffix == a+b && rank == 0 {
				part, rank = i*len(axes)+j, 2
			}
		}
	}
	switch {
	case rank == 0:
		return 0, false
	case len(x.Options) > 0:
		c.failAt(x.Options[0].Pos, 1, "remove it", "a component takes no options")
	case v.rank == 0:
		c.fail(x, "write d"+x.Suffix+" for the derivative", "%s has no component %s: it is not a vector", dsl.FormatExpr(x.Of), x.Suffix)
	case v.rank != rank:
		c.fail(x, "components are written "+[]string{"", "v." + axes[0], "tau." + axes[0] + axes[len(axes)-1]}[v.rank], "%s is %s and has no component %s", dsl.FormatExpr(x.Of), ranks[v.rank], x.Suffix)
	default:
		return part, true
	}
	return -1, true
}

// isComponent reports whether a suffix is an axis or a pair of axes.
func (c *checker) isComponent(suffix string) bool {
	for _, a := range c.axes() {
		if rest, ok := strings.CutPrefix(suffix, a); ok && (rest == "" || slices.Contains(c.axes(), rest)) {
			return true
		}
	}
	return false
}

// derivative reads suffixes such as dx, dy2, dxl, dt2, and applies them to all
// parts of a value.
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
		if !c.inTime(x, v, order, scheme) {
			return nil
		}
		if c.problem.Grid.TimeOrder > 2 && scheme.Accuracy == 0 {
			scheme.Accuracy = 2
		}
	}
	out := &value{rank: v.rank, unit: v.unit.times(step.to(-float64(order)))}
	size := 0
	for _, p := range v.part {
		if !symbolic.Varies(p, axis) {
			out.part = append(out.part, symbolic.Int(0))
			continue
		}
		d := symbolic.NewDeriv(p, axis, order, scheme)
		s, err := fd.StencilOf(d, c.problem.Grid)
		if err != nil {
			c.fail(x, "raise the order of accuracy", "a derivative of order %d needs at least %d points, more than its order of accuracy gives", order, order+1)
			return nil
		}
		size += len(s.Offset) * (v.size/len(v.part) + 1)
		out.part = append(out.part, d)
	}
	if axis == symbolic.TimeAxis && !c.levels(x, out) {
		return nil
	}
	return out.sized(size)
}

// inTime checks what a time derivative may ask for.
func (c *checker) inTime(x *dsl.Member, v *value, order int, scheme symbolic.Scheme) bool {
	g := c.problem.Grid
	switch {
	case scheme.Half != 0 || scheme.Weights != nil:
		c.fail(x, "leave the options out", "a derivative in time takes no place and no weights")
	case order > g.TimeOrder && g.TimeOrder == 1:
		c.fail(x, "raise the order in time: order time 2", "a derivative of order %d in time needs time order %d, and this operator has 1", order, order)
	case order > max(2, g.TimeOrder):
		c.fail(x, "use dt or dt2", "a derivative of order %d in time needs more levels than the %d that a step has", order, g.TimeOrder+1)
	case scheme.Accuracy > g.TimeOrder:
		c.fail(x.Options[0].Args[0], "leave the order out", "accuracy %d in time is more than the operator's time order %d", scheme.Accuracy, g.TimeOrder)
	case slices.ContainsFunc(v.part, c.shiftedInTime):
		c.fail(x, "write dt2 for the second derivative, and apply dt to current levels only", "a time derivative of what is already shifted or differentiated in time")
	default:
		return true
	}
	return false
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
