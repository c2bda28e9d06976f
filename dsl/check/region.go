package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// maxRegions bounds how many regions an operator names.
const maxRegions = 100

// maxSpan bounds the points of a span.
const maxSpan = 1 << 20

// far is the number of points of an axis, as large as needed: beyond all
// that is counted from its first point.
const far = 1 << 30

// box is a part of the grid: per axis its first point and the one behind its
// last, on a grid of far points.
type box [][2]int

func (b box) empty() bool {
	return slices.ContainsFunc(b, func(s [2]int) bool { return s[0] >= s[1] })
}

// meet is the part that two boxes share.
func (b box) meet(d box) box {
	out := make(box, len(b))
	for a := range b {
		out[a] = [2]int{max(b[a][0], d[a][0]), min(b[a][1], d[a][1])}
	}
	return out
}

// minus cuts d out of b; what is left is in pieces.
func (b box) minus(d box) []box {
	d = b.meet(d)
	if d.empty() {
		return []box{b}
	}
	var out []box
	rest := slices.Clone(b)
	for a := range b {
		below, above := slices.Clone(rest), slices.Clone(rest)
		below[a][1], above[a][0] = d[a][0], d[a][1]
		for _, piece := range []box{below, above} {
			if !piece.empty() {
				out = append(out, piece)
			}
		}
		rest[a] = d[a]
	}
	return out
}

// everywhere is the whole grid.
func (c *grid) everywhere() box {
	b := make(box, c.dim)
	for a := range b {
		b[a] = [2]int{0, far}
	}
	return b
}

func boxOf(r *symbolic.Region) box {
	b := make(box, len(r.Span))
	for a, s := range r.Span {
		b[a] = [2]int{position(s.Lo), position(s.Hi)}
	}
	return b
}

func position(b symbolic.Bound) int {
	if b.End {
		return far + b.At
	}
	return b.At
}

func bound(position int) symbolic.Bound {
	if position > far/2 {
		return symbolic.Bound{End: true, At: position - far}
	}
	return symbolic.Bound{At: position}
}

// declareRegion finds the box where the spans of a region meet.
func (c *scope) declareRegion(r *dsl.Region) {
	e := &entity{kind: region, region: &symbolic.Region{Name: r.Name.Name}}
	if !c.declare(r.Name, e) {
		return
	}
	count := 0
	for _, old := range c.names {
		if old.kind == region {
			count++
		}
	}
	if count > maxRegions {
		c.failIdent(r.Name, "use fewer", "an operator has at most %d regions", maxRegions)
	}
	b := c.everywhere()
	good := true
	for _, s := range r.Spans {
		a, n := c.axis(s.Axis), c.positive(s.Points, maxSpan)
		if a < 0 || n == 0 {
			good = false
			continue
		}
		span := b[a]
		switch {
		case s.Part == "inner" && s.AllBut:
			c.failAt(s.Pos, len("all but inner"), "write first or last: what is left must be one range", "all but the inner points are two ranges")
			good = false
			continue
		case s.Part == "inner":
			span = [2]int{n, far - n}
		case s.Part == "first" && s.AllBut:
			span[0] = n
		case s.Part == "first":
			span[1] = n
		case s.AllBut:
			span[1] = far - n
		default:
			span[0] = far - n
		}
		b[a] = [2]int{max(b[a][0], span[0]), min(b[a][1], span[1])}
	}
	if good && b.empty() {
		c.failIdent(r.Name, "the spans of a region meet: name one region for each", "region %s is empty", r.Name.Name)
	}
	for _, s := range b {
		e.region.Span = append(e.region.Span, symbolic.Span{Lo: bound(s[0]), Hi: bound(s[1])})
	}
}

// positive reads a positive whole number; 0 after a fault.
func (c *report) positive(x *dsl.Number, most int) int {
	v := c.number(x)
	if v == nil {
		return 0
	}
	if n, ok := v.scalar().(*symbolic.Num).IsInt(); ok && 0 < n && n <= most {
		return n
	}
	c.fail(x, fmt.Sprintf("write a whole number from 1 to %d", most), "%s is not a number of points", x.Text)
	return 0
}

// regionOf is the region that a statement is limited to, nil for the whole
// grid.
func (c *scope) regionOf(s *dsl.Statement) (r *symbolic.Region, ok bool) {
	if s.In == nil {
		return nil, true
	}
	e := c.names[s.In.Name]
	switch {
	case e == nil:
		var have []string
		for n, e := range c.names {
			if e.kind == region {
				have = append(have, n)
			}
		}
		slices.Sort(have)
		hint := dsl.DidYouMean(s.In.Name, have)
		if hint == "" {
			hint = "declare it: region " + s.In.Name + " = first 10 along " + c.axes()[0]
		}
		c.failIdent(s.In, hint, "there is no region %s", s.In.Name)
	case e.kind != region:
		c.failIdent(s.In, "name a region", "%s is not a region", s.In.Name)
	default:
		return e.region, true
	}
	return nil, false
}

// describe says in the language's words which part of the grid a box is.
func (c *grid) describe(b box) string {
	var spans []string
	for a, s := range b {
		along := " along " + c.axes()[a]
		switch lo, hi := bound(s[0]), bound(s[1]); {
		case lo.End:
			spans = append(spans, fmt.Sprintf("last %d%s", -lo.At, along))
			if hi.At < 0 {
				spans = append(spans, fmt.Sprintf("all but last %d%s", -hi.At, along))
			}
		case !hi.End:
			spans = append(spans, fmt.Sprintf("first %d%s", hi.At, along))
			if lo.At > 0 {
				spans = append(spans, fmt.Sprintf("all but first %d%s", lo.At, along))
			}
		default:
			if lo.At > 0 {
				spans = append(spans, fmt.Sprintf("all but first %d%s", lo.At, along))
			}
			if hi.At < 0 {
				spans = append(spans, fmt.Sprintf("all but last %d%s", -hi.At, along))
			}
		}
	}
	if len(spans) == 0 {
		return "the whole grid"
	}
	return strings.Join(spans, ", ")
}
