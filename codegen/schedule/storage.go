package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// storage takes local fields out of the signature, and gives others the halos
// and slabs that the schedule asks for.
func (a *applier) storage(s *Schedule, plans []*plan) error {
	var arrays []*signature.Array
	for _, x := range a.p.Arrays {
		if slices.ContainsFunc(plans, func(pl *plan) bool { return pl.local(x.Name) != nil }) {
			continue
		}
		c := *x
		arrays = append(arrays, &c)
	}
	a.k.Arrays = arrays
	if err := a.checkRanks(s, plans); err != nil {
		return err
	}
	for _, name := range s.Slabs {
		if err := a.slabs(name); err != nil {
			return err
		}
		for _, pl := range plans {
			if pl.Threads == Parts && !a.k.Array(name).Slabs[pl.axis(pl.Tiles[0].Axis)].Whole() {
				return illegal(&pl.Group, "threads take parts along %s, so %s cannot be stored in its layers there alone: two parts may share a layer", pl.Tiles[0].Axis, name)
			}
		}
	}
	for _, h := range s.Halos {
		if err := a.halo(h); err != nil {
			return err
		}
	}
	return nil
}

// reach is how far accesses and fills leave the grid, per axis in front of it
// and behind; along an axis that ranks share, the part of a rank, which boxes
// may cover to its ends wherever they end in the whole grid.
func (a *applier) reach(field string) [][2]int {
	array := a.p.Array(field)
	out := make([][2]int, len(a.p.Axes))
	grow := func(axis, before, behind int) {
		if array.Spans(axis) {
			out[axis] = [2]int{max(out[axis][0], before), max(out[axis][1], behind)}
		}
	}
	look := func(s stencil.Stmt) {
		touch := func(x *stencil.Access) {
			if x.Field != field {
				return
			}
			for axis, o := range x.Offset {
				b := a.box(s, axis)
				if a.ranks[axis] {
					b = signature.Span{Lo: signature.Bound{At: min(0, b.Lo.At)}, Hi: signature.Bound{End: true, At: max(0, b.Hi.At)}}
					if x := a.box(s, axis); x.Lo.End || !x.Hi.End {
						b = signature.Whole
					}
				}
				if !b.Lo.End {
					grow(axis, -b.Lo.At-o, 0)
				}
				if b.Hi.End {
					grow(axis, 0, b.Hi.At+o)
				}
			}
		}
		stencil.Reads(s, touch)
		if c, ok := s.(*stencil.Compute); ok {
			for _, t := range c.Targets() {
				touch(t)
			}
		}
		if f, ok := s.(*stencil.Fill); ok && f.Field == field {
			for axis, w := range f.Width {
				grow(axis, w[0], w[1])
			}
		}
	}
	for _, s := range append(slices.Clone(a.p.Setup), a.p.Step...) {
		look(s)
	}
	return out
}

// halo gives a field a halo of its own.
func (a *applier) halo(h Halo) error {
	array := a.k.Array(h.Field)
	if array == nil {
		return illegal(nil, "halo of %s: there is no such array", h.Field)
	}
	if len(h.Width) != len(a.p.Axes) {
		return illegal(nil, "halo of %s: %d pairs of widths for %d axes", h.Field, len(h.Width), len(a.p.Axes))
	}
	for axis, need := range a.reach(h.Field) {
		if w := h.Width[axis]; w[0] < need[0] || w[1] < need[1] {
			return illegal(nil, "halo of %s: %d and %d points along %s, but it is read as far as %d and %d points beyond the grid", h.Field, w[0], w[1], a.p.Axes[axis], need[0], need[1])
		}
	}
	array.Halo = slices.Clone(h.Width)
	return nil
}

// slabs stores a field only where it is computed, near the ends of axes.
func (a *applier) slabs(name string) error {
	array := a.k.Array(name)
	if array == nil || array.Role != signature.State && array.Role != signature.Temporary || array.Storage != signature.Rotating {
		return illegal(nil, "slabs %s: no such wavefield of a few levels, or temporary", name)
	}
	if array.Edges != nil {
		return illegal(nil, "slabs %s: its boundary is filled from the grid", name)
	}
	slabs, err := a.p.Slabs(name)
	if err != nil {
		return illegal(nil, "slabs %s: %v", name, err)
	}
	array.Slabs = slabs
	return nil
}

// buffers gives the local fields of the group at hand their memory.
func (a *applier) buffers() {
	pl := a.plan
	for _, l := range pl.Local {
		array := a.p.Array(l.Field)
		var at int
		var writer *stencil.Compute
		for i := range pl.index {
			if c, ok := pl.stmt(i).(*stencil.Compute); ok {
				for _, t := range c.Targets() {
					if t.Field == l.Field {
						at, writer = i, c
					}
				}
			}
		}
		b := &loop.Buffer{Name: l.Field, Doc: array.Doc}
		if pl.Threads == Device {
			b.Space = loop.Shared
		}
		var dims []dimension
		for _, axis := range array.Axes {
			d := dimension{axis: axis}
			dim := loop.Dim{}
			switch t := a.tiles[axis]; {
			case t == nil: // all that is computed
				d.begin = a.bound(axis, writer.Box[axis].Lo)
				if n := pl.Lanes; n > 1 && axis == len(a.p.Axes)-1 && d.begin.IsConst() {
					d.begin = loop.Int(-(n - 1 - d.begin.Const) / n * n) // vectors of a row lie in lines
				}
				dim.Extent = a.bound(axis, writer.Box[axis].Hi).Add(-1, d.begin)
			case l.Ring == t.Axis:
				// Planes count modulo the ring; the first index is positive.
				first := 0
				if lo := writer.Box[axis].Lo; !lo.End {
					first = lo.At
				}
				d.begin = loop.Int(-(-first + 2*l.Planes) / l.Planes * l.Planes)
				d.ring = true
				dim = loop.Dim{Extent: loop.Int(l.Planes), Ring: true}
			default:
				m := pl.margins[at][axis]
				d.begin = loop.V(t.name).Plus(-m[0])
				dim.Extent = loop.Int(t.Size + m[0] + m[1])
			}
			dims = append(dims, d)
			b.Dims = append(b.Dims, dim)
		}
		a.local[l.Field] = dims
		a.k.Buffers = append(a.k.Buffers, b)
	}
}
