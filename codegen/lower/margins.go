package lower

import (
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/symbolic"
)

// margins says how far beyond the grid each temporary and each folded function
// is computed, per axis at its first and last point. A temporary is needed as
// far as the stencils of its readers reach from where they are computed
// themselves. Neighbouring temporaries that do not
// read each other share the widest margin, so that one nest can compute them.
func margins(p *symbolic.Problem) map[*symbolic.Function][][2]int {
	out := folded(p)
	// A reader stands behind what it reads, so its own margin is known first
	// when statements are taken from the end.
	for i := len(p.Statements) - 1; i >= 0; {
		group := neighbours(p.Statements[:i+1])
		var widest [][2]int
		for _, u := range group {
			if m := out[u.Target.Func]; m != nil {
				widest = widen(widest, m)
			}
		}
		for _, u := range group {
			if u.Target.Func.Role == symbolic.Temporary {
				out[u.Target.Func] = widest
			}
			symbolic.Visit(u.Value, func(e symbolic.Expr) {
				if a, ok := e.(*symbolic.Access); ok && a.Func.Role == symbolic.Temporary {
					out[a.Func] = widen(out[a.Func], around(a, widest))
				}
			})
		}
		i -= max(1, len(group))
	}
	return out
}

// neighbours are the last updates of temporaries among statements that do not
// read each other, or the last update alone; nil when the last statement is no
// update.
func neighbours(statements []symbolic.Statement) []*symbolic.Update {
	var group []*symbolic.Update
	read := map[*symbolic.Function]bool{}
	for i := len(statements) - 1; i >= 0; i-- {
		u, ok := statements[i].(*symbolic.Update)
		temporary := ok && u.Target.Func.Role == symbolic.Temporary
		if !ok || len(group) > 0 && (!temporary || read[u.Target.Func]) {
			break
		}
		group = append(group, u)
		if !temporary {
			break
		}
		symbolic.Visit(u.Value, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok {
				read[a.Func] = true
			}
		})
	}
	return group
}

// around is how far an access reaches beyond the grid from points within a
// margin.
func around(a *symbolic.Access, margin [][2]int) [][2]int {
	out := make([][2]int, len(a.Offset))
	for axis, o := range a.Offset {
		var m [2]int
		if margin != nil {
			m = margin[axis]
		}
		out[axis] = [2]int{max(0, m[0]-o), max(0, m[1]+o)}
	}
	return out
}

func widen(a, b [][2]int) [][2]int {
	out := make([][2]int, len(b))
	for axis := range b {
		out[axis] = b[axis]
		if a != nil {
			out[axis] = [2]int{max(a[axis][0], b[axis][0]), max(a[axis][1], b[axis][1])}
		}
	}
	return out
}

// folded says how far beyond the grid what is folded arises: as far as the
// stencils reach that compute it, at the ends where there is an edge to fold.
func folded(p *symbolic.Problem) map[*symbolic.Function][][2]int {
	out, far := map[*symbolic.Function][][2]int{}, map[*symbolic.Function][][2]int{}
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok {
			continue
		}
		f := u.Target.Func
		reach := make([][2]int, p.Grid.Dim())
		symbolic.Visit(u.Value, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			if !ok || a.Func.Role == symbolic.Field {
				return
			}
			for axis, o := range a.Offset {
				var own [2]int
				if m := far[a.Func]; m != nil {
					own = m[axis]
				}
				// What is read o points up the axis gives something o points down.
				reach[axis] = [2]int{max(reach[axis][0], own[0]+o), max(reach[axis][1], own[1]-o)}
			}
		})
		if f.Role == symbolic.Temporary {
			far[f] = reach
		}
		if f.Folded {
			ends := edges(p, f)
			for axis := range reach {
				for end := range reach[axis] {
					if ends == nil || !slices.Contains([]signature.Edge{signature.Even, signature.Odd, signature.Last}, ends[axis][end]) {
						reach[axis][end] = 0
					}
				}
			}
			out[f] = widen(out[f], reach)
		}
	}
	return out
}
