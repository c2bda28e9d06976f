package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// maxPoints bounds the numbers of points that regions are made of.
const maxPoints = 1 << 20

func (c *checker) declareRegion(r *dsl.Region) {
	axes := c.axes()
	out := &symbolic.Region{Name: r.Name.Name, Span: make([]symbolic.Span, len(axes))}
	for a := range out.Span {
		out.Span[a].Hi.End = true
	}
	for _, s := range r.Spans {
		n, err := strconv.Atoi(s.Points)
		if err != nil || n < 1 || n > maxPoints {
			c.failAt(s.Pos, len(s.Which), "write for example: first 4 along "+axes[0], "%s points: it must be a whole number from 1 to %d", s.Points, maxPoints)
			continue
		}
		a := slices.Index(axes, s.Axis.Name)
		if a < 0 {
			c.failIdent(s.Axis, "the axes of this grid are "+strings.Join(axes, ", "), "there is no axis %s", s.Axis.Name)
			continue
		}
		span := &out.Span[a]
		before := *span
		first, last := symbolic.Bound{At: n}, symbolic.Bound{End: true, At: -n}
		switch {
		case s.Which == "inner" && s.AllBut:
			c.failAt(s.Pos, len("all but"), "write inner 4, or all but first 4", "inner already leaves points out")
			continue
		case s.Which == "inner":
			span.Lo, span.Hi = first, last
		case (s.Which == "first") != s.AllBut:
			if s.AllBut {
				span.Hi = last
			} else {
				span.Hi = first
			}
		case s.AllBut:
			span.Lo = first
		default:
			span.Lo = last
		}
		if before.Lo != (symbolic.Bound{}) && before.Lo != span.Lo || before.Hi != (symbolic.Bound{End: true}) && before.Hi != span.Hi {
			c.failAt(s.Pos, len(s.Which), "keep one of them", "two spans limit the same end of %s", s.Axis.Name)
		}
	}
	c.declare(r.Name, &entity{kind: region, region: out})
}

// in finds the region that a statement names, nil for the whole grid.
func (c *checker) in(id *dsl.Ident) (*symbolic.Region, bool) {
	if id == nil {
		return nil, true
	}
	e := c.names[id.Name]
	if e == nil || e.kind != region {
		var have []string
		for name, e := range c.names {
			if e.kind == region {
				have = append(have, name)
			}
		}
		slices.Sort(have)
		hint := dsl.DidYouMean(id.Name, have)
		if hint == "" {
			hint = "declare it, for example: region " + id.Name + " = first 4 along " + c.axes()[0]
		}
		c.failIdent(id, hint, "there is no region %s", id.Name)
		return nil, false
	}
	return e.region, true
}

// known reports whether the next level of a wavefield is computed already, at
// all points.
func (c *checker) known(f *symbolic.Function) bool {
	return c.unclear || covers(c.covered[f], len(c.axes()))
}

// covers reports whether regions leave nothing of the grid out. Axes are cut
// at the regions' ends, on a grid that is large enough for all of them.
func covers(regions []*symbolic.Region, dim int) bool {
	if len(regions) == 0 {
		return false
	}
	const size = 8 * maxPoints
	at := func(b symbolic.Bound) int {
		if b.End {
			return size + b.At
		}
		return b.At
	}
	cuts := make([][]int, dim)
	for a := range dim {
		cuts[a] = []int{0, size}
		for _, r := range regions {
			if r != nil {
				cuts[a] = append(cuts[a], at(r.Span[a].Lo), at(r.Span[a].Hi))
			}
		}
		slices.Sort(cuts[a])
		cuts[a] = slices.Compact(cuts[a])
	}
	cell := make([]int, dim)
	var walk func(axis int) bool
	walk = func(axis int) bool {
		if axis == dim {
			return slices.ContainsFunc(regions, func(r *symbolic.Region) bool {
				for a := range dim {
					if r != nil && (at(r.Span[a].Lo) > cuts[a][cell[a]] || at(r.Span[a].Hi) < cuts[a][cell[a]+1]) {
						return false
					}
				}
				return true
			})
		}
		for i := range len(cuts[axis]) - 1 {
			cell[axis] = i
			if !walk(axis + 1) {
				return false
			}
		}
		return true
	}
	return walk(0)
}
