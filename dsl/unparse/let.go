package unparse

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

// worthName is the number of parts from which an expression that occurs twice
// gets a name.
const worthName = 8

// named replaces the expressions of the statements that occur more than once,
// the largest first, by names, which let statements explain. A name stands for
// its expression as if that stood in parentheses, so the problem is the same.
func (w *writer) named() {
	for {
		e := w.largestTwice()
		if e == nil {
			return
		}
		// A function at the point itself is written as its name alone.
		f := &symbolic.Function{Name: w.free(), Grid: w.problem.Grid, Role: symbolic.Field}
		w.replace(func(x symbolic.Expr) symbolic.Expr { return symbolic.Substitute(x, e, f.Here()) })
		w.lets = append(w.lets, let{f.Name, e})
	}
}

type let struct {
	name  string
	value symbolic.Expr
}

// largestTwice is the largest expression worth a name; nil when there is none.
// Of several it is the one met first, so that texts do not change.
func (w *writer) largestTwice() (largest symbolic.Expr) {
	type occurrence struct{ count, parts int }
	all := map[uint64]*occurrence{}
	most := worthName - 1
	w.replace(func(x symbolic.Expr) symbolic.Expr {
		symbolic.Visit(x, func(e symbolic.Expr) {
			o := all[e.Hash()]
			if o == nil {
				o = &occurrence{parts: parts(e)}
				all[e.Hash()] = o
			}
			if o.count++; o.count > 1 && o.parts > most {
				largest, most = e, o.parts
			}
		})
		return x
	})
	return largest
}

func parts(e symbolic.Expr) (n int) {
	symbolic.Visit(e, func(symbolic.Expr) { n++ })
	return n
}

// replace puts f(e) in the place of every expression e to be written.
func (w *writer) replace(f func(symbolic.Expr) symbolic.Expr) {
	for i := range w.lets {
		w.lets[i].value = f(w.lets[i].value)
	}
	for _, s := range w.statements {
		switch x := s.(type) {
		case *symbolic.Update:
			if x.Value != nil {
				x.Value = f(x.Value)
			} else {
				x.Left, x.Right = f(x.Left), f(x.Right)
			}
		case *symbolic.Sample:
			x.Value = f(x.Value)
		case *symbolic.Reduce:
			x.Value = f(x.Value)
		}
	}
}

// copies are the statements of a problem, to be changed.
func copies(p *symbolic.Problem) (out []symbolic.Statement) {
	for _, s := range p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			c := *x
			if c.Target.Func.Role == symbolic.Image {
				c.Value = symbolic.Sub(c.Value, c.Target) // what is added
			}
			s = &c
		case *symbolic.Sample:
			c := *x
			s = &c
		case *symbolic.Reduce:
			c := *x
			s = &c
		}
		out = append(out, s)
	}
	return out
}

// free is a name that nothing has.
func (w *writer) free() string {
	p := w.problem
	for n := len(w.lets) + 1; ; n++ {
		name := fmt.Sprintf("e%d", n)
		taken := slices.Contains(p.Scalars(), name) || slices.Contains(p.Grid.Axes, name) ||
			slices.ContainsFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name }) ||
			slices.ContainsFunc(p.Points, func(q *symbolic.Points) bool { return q.Name == name }) ||
			slices.ContainsFunc(p.Series, func(s *symbolic.Series) bool { return s.Name == name }) ||
			slices.ContainsFunc(w.lets, func(l let) bool { return l.name == name }) ||
			slices.ContainsFunc(p.Statements, func(s symbolic.Statement) bool {
				u, ok := s.(*symbolic.Update)
				return ok && u.Region != nil && u.Region.Name == name
			})
		if !taken {
			return name
		}
	}
}
