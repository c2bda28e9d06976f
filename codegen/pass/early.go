package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/stencil"
)

// early moves what is computed at one end of an axis alone, as the memory
// variables of absorbing layers, in front of all that it need not wait for: what
// covers the whole grid follows at once then, and can share a nest.
func early(p *stencil.Program) {
	ordered := p.Order()
	for i, s := range p.Step {
		c, ok := s.(*stencil.Compute)
		if !ok || !c.AtAnEnd() {
			continue
		}
		to := i
		for to > 0 && !ordered(p.Step[to-1], c) {
			if before, ok := p.Step[to-1].(*stencil.Compute); ok && before.AtAnEnd() {
				break
			}
			to--
		}
		p.Step = slices.Insert(slices.Delete(p.Step, i, i+1), to, s)
	}
}
