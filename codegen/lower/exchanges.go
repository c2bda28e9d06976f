package lower

import (
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// withExchanges brings the halo of each next level up to date that has more
// beyond its edges than zeros: before it is read in the step, and at the
// latest at the step's end.
func withExchanges(k *ir.Kernel, body []ir.Stmt) []ir.Stmt {
	var out []ir.Stmt
	var stale []string
	// The level of an array that a step writes.
	written := func(name string) int {
		if k.Array(name).Role == ir.State {
			return 1
		}
		return 0
	}
	exchange := func(name string) {
		out = append(out, &ir.HaloExchange{Array: name, Time: written(name), Width: slices.Clone(k.Halo)})
		stale = slices.DeleteFunc(stale, func(s string) bool { return s == name })
	}
	for _, s := range body {
		var fresh []string
		own := ""
		if t := ir.Target(innermost(s)); t != nil {
			own = t.Array // an image reads itself at the point that it adds to
		}
		ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) {
			if v := ir.Value(s); v != nil {
				ir.VisitExpr(v, func(e ir.Expr) {
					if a, ok := e.(*ir.Access); ok && a.Array != own && a.Time == written(a.Array) && slices.Contains(stale, a.Array) {
						exchange(a.Array)
					}
				})
			}
			if t := ir.Target(s); t != nil && t.Time == written(t.Array) && exchanged(k.Array(t.Array)) {
				fresh = append(fresh, t.Array)
			}
		})
		out = append(out, s)
		for _, name := range fresh {
			if !slices.Contains(stale, name) {
				stale = append(stale, name)
			}
		}
	}
	for len(stale) > 0 {
		exchange(stale[0])
	}
	return out
}

// exchanged reports whether the halo of an array has to be kept up to date.
func exchanged(a *ir.Array) bool { return a.Edges != nil && (a.Role == ir.State || a.Folded) }

// innermost is the statement within the loops and conditions around it, when
// there is one alone.
func innermost(s ir.Stmt) ir.Stmt {
	for {
		switch x := s.(type) {
		case *ir.Loop:
			s = x.Body[0]
		case *ir.Every:
			s = x.Body[0]
		default:
			return s
		}
	}
}
