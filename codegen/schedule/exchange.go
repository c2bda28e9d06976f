package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Where several ranks share the grid, each computes its own part, and reads a
// little beyond it what its neighbours compute. Before a group that does so,
// the halo of every level that it reads there is exchanged, unless it is fresh
// from an earlier group of the step. A group that overlaps begins the exchange,
// computes the points that need none of it, waits, and computes the rest.
// Sparse statements have the rows that the caller gives each rank.

// halo is a level of a field whose halo comes from other ranks.
type halo struct {
	place stencil.Place
	field string
	time  int
}

// checkRanks refuses what ranks cannot share.
func (a *applier) checkRanks(s *Schedule, plans []*plan) error {
	if len(s.Ranks) > 1 {
		return illegal(nil, "ranks share the grid along one axis")
	}
	if len(s.Ranks) == 0 {
		for _, pl := range plans {
			if pl.OverlapExchange {
				return illegal(&pl.Group, "there are no ranks whose exchange it could overlap with")
			}
		}
		return nil
	}
	axis := slices.Index(a.p.Axes, s.Ranks[0])
	if axis < 0 {
		return illegal(nil, "ranks along %s: the axes are %v", s.Ranks[0], a.p.Axes)
	}
	for _, x := range a.p.Step {
		switch x := x.(type) {
		case *stencil.Fill:
			if x.Edges[axis] != [2]signature.Edge{} {
				return illegal(nil, "ranks along %s: the boundary of %s along %s belongs to the ranks at its ends alone, which is not supported", s.Ranks[0], x.Field, s.Ranks[0])
			}
		case *stencil.Reduce:
			return illegal(nil, "ranks along %s: %q adds up the whole grid, which is not supported", s.Ranks[0], x.Note)
		}
	}
	for _, pl := range plans {
		t := pl.tile(s.Ranks[0])
		switch {
		case pl.steps() > 1:
			return illegal(&pl.Group, "tiles of several steps need halos of as many steps, which ranks do not exchange")
		case t != nil && t.Mode == Skew && len(pl.index) > 1:
			return illegal(&pl.Group, "ranks begin together, so tiles of %s cannot wait for those of a neighbour", t.Axis)
		case pl.OverlapExchange && len(pl.index) > 1:
			return illegal(&pl.Group, "only a group of one statement overlaps with an exchange")
		case pl.OverlapExchange && t != nil:
			return illegal(&pl.Group, "tiles along %s do not stop where halos begin: tile the other axes", t.Axis)
		}
		if _, compute := pl.stmt(0).(*stencil.Compute); pl.OverlapExchange && !compute {
			return illegal(&pl.Group, "only a compute overlaps with an exchange")
		}
	}
	a.ranks = map[int]bool{axis: true}
	return nil
}

// stale lists the halos that a group needs from other ranks, and marks those
// that it makes stale.
func (a *applier) stale(fresh map[stencil.Place]bool) []halo {
	var out []halo
	for axis := range a.ranks {
		for i := range a.plan.index {
			s := a.plan.stmt(i)
			box := a.box(s, axis)
			stencil.Reads(s, func(x *stencil.Access) {
				// Temporaries are computed beyond the part by each rank, and parameters
				// are given there.
				beyond := x.Offset[axis] != 0 || !box.Lo.End && box.Lo.At < 0 || box.Hi.End && box.Hi.At > 0
				place := a.p.Place(x)
				if !a.p.Array(x.Field).Computed() || !beyond || fresh[place] {
					return
				}
				fresh[place] = true
				out = append(out, halo{place, x.Field, x.Time})
			})
			for _, f := range a.plan.writes(i) {
				if array := a.p.Array(f); array.Computed() {
					delete(fresh, a.p.PlaceOf(f, 1))
				}
			}
		}
	}
	return out
}

// exchanged puts the exchange of halos in front of the group at hand, or around
// its interior.
func (a *applier) exchanged(halos []halo, group func() ([]loop.Stmt, error)) ([]loop.Stmt, error) {
	axis := -1
	for x := range a.ranks {
		axis = x
	}
	if axis < 0 || len(halos) == 0 {
		return group()
	}
	var begin, wait []loop.Stmt
	width := [2]int{}
	for _, h := range halos {
		w := a.reach(h.field)[axis]
		width = [2]int{max(width[0], w[0]), max(width[1], w[1])}
		begin = append(begin, &loop.Exchange{Buffer: h.field, Level: h.time, Axis: axis, Width: w, Phase: loop.Begin})
		wait = append(wait, &loop.Exchange{Buffer: h.field, Level: h.time, Axis: axis, Width: w, Phase: loop.Wait})
	}
	if !a.plan.OverlapExchange {
		body, err := group()
		return slices.Concat(begin, wait, body), err
	}
	n := loop.Of(loop.Size, a.p.Axes[axis])
	first, last := loop.Int(width[0]), n.Plus(-width[1])
	part := func(lo, hi []loop.Affine) ([]loop.Stmt, error) {
		a.clip = &clip{axis, span{lo, hi}}
		defer func() { a.clip = nil }()
		return group()
	}
	interior, err := part([]loop.Affine{first}, []loop.Affine{last})
	if err != nil {
		return nil, err
	}
	front, err := part(nil, []loop.Affine{first})
	if err != nil {
		return nil, err
	}
	behind, err := part([]loop.Affine{first, last}, nil)
	return slices.Concat(begin, interior, wait, front, behind), err
}

// clip limits a group to a part of an axis.
type clip struct {
	axis int
	span span
}
