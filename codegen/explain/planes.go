package explain

import (
	"fmt"
	"slices"
	"strings"
)

// plane is a cut through a footprint in which points are drawn: the first axis
// to the right, the second one down. A footprint along one axis only is a
// plane without a second one, -1.
type plane struct {
	across, down int
	at           map[int]int // the places along the other axes, in half spacings
	points       []Point
	like         []string // further planes that look the same
}

// planes cuts a footprint into as few planes as hold all of its points: those
// through the place of the result, then parallel ones.
func (r Read) planes(axes []string) []plane {
	var along []int
	for axis := range r.dim {
		if lo, hi := r.extent(axis); lo != hi {
			along = append(along, axis)
		}
	}
	switch len(along) {
	case 0:
		along = []int{r.dim - 1}
		fallthrough
	case 1:
		return []plane{{across: along[0], down: -1, points: r.Points}}
	case 2:
		return []plane{{across: along[0], down: along[1], points: r.Points}}
	}
	left := slices.Clone(r.Points)
	var out []plane
	cut := func(p plane, normal int) {
		fresh := false
		for _, q := range r.Points {
			if q[normal] == p.at[normal] {
				p.points = append(p.points, q)
			}
		}
		left = slices.DeleteFunc(left, func(q Point) bool {
			in := q[normal] == p.at[normal]
			fresh = fresh || in && !q.isHere()
			return in
		})
		for i, old := range out {
			if old.picture() == p.picture() {
				out[i].like = append(out[i].like, p.name(axes))
				return
			}
		}
		if fresh {
			out = append(out, p)
		}
	}
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		normal := 3 - pair[0] - pair[1]
		cut(plane{across: pair[0], down: pair[1], at: map[int]int{normal: 0}}, normal)
	}
	for len(left) > 0 {
		cut(plane{across: 1, down: 2, at: map[int]int{0: left[0][0]}}, 0)
	}
	return out
}

// name is "x-y", or "x-y at z+1/2".
func (p plane) name(axes []string) string {
	name := axes[p.across] + "-" + axes[p.down]
	for axis, at := range p.at {
		if at != 0 {
			name += " at " + axes[axis] + halves(at)
		}
	}
	return name
}

// caption says how the picture lies.
func (p plane) caption(axes []string) string {
	if p.down < 0 {
		return "along " + axes[p.across]
	}
	caption := fmt.Sprintf("%s right, %s down", axes[p.across], axes[p.down])
	for axis, at := range p.at {
		if at != 0 {
			caption += ", at " + axes[axis] + halves(at)
		}
	}
	if p.like != nil {
		caption += "; likewise " + strings.Join(p.like, ", ")
	}
	return caption
}

// halves prints a number of half spacings with its sign.
func halves(n int) string {
	if n%2 == 0 {
		return fmt.Sprintf("%+d", n/2)
	}
	return fmt.Sprintf("%+d/2", n)
}

// picture draws a plane: * for what is read, o for the place of the result
// when that is read, + when it is not.
func (p plane) picture() string {
	// Whole spacings suffice when no point lies between the others.
	unit := 2
	lo, hi := [2]int{}, [2]int{}
	at := func(q Point) [2]int {
		if p.down < 0 {
			return [2]int{q[p.across], 0}
		}
		return [2]int{q[p.across], q[p.down]}
	}
	drawn := map[[2]int]bool{}
	for _, q := range p.points {
		c := at(q)
		drawn[c] = true
		for i := range c {
			lo[i], hi[i] = min(lo[i], c[i]), max(hi[i], c[i])
			if c[i]%2 != 0 {
				unit = 1
			}
		}
	}
	var out strings.Builder
	for j := lo[1]; j <= hi[1]; j += unit {
		var row strings.Builder
		for i := lo[0]; i <= hi[0]; i += unit {
			mark := " "
			switch here := i == 0 && j == 0; {
			case here && drawn[[2]int{i, j}]:
				mark = "o"
			case here:
				mark = "+"
			case drawn[[2]int{i, j}]:
				mark = "*"
			}
			row.WriteString(mark + " ")
		}
		out.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	return out.String()
}
