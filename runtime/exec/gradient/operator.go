package gradient

import (
	"context"
	"fmt"
	"slices"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Options choose what is differentiated, and how operators are compiled.
type Options struct {
	Compile codegen.Options
	Wrt     []string // fields to differentiate by; none gives the derivatives by the sources alone
	// Initial asks for the derivatives by the initial states of the wavefields.
	Initial bool
	// Condition makes images of the waves in place of derivatives by fields, see
	// adjoint.Migration; Slowness is the field of squared slowness that it needs.
	Condition adjoint.Condition
	Slowness  string
	// Places asks for the derivatives by the coordinates of the sources, which
	// must rest and be interpolated linearly.
	Places bool
}

// Operator is an operator with its derivatives, compiled. It holds no data and
// may be evaluated by several goroutines at once.
type Operator struct {
	Forward *operator.Operator // the operator itself, with all its results

	taped     *operator.Operator // the forward operator, which keeps levels
	backward  *operator.Operator
	chain     *chain
	places    bool
	condition bool // images are made
	backend   backends.Target
	plain     *comparison
}

// Load compiles the operator of a file with its derivatives. Errors: those of
// dsl.ParseFile, check.Problem, adjoint.Gradient and operator.Compile.
func Load(ctx context.Context, path string, o Options) (*Operator, error) {
	file, err := dsl.ParseFile(path)
	if err != nil {
		return nil, err
	}
	p, err := check.Problem(file, o.Compile.Check())
	if err != nil {
		return nil, err
	}
	return Compile(ctx, p, o)
}

// Compile compiles a problem with its derivatives.
func Compile(ctx context.Context, p *symbolic.Problem, o Options) (*Operator, error) {
	if len(o.Compile.Half) > 0 {
		return nil, operator.BadArguments{"a gradient is exact only where the forward and the backward run read the same numbers, which half precision does not give; leave Half out"}
	}
	var reverse *symbolic.Problem
	links, err := newChain(p, o.Wrt)
	if err != nil {
		return nil, err
	}
	if o.Condition != "" {
		reverse, err = adjoint.Migration(p, o.Condition, o.Slowness, 0, 0)
	} else if len(o.Wrt) == 0 && !o.Initial {
		reverse, err = adjoint.Adjoint(p)
	} else {
		reverse, err = adjoint.Gradient(p, adjoint.By{Fields: links.read, Initial: o.Initial})
	}
	if err != nil {
		return nil, err
	}
	// Runs share levels when their halos are the same: the widest of them.
	problems := []*symbolic.Problem{p, keeping(p, reverse), reverse}
	halo := make([]int, p.Grid.Dim())
	programs := make([]*codegen.Program, len(problems))
	for i, q := range problems {
		if programs[i], err = operator.Program(q, o.Compile); err != nil {
			return nil, err
		}
		for axis, n := range programs[i].Signature.Halo {
			halo[axis] = max(halo[axis], n)
		}
	}
	shared := o.Compile
	shared.Halo = halo
	op := &Operator{plain: &comparison{}, chain: links, backend: o.Compile.Target, places: o.Places, condition: o.Condition != ""}
	for i, to := range []**operator.Operator{&op.Forward, &op.taped, &op.backward} {
		if !slices.Equal(programs[i].Signature.Halo, halo) {
			if programs[i], err = operator.Program(problems[i], shared); err != nil {
				return nil, err
			}
		}
		if *to, err = operator.FromProgram(ctx, programs[i]); err != nil {
			return nil, err
		}
	}
	return op, nil
}

// keeping is a problem whose wavefields keep the levels that another one reads,
// and which leaves out all results but the records.
func keeping(p, reader *symbolic.Problem) *symbolic.Problem {
	out := replaced(p, func(f *symbolic.Function) *symbolic.Function {
		if !slices.ContainsFunc(reader.Functions, func(g *symbolic.Function) bool { return g.Name == f.Name && g.Saved }) {
			return f
		}
		c := *f
		c.Saved = true
		return &c
	})
	result := func(f *symbolic.Function) bool { return f.Role == symbolic.Image || f.Role == symbolic.History }
	out.Functions, out.Series = slices.DeleteFunc(out.Functions, result), nil
	out.Statements = slices.DeleteFunc(out.Statements, func(s symbolic.Statement) bool {
		u, update := s.(*symbolic.Update)
		_, reduce := s.(*symbolic.Reduce)
		return reduce || update && result(u.Target.Func)
	})
	return out
}

// replaced is a problem with other functions in the place of its own.
func replaced(p *symbolic.Problem, by func(*symbolic.Function) *symbolic.Function) *symbolic.Problem {
	out := *p
	copies := map[*symbolic.Function]*symbolic.Function{}
	out.Functions, out.Statements = nil, nil
	for _, f := range p.Functions {
		copies[f] = by(f)
		out.Functions = append(out.Functions, copies[f])
	}
	var swap func(symbolic.Expr) symbolic.Expr
	swap = func(e symbolic.Expr) symbolic.Expr {
		if a, ok := e.(*symbolic.Access); ok {
			return copies[a.Func].At(a.Time, a.Offset)
		}
		return symbolic.Map(e, swap)
	}
	target := func(a *symbolic.Access) *symbolic.Access { return copies[a.Func].At(a.Time, a.Offset) }
	for _, s := range p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			u := *x
			u.Target, u.Left, u.Right = target(x.Target), swap(x.Left), swap(x.Right)
			if x.Value != nil {
				u.Value = swap(x.Value)
			}
			s = &u
		case *symbolic.Inject:
			c := *x
			c.Target, c.Value = target(x.Target), swap(x.Value)
			s = &c
		case *symbolic.Sample:
			c := *x
			c.Value = swap(x.Value)
			s = &c
		case *symbolic.Reduce:
			c := *x
			c.Value = swap(x.Value)
			s = &c
		}
		out.Statements = append(out.Statements, s)
	}
	return &out
}

// IsLinear reports whether the equations of a problem are linear in its
// wavefields: whether its adjoint needs no states.
func IsLinear(p *symbolic.Problem) bool {
	reverse, err := adjoint.Adjoint(p)
	return err == nil && !slices.ContainsFunc(reverse.Functions, func(f *symbolic.Function) bool { return f.Saved })
}

// reads is the range of levels, counted from its step, that the backward
// operator reads of the forward run's wavefields.
func (op *Operator) reads() (first, last int) {
	r := op.backward.Program.Signature.Reads
	return r[0], r[1]
}

// backwardArguments are the arguments of the backward run: the medium of the
// forward run, and traces that the misfit makes.
func (op *Operator) backwardArguments(a operator.Arguments, adjoints map[string]*field.Array) (operator.Arguments, error) {
	b := a
	b.Fields, b.Constants, b.Points = map[string]*field.Array{}, map[string]float64{}, map[string]operator.Points{}
	b.Unstable = true // the forward run is stable, and so is its transpose
	for _, x := range op.backward.Program.Signature.Arrays {
		if x.Role != signature.Param {
			continue
		}
		if v, ok := a.Fields[x.Name]; ok {
			b.Fields[x.Name] = v
		}
		if v, ok := a.Constants[x.Name]; ok {
			b.Constants[x.Name] = v
		}
	}
	for _, q := range op.backward.Program.Problem.Parameters {
		if v, ok := a.Constants[q.Name]; ok {
			b.Constants[q.Name] = v
		}
	}
	for _, q := range op.Forward.Program.Problem.Points {
		p, ok := a.Points[q.Name]
		if !ok {
			continue
		}
		for _, r := range op.backward.Program.Problem.Points {
			switch {
			case r.Name == q.Name && r.Inject:
				d := adjoints[q.Name]
				if d == nil {
					return b, fmt.Errorf("the misfit says nothing of the records %s", q.Name)
				}
				p.Traces = d
				b.Points[r.Name] = p
			case q.Inject && !r.Inject && isPart(r.Name, q.Name):
				c := a.Points[q.Name]
				c.Traces = nil
				if op.places {
					tied, err := op.backward.Slopes(a, q.Name)
					if err != nil {
						return b, err
					}
					c = tied
				}
				b.Points[r.Name] = c
			case r.Name == adjoint.Traces(q.Name):
				b.Points[r.Name] = a.Points[q.Name]
			}
		}
	}
	return b, nil
}

// isPart reports whether the backward operator samples, in a set of that name, what
// sources act on.
func isPart(set, sources string) bool {
	for k := 1; k <= mostParts; k++ {
		if set == adjoint.Part(sources, k) {
			return true
		}
	}
	return false
}

// mostParts bounds the places between the nodes at which one source acts: there
// are eight in three dimensions.
const mostParts = 8
