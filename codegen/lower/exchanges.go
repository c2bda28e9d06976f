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
	exchange := func(name string) {
		out = append(out, &ir.HaloExchange{Array: name, Time: 1, Width: slices.Clone(k.Halo)})
		stale = slices.DeleteFunc(stale, func(s string) bool { return s == name })
	}
	for _, s := range body {
		var written []string
		ir.VisitStmts([]ir.Stmt{s}, func(s ir.Stmt) {
			if v := ir.Value(s); v != nil {
				ir.VisitExpr(v, func(e ir.Expr) {
					if a, ok := e.(*ir.Access); ok && a.Time == 1 && slices.Contains(stale, a.Array) {
						exchange(a.Array)
					}
				})
			}
			if t := ir.Target(s); t != nil && t.Time == 1 && k.Array(t.Array).Edges != nil {
				written = append(written, t.Array)
			}
		})
		out = append(out, s)
		for _, name := range written {
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
