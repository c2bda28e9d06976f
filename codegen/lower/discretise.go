package lower

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/solve"
)

// Fault says that a statement of the operator file cannot be compiled.
type Fault struct {
	Source symbolic.Source
	Err    error
}

func (f *Fault) Error() string { return fmt.Sprintf("%s: %v", f.Source, f.Err) }

func (f *Fault) Unwrap() error { return f.Err }

// Discretise solves all equations of a problem and replaces its derivatives by
// stencils: afterwards every Update has a Value, at the place of its target,
// and updates of temporaries stand before the statements that read them.
// Errors are *Fault.
func Discretise(p *symbolic.Problem, target facts.Target) (*symbolic.Problem, error) {
	return discretise(p, newTemporaries(p, target.TemporaryFlops))
}

// Expand is Discretise without temporaries: stencils of stencils are written
// out. It serves as the reference for them.
func Expand(p *symbolic.Problem) (*symbolic.Problem, error) { return discretise(p, nil) }

func discretise(p *symbolic.Problem, temps *temporaries) (*symbolic.Problem, error) {
	out := *p
	out.Statements = nil
	local := regionsOf(p)
	for _, s := range p.Statements {
		var err error
		switch x := s.(type) {
		case *symbolic.Update:
			u := *x
			if u.Value == nil {
				u.Value, err = isolate(p.Grid, x)
			}
			if err == nil {
				u.Value, err = temps.discretise(u.Value, p.Grid, u.Target.Func.Stagger, u.Source)
			}
			out.Statements = append(out.Statements, temps.take()...)
			temps.written(u.Target)
			if err == nil {
				parts := local.split(&u)
				out.Statements = append(out.Statements, parts[:len(parts)-1]...)
				s = parts[len(parts)-1]
			}
		case *symbolic.Inject:
			c := *x
			c.Value, err = fd.Discretise(x.Value, p.Grid, x.Target.Func.Stagger)
			temps.written(x.Target)
			s = &c
		case *symbolic.Sample:
			c := *x
			c.Value, err = fd.Discretise(x.Value, p.Grid, x.Half)
			s = &c
		case *symbolic.Reduce:
			c := *x
			c.Value, err = fd.Discretise(x.Value, p.Grid, nil)
			s = &c
		}
		if err != nil {
			return nil, &Fault{s.Origin(), err}
		}
		out.Statements = append(out.Statements, s)
	}
	out.Functions = append(append([]*symbolic.Function(nil), p.Functions...), temps.functions()...)
	return &out, nil
}

// isolate solves an update's equation for its target. Derivatives in space
// stay as they are: they cannot hold the target.
func isolate(g *symbolic.Grid, u *symbolic.Update) (symbolic.Expr, error) {
	left, err := fd.DiscretiseTime(u.Left, g)
	if err != nil {
		return nil, err
	}
	right, err := fd.DiscretiseTime(u.Right, g)
	if err != nil {
		return nil, err
	}
	return solve.Isolate(left, right, u.Target)
}
