package adjoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// Adjoint derives the adjoint of p, the exact transpose of its discrete steps
// where they are linear, or of their linearisation about the states that a run
// of p went through. It steps backward, injects traces where p samples and
// samples where p injects: when p makes the traces F(q) of its receivers from
// those q of its sources, the adjoint makes F'(d) at the sources from traces d
// at the receivers, and <F(q), d> = <q, F'(d)> to rounding.
//
// Every equation of p has a multiplier, a wavefield named like the one that the
// equation computes with _adj behind it. The wavefields of p that a nonlinear
// operator needs are saved ones, whose levels the caller gives.
//
// The error is a *Refusal: for what has no adjoint or is not covered, such as
// operators that step backward, that read images or histories, that read a next level before it is
// complete, functions that are not smooth.
func Adjoint(p *symbolic.Problem) (_ *symbolic.Problem, err error) {
	defer refuse(&err)
	b := &backward{p: p}
	if err := b.run(); err != nil {
		return nil, err
	}
	b.out.Name = p.Name + "_adjoint"
	b.out.Doc = "adjoint of " + orElse(p.Doc, p.Name)
	return &b.out, nil
}

// By says what to differentiate by besides the traces of sources.
type By struct {
	Fields []string
	// Initial asks for the derivatives by the initial state, in images named by
	// InitialImage. They are made in the last step that is carried out.
	Initial bool
}

// Gradient is Adjoint with an image g_m for each of the fields m that by names:
// what the adjoint's traces d, as the derivatives of a misfit by the traces of
// the receivers, make of the derivative of the misfit by m. An image spans the
// whole grid; for a field that does not, its sum along the other axes is the
// derivative. The traces at the sources are the derivatives by their traces.
//
// The wavefields of p that the images need are saved ones, whose levels the
// caller gives. Errors: as of Adjoint, and names that are no fields of p.
func Gradient(p *symbolic.Problem, by By) (_ *symbolic.Problem, err error) {
	defer refuse(&err)
	b := &backward{p: p, state: by.Initial}
	for _, name := range by.Fields {
		i := slices.IndexFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name && f.Role == symbolic.Field })
		switch {
		case i < 0:
			return nil, noField(p, name)
		case slices.Contains(b.wrt, p.Functions[i]):
			return nil, fmt.Errorf("field %s is named twice", name)
		}
		b.wrt = append(b.wrt, p.Functions[i])
	}
	if err := b.run(); err != nil {
		return nil, err
	}
	b.out.Name = p.Name + "_gradient"
	of := by.Fields
	if by.Initial {
		of = append(slices.Clip(of), "initial state")
	}
	b.out.Doc = fmt.Sprintf("gradient of %s by %s", orElse(p.Doc, p.Name), strings.Join(of, ", "))
	return &b.out, nil
}

// backward builds an operator that carries sensitivities backward in time.
//
// The steps of p are equations L_j[n] = 0, each for the next level of one
// wavefield. With the multiplier v_j[n] of each, the derivative of a function
// of the records by the level l of a wavefield u must vanish:
//
//	sum over j, k of (dL_j/du[n+k])' v_j[n] at n = l-k  =  what the records of u[l] weigh
//
// Of these terms the one with k = 1 and the equation of u itself is unknown when
// time runs backward, and its coefficient is the one that p divides by. So this
// is solved for the multiplier at l-1, wavefields in the reverse of the order in
// which p computes them.
//
// The step t handles l = t, and then the multipliers of step t are at level t.
// But when p samples next levels the last level carries weight too: then step t
// handles l = t+1, and the multipliers of step t are at level t-1.
type backward struct {
	p     *symbolic.Problem
	wrt   []*symbolic.Function
	state bool // derivatives by the initial state are wanted
	out   symbolic.Problem

	late        bool // step t handles l = t+1
	active      map[*symbolic.Function]bool
	definitions map[*symbolic.Function][]*definition
	all         []*definition // in the order of the steps
	saved       map[*symbolic.Function]*symbolic.Function
	records     []*record
	images      []*symbolic.Function // of wrt
	head        []symbolic.Statement // what steps begin with
	taken       []string             // names
}

// definition is an update of a wavefield and its multiplier.
type definition struct {
	*symbolic.Update
	multiplier *symbolic.Function
	residual   symbolic.Expr // left - right
	slope      symbolic.Expr // of the residual by the target
	own        symbolic.Expr // of the residual by the target's value before, of what is computed again
}

// record is the weight that the traces of a sample give a function.
type record struct {
	of     *symbolic.Function
	level  int           // counted from the step of the sample
	value  symbolic.Expr // what a trace is multiplied by; at the place of the function
	sample *symbolic.Sample
	spread *symbolic.Function // holds the traces, where value is no multiple of them at the node itself
}

func (b *backward) run() error {
	if b.p.Backward {
		return fmt.Errorf("operator %s steps backward; adjoints are derived of operators that step forward", b.p.Name)
	}
	b.saved = map[*symbolic.Function]*symbolic.Function{}
	b.out = symbolic.Problem{Grid: b.p.Grid, Parameters: b.p.Parameters, Backward: true}
	for _, check := range []func() error{b.define, b.ordered, b.activate, b.sampled} {
		if err := check(); err != nil {
			return err
		}
	}
	var body []symbolic.Statement
	totals, err := b.totals()
	if err != nil {
		return err
	}
	done := map[*symbolic.Function]bool{}
	for _, d := range slices.Backward(b.all) {
		if f := d.Target.Func; b.active[f] && !done[f] {
			done[f] = true
			statements, err := b.multipliers(f, totals[f])
			if err != nil {
				return positioned(d.Update, err)
			}
			body = append(body, statements...)
		}
	}
	tail, err := b.sources()
	if err != nil {
		return err
	}
	gradient, err := b.gradient()
	if err != nil {
		return err
	}
	if b.state {
		initial, err := b.initial()
		if err != nil {
			return err
		}
		gradient = append(gradient, initial...)
	}
	for _, s := range slices.Concat(b.head, body, tail, gradient) {
		b.out.Statements = append(b.out.Statements, b.withStates(s))
	}
	b.functions()
	return nil
}

func positioned(s symbolic.Statement, err error) error {
	return fmt.Errorf("%s: %w", s.Origin(), err)
}

// define finds the equations of all wavefields and what they are divided by.
func (b *backward) define() error {
	b.definitions = map[*symbolic.Function][]*definition{}
	for _, s := range b.p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Target.Func.Role != symbolic.Wavefield {
			continue
		}
		if err := readable(u.Left, u.Right); err != nil {
			return positioned(u, err)
		}
		f := u.Target.Func
		d := &definition{Update: u, own: symbolic.Int(0)}
		if u.Value != nil { // an explicit update may read what it computes again
			d.residual, d.slope = symbolic.Sub(u.Target, u.Value), symbolic.Int(1)
			if symbolic.Contains(u.Value, u.Target) {
				again := newTransposition(b.p.Grid, func(g *symbolic.Function) bool { return g == f })
				again.add(u.Value, f.Half, symbolic.Int(1))
				weights, err := again.weights()
				if err != nil {
					return positioned(u, err)
				}
				for _, w := range weights {
					if w.level == 1 {
						d.own = symbolic.Sum(d.own, w.value)
					}
				}
			}
		} else {
			d.residual = symbolic.Sub(u.Left, u.Right)
			discrete, err := fd.DiscretiseTime(d.residual, b.p.Grid)
			if err != nil {
				return positioned(u, err)
			}
			if d.slope, _, err = solve.Linear(discrete, u.Target); err != nil {
				return positioned(u, err)
			}
		}
		name := f.Name + "_adj"
		if n := len(b.definitions[f]); n > 0 {
			name += fmt.Sprint(n + 1)
		}
		d.multiplier = &symbolic.Function{Name: b.free(name), Doc: "adjoint of " + orElse(f.Doc, f.Name), Grid: f.Grid, Role: symbolic.Wavefield, Axes: f.Axes, Half: f.Half}
		b.definitions[f] = append(b.definitions[f], d)
		b.all = append(b.all, d)
	}
	return nil
}

// free takes a name that nothing has, like the one wished for.
func (b *backward) free(name string) string {
	for taken(b.p, name) || slices.Contains(b.taken, name) {
		name += "_"
	}
	b.taken = append(b.taken, name)
	return name
}

// ordered refuses to read a next level before all that computes it is done.
func (b *backward) ordered() error {
	last := map[*symbolic.Function]int{}
	for i, s := range b.p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			last[x.Target.Func] = i
		case *symbolic.Inject:
			last[x.Target.Func] = i
		}
	}
	for i, s := range b.p.Statements {
		target, reads := parts(s)
		for _, e := range reads {
			e, err := fd.DiscretiseTime(e, b.p.Grid)
			if err != nil {
				return positioned(s, err)
			}
			symbolic.Visit(e, func(e symbolic.Expr) {
				if a, ok := e.(*symbolic.Access); ok && a.Func.Varies() && a.Time == 1 && a.Func != target && last[a.Func] > i && err == nil {
					err = fmt.Errorf("it reads %s.forward, which the statement at line %d changes later in the step; no adjoint is derived of that", a.Func.Name, b.p.Statements[last[a.Func]].Origin().Line)
				}
			})
			if err != nil {
				return positioned(s, err)
			}
		}
	}
	return nil
}

// parts are what a statement writes, nil for none, and what it reads.
func parts(s symbolic.Statement) (target *symbolic.Function, reads []symbolic.Expr) {
	switch x := s.(type) {
	case *symbolic.Update:
		if x.Target.Func.Role != symbolic.Wavefield {
			return nil, nil // results, which no adjoint starts from
		}
		return x.Target.Func, []symbolic.Expr{x.Left, x.Right}
	case *symbolic.Inject:
		return x.Target.Func, []symbolic.Expr{x.Value}
	case *symbolic.Sample:
		return nil, []symbolic.Expr{x.Value}
	}
	return nil, nil
}

// activate finds the wavefields on which the records depend.
func (b *backward) activate() error {
	b.active = map[*symbolic.Function]bool{}
	mark := func(e symbolic.Expr) (grown bool) {
		symbolic.Visit(e, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && a.Func.Varies() && !b.active[a.Func] {
				b.active[a.Func], grown = true, true
			}
		})
		return grown
	}
	for _, s := range b.p.Statements {
		if x, ok := s.(*symbolic.Sample); ok {
			mark(x.Value)
		}
	}
	if len(b.active) == 0 {
		return fmt.Errorf("operator %s samples nothing, so there is nothing to start an adjoint from; add a sample statement", b.p.Name)
	}
	for grown := true; grown; {
		grown = false
		for _, d := range b.all {
			if b.active[d.Target.Func] {
				grown = mark(d.residual) || grown
			}
		}
	}
	for f := range b.active {
		if b.definitions[f] == nil {
			return fmt.Errorf("wavefield %s is given, not computed: no adjoint is derived of that", f.Name)
		}
	}
	return nil
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
		here := true // the value at a node is made of values there
		symbolic.Visit(value, func(e symbolic.Expr) {
			switch a := e.(type) {
			case *symbolic.Deriv, *symbolic.Place:
				here = false
			case *symbolic.Access:
				here = here && (!b.wanted(a.Func) || lies(a, b.half(x.Half)))
				b.late = b.late || b.active[a.Func] && a.Time == 1
			}
		})
		weight := symbolic.Expr(symbolic.Int(1))
		var spread *symbolic.Function
		if !here {
			spread = &symbolic.Function{Name: b.free(x.Points.Name + "_spread"), Doc: "traces of " + x.Points.Name + " on the grid", Grid: b.p.Grid, Role: symbolic.Wavefield, Axes: allAxes(b.p.Grid), Half: x.Half}
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
		t.add(e, d.Target.Func.Half, d.multiplier.Here())
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
	r := &symbolic.Function{Name: b.free(name), Doc: "what " + orElse(f.Doc, f.Name) + " gives to the records", Grid: f.Grid, Role: symbolic.Wavefield, Axes: f.Axes, Half: f.Half}
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
	r := b.sum(f).At(-1, nil)
	collected, err := fd.DiscretiseTime(symbolic.Neg(total), b.p.Grid)
	if err != nil {
		return nil, err
	}
	out = append(out, explicit(r, collected, nil, source))
	out = append(out, b.injections(f, r, symbolic.Int(1))...)
	// What is computed again carries nothing from before, but what it reads of it.
	for i, d := range slices.Backward(defs) {
		v := d.multiplier.At(-1, nil)
		if d.Region != nil {
			out = append(out, explicit(v, symbolic.Int(0), nil, source))
		}
		out = append(out, explicit(v, symbolic.Quotient(r, slope(d)), d.Region, source))
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

// injections add what the records of f weigh.
func (b *backward) injections(f *symbolic.Function, target *symbolic.Access, slope symbolic.Expr) (out []symbolic.Statement) {
	for _, r := range b.records {
		if r.of == f && r.spread == nil {
			value := b.atStep(symbolic.Shift(r.value, symbolic.TimeAxis, -r.level))
			out = append(out, &symbolic.Inject{Points: b.points(r.sample.Points, true), Target: target, Value: symbolic.Quotient(value, slope), Row: b.row(r.level), Every: r.sample.Every, Source: r.sample.Source})
			continue
		}
		if r.of == f {
			b.spread(r.spread, r.sample.Points, b.row(r.level), r.sample.Source)
		}
	}
	return out
}

// spread puts traces onto the grid at the beginning of each step.
func (b *backward) spread(f *symbolic.Function, q *symbolic.Points, row int, source symbolic.Source) {
	if slices.Contains(b.out.Functions, f) {
		return
	}
	b.out.Functions = append(b.out.Functions, f)
	target := f.At(-1, nil)
	b.head = append(b.head, explicit(target, symbolic.Int(0), nil, source),
		&symbolic.Inject{Points: b.points(q, true), Target: target, Value: symbolic.Int(1), Row: row, Source: source})
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

// withStates puts saved wavefields in the place of those of p.
func (b *backward) withStates(s symbolic.Statement) symbolic.Statement {
	var walk func(e symbolic.Expr) symbolic.Expr
	walk = func(e symbolic.Expr) symbolic.Expr {
		a, ok := e.(*symbolic.Access)
		if !ok {
			return symbolic.Map(e, walk)
		}
		if b.definitions[a.Func] == nil {
			return a
		}
		if b.saved[a.Func] == nil {
			c := *a.Func
			c.Saved = true
			b.saved[a.Func] = &c
		}
		return b.saved[a.Func].At(a.Time, a.Offset)
	}
	finish := func(e symbolic.Expr) symbolic.Expr { return tidy(walk(e)) }
	switch x := s.(type) {
	case *symbolic.Update:
		u := *x
		u.Left, u.Right = finish(x.Left), finish(x.Right)
		if x.Value != nil {
			u.Value = finish(x.Value)
		}
		return &u
	case *symbolic.Inject:
		c := *x
		c.Value = finish(x.Value)
		return &c
	case *symbolic.Sample:
		c := *x
		c.Value = finish(x.Value)
		return &c
	}
	return s
}

// functions declares what the statements use.
func (b *backward) functions() {
	used := map[*symbolic.Function]bool{}
	for _, s := range b.out.Statements {
		var es []symbolic.Expr
		switch x := s.(type) {
		case *symbolic.Update:
			used[x.Target.Func] = true
			es = []symbolic.Expr{x.Left, x.Right}
		case *symbolic.Inject:
			used[x.Target.Func] = true
			es = []symbolic.Expr{x.Value}
		case *symbolic.Sample:
			es = []symbolic.Expr{x.Value}
		}
		for _, e := range es {
			symbolic.Visit(e, func(e symbolic.Expr) {
				if a, ok := e.(*symbolic.Access); ok {
					used[a.Func] = true
				}
			})
		}
	}
	made := b.out.Functions
	b.out.Functions = nil
	for _, f := range b.p.Functions {
		if c := b.saved[f]; c != nil {
			f = c
		}
		if used[f] {
			b.out.Functions = append(b.out.Functions, f)
		}
	}
	for _, d := range b.all {
		if used[d.multiplier] {
			b.out.Functions = append(b.out.Functions, d.multiplier)
		}
	}
	for _, f := range append(made, b.images...) {
		if used[f] {
			b.out.Functions = append(b.out.Functions, f)
		}
	}
}
