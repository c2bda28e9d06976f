package lower

import "github.com/courant-pde/courant/symbolic"

// margins says how far beyond the grid each temporary is needed, per axis at
// its first and last point: as far as the stencils of its readers reach from
// where they are computed themselves.
func margins(p *symbolic.Problem) map[*symbolic.Function][][2]int {
	out := map[*symbolic.Function][][2]int{}
	// A reader stands behind what it reads, so its own margin is known first
	// when statements are taken from the end.
	for i := len(p.Statements) - 1; i >= 0; i-- {
		u, ok := p.Statements[i].(*symbolic.Update)
		if !ok {
			continue
		}
		own := out[u.Target.Func]
		symbolic.Visit(u.Value, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			if !ok || a.Func.Role != symbolic.Temporary {
				return
			}
			m := out[a.Func]
			if m == nil {
				m = make([][2]int, p.Grid.Dim())
				out[a.Func] = m
			}
			for axis, o := range a.Offset {
				var around [2]int
				if own != nil {
					around = own[axis]
				}
				m[axis][0] = max(m[axis][0], around[0]-o)
				m[axis][1] = max(m[axis][1], around[1]+o)
			}
		})
	}
	return out
}
