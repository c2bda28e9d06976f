package pass

import "github.com/courant-pde/courant/codegen/ir"

// rotateBuffers lets level t+1 of a wavefield take the place of its oldest
// level: one buffer less to keep, and one stream less to read and write.
//
// It is right when the oldest level is read only at the current point, only
// by the nest that writes t+1, and in no statement behind that nest: then
// each value is read before the same iteration overwrites it.
func rotateBuffers(k *ir.Kernel) {
	for _, a := range k.Arrays {
		if a.Role == ir.State && a.Buffers == a.Levels && a.Levels > 1 && oldestIsSpent(k, a) {
			a.Buffers--
		}
	}
}

func oldestIsSpent(k *ir.Kernel, a *ir.Array) bool {
	oldest := 2 - a.Levels
	writer := -1
	spent := true
	for i, s := range k.Step {
		writes := false
		ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) {
			if as, ok := s.(*ir.Assign); ok && as.Target.Array == a.Name && as.Target.Time == 1 {
				writes = true
			}
		})
		if writes && writer >= 0 {
			return false
		}
		if writes {
			writer = i
		}
		ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) {
			v := ir.Value(s)
			if v == nil {
				return
			}
			ir.VisitExpr(v, func(e ir.Expr) {
				x, ok := e.(*ir.Access)
				if !ok || x.Array != a.Name || x.Time != oldest {
					return
				}
				if writer >= 0 && !writes {
					spent = false
				}
				for _, o := range x.Offset {
					if o != 0 && writes {
						spent = false
					}
				}
			})
		})
	}
	return spent && writer >= 0
}
