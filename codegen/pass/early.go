package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// early moves two kinds of computes in front of all that they need not wait for: those
// at one end of an axis alone, as the memory variables of absorbing layers, and
// temporaries. What covers the whole grid, or reads the temporaries, follows at once
// then, and can share a nest.
func early(p *stencil.Program) {
	ordered := p.Order()
	for i, s := range p.Step {
		c, ok := s.(*stencil.Compute)
		if !ok || !movesEarly(p, c) {
			continue
		}
		to := i
		for to > 0 && !ordered(p.Step[to-1], c) {
			if before, ok := p.Step[to-1].(*stencil.Compute); ok && movesEarly(p, before) {
				break
			}
			to--
		}
		p.Step = slices.Insert(slices.Delete(p.Step, i, i+1), to, s)
	}
}

// movesEarly reports whether a compute covers one end of an axis alone, or writes
// temporaries alone.
func movesEarly(p *stencil.Program, c *stencil.Compute) bool {
	return c.AtAnEnd() || !slices.ContainsFunc(c.Targets(), func(t *stencil.Access) bool { return p.Array(t.Field).Role != signature.Temporary })
}
