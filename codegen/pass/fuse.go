package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/stencil"
)

// fuse joins neighbouring computes over the same box, such as the updates of
// the components of a vector: what they read in common is loaded once, and
// what they compute in common can be named once.
//
// Two computes may become one when no point of the joint one reads at another
// point what it writes: then every point is computed from the same values as
// before.
func fuse(p *stencil.Program) {
	p.Setup, p.Step = fused(p, p.Setup), fused(p, p.Step)
}

func fused(p *stencil.Program, body []stencil.Stmt) []stencil.Stmt {
	var out []stencil.Stmt
	for _, s := range body {
		if c, ok := s.(*stencil.Compute); ok && len(out) > 0 {
			before, ok := out[len(out)-1].(*stencil.Compute)
			if ok && sameBox(before, c) && independent(p, before, c) {
				joint := *before
				joint.Body = append(slices.Clip(before.Body), c.Body...)
				out[len(out)-1] = &joint
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// sameBox reports whether two computes cover the same points in the same
// steps. What happens in some steps only stays by itself.
func sameBox(a, b *stencil.Compute) bool {
	if a.When != nil || b.When != nil || !slices.Equal(a.Axes, b.Axes) {
		return false
	}
	for _, axis := range a.Axes {
		if a.Box[axis] != b.Box[axis] {
			return false
		}
	}
	return true
}

// independent reports whether neither compute reads at an offset what the
// other one writes.
func independent(p *stencil.Program, a, b *stencil.Compute) bool {
	apart := func(writer, reader *stencil.Compute) bool {
		written := map[stencil.Place]bool{}
		for _, t := range writer.Targets() {
			written[p.Place(t)] = true
		}
		ok := true
		stencil.Reads(reader, func(x *stencil.Access) { ok = ok && (x.IsHere() || !written[p.Place(x)]) })
		return ok
	}
	return apart(a, b) && apart(b, a)
}
