package adjoint

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// gradient adds, to the image of each field of wrt, what the equations of step
// t, the amounts that it injects and the samples that it takes make of a change
// of the field.
func (b *backward) gradient() (out []symbolic.Statement, err error) {
	equations, err := b.byEquations()
	if err != nil {
		return nil, err
	}
	for _, m := range b.wrt {
		g := &symbolic.Function{Name: b.free("g_" + m.Name), Doc: "derivative by " + orElse(m.Doc, m.Name), Grid: m.Grid, Role: symbolic.Image, Axes: allAxes(m.Grid), Stagger: m.Stagger, Edges: m.Edges, Folded: true}
		b.images = append(b.images, g)
		source := symbolic.Source{File: b.p.Name, Text: "derivative by " + m.Name}
		add := func(e symbolic.Expr) {
			value := symbolic.Sum(g.Here(), e)
			out = append(out, &symbolic.Update{Target: g.Here(), Left: g.Here(), Right: value, Value: value, Source: source})
		}
		before := len(out)
		total := symbolic.Expr(symbolic.Int(0))
		if e := equations[m]; e != nil {
			if b.late {
				e = b.moved(e, -1, b.isMultiplier)
			}
			if err := b.within(e); err != nil {
				return nil, err
			}
			total = symbolic.Neg(e)
		}
		amounts, injections, err := b.byAmounts(m, g)
		if err != nil {
			return nil, err
		}
		records, more := b.byRecords(m, g)
		total = symbolic.Sum(total, amounts, records)
		injections = append(injections, more...)
		if !symbolic.IsZero(total) || len(injections) > 0 {
			add(total)
		}
		out = append(out, injections...)
		if len(out) == before {
			return nil, fmt.Errorf("%w %s%s", ErrIndependent, m.Name, acts(b.p, m.Name))
		}
	}
	return out, nil
}

// byEquations is what the equations make of a change of each field of wrt, by
// their own multipliers at the current level.
func (b *backward) byEquations() (map[*symbolic.Function]symbolic.Expr, error) {
	t := newTransposition(b.p.Grid, func(f *symbolic.Function) bool { return slices.Contains(b.wrt, f) })
	for _, d := range b.all {
		if !b.active[d.Target.Func] {
			continue
		}
		for _, m := range b.wrt {
			if symbolic.Contains(d.own, m.Here()) {
				return nil, positioned(d, fmt.Errorf("it computes %s again, weighed by %s: what it was before is not kept, so no gradient is derived of that", d.Target.Func.Name, m.Name))
			}
		}
		t.add(d.residual, d.Target.Func.Stagger, d.multiplier.Here())
	}
	weights, err := t.weights()
	if err != nil {
		return nil, err
	}
	out := map[*symbolic.Function]symbolic.Expr{}
	for _, w := range weights {
		if out[w.of] == nil {
			out[w.of] = symbolic.Int(0)
		}
		out[w.of] = symbolic.Sum(out[w.of], w.value)
	}
	return out, nil
}

func (b *backward) isMultiplier(f *symbolic.Function) bool {
	return slices.ContainsFunc(b.all, func(d *definition) bool { return d.multiplier == f })
}

// within refuses levels of multipliers that a step does not have.
func (b *backward) within(e symbolic.Expr) (err error) {
	discrete, err := fd.DiscretiseTime(e, b.p.Grid)
	if err != nil {
		return err
	}
	symbolic.Visit(discrete, func(e symbolic.Expr) {
		if a, ok := e.(*symbolic.Access); ok && b.isMultiplier(a.Func) && (a.Time < -1 || a.Time >= b.p.Grid.TimeOrder) {
			err = fmt.Errorf("the derivative needs %s at %d levels from the current one; write the derivatives in time that hold the field as differences", a.Func.Name, a.Time)
		}
	})
	return err
}

// byAmounts is what the amounts that p injects make of a change of m: an
// expression to be added, and injections of p's own traces into the image.
func (b *backward) byAmounts(m, g *symbolic.Function) (symbolic.Expr, []symbolic.Statement, error) {
	var out []symbolic.Statement
	total := symbolic.Expr(symbolic.Int(0))
	for _, s := range b.p.Statements {
		x, ok := s.(*symbolic.Inject)
		if !ok || !b.active[x.Target.Func] {
			continue
		}
		amount, weight, err := b.amount(x)
		if err != nil {
			return nil, nil, positioned(s, err)
		}
		if !symbolic.Contains(amount, m.Here()) {
			continue
		}
		only := func(f *symbolic.Function) bool { return f == m }
		here := atNodes(amount, b.half(x.Target.Func.Stagger), only)
		if !here {
			f := b.spreadOf(x.Points, x.Target.Func.Stagger)
			if x.Every != nil {
				return nil, nil, positioned(s, fmt.Errorf("it injects %s in some steps only, by an amount that depends on %s at other places; no gradient is derived of that", x.Points.Name, m.Name))
			}
			b.spread(f, x.Points, 0, nil, x.Source)
			weight = symbolic.Product(weight, f.At(-1, nil))
		}
		t := newTransposition(b.p.Grid, only)
		t.add(amount, x.Target.Func.Stagger, weight)
		weights, err := t.weights()
		if err != nil {
			return nil, nil, positioned(s, err)
		}
		for _, w := range weights {
			if here {
				out = append(out, &symbolic.Inject{Points: b.points(x.Points, true), Target: g.Here(), Value: w.value, Every: x.Every, Source: x.Source})
			} else {
				total = symbolic.Sum(total, w.value)
			}
		}
	}
	return total, out, nil
}

// amount is what an injection adds to an equation, and the equation's
// multiplier. A step computes u and then adds c times the traces q; the states
// that are kept hold the sum. In these the equation a u + rest = 0 reads
// a (u - c q) + rest = 0: what is injected into it is a c.
func (b *backward) amount(x *symbolic.Inject) (amount, multiplier symbolic.Expr, err error) {
	defs := b.definitions[x.Target.Func]
	for _, d := range defs {
		if len(defs) > 1 && !symbolic.IsOne(d.slope) {
			err = fmt.Errorf("it injects into %s, which solve computes in several regions; no gradient is derived of that", x.Target.Func.Name)
		}
	}
	if len(defs) > 1 {
		return x.Value, b.weighs(x.Target.Func), err
	}
	return symbolic.Product(x.Value, defs[0].slope), b.now(defs[0].multiplier), err
}

// byRecords is byAmounts for the samples that p takes.
func (b *backward) byRecords(m, g *symbolic.Function) (symbolic.Expr, []symbolic.Statement) {
	var out []symbolic.Statement
	total := symbolic.Expr(symbolic.Int(0))
	for _, r := range b.records {
		switch {
		case r.of != m:
		case r.spread == nil:
			out = append(out, &symbolic.Inject{Points: b.points(r.sample.Points, true), Target: g.Here(), Value: r.value, Every: r.sample.Every, Source: r.sample.Source})
		default:
			// The traces of this step, not of the level that it handles.
			total = symbolic.Sum(total, b.respread(r, 0))
		}
	}
	return total, out
}
