package lower

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// temporaries names the operands of derivatives that hold derivatives themselves or
// combine several fields, as those of adjoints do: a stencil of n points applied to an
// expression of k operations costs n+k operations through a function in between, and
// n k written out. What several stencils or equations share is computed once.
type temporaries struct {
	problem *symbolic.Problem
	worth   int // operations per point that a temporary has to save
	all     []*symbolic.Function
	live    []*temporary         // may still be used
	fresh   []symbolic.Statement // updates that the statement at hand needs before it
	source  symbolic.Source
	err     error
}

type temporary struct {
	of       symbolic.Expr // before space is discretised
	function *symbolic.Function
	value    symbolic.Expr
}

func newTemporaries(p *symbolic.Problem, worth int) *temporaries {
	return &temporaries{problem: p, worth: worth}
}

// discretise is fd.Discretise with temporaries; nil has none.
func (t *temporaries) discretise(e symbolic.Expr, g *symbolic.Grid, at []bool, source symbolic.Source) (symbolic.Expr, error) {
	if t == nil {
		return fd.Discretise(e, g, at)
	}
	t.source = source
	out, err := fd.DiscretiseWith(e, g, at, t.name)
	if err == nil {
		err, t.err = t.err, nil
	}
	return out, err
}

// name is the temporary for the operand of d, nil when it is not worth one.
func (t *temporaries) name(d *symbolic.Deriv, s *fd.Stencil, at []bool) *symbolic.Function {
	if !combines(d.Of) {
		return nil
	}
	for _, old := range t.live {
		if symbolic.Equal(old.of, d.Of) && slices.Equal(old.function.Stagger, at) {
			return old.function
		}
	}
	value, err := fd.DiscretiseWith(d.Of, t.problem.Grid, at, t.name)
	if err != nil {
		t.err = err
		return nil
	}
	if (len(s.Offset)-1)*symbolic.Cost(value) < t.worth {
		return nil
	}
	f := &symbolic.Function{Name: t.free(), Doc: d.Of.String(), Grid: t.problem.Grid, Role: symbolic.Temporary, Stagger: slices.Clone(at)}
	for axis := range t.problem.Grid.Axes {
		f.Axes = append(f.Axes, axis)
	}
	t.all = append(t.all, f)
	t.live = append(t.live, &temporary{d.Of, f, value})
	t.fresh = append(t.fresh, &symbolic.Update{Target: f.Here(), Left: f.Here(), Right: d.Of, Value: value, Source: t.source})
	return f
}

// combines reports whether an expression has derivatives, or combines a wavefield with
// another field: all else is as cheap to read as a temporary, or stays the same in every
// step.
func combines(e symbolic.Expr) bool {
	derivatives, varies := false, false
	read := map[*symbolic.Function]bool{}
	symbolic.Visit(e, func(e symbolic.Expr) {
		switch x := e.(type) {
		case *symbolic.Deriv:
			derivatives = true
		case *symbolic.Access:
			read[x.Func] = true
			varies = varies || x.Func.Varies()
		}
	})
	return derivatives || varies && len(read) > 1
}

// free is a name that nothing in the problem has.
func (t *temporaries) free() string {
	p := t.problem
	for n := len(t.all); ; n++ {
		name := fmt.Sprintf("w%d", n)
		taken := slices.Contains(p.Scalars(), name) || slices.Contains(p.Grid.Axes, name) ||
			slices.ContainsFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name }) ||
			slices.ContainsFunc(p.Points, func(q *symbolic.Points) bool { return q.Name == name })
		if !taken {
			return name
		}
	}
}

// take returns the updates of temporaries that are not yet in the program.
func (t *temporaries) take() []symbolic.Statement {
	if t == nil {
		return nil
	}
	out := t.fresh
	t.fresh = nil
	return out
}

// written ends the life of the temporaries that read what a statement writes,
// directly or through others.
func (t *temporaries) written(target *symbolic.Access) {
	if t == nil {
		return
	}
	gone := map[string]bool{}
	t.live = slices.DeleteFunc(t.live, func(x *temporary) bool {
		stale := false
		symbolic.Visit(x.value, func(e symbolic.Expr) {
			if a, ok := e.(*symbolic.Access); ok {
				stale = stale || gone[a.Func.Name] || a.Func == target.Func && a.Time == target.Time
			}
		})
		gone[x.function.Name] = stale
		return stale
	})
}

func (t *temporaries) functions() []*symbolic.Function {
	if t == nil {
		return nil
	}
	return t.all
}
