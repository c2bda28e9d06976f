package adjoint

import (
	"fmt"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// InitialImage is the name of the image that holds the derivative by the level
// of a wavefield that lies so many levels before the first step's current one.
func InitialImage(wavefield string, levels int) string {
	return fmt.Sprintf("g_%s_%d", wavefield, levels)
}

// initial adds, in the last step that is carried out, which is the first one of
// p, an image for every level of the initial state. Level l of u is read by the
// steps n = l-k from the first one on: with the multipliers of those its
// derivative is what Adjoint says, without the equation of u itself.
func (b *backward) initial() (out []symbolic.Statement, err error) {
	last := symbolic.Int(0) // as a rhythm
	t := newTransposition(b.p.Grid, func(f *symbolic.Function) bool { return b.active[f] })
	for _, d := range b.all {
		if !b.active[d.Target.Func] {
			continue
		}
		// Written out, so that each multiplier belongs to one step.
		e, err := fd.DiscretiseTime(d.residual, b.p.Grid)
		if err != nil {
			return nil, positioned(d, err)
		}
		t.add(e, d.Target.Func.Stagger, d.multiplier.Here())
	}
	weights, err := t.weights()
	if err != nil {
		return nil, err
	}
	for _, f := range b.p.Functions {
		if !b.active[f] {
			continue
		}
		for before := range b.p.Grid.TimeOrder {
			g := b.stateImage(f, before)
			source := symbolic.Source{File: b.p.Name, Text: fmt.Sprintf("derivative by the initial state of %s", f.Name)}
			total := symbolic.Expr(symbolic.Int(0))
			for _, w := range weights {
				if w.of != f || w.level > -before {
					continue
				}
				// The level is t-before, and its step n = t-before-k.
				e := symbolic.Shift(w.value, symbolic.TimeAxis, -w.level-before)
				if b.late {
					e = b.moved(e, -1, b.isMultiplier)
				}
				total = symbolic.Sub(total, e)
			}
			var injections []symbolic.Statement
			for _, r := range b.records {
				if r.of != f || r.level > -before {
					continue
				}
				row := -before - r.level
				value := symbolic.Shift(r.value, symbolic.TimeAxis, row)
				switch {
				case r.sample.Every != nil:
					return nil, positioned(r.sample, fmt.Errorf("it samples in some steps only; no derivative by the initial state is derived of that"))
				case r.spread == nil:
					injections = append(injections, &symbolic.Inject{Points: b.points(r.sample.Points, true), Target: g.Here(), Value: value, Row: row, Every: last, Source: r.sample.Source})
				default:
					total = symbolic.Sum(total, b.respread(r, row))
				}
			}
			if symbolic.IsZero(total) && injections == nil {
				continue
			}
			b.images = append(b.images, g)
			value := symbolic.Sum(g.Here(), total)
			out = append(out, &symbolic.Update{Target: g.Here(), Left: g.Here(), Right: value, Value: value, Every: last, Source: source})
			out = append(out, injections...)
		}
	}
	return out, nil
}

// stateImage is the image for a level of a wavefield. Its edges are those of
// the wavefield; where that is zero beyond the grid, nothing is folded back.
func (b *backward) stateImage(f *symbolic.Function, before int) *symbolic.Function {
	g := &symbolic.Function{Name: b.free(InitialImage(f.Name, before)), Doc: "derivative by the initial state of " + orElse(f.Doc, f.Name), Grid: f.Grid, Role: symbolic.Image, Axes: f.Axes, Stagger: f.Stagger, Folded: true}
	for axis := range b.p.Grid.Axes {
		var ends [2]symbolic.Edge
		if f.Edges != nil {
			ends = f.Edges[axis]
		}
		for i, e := range ends {
			if e == symbolic.Open && (b.p.Grid.Periodic == nil || !b.p.Grid.Periodic[axis]) {
				ends[i] = symbolic.Zero
			}
		}
		g.Edges = append(g.Edges, ends)
	}
	return g
}
