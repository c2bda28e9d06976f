package adjoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	parts := map[string]int{} // samples of each set of sources
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
		if i := slices.IndexFunc(samples, func(y *symbolic.Sample) bool {
			return partOf(y.Points.Name, x.Points.Name) && slices.Equal(b.half(y.Half), b.half(f.Stagger)) && symbolic.Equal(orOne(y.Every), orOne(x.Every))
		}); i >= 0 {
			samples[i].Value = symbolic.Sum(samples[i].Value, value)
			continue
		}
		parts[x.Points.Name]++
		set := *x.Points
		set.Name = Part(x.Points.Name, parts[x.Points.Name])
		samples = append(samples, &symbolic.Sample{Points: b.points(&set, false), Value: value, Half: f.Stagger, Every: x.Every, Source: x.Source})
	}
	for _, y := range samples {
		between := false // without a place of its own it is taken on the nodes
		symbolic.Visit(y.Value, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			between = between || ok && slices.Contains(b.half(a.Func.Stagger), true)
		})
		if between {
			y.Value = symbolic.NewPlace(y.Value, b.half(y.Half))
		}
		out = append(out, y)
	}
	return out, nil
}

// Part is the name of set k, from 1, that an adjoint samples where sources of a
// name act at several places between the nodes, or in different steps: the first
// has that name, and what all of them record adds up.
func Part(name string, k int) string {
	if k == 1 {
		return name
	}
	return fmt.Sprintf("%s_part%d", name, k)
}

// partOf reports whether a set is a part of the sources of a name.
func partOf(set, name string) bool {
	rest, ok := strings.CutPrefix(set, name)
	return ok && (rest == "" || strings.HasPrefix(rest, "_part"))
}

func orOne(e symbolic.Expr) symbolic.Expr {
	if e == nil {
		return symbolic.Int(1)
	}
	return e
}
