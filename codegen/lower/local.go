package lower

import (
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/solve"
)

// locals are the regions in which local wavefields are computed.
type locals map[*symbolic.Function][]*symbolic.Region

func regionsOf(p *symbolic.Problem) locals {
	out := locals{}
	for _, s := range p.Statements {
		if u, ok := s.(*symbolic.Update); ok && u.Target.Func.Local && u.Region != nil {
			out[u.Target.Func] = append(out[u.Target.Func], u.Region)
		}
	}
	return out
}

// split takes the terms of local wavefields out of an update and adds each to the
// result in its region alone, wider by the reach of the stencil: elsewhere the
// term is zero, and reading it would be in vain. It applies where an update is
// linear in them.
func (l locals) split(u *symbolic.Update) []symbolic.Statement {
	whole := []symbolic.Statement{u}
	if u.Target.Func.Local || u.Target.Func.Role == symbolic.Temporary {
		return whole
	}
	type group struct {
		like    []*symbolic.Region // where its wavefields are computed
		regions []*symbolic.Region // where they are read
		terms   []symbolic.Expr
	}
	var groups []*group
	rest := u.Value
	for _, a := range l.reads(u.Value) {
		coefficient, without, err := solve.Linear(rest, a)
		if err != nil || len(l.reads(coefficient)) > 0 {
			return whole
		}
		rest = without
		regions := l[a.Func]
		i := slices.IndexFunc(groups, func(g *group) bool { return slices.EqualFunc(g.like, regions, alike) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{like: regions, regions: make([]*symbolic.Region, len(regions))})
		}
		for k, r := range regions {
			groups[i].regions[k] = join(groups[i].regions[k], widened(r, a))
		}
		groups[i].terms = append(groups[i].terms, symbolic.Product(coefficient, a))
	}
	base := *u
	base.Value = rest
	out := []symbolic.Statement{&base}
	for _, g := range groups {
		var before []*symbolic.Region
		for _, wide := range g.regions {
			for _, b := range before {
				beside(wide, b)
			}
			before = append(before, wide)
			region, ok := meet(wide, u.Region)
			if !ok {
				return whole
			}
			part := *u
			part.Region = region
			part.Value = symbolic.Sum(append(slices.Clone(g.terms), u.Target)...)
			out = append(out, &part)
		}
	}
	return out
}

// reads are the values of local wavefields in an expression, each once.
func (l locals) reads(e symbolic.Expr) (out []*symbolic.Access) {
	symbolic.Visit(e, func(e symbolic.Expr) {
		if a, ok := e.(*symbolic.Access); ok && l[a.Func] != nil && !slices.ContainsFunc(out, func(b *symbolic.Access) bool { return symbolic.Equal(a, b) }) {
			out = append(out, a)
		}
	})
	return out
}

// alike reports whether two regions lie at the same ends of the same axes.
func alike(a, b *symbolic.Region) bool {
	return slices.EqualFunc(a.Span, b.Span, func(s, t symbolic.Span) bool {
		return s.Lo.End == t.Lo.End && s.Hi.End == t.Hi.End && (s.Lo.At == 0) == (t.Lo.At == 0) && (s.Hi.At == 0) == (t.Hi.At == 0)
	})
}

// join is the box around two regions that are alike; nil is none.
func join(a, b *symbolic.Region) *symbolic.Region {
	if a == nil {
		return b
	}
	out := &symbolic.Region{Name: a.Name, Span: slices.Clone(a.Span)}
	for axis, t := range b.Span {
		s := &out.Span[axis]
		s.Lo.At, s.Hi.At = min(s.Lo.At, t.Lo.At), max(s.Hi.At, t.Hi.At)
	}
	return out
}

// widened is a region with all points from which a read reaches into it.
func widened(r *symbolic.Region, a *symbolic.Access) *symbolic.Region {
	out := &symbolic.Region{Name: r.Name, Span: slices.Clone(r.Span)}
	for axis, offset := range a.Offset {
		s := &out.Span[axis]
		if s.Lo.At -= max(offset, 0); !s.Lo.End {
			s.Lo.At = max(s.Lo.At, 0)
		}
		if s.Hi.At -= min(offset, 0); s.Hi.End {
			s.Hi.At = min(s.Hi.At, 0)
		}
	}
	return out
}

// beside takes from a region what it shares with a layer before it, along the axis
// at one end of which that layer lies: terms of points in both are added once.
func beside(r, layer *symbolic.Region) {
	begin, end := symbolic.Bound{}, symbolic.Bound{End: true}
	for axis, l := range layer.Span {
		s := &r.Span[axis]
		switch {
		case l.Lo == begin && !l.Hi.End && !s.Lo.End:
			s.Lo.At = max(s.Lo.At, l.Hi.At)
		case l.Hi == end && l.Lo.End && s.Hi.End:
			s.Hi.At = min(s.Hi.At, l.Lo.At)
		}
	}
}

// meet is the part that two regions share; nil is the whole grid. It is not known
// when one counts from the first point and the other from the last.
func meet(a, b *symbolic.Region) (*symbolic.Region, bool) {
	if b == nil {
		return a, true
	}
	out := &symbolic.Region{Name: b.Name, Span: slices.Clone(a.Span)}
	for axis, t := range b.Span {
		s := &out.Span[axis]
		switch {
		case t.Lo == symbolic.Bound{}:
		case s.Lo == symbolic.Bound{}:
			s.Lo = t.Lo
		case s.Lo.End != t.Lo.End:
			return nil, false
		default:
			s.Lo.At = max(s.Lo.At, t.Lo.At)
		}
		end := symbolic.Bound{End: true}
		switch {
		case t.Hi == end:
		case s.Hi == end:
			s.Hi = t.Hi
		case s.Hi.End != t.Hi.End:
			return nil, false
		default:
			s.Hi.At = min(s.Hi.At, t.Hi.At)
		}
	}
	return out, true
}
