package stencil

import (
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
)

// Require notes in the signature what the statements ask of the caller.
func (p *Program) Require() {
	r := signature.Requirements{}
	rhythm := func(s signature.Steps) {
		if !s.IsZero() && !slices.Contains(r.Rhythms, s) {
			r.Rhythms = append(r.Rhythms, s)
		}
	}
	box := func(span []signature.Span, note string) {
		if slices.ContainsFunc(span, func(s signature.Span) bool {
			return s.Lo.End || !s.Hi.End || s.Lo.At > 0 || s.Hi.At < 0
		}) {
			r.Boxes = append(r.Boxes, signature.Box{Span: span, Note: note})
		}
	}
	for _, a := range p.Arrays {
		rhythm(a.Every)
	}
	for _, s := range p.Step {
		if w := WhenOf(s); w != nil && !w.Last {
			rhythm(w.Every)
		}
		switch x := s.(type) {
		case *Compute:
			span := slices.Repeat([]signature.Span{signature.Whole}, len(p.Axes))
			for _, axis := range x.Axes {
				span[axis] = x.Box[axis]
			}
			box(span, Note(s))
		case *Fill:
			// Between mirrors that lie half a spacing off, images of images take two
			// points.
			span := slices.Repeat([]signature.Span{signature.Whole}, len(p.Axes))
			half := p.Array(x.Field).Stagger
			for axis, e := range x.Edges {
				if half != nil && half[axis] && e[0].Mirrors() && e[1].Mirrors() {
					span[axis].Hi = signature.Bound{At: 2}
				}
			}
			box(span, Note(s))
		case *Reduce:
			box(x.Box, x.Note)
		case *Inject:
			r.Ahead = max(r.Ahead, x.Ahead)
		}
		Reads(s, func(a *Access) {
			if p.Array(a.Field).Given() {
				r.Reads = [2]int{min(r.Reads[0], a.Time), max(r.Reads[1], a.Time)}
			}
		})
	}
	for _, gap := range p.gaps() {
		box(gap.Span, gap.Note)
	}
	for _, a := range p.Arrays {
		if a.Computed() && p.overwrites(a.Name) {
			r.Overwritten = append(r.Overwritten, a.Name)
		}
	}
	p.Requirements = r
}

// Apart reports whether two boxes share no point. Boxes at the two ends of an axis
// do not, on grids that are large enough for both.
func Apart(a, b []signature.Span) bool {
	return slices.ContainsFunc(between(a, b), func(s signature.Span) bool { return s != signature.Whole })
}

// between are the points between two boxes along each axis, all of an axis where
// they share some.
func between(a, b []signature.Span) []signature.Span {
	out := slices.Repeat([]signature.Span{signature.Whole}, len(a))
	for axis, s := range a {
		for _, pair := range [][2]signature.Span{{s, b[axis]}, {b[axis], s}} {
			hi, lo := pair[0].Hi, pair[1].Lo
			if hi.End == lo.End && hi.At <= lo.At || !hi.End && lo.End {
				out[axis] = signature.Span{Lo: hi, Hi: lo}
			}
		}
	}
	return out
}

// gaps are what lies between the boxes of several computes of one wavefield. They
// may follow in any order, in place too: where they overlapped, one would overwrite
// what another reads.
func (p *Program) gaps() (out []signature.Box) {
	for _, a := range p.Arrays {
		if a.Role != signature.State {
			continue
		}
		var writers []*Compute
		for _, s := range p.Step {
			c, ok := s.(*Compute)
			if !ok || !slices.ContainsFunc(c.Targets(), func(t *Access) bool { return t.Field == a.Name && t.Time == 1 }) {
				continue
			}
			for _, w := range writers {
				out = append(out, signature.Box{Span: between(w.Box, c.Box), Note: Note(c)})
			}
			writers = append(writers, c)
		}
	}
	return out
}

// overwrites reports whether the first statement of a step that touches the level
// that the step computes of a wavefield assigns it at all points of the grid.
func (p *Program) overwrites(field string) bool {
	next := func(a *Access) bool { return a.Field == field && a.Time == 1 }
	for _, s := range p.Step {
		reads := false
		Reads(s, func(a *Access) { reads = reads || next(a) })
		if reads {
			return false
		}
		switch x := s.(type) {
		case *Compute:
			if !slices.ContainsFunc(x.Targets(), next) {
				continue
			}
			whole := x.When == nil && len(x.Axes) == len(p.Axes)
			for _, axis := range x.Axes {
				b := x.Box[axis]
				whole = whole && !b.Lo.End && b.Lo.At <= 0 && b.Hi.End && b.Hi.At >= 0
			}
			return whole
		case *Inject:
			if next(x.Target) {
				return false
			}
		case *Fill:
			if x.Field == field && x.Time == 1 {
				return false
			}
		}
	}
	return false
}
