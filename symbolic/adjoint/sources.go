package adjoint

import (
	"errors"
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

// weighs is what level t+1 of an active wavefield weighs, in step t.
func (b *backward) weighs(f *symbolic.Function) symbolic.Expr {
	if b.separate(f) {
		return b.now(b.sum(f))
	}
	d := b.definitions[f][0]
	return symbolic.Product(d.slope, b.now(d.multiplier))
}

// sources sample, where p injects, what the injected amounts weigh.
func (b *backward) sources() (out []symbolic.Statement, err error) {
	var samples []*symbolic.Sample
	for _, s := range b.p.Statements {
		x, ok := s.(*symbolic.Inject)
		if !ok || !b.active[x.Target.Func] {
			continue
		}
		if err := readable(x.Value); err != nil {
			return nil, positioned(s, err)
		}
		symbolic.Visit(x.Value, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && b.active[a.Func] {
				err = positioned(s, errors.New("what is injected depends on a wavefield; no adjoint is derived of that"))
			}
		})
		// The states that are kept hold what was injected: how the equation weighs
		// it must not depend on them.
		for _, d := range b.definitions[x.Target.Func] {
			symbolic.Visit(d.slope, func(e symbolic.Expr) {
				if a, ok := e.(*symbolic.Access); ok && a.Func.Varies() {
					err = positioned(s, fmt.Errorf("it injects into %s, whose equation is divided by a wavefield; no adjoint is derived of that", x.Target.Func.Name))
				}
			})
		}
		if x.Row != 0 {
			err = positioned(s, errors.New("it injects traces of another step; no adjoint is derived of that"))
		}
		if err != nil {
			return nil, err
		}
		f := x.Target.Func
		value := symbolic.Product(x.Value, b.weighs(f))
		if i := slices.IndexFunc(samples, func(y *symbolic.Sample) bool { return y.Points.Name == x.Points.Name }); i >= 0 {
			y := samples[i]
			if !slices.Equal(b.half(y.Half), b.half(f.Half)) || !symbolic.Equal(orOne(y.Every), orOne(x.Every)) {
				return nil, positioned(s, fmt.Errorf("%s is injected at several places of the grid, or in different steps; no adjoint is derived of that: use one set of points for each", x.Points.Name))
			}
			y.Value = symbolic.Sum(y.Value, value)
			continue
		}
		samples = append(samples, &symbolic.Sample{Points: b.points(x.Points, false), Value: value, Half: f.Half, Every: x.Every, Source: x.Source})
	}
	for _, y := range samples {
		between := false // without a place of its own it is taken on the nodes
		symbolic.Visit(y.Value, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			between = between || ok && slices.Contains(b.half(a.Func.Half), true)
		})
		if between {
			y.Value = symbolic.NewPlace(y.Value, b.half(y.Half))
		}
		out = append(out, y)
	}
	return out, nil
}

func orOne(e symbolic.Expr) symbolic.Expr {
	if e == nil {
		return symbolic.Int(1)
	}
	return e
}
