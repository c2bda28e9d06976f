package adjoint

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// Illumination is p with an image light_m for each of the fields: the sum over
// time and equations of the square of what a change of the field at a point
// does to the equations there. It is the diagonal of the Hessian of a misfit
// but for what the way to the receivers makes of it (Shin, Jang and Min 2001),
// and a preconditioner for gradients. Errors: as of Gradient.
func Illumination(p *symbolic.Problem, fields ...string) (_ *symbolic.Problem, err error) {
	defer refuse(&err)
	b := &backward{p: p}
	if err := b.define(); err != nil {
		return nil, err
	}
	out := *p
	out.Name = p.Name + "_illumination"
	out.Doc = "illumination by " + orElse(p.Doc, p.Name)
	for _, name := range fields {
		i := slices.IndexFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name && f.Role == symbolic.Field })
		if i < 0 {
			return nil, noField(p, name)
		}
		m := p.Functions[i]
		total := symbolic.Expr(symbolic.Int(0))
		for _, d := range b.all {
			e, err := fd.DiscretiseTime(d.residual, p.Grid)
			if err != nil {
				return nil, positioned(d, err)
			}
			t := newTransposition(p.Grid, func(f *symbolic.Function) bool { return f == m })
			t.add(e, d.Target.Func.Stagger, symbolic.Int(1))
			weights, err := t.weights()
			if err != nil {
				return nil, positioned(d, err)
			}
			for _, w := range weights {
				total = symbolic.Sum(total, square(w.value))
			}
		}
		if symbolic.IsZero(total) {
			return nil, fmt.Errorf("no equation of operator %s depends on %s", p.Name, name)
		}
		g := &symbolic.Function{Name: b.free("light_" + name), Doc: "illumination of " + orElse(m.Doc, name), Grid: p.Grid, Role: symbolic.Image, Axes: allAxes(p.Grid), Stagger: m.Stagger}
		value := symbolic.Sum(g.Here(), total)
		out.Functions = append(slices.Clip(out.Functions), g)
		out.Statements = append(slices.Clip(out.Statements), &symbolic.Update{Target: g.Here(), Left: g.Here(), Right: value, Value: value, Source: symbolic.Source{File: p.Name, Text: "illumination of " + name}})
	}
	return &out, nil
}
