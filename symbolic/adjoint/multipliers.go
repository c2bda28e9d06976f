package adjoint

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// totals are the weights that the equations give each wavefield, for the step
// at hand.
func (b *backward) totals() (map[*symbolic.Function]symbolic.Expr, error) {
	t := newTransposition(b.p.Grid, func(f *symbolic.Function) bool { return b.active[f] })
	for _, d := range b.all {
		if !b.active[d.Target.Func] {
			continue
		}
		e := d.residual
		if b.separate(d.Target.Func) { // without the target, whose weight is solved for apart
			if d.Value != nil {
				e = symbolic.Neg(d.Value)
			} else {
				discrete, err := fd.DiscretiseTime(e, b.p.Grid)
				if err != nil {
					return nil, positioned(d, err)
				}
				if _, e, err = solve.Linear(discrete, d.Target); err != nil {
					return nil, positioned(d, err)
				}
			}
		}
		t.add(e, d.Target.Func.Stagger, d.multiplier.Here())
	}
	weights, err := t.weights()
	if err != nil {
		return nil, err
	}
	of := map[*symbolic.Function]symbolic.Expr{}
	plus := func(f *symbolic.Function, e symbolic.Expr) {
		if of[f] == nil {
			of[f] = symbolic.Int(0)
		}
		of[f] = symbolic.Sum(of[f], e)
	}
	for _, w := range weights {
		if b.separate(w.of) && w.level == 1 && b.ownOnly(w) {
			continue
		}
		plus(w.of, b.atStep(symbolic.Shift(w.value, symbolic.TimeAxis, -w.level)))
	}
	for _, r := range b.records {
		if r.spread != nil && b.active[r.of] {
			plus(r.of, symbolic.Neg(r.value))
		}
	}
	return of, nil
}

// ownOnly reports whether the weight of a next level comes from updates of the
// same wavefield alone, which compute it again.
func (b *backward) ownOnly(w weight) bool {
	own := true
	symbolic.Visit(w.value, func(e symbolic.Expr) {
		a, ok := e.(*symbolic.Access)
		for _, d := range b.all {
			if ok && a.Func == d.multiplier && d.Target.Func != w.of {
				own = false
			}
		}
	})
	return own
}

// atStep moves what belongs to a level l from l = t to the l of the step t:
// the states of p, while multipliers are stored one level lower then.
func (b *backward) atStep(e symbolic.Expr) symbolic.Expr {
	if !b.late {
		return e
	}
	return b.moved(e, 1, func(f *symbolic.Function) bool { return b.definitions[f] != nil })
}

// moved shifts some functions in time. Derivatives in time become differences
// when they hold such functions.
func (b *backward) moved(e symbolic.Expr, levels int, which func(*symbolic.Function) bool) symbolic.Expr {
	holds := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		a, ok := e.(*symbolic.Access)
		holds = holds || ok && which(a.Func)
	})
	if !holds {
		return e
	}
	if discrete, err := fd.DiscretiseTime(e, b.p.Grid); err == nil {
		e = discrete
	}
	var walk func(e symbolic.Expr) symbolic.Expr
	walk = func(e symbolic.Expr) symbolic.Expr {
		if a, ok := e.(*symbolic.Access); ok {
			if which(a.Func) {
				return a.Func.At(a.Time+levels, a.Offset)
			}
			return a
		}
		return symbolic.Map(e, walk)
	}
	return walk(e)
}

// now is a multiplier of the step t, within the step t.
func (b *backward) now(v *symbolic.Function) *symbolic.Access {
	if b.late {
		return v.At(-1, nil)
	}
	return v.Here()
}

// separate reports whether what a wavefield weighs is collected in a function
// of its own before multipliers are made of it: to be folded at its mirrors, or
// to be shared among several updates.
func (b *backward) separate(f *symbolic.Function) bool {
	if len(b.definitions[f]) > 1 || b.definitions[f][0].Region != nil {
		return true
	}
	return mirrored(f)
}

func mirrored(f *symbolic.Function) bool {
	for _, ends := range f.Edges {
		for _, e := range ends {
			if e == symbolic.Even || e == symbolic.Odd {
				return true
			}
		}
	}
	return false
}

// sum is the function that collects what f weighs.
func (b *backward) sum(f *symbolic.Function) *symbolic.Function {
	d := b.definitions[f][0]
	name := d.multiplier.Name + "_sum"
	i := slices.IndexFunc(b.out.Functions, func(g *symbolic.Function) bool { return g.Name == name })
	if i >= 0 {
		return b.out.Functions[i]
	}
	r := &symbolic.Function{Name: b.free(name), Doc: "what " + orElse(f.Doc, f.Name) + " gives to the records", Grid: f.Grid, Role: symbolic.Wavefield, Axes: f.Axes, Stagger: f.Stagger}
	if mirrored(f) {
		r.Edges, r.Folded = f.Edges, true
	}
	b.out.Functions = append(b.out.Functions, r)
	return r
}

// multipliers are the statements that compute the multipliers of the equations
// of f from what f weighs.
func (b *backward) multipliers(f *symbolic.Function, total symbolic.Expr) ([]symbolic.Statement, error) {
	if total == nil {
		total = symbolic.Int(0)
	}
	defs := b.definitions[f]
	source := defs[0].Source
	// The slope as it is at the step of the multiplier that is computed.
	slope := func(d *definition) symbolic.Expr {
		return b.atStep(symbolic.Shift(d.slope, symbolic.TimeAxis, -1))
	}
	var out []symbolic.Statement
	if !b.separate(f) {
		v := defs[0].multiplier.At(-1, nil)
		out = append(out, &symbolic.Update{Target: v, Left: total, Right: symbolic.Int(0), Source: source})
		return append(out, b.injections(f, v, slope(defs[0]))...), nil
	}
	collected, err := fd.DiscretiseTime(symbolic.Neg(total), b.p.Grid)
	if err != nil {
		return nil, err
	}
	if d := defs[0]; len(defs) == 1 && d.regions != nil && !mirrored(f) && !b.recorded(f) {
		// Where it is not computed there is no equation, and no multiplier.
		for _, region := range d.regions {
			out = append(out, explicit(d.multiplier.At(-1, nil), symbolic.Quotient(collected, slope(d)), region, source))
		}
		return out, nil
	}
	r := b.sum(f).At(-1, nil)
	out = append(out, explicit(r, collected, nil, source))
	out = append(out, b.injections(f, r, symbolic.Int(1))...)
	// What is computed again carries nothing from before, but what it reads of it.
	for i, d := range slices.Backward(defs) {
		v := d.multiplier.At(-1, nil)
		if d.Region != nil && !f.Local {
			out = append(out, explicit(v, symbolic.Int(0), nil, source))
		}
		regions := d.regions
		if regions == nil {
			regions = []*symbolic.Region{d.Region}
		}
		for _, region := range regions {
			out = append(out, explicit(v, symbolic.Quotient(r, slope(d)), region, source))
		}
		for _, later := range slices.Backward(defs[i+1:]) {
			if later.Region == nil {
				return nil, fmt.Errorf("%s is computed again everywhere", f.Name)
			}
			own := b.atStep(symbolic.Shift(later.own, symbolic.TimeAxis, -1))
			if d.Region != nil && !symbolic.IsZero(own) {
				return nil, fmt.Errorf("%s is computed in a region from what another region computed; no adjoint is derived of that", f.Name)
			}
			value := symbolic.Quotient(symbolic.Product(own, later.multiplier.At(-1, nil)), slope(d))
			out = append(out, explicit(v, value, later.Region, source))
		}
	}
	return out, nil
}

func explicit(target *symbolic.Access, value symbolic.Expr, region *symbolic.Region, source symbolic.Source) *symbolic.Update {
	return &symbolic.Update{Target: target, Left: target, Right: value, Value: value, Region: region, Source: source}
}
