package pass

import (
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// inPlace lets level t+1 of a wavefield take the place of its oldest level: one
// buffer less to keep, and one stream less to read and write.
//
// It is right when one statement writes t+1, that statement reads the oldest
// level only at the current point and before it writes, and no statement
// behind it reads that level: then each value is read before the same point
// overwrites it.
func inPlace(p *stencil.Program) {
	for _, a := range p.Arrays {
		if a.Computed() && a.Storage == signature.Rotating && a.Buffers == a.Levels && a.Levels > 1 && oldestIsSpent(p, a) {
			a.Buffers--
		}
	}
}

func oldestIsSpent(p *stencil.Program, a *signature.Array) bool {
	oldest := 2 - a.Levels
	isNext := func(t *stencil.Access) bool { return t.Field == a.Name && t.Time == 1 }
	written, spent := false, true
	for _, s := range p.Step {
		c, isCompute := s.(*stencil.Compute)
		here := false // this compute writes t+1
		if isCompute {
			for _, t := range c.Targets() {
				here = here || isNext(t)
			}
		}
		if here && written {
			return false
		}
		reads := func(x *stencil.Access) {
			if x.Field == a.Name && x.Time == oldest {
				spent = spent && !written && (!here || x.IsHere())
			}
		}
		if !isCompute {
			stencil.Reads(s, reads)
			continue
		}
		for _, b := range c.Body {
			stencil.ReadsOf(stencil.ValueOf(b), reads)
			if t, ok := b.(*stencil.Assign); ok && isNext(t.Target) {
				written = true
			}
		}
	}
	return spent && written
}
