package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// inPlace lets level t+1 of a wavefield take the place of its oldest level: one
// buffer less to keep, and one stream less to read and write.
//
// It is right when all reads of the oldest level are at the current point, in
// the first compute that writes t+1 and in front of that, or in computes before
// it. Computes that write other points of t+1 later may read it at their points
// too: then each value is read before the same point overwrites it.
func inPlace(p *stencil.Program) {
	for _, a := range p.Arrays {
		if a.Computed() && a.Storage == signature.Rotating && a.Buffers == a.Levels && a.Levels > 1 && oldestIsSpent(p, a) {
			a.Buffers--
		}
	}
}

// oldestIsSpent follows the writers of t+1 in their order.
func oldestIsSpent(p *stencil.Program, a *signature.Array) bool {
	oldest := 2 - a.Levels
	var before []*stencil.Compute // that write t+1
	for _, s := range p.Step {
		c, isCompute := s.(*stencil.Compute)
		if !isCompute {
			spent := true
			stencil.Reads(s, func(x *stencil.Access) {
				spent = spent && (len(before) == 0 || x.Field != a.Name || x.Time != oldest)
			})
			if !spent {
				return false
			}
			continue
		}
		writes, wrote := false, false // this compute does, and has done so
		for _, t := range c.Targets() {
			writes = writes || t.Field == a.Name && t.Time == 1
		}
		overlaps := slices.ContainsFunc(before, func(b *stencil.Compute) bool { return !stencil.Apart(b.Box, c.Box) })
		for _, b := range c.Body {
			spent := true
			stencil.ReadsOf(stencil.ValueOf(b), func(x *stencil.Access) {
				if x.Field == a.Name && x.Time == oldest {
					spent = spent && !wrote && (!writes && len(before) == 0 || x.IsHere() && !overlaps)
				}
			})
			if !spent {
				return false
			}
			if t, ok := b.(*stencil.Assign); ok && t.Target.Field == a.Name && t.Target.Time == 1 {
				wrote = true
			}
		}
		if writes {
			before = append(before, c)
		}
	}
	return len(before) > 0
}
