package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// suffix takes a derivative's suffix apart: d, axis, order, side.
func (c *grid) suffix(s string) (axis, order int, side symbolic.Side, ok bool) {
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
func (c *grid) suffixHint(s string) string {
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
	// An axis of the conventional names that this grid has not.
	missing := slices.ContainsFunc(AxisNames(3), func(a string) bool {
		return !slices.Contains(axes, a) && (strings.HasPrefix(s, "d"+a) || strings.Contains(s, a) && strings.Trim(s, "xyz") == "")
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
