package pass

import "github.com/courant-pde/courant/codegen/ir"

// rotateBuffers lets level t+1 of a wavefield take the place of its oldest
// level: one buffer less to keep, and one stream less to read and write.
//
// It is right when one nest writes t+1, that nest reads the oldest level only
// at the current point and before it writes, and no statement behind it reads
// that level: then each value is read before the same iteration overwrites it.
func rotateBuffers(k *ir.Kernel) {
	for _, a := range k.Arrays {
		if a.Role == ir.State && !a.Kept && a.Buffers == a.Levels && a.Levels > 1 && oldestIsSpent(k, a) {
			a.Buffers--
		}
	}
}

func oldestIsSpent(k *ir.Kernel, a *ir.Array) bool {
	oldest := 2 - a.Levels
	isNext := func(s ir.Stmt) bool {
		as, ok := s.(*ir.Assign)
		return ok && as.Target.Array == a.Name && as.Target.Time == 1
	}
	written, spent := false, true
	for _, s := range k.Step {
		here := false // this nest writes t+1
		ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) { here = here || isNext(s) })
		if here && written {
			return false
		}
		ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) {
			if v := ir.Value(s); v != nil {
				ir.VisitExpr(v, func(e ir.Expr) {
					if x, ok := e.(*ir.Access); ok && x.Array == a.Name && x.Time == oldest {
						spent = spent && !written && (!here || isHere(x))
					}
				})
			}
			written = written || isNext(s)
		})
	}
	return spent && written
}

// isHere reports whether an access is to the current point.
func isHere(x *ir.Access) bool {
	for _, o := range x.Offset {
		if o != 0 {
			return false
		}
	}
	return true
}
