package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// fuse joins neighbouring nests over the same box, such as the updates of the
// components of a vector: what they read in common is loaded once, and what
// they compute in common can be named once.
//
// Two nests may become one when no iteration of the joint one reads at another
// point what it writes: then every point is computed from the same values as
// before.
func fuse(k *ir.Kernel) {
	k.Prepare, k.Step = fused(k, k.Prepare), fused(k, k.Step)
}

func fused(k *ir.Kernel, body []ir.Stmt) []ir.Stmt {
	var out []ir.Stmt
	for _, s := range body {
		switch x := s.(type) {
		case *ir.Every:
			s = &ir.Every{Steps: x.Steps, Body: fused(k, x.Body)}
		case *ir.Loop:
			if len(out) == 0 {
				break
			}
			before, ok := out[len(out)-1].(*ir.Loop)
			if ok && sameLoops(before, x) && independent(k, before, x) {
				more := ir.Innermost(x).Body
				out[len(out)-1] = ir.MapInnermost(before, func(body []ir.Stmt) []ir.Stmt { return append(slices.Clip(body), more...) })
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// sameLoops reports whether two nests run over the same points in the same
// way.
func sameLoops(a, b *ir.Loop) bool {
	for {
		if a.Var != b.Var || a.Axis != b.Axis || a.Lo != b.Lo || a.Hi != b.Hi || a.Step != b.Step || a.Props != b.Props {
			return false
		}
		innerA, okA := a.Body[0].(*ir.Loop)
		innerB, okB := b.Body[0].(*ir.Loop)
		if okA != okB || (okA && (len(a.Body) > 1 || len(b.Body) > 1)) {
			return false
		}
		if !okA {
			return true
		}
		a, b = innerA, innerB
	}
}

// independent reports whether neither nest reads at an offset what the other
// one writes.
func independent(k *ir.Kernel, a, b *ir.Loop) bool {
	apart := func(writer, reader *ir.Loop) bool {
		written := map[string]bool{}
		ir.VisitStmts([]ir.Stmt{writer}, func(s ir.Stmt) {
			if t := ir.Target(s); t != nil {
				written[bufferOf(k, t)] = true
			}
		})
		ok := true
		ir.VisitStmts([]ir.Stmt{reader}, func(s ir.Stmt) {
			if v := ir.Value(s); v != nil {
				ir.VisitExpr(v, func(e ir.Expr) {
					if x, isAccess := e.(*ir.Access); isAccess && !isHere(x) && written[bufferOf(k, x)] {
						ok = false
					}
				})
			}
		})
		return ok
	}
	return apart(a, b) && apart(b, a)
}
