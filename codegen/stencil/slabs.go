package stencil

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/signature"
)

// Slabs finds the parts of axes in which a field is computed, when that is near
// their ends alone, with room for what is read of it beyond. The error says why
// the field lives on the whole grid.
func (p *Program) Slabs(field string) ([]signature.Slabs, error) {
	out := make([]signature.Slabs, len(p.Axes))
	whole := make([]bool, len(p.Axes))
	for axis := range whole {
		whole[axis] = !p.Array(field).Spans(axis)
	}
	var err error
	each := func(f func(box []signature.Span, x *Access)) {
		for _, s := range p.Step {
			c, isCompute := s.(*Compute)
			look := func(x *Access) {
				switch {
				case x.Field != field:
				case !isCompute:
					err = fmt.Errorf("it is used by %q, which does not keep to a part of the grid", Note(s))
				default:
					f(c.Box, x)
				}
			}
			Reads(s, look)
			if isCompute {
				for _, t := range c.Targets() {
					look(t)
				}
			}
		}
	}
	// Which points there are: a box at either end, counted from that end.
	each(func(box []signature.Span, x *Access) {
		for axis, b := range box {
			switch {
			case b.Lo.End && b.Hi.End:
				out[axis].Last = max(out[axis].Last, -b.Lo.At-min(0, x.Offset[axis]))
			case !b.Lo.End && !b.Hi.End:
				out[axis].First = max(out[axis].First, b.Hi.At+max(0, x.Offset[axis]))
			default:
				whole[axis] = true
			}
		}
	})
	if err != nil {
		return nil, err
	}
	some := false
	for axis := range out {
		if whole[axis] {
			out[axis] = signature.Slabs{}
		}
		some = some || !out[axis].Whole()
	}
	if !some {
		return nil, fmt.Errorf("it is computed over the whole grid")
	}
	return out, nil
}
