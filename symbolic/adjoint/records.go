package adjoint

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// record is the weight that the traces of a sample give a function.
type record struct {
	of     *symbolic.Function
	level  int           // counted from the step of the sample
	value  symbolic.Expr // what a trace is multiplied by; at the place of the function
	sample *symbolic.Sample
	spread *symbolic.Function // holds the traces, where value is no multiple of them at the node itself
}

// sampled finds what the traces of receivers weigh.
func (b *backward) sampled() error {
	for _, s := range b.p.Statements {
		x, ok := s.(*symbolic.Sample)
		if !ok {
			continue
		}
		if err := readable(x.Value); err != nil {
			return positioned(s, err)
		}
		value, err := fd.DiscretiseTime(x.Value, b.p.Grid)
		if err != nil {
			return positioned(s, err)
		}
		here := atNodes(value, b.half(x.Half), b.wanted)
		symbolic.Visit(value, func(e symbolic.Expr) {
			a, ok := e.(*symbolic.Access)
			b.late = b.late || ok && b.active[a.Func] && a.Time == 1
		})
		weight := symbolic.Expr(symbolic.Int(1))
		var spread *symbolic.Function
		if !here {
			spread = b.spreadOf(x.Points, x.Half)
			weight = spread.At(-1, nil)
		}
		t := newTransposition(b.p.Grid, b.wanted)
		t.add(value, x.Half, weight)
		weights, err := t.weights()
		if err != nil {
			return positioned(s, err)
		}
		level, first := 0, true
		for _, w := range weights {
			b.records = append(b.records, &record{w.of, w.level, w.value, x, spread})
			if !b.active[w.of] {
				continue
			}
			if spread != nil && !first && w.level != level {
				return positioned(s, fmt.Errorf("it samples derivatives at several time levels, which no adjoint is derived of; sample them as two sets"))
			}
			level, first = w.level, false
		}
	}
	for _, r := range b.records {
		if r.sample.Every != nil && (b.row(r.level) != 0 || r.spread != nil) && b.active[r.of] {
			return positioned(r.sample, fmt.Errorf("it samples %s in some steps only; no adjoint is derived of that unless all samples are of the current level, or all of the next one", r.of.Name))
		}
	}
	return nil
}

// wanted reports whether weights of a function are of interest.
func (b *backward) wanted(f *symbolic.Function) bool {
	return b.active[f] || slices.Contains(b.wrt, f)
}

func (b *backward) half(half []bool) []bool {
	if half == nil {
		return make([]bool, b.p.Grid.Dim())
	}
	return half
}

func allAxes(g *symbolic.Grid) (axes []int) {
	for a := range g.Axes {
		axes = append(axes, a)
	}
	return axes
}

// row is the row of traces, counted from t, that level l of a wavefield gave to
// when the sample read it at this level counted from its own step.
func (b *backward) row(level int) int {
	if b.late {
		return 1 - level
	}
	return -level
}

// injections add what the records of f weigh.
func (b *backward) injections(f *symbolic.Function, target *symbolic.Access, slope symbolic.Expr) (out []symbolic.Statement) {
	for _, r := range b.records {
		if r.of == f && r.spread == nil {
			value := b.atStep(symbolic.Shift(r.value, symbolic.TimeAxis, -r.level))
			out = append(out, &symbolic.Inject{Points: b.points(r.sample.Points, true), Target: target, Value: symbolic.Quotient(value, slope), Row: b.row(r.level), Every: r.sample.Every, Source: r.sample.Source})
			continue
		}
		if r.of == f {
			b.spread(r.spread, r.sample.Points, b.row(r.level), nil, r.sample.Source)
		}
	}
	return out
}

// recorded reports whether samples weigh a wavefield itself.
func (b *backward) recorded(f *symbolic.Function) bool {
	return slices.ContainsFunc(b.records, func(r *record) bool { return r.of == f })
}

// atNodes reports whether an expression's value at a place is made of values of
// some functions there alone, without derivatives and means.
func atNodes(e symbolic.Expr, place []bool, of func(*symbolic.Function) bool) bool {
	here := true
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch a := e.(type) {
		case *symbolic.Deriv, *symbolic.Place:
			here = false
		case *symbolic.Access:
			here = here && (!of(a.Func) || lies(a, place))
		}
	})
	return here
}

// spreadOf is a function that can hold the traces of points.
func (b *backward) spreadOf(q *symbolic.Points, half []bool) *symbolic.Function {
	return &symbolic.Function{Name: b.free(q.Name + "_spread"), Doc: "traces of " + q.Name + " on the grid", Grid: b.p.Grid, Role: symbolic.Wavefield, Axes: allAxes(b.p.Grid), Stagger: half}
}

// spread puts traces onto the grid at the beginning of each step.
func (b *backward) spread(f *symbolic.Function, q *symbolic.Points, row int, every symbolic.Expr, source symbolic.Source) {
	if slices.Contains(b.out.Functions, f) {
		return
	}
	b.out.Functions = append(b.out.Functions, f)
	target := f.At(-1, nil)
	b.head = append(b.head, explicit(target, symbolic.Int(0), nil, source),
		&symbolic.Inject{Points: b.points(q, true), Target: target, Value: symbolic.Int(1), Row: row, Every: every, Source: source})
}

// respread is the value of a record whose traces are spread, with those of
// another row.
func (b *backward) respread(r *record, row int) symbolic.Expr {
	f := b.spreadOf(r.sample.Points, r.spread.Stagger)
	b.spread(f, r.sample.Points, row, r.sample.Every, r.sample.Source)
	return symbolic.Substitute(r.value, r.spread.At(-1, nil), f.At(-1, nil))
}

// points are those of p, with inject for sample where the adjoint takes the
// other's part.
func (b *backward) points(q *symbolic.Points, inject bool) *symbolic.Points {
	name := q.Name
	if q.Inject && inject { // the traces of a source beside those that it records
		name = Traces(q.Name)
	}
	for _, have := range b.out.Points {
		if have.Name == name && have.Inject == inject {
			return have
		}
	}
	c := &symbolic.Points{Name: name, Doc: q.Doc, Inject: inject}
	b.out.Points = append(b.out.Points, c)
	return c
}

// Traces is the name under which a gradient takes the traces of p's own source
// of that name, beside those that it records under the name itself.
func Traces(source string) string { return source + "_traces" }
