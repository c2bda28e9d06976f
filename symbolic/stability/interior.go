package stability

import (
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

// interior is a discretised problem away from its absorbing layers: local
// wavefields are zero there, and what they add to others is left out.
func interior(p *symbolic.Problem) *symbolic.Problem {
	local := func(f *symbolic.Function) bool { return f.Local }
	if !slices.ContainsFunc(p.Functions, local) {
		return p
	}
	var drop func(e symbolic.Expr) symbolic.Expr
	drop = func(e symbolic.Expr) symbolic.Expr {
		if a, ok := e.(*symbolic.Access); ok {
			if a.Func.Local {
				return symbolic.Int(0)
			}
			return a
		}
		return symbolic.Map(e, drop)
	}
	out := *p
	out.Functions = slices.DeleteFunc(slices.Clone(p.Functions), local)
	out.Statements = nil
	for _, s := range p.Statements {
		if x, ok := s.(*symbolic.Update); ok {
			u := *x
			if u.Value = drop(x.Value); u.Target.Func.Local || symbolic.Equal(u.Value, u.Target) {
				continue
			}
			s = &u
		}
		out.Statements = append(out.Statements, s)
	}
	return &out
}
