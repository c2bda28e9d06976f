// Package adjoint derives operators from operators: what a person would work out by
// hand, and get wrong.
//
// In: a symbolic.Problem. Out: another Problem: its adjoint, the gradient by any of its
// fields, Born modelling, reverse time migration, the illumination. Each is exact for
// the discrete steps, and compiles as the problem of a file does. What cannot be derived
// is a *Refusal, which names the statement.
//
// Start at Gradient and its example, then at Adjoint and Linearise. The rules for
// expressions are in differential.go and transpose.go; docs/gradient.md shows results.
package adjoint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/symbolic"
)

// Linearise derives linearised (Born) modelling: an operator that carries out
// the steps of p and, beside each wavefield u, computes the change du that a
// small change dm of the fields named by wrt causes, to first order. Its points
// record the changes of what those of p record; its sources are those of p, and
// dm is a field that the caller gives.
//
// It is the exact derivative of the discrete steps: each equation is followed
// by its own differential, in the state in which it found the wavefields, so
// that what sources add later is differentiated where they add it. What p
// saves, reduces and adds to images is left out.
//
// The error is a *Refusal: for names that are no fields of p, for functions
// without a derivative, and when the wavefields do not depend on the fields.
func Linearise(p *symbolic.Problem, wrt ...string) (_ *symbolic.Problem, err error) {
	defer refuse(&err)
	l := &linearisation{p: p, d: differential{perturbation: map[*symbolic.Function]*symbolic.Function{}}}
	if err := l.perturb(wrt); err != nil {
		return nil, err
	}
	l.activate()
	out := *p
	out.Name = p.Name + "_born"
	out.Doc = fmt.Sprintf("%s, linearised in %s", orElse(p.Doc, p.Name), strings.Join(wrt, ", "))
	out.Functions, out.Points, out.Series, out.Statements = nil, nil, nil, nil
	for _, s := range p.Statements {
		kept, err := l.statement(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Origin(), err)
		}
		out.Statements = append(out.Statements, kept...)
	}
	for _, f := range p.Functions {
		if f.Role == symbolic.Field || f.Role == symbolic.Wavefield {
			out.Functions = append(out.Functions, f)
		}
	}
	for _, f := range p.Functions {
		if change := l.d.perturbation[f]; change != nil {
			out.Functions = append(out.Functions, change)
		}
	}
	recorded := false
	for _, q := range p.Points {
		used := slices.ContainsFunc(out.Statements, func(s symbolic.Statement) bool {
			switch x := s.(type) {
			case *symbolic.Inject:
				return x.Points == q
			case *symbolic.Sample:
				return x.Points == q
			}
			return false
		})
		if used {
			out.Points = append(out.Points, q)
		}
		recorded = recorded || used && !q.Inject
	}
	if !recorded && slices.ContainsFunc(p.Points, func(q *symbolic.Points) bool { return !q.Inject }) {
		return nil, fmt.Errorf("nothing that operator %s records depends on %s", p.Name, strings.Join(wrt, ", "))
	}
	return &out, nil
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

type linearisation struct {
	p *symbolic.Problem
	d differential
}

// perturb gives each field that changes its change.
func (l *linearisation) perturb(wrt []string) error {
	if len(wrt) == 0 {
		return fmt.Errorf("name the fields to linearise in")
	}
	for _, name := range wrt {
		i := slices.IndexFunc(l.p.Functions, func(f *symbolic.Function) bool { return f.Name == name })
		switch {
		case i < 0 || l.p.Functions[i].Role != symbolic.Field:
			return noField(l.p, name)
		case l.d.perturbation[l.p.Functions[i]] != nil:
			return fmt.Errorf("field %s is named twice", name)
		}
		l.change(l.p.Functions[i])
	}
	return nil
}

// noField says that a problem has no field of that name.
func noField(p *symbolic.Problem, name string) error {
	var names []string
	for _, f := range p.Functions {
		if f.Role == symbolic.Field {
			names = append(names, f.Name)
		}
	}
	if names == nil {
		return fmt.Errorf("operator %s has no field %s; it has no fields at all", p.Name, name)
	}
	return fmt.Errorf("operator %s has no field %s; its fields are %s", p.Name, name, strings.Join(names, ", "))
}

// change makes the function that holds the change of f, with f's place and
// edges: beyond the grid a change is continued as what changes.
func (l *linearisation) change(f *symbolic.Function) {
	c := *f
	c.Name, c.Doc = l.free("d"+f.Name), "change of "+orElse(f.Doc, f.Name)
	c.Mean = symbolic.Arithmetic
	l.d.perturbation[f] = &c
}

// free is a name that nothing in the problem has, like the one wished for.
func (l *linearisation) free(name string) string {
	for taken(l.p, name) {
		name += "_"
	}
	return name
}

// taken reports whether something in a problem has a name.
func taken(p *symbolic.Problem, name string) bool {
	return slices.Contains(p.Scalars(), name) || slices.Contains(p.Grid.Axes, name) ||
		slices.ContainsFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name }) ||
		slices.ContainsFunc(p.Points, func(q *symbolic.Points) bool { return q.Name == name }) ||
		slices.ContainsFunc(p.Series, func(s *symbolic.Series) bool { return s.Name == name })
}

// activate gives a change to every wavefield that depends on what changes,
// directly or through others, now or in later steps.
func (l *linearisation) activate() {
	for grown := true; grown; {
		grown = false
		for _, s := range l.p.Statements {
			var target *symbolic.Access
			var reads []symbolic.Expr
			switch x := s.(type) {
			case *symbolic.Update:
				target, reads = x.Target, []symbolic.Expr{x.Left, x.Right}
			case *symbolic.Inject:
				target, reads = x.Target, []symbolic.Expr{x.Value}
			default:
				continue
			}
			if target.Func.Role != symbolic.Wavefield || l.d.perturbation[target.Func] != nil {
				continue
			}
			for _, e := range reads {
				symbolic.Visit(e, func(e symbolic.Expr) {
					if a, ok := e.(*symbolic.Access); ok && l.d.perturbation[a.Func] != nil && l.d.perturbation[target.Func] == nil {
						l.change(target.Func)
						grown = true
					}
				})
			}
		}
	}
}

// statement is what becomes of one statement: itself, its differential behind
// it, or nothing.
func (l *linearisation) statement(s symbolic.Statement) ([]symbolic.Statement, error) {
	var out []symbolic.Statement
	switch x := s.(type) {
	case *symbolic.Update:
		if x.Target.Func.Role != symbolic.Wavefield {
			return nil, nil
		}
		if err := readable(x.Left, x.Right); err != nil {
			return nil, err
		}
		out = append(out, x)
		if change := l.d.perturbation[x.Target.Func]; change != nil {
			u := *x
			u.Target = change.At(x.Target.Time, x.Target.Offset)
			at := l.place(x.Target.Func.Stagger)
			u.Left, u.Right = l.d.of(x.Left, at), l.d.of(x.Right, at)
			if x.Value != nil {
				u.Value = l.d.of(x.Value, at)
			}
			out = append(out, &u)
		}
	case *symbolic.Inject:
		if err := readable(x.Value); err != nil {
			return nil, err
		}
		out = append(out, x)
		if v := l.d.of(x.Value, l.place(x.Target.Func.Stagger)); !symbolic.IsZero(v) {
			i := *x
			i.Target, i.Value = l.d.perturbation[x.Target.Func].At(x.Target.Time, x.Target.Offset), v
			out = append(out, &i)
		}
	case *symbolic.Sample:
		if err := readable(x.Value); err != nil {
			return nil, err
		}
		if v := l.d.of(x.Value, l.place(x.Half)); !symbolic.IsZero(v) {
			c := *x
			c.Value = v
			out = append(out, &c)
		}
	}
	return out, l.d.err
}

// place is one given by its axes; nil is the nodes.
func (l *linearisation) place(half []bool) []bool {
	if half == nil {
		return make([]bool, l.p.Grid.Dim())
	}
	return half
}

// readable refuses what derivatives are not carried through.
func readable(es ...symbolic.Expr) (err error) {
	for _, e := range es {
		symbolic.Visit(e, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && (a.Func.Role == symbolic.Image || a.Func.Role == symbolic.History) {
				err = fmt.Errorf("it reads %s, an image or a history, through which nothing is linearised", a.Func.Name)
			}
		})
	}
	return err
}
