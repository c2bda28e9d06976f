package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/stencil"
)

// fuse joins computes over the same box, such as the updates of the components
// of a vector, or a memory variable and what it adds to a wavefield: what they
// read in common is loaded once, and what they compute in common can be named
// once.
//
// Two computes may become one when no point of the joint one reads at another
// point what it writes: then every point is computed from the same values as
// before. Statements that stand between the two must not care that the first one
// moves behind them, or the second one in front of them. A compute joins the first
// one that it may: so the stages of a step stay apart, each read by the next.
func fuse(p *stencil.Program) {
	p.Setup, p.Step = fused(p, p.Setup), fused(p, p.Step)
}

func fused(p *stencil.Program, body []stencil.Stmt) []stencil.Stmt {
	var out []stencil.Stmt
	ordered := p.Order()
	// A compute may stand on either side of statements that need not wait for it, nor
	// it for them.
	free := func(c *stencil.Compute, between []stencil.Stmt) bool {
		return !slices.ContainsFunc(between, func(s stencil.Stmt) bool { return ordered(c, s) })
	}
	for _, s := range body {
		c, isCompute := s.(*stencil.Compute)
		for i := 0; isCompute && i < len(out); i++ {
			before, ok := out[i].(*stencil.Compute)
			if !ok || !sameBox(before, c) || !independent(p, before, c) {
				continue
			}
			joint := *before
			joint.Body = append(slices.Clip(before.Body), c.Body...)
			if free(c, out[i+1:]) {
				out[i], s = &joint, nil
				break
			}
			if free(before, out[i+1:]) {
				out, s = slices.Delete(out, i, i+1), &joint
				break
			}
		}
		if s != nil {
			out = append(out, s)
		}
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
