package lower

import (
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/symbolic"
)

// withFills brings the halo of each next level up to date that has more beyond
// its edges than zeros: before it is read in the step, and at the latest at
// the step's end.
func withFills(problem *symbolic.Problem, p *stencil.Program) []stencil.Stmt {
	// What halos hold, of the fields whose halo changes from step to step.
	held := map[string][][2]signature.Edge{}
	folded := map[string]bool{}
	for _, f := range problem.Functions {
		if a := p.Array(f.Name); a != nil && (a.Computed() || f.Folded) {
			if e := edges(problem, f); e != nil {
				held[f.Name], folded[f.Name] = e, f.Folded
			}
		}
	}
	// The level of a field that a step writes.
	written := func(name string) int {
		if p.Array(name).Role == signature.State {
			return 1
		}
		return 0
	}
	var out []stencil.Stmt
	var stale []string
	fill := func(name string) {
		width := make([][2]int, len(p.Axes))
		for axis, n := range p.Halo {
			width[axis] = [2]int{n, n}
		}
		out = append(out, &stencil.Fill{Field: name, Time: written(name), Width: width, Edges: held[name], Transposed: folded[name]})
		stale = slices.DeleteFunc(stale, func(s string) bool { return s == name })
	}
	for _, s := range p.Step {
		var targets []*stencil.Access
		switch x := s.(type) {
		case *stencil.Compute:
			targets = x.Targets()
		case *stencil.Inject:
			targets = []*stencil.Access{x.Target}
		}
		stencil.Reads(s, func(a *stencil.Access) {
			// An image reads itself at the point that it adds to.
			own := len(targets) > 0 && a.Field == targets[0].Field
			if !own && a.Time == written(a.Field) && slices.Contains(stale, a.Field) {
				fill(a.Field)
			}
		})
		out = append(out, s)
		for _, t := range targets {
			if held[t.Field] != nil && t.Time == written(t.Field) && !slices.Contains(stale, t.Field) {
				stale = append(stale, t.Field)
			}
		}
	}
	for len(stale) > 0 {
		fill(stale[0])
	}
	return out
}
