package adjoint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/symbolic"
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

func (b *backward) run() error {
	if b.p.Backward {
		return fmt.Errorf("operator %s steps backward; adjoints are derived of operators that step forward", b.p.Name)
	}
	b.saved = map[*symbolic.Function]*symbolic.Function{}
	b.out = symbolic.Problem{Grid: b.p.Grid, Metre: b.p.Metre, Second: b.p.Second, Units: b.p.Units, Parameters: b.p.Parameters, Border: b.p.Border, Backward: true}
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
