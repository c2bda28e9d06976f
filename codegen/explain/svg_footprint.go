package explain

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// pictures draws a footprint: one picture of the points in space when they
// reach along three axes, otherwise one of their line or plane.
func (r Read) picture(axes []string) template.HTML {
	planes := r.planes(axes)
	label := r.name() + ", " + r.count()
	if planes[0].at != nil {
		return r.space(axes).svg(label)
	}
	return planes[0].drawing(axes).svg(label)
}

// scale is the length of a spacing in a picture of so many spacings.
func scale(spacings int) float64 { return min(24, max(11, 300/float64(spacings+1))) }

// drawing draws a line or a plane of points on the lines of the grid that they
// lie on.
func (p plane) drawing(axes []string) *drawing {
	coordinates := []int{p.across}
	if p.down >= 0 {
		coordinates = append(coordinates, p.down)
	}
	lo, hi, odd := [2]int{}, [2]int{}, [2]int{}
	at := func(q Point) (out [2]int) {
		for i, axis := range coordinates {
			out[i] = q[axis]
		}
		return out
	}
	for _, q := range p.points {
		c := at(q)
		for i := range c {
			lo[i], hi[i], odd[i] = min(lo[i], c[i]), max(hi[i], c[i]), c[i]&1
		}
	}
	half := scale(max(hi[0]-lo[0], hi[1]-lo[1])/2) / 2
	if odd != [2]int{} {
		half *= 1.4 // room between the ring and its neighbours
	}
	xy := func(i, j float64) [2]float64 { return [2]float64{half * i, half * j} }
	d := &drawing{}
	// The lines of the grid through the points, up to a spacing beyond them.
	left, right, up, down := float64(lo[0])-1.6, float64(hi[0])+1.6, 0., 0.
	if p.down >= 0 {
		up, down = float64(lo[1])-1.6, float64(hi[1])+1.6
		for i := lo[0] - 1; i <= hi[0]+1; i++ {
			if i&1 == odd[0] {
				d.line(xy(float64(i), up), xy(float64(i), down), "grid")
			}
		}
	}
	for j := lo[1] - 1; j <= hi[1]+1; j++ {
		if j&1 == odd[1] && (p.down >= 0 || j == 0) {
			d.line(xy(left, float64(j)), xy(right, float64(j)), "grid")
		}
	}
	for _, q := range p.points {
		c := at(q)
		d.dot(xy(float64(c[0]), float64(c[1])), min(5, 0.35*half+1.5), "read", q.text(axes))
	}
	target(d, xy(0, 0), half)
	end := xy(right, 0)
	d.text([2]float64{end[0] + 6, end[1]}, "start", "axis", axes[p.across])
	if p.down >= 0 {
		end = xy(0, down)
		d.text([2]float64{end[0], end[1] + 9}, "middle", "axis", axes[p.down])
	}
	return d
}

// target draws the place of the result.
func target(d *drawing, at [2]float64, half float64) {
	d.dot(at, min(8.5, 0.6*half+1.5), "target", "the place of the result")
}

// space draws points that reach along three axes, those far away first.
func (r Read) space(axes []string) *drawing {
	var lo, hi [3]int
	widest := 0
	for axis := range lo {
		lo[axis], hi[axis] = r.extent(axis)
		widest = max(widest, hi[axis]-lo[axis])
	}
	half := scale(widest/2) / 2 * 1.25
	project := func(p [3]float64) [2]float64 {
		xy := oblique(p[0], p[1], p[2])
		return [2]float64{half * xy[0], half * xy[1]}
	}
	d := &drawing{}
	// The planes through the place of the result that hold points off the axes.
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		normal := 3 - pair[0] - pair[1]
		if !slices.ContainsFunc(r.Points, func(p Point) bool { return p[normal] == 0 && p[pair[0]] != 0 && p[pair[1]] != 0 }) {
			continue
		}
		corner := func(i, j int) [2]float64 {
			var p [3]float64
			p[pair[0]], p[pair[1]] = float64(i), float64(j)
			return project(p)
		}
		a, b := pair[0], pair[1]
		d.shape("sheet", corner(lo[a], lo[b]), corner(hi[a], lo[b]), corner(hi[a], hi[b]), corner(lo[a], hi[b]))
	}
	for axis := range lo {
		var from, to [3]float64
		from[axis], to[axis] = float64(lo[axis])-1.4, float64(hi[axis])+1.4
		d.line(project(from), project(to), "grid")
		tip := [3]float64{}
		tip[axis] = to[axis] + 14/(half*[]float64{1.6, 1, 1.4}[axis])
		d.text(project(tip), "middle", "axis", axes[axis])
	}
	points := slices.Clone(r.Points)
	slices.SortStableFunc(points, func(p, q Point) int { return q[1] - p[1] })
	for _, p := range points {
		depth := float64(p[1]) / float64(max(1, widest))
		d.dot(project([3]float64{float64(p[0]), float64(p[1]), float64(p[2])}), min(5, 0.35*half+1.4)*(1-0.25*depth), "read", p.text(axes))
	}
	target(d, [2]float64{}, half)
	return d
}

// text prints a place, such as "x+1/2, z-3".
func (p Point) text(axes []string) string {
	var parts []string
	for axis, h := range p {
		if h != 0 {
			parts = append(parts, axes[axis]+halves(h))
		}
	}
	if parts == nil {
		return "the place of the result"
	}
	return strings.Join(parts, ", ")
}

// caption says how the points lie.
func (r Read) caption(axes []string) string {
	planes := r.planes(axes)
	switch p := planes[0]; {
	case p.at != nil:
		return r.count()
	case p.down < 0:
		return fmt.Sprintf("%s along %s", r.count(), axes[p.across])
	default:
		return fmt.Sprintf("%s in %s-%s", r.count(), axes[p.across], axes[p.down])
	}
}
