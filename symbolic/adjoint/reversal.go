package adjoint

import (
	"fmt"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// Level is what the equation of a wavefield multiplies its next and its last
// level by: where the two differ, as in a sponge, going back in time makes
// rounding grow.
type Level struct {
	Of         *symbolic.Function
	Next, Last symbolic.Expr
}

// Reversal derives p with time reversed: from two levels of its wavefields it
// computes those before, and takes out what sources put in. It exists for
// operators of second order in time whose equations hold the level before the
// current one at the point itself only, each that of its own wavefield; others
// are refused.
func Reversal(p *symbolic.Problem) (_ *symbolic.Problem, _ []Level, err error) {
	defer refuse(&err)
	b := &backward{p: p}
	if err := b.define(); err != nil {
		return nil, nil, err
	}
	refused := func(s symbolic.Statement, why string) error {
		return positioned(s, fmt.Errorf("time cannot be reversed: %s", why))
	}
	out := symbolic.Problem{Name: p.Name + "_reversed", Doc: orElse(p.Doc, p.Name) + ", backward in time", Grid: p.Grid, Metre: p.Metre, Second: p.Second, Units: p.Units, Parameters: p.Parameters, Border: p.Border, Backward: true}
	var levels []Level
	byFunction := map[*symbolic.Function]Level{}
	if p.Grid.TimeOrder != 2 {
		return nil, nil, fmt.Errorf("operator %s is not of second order in time: it cannot be reversed", p.Name)
	}
	for _, d := range b.all {
		f := d.Target.Func
		if len(b.definitions[f]) > 1 || d.Region != nil {
			return nil, nil, refused(d, f.Name+" is computed in regions")
		}
		e, err := fd.DiscretiseTime(d.residual, p.Grid)
		if err != nil {
			return nil, nil, positioned(d, err)
		}
		before := f.At(-1, nil)
		last, rest, err := solve.Linear(e, before)
		if err != nil || symbolic.IsZero(last) {
			return nil, nil, refused(d, "the level before the current one does not stand at the point alone")
		}
		symbolic.Visit(rest, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok && a.Func.Varies() && a.Time != 0 && !symbolic.Equal(a, d.Target) {
				err = refused(d, fmt.Sprintf("it holds %s at another level", a.Func.Name))
			}
		})
		if err != nil {
			return nil, nil, err
		}
		out.Statements = append(out.Statements, &symbolic.Update{Target: before, Left: e, Right: symbolic.Int(0), Source: d.Source})
		l := Level{f, d.slope, last}
		levels, byFunction[f] = append(levels, l), l
	}
	for _, s := range p.Statements {
		x, ok := s.(*symbolic.Inject)
		if !ok {
			continue
		}
		l := byFunction[x.Target.Func]
		// a (u - c q) + b u.backward + rest = 0
		amount := symbolic.Quotient(symbolic.Product(l.Next, x.Value), l.Last)
		out.Statements = append(out.Statements, &symbolic.Inject{Points: b.source(&out, x.Points), Target: x.Target.Func.At(-1, nil), Value: amount, Every: x.Every, Row: x.Row, Source: x.Source})
	}
	for _, f := range p.Functions {
		if f.Role == symbolic.Field || f.Role == symbolic.Wavefield {
			out.Functions = append(out.Functions, f)
		}
	}
	return &out, levels, nil
}

// source is a set of sources of p in another problem.
func (b *backward) source(out *symbolic.Problem, q *symbolic.Points) *symbolic.Points {
	for _, have := range out.Points {
		if have.Name == q.Name {
			return have
		}
	}
	c := &symbolic.Points{Name: q.Name, Doc: q.Doc, Inject: true}
	out.Points = append(out.Points, c)
	return c
}
