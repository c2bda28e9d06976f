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
		if folded[name] && !overhang(p, name, written(name), held[name], width) {
			stale = slices.DeleteFunc(stale, func(s string) bool { return s == name })
			return
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

// overhang narrows the width over which a field is folded to what statements compute
// beyond its ends: elsewhere its halo stays zero. Mirrors and periodic ends concern
// the points beside them too and stay as wide. It reports whether anything is left.
func overhang(p *stencil.Program, field string, time int, edges [][2]signature.Edge, width [][2]int) bool {
	some := false
	for axis := range width {
		var beyond [2]int
		for _, s := range p.Step {
			c, ok := s.(*stencil.Compute)
			if !ok || !slices.ContainsFunc(c.Targets(), func(t *stencil.Access) bool { return t.Field == field && t.Time == time }) {
				continue
			}
			if lo := c.Box[axis].Lo; !lo.End {
				beyond[0] = max(beyond[0], -lo.At)
			}
			if hi := c.Box[axis].Hi; hi.End {
				beyond[1] = max(beyond[1], hi.At)
			}
		}
		for end, e := range edges[axis] {
			switch e {
			case signature.Open:
				width[axis][end] = beyond[end]
			case signature.Last:
				width[axis][end] = beyond[end]
				some = some || beyond[end] > 0
			default:
				some = true
			}
		}
	}
	return some
}
