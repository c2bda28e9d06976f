package adjoint

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// definition is an update of a wavefield and its multiplier.
type definition struct {
	*symbolic.Update
	multiplier *symbolic.Function
	residual   symbolic.Expr      // left - right
	slope      symbolic.Expr      // of the residual by the target
	own        symbolic.Expr      // of the residual by the target's value before, of what is computed again
	regions    []*symbolic.Region // of a local wavefield: all where the same update computes it
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
				again.add(u.Value, f.Stagger, symbolic.Int(1))
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
		if old := b.definitions[f]; f.Local && len(old) == 1 && old[0].regions != nil && u.Region != nil && symbolic.Equal(old[0].residual, d.residual) && apart(u.Region, old[0].regions) {
			old[0].regions = append(old[0].regions, u.Region)
			continue
		}
		if f.Local && u.Region != nil {
			d.regions = []*symbolic.Region{u.Region}
		}
		name := f.Name + "_adj"
		if n := len(b.definitions[f]); n > 0 {
			name += fmt.Sprint(n + 1)
		}
		d.multiplier = &symbolic.Function{Name: b.free(name), Doc: "adjoint of " + orElse(f.Doc, f.Name), Grid: f.Grid, Role: symbolic.Wavefield, Axes: f.Axes, Stagger: f.Stagger, Local: f.Local}
		b.definitions[f] = append(b.definitions[f], d)
		b.all = append(b.all, d)
	}
	return nil
}

// apart reports whether a region shares no points with others, on a grid that
// is large enough for all of them.
func apart(r *symbolic.Region, others []*symbolic.Region) bool {
	return !slices.ContainsFunc(others, func(o *symbolic.Region) bool {
		for axis, s := range r.Span {
			a, b := s, o.Span[axis]
			if a.Lo.End && !b.Hi.End || b.Lo.End && !a.Hi.End {
				return false // at opposite ends of the axis
			}
			if a.Lo.End == b.Hi.End && a.Lo.At >= b.Hi.At || b.Lo.End == a.Hi.End && b.Lo.At >= a.Hi.At {
				return false
			}
		}
		return true
	})
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
