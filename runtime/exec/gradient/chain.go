package gradient

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// chain carries derivatives through default values: a field that an equation
// reads, such as a squared slowness, may follow from others, such as a velocity,
// point by point. Reductions in default values count as constants.
type chain struct {
	problem *symbolic.Problem
	wrt     []string // what the caller differentiates by
	read    []string // the fields of equations that depend on them
}

// newChain finds the fields of the equations through which those named by wrt
// act. Errors: a name that is no field, or twice, or on which no equation depends.
func newChain(p *symbolic.Problem, wrt []string) (*chain, error) {
	c := &chain{problem: p, wrt: wrt}
	reads := p.Reads()
	for i, name := range wrt {
		w := fieldOf(p, name)
		switch {
		case w == nil:
			_, err := adjoint.Gradient(p, adjoint.By{Fields: []string{name}}) // says what there is
			return nil, err
		case slices.Contains(wrt[:i], name):
			return nil, fmt.Errorf("field %s is named twice", name)
		}
		found := false
		for _, f := range p.Functions {
			if f.Role != symbolic.Field || !reads[f] {
				continue
			}
			if d, err := c.slope(f, w, nil); err != nil {
				return nil, err
			} else if symbolic.IsZero(d) {
				continue
			}
			found = true
			if !slices.Contains(c.read, f.Name) {
				c.read = append(c.read, f.Name)
			}
		}
		if !found {
			return nil, fmt.Errorf("%w %s", adjoint.ErrIndependent, name)
		}
	}
	return c, nil
}

func fieldOf(p *symbolic.Problem, name string) *symbolic.Function {
	i := slices.IndexFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name && f.Role == symbolic.Field })
	if i < 0 {
		return nil
	}
	return p.Functions[i]
}

// slope is the derivative of a field by another one at the same point. Fields
// that the caller gives do not follow from others.
func (c *chain) slope(f, w *symbolic.Function, given func(name string) bool) (symbolic.Expr, error) {
	if f == w {
		return symbolic.Int(1), nil
	}
	if f.Default == nil || given != nil && given(f.Name) {
		return symbolic.Int(0), nil
	}
	total := symbolic.Expr(symbolic.Int(0))
	for _, g := range inside(f.Default) {
		inner, err := c.slope(g, w, given)
		if err != nil {
			return nil, err
		}
		if symbolic.IsZero(inner) {
			continue
		}
		outer, err := adjoint.Slope(f.Default, g)
		if err != nil {
			return nil, fmt.Errorf("the default value of %s: %w", f.Name, err)
		}
		total = symbolic.Sum(total, symbolic.Product(outer, inner))
	}
	return total, nil
}

// inside are the fields in an expression, but for those in reductions.
func inside(e symbolic.Expr) (out []*symbolic.Function) {
	if symbolic.IsReduction(e) {
		return nil
	}
	if a, ok := e.(*symbolic.Access); ok {
		return []*symbolic.Function{a.Func}
	}
	for _, p := range symbolic.Children(e) {
		for _, f := range inside(p) {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// weigh calls do for each field of the equations that depends on w, with the
// derivative of that field by w at all points of the grid; nil stands for 1. given
// are the arguments before their defaults, a those with them.
func (c *chain) weigh(op *operator.Operator, given, a operator.Arguments, w string, do func(read string, slope *field.Array)) error {
	isGiven := func(name string) bool {
		_, constant := given.Constants[name]
		return constant || given.Fields[name] != nil
	}
	acts := false
	for _, name := range c.read {
		d, err := c.slope(fieldOf(c.problem, name), fieldOf(c.problem, w), isGiven)
		if err != nil {
			return err
		}
		switch {
		case symbolic.IsZero(d):
			continue
		case symbolic.IsOne(d):
			do(name, nil)
		default:
			values, err := op.Values(a, d)
			if err != nil {
				return err
			}
			do(name, values)
		}
		acts = true
	}
	if !acts {
		return operator.BadArguments{fmt.Sprintf("nothing depends on %s, as what would follow from it is given itself; leave that out to differentiate by %s", w, w)}
	}
	return nil
}

// Born is linearised modelling by fields of the caller's choice.
type Born struct {
	op    *operator.Operator
	chain *chain
}

// CompileBorn derives and compiles the linearisation of a problem in some fields.
// Errors: those of adjoint.Linearise and operator.CompileProblem.
func CompileBorn(ctx context.Context, p *symbolic.Problem, o Options) (*Born, error) {
	c, err := newChain(p, o.Wrt)
	if err != nil {
		return nil, err
	}
	linear, err := adjoint.Linearise(p, c.read...)
	if err != nil {
		return nil, err
	}
	op, err := operator.CompileProblem(ctx, linear, o.Compile)
	return &Born{op, c}, err
}

// Apply runs it for small changes of the fields, arrays on the whole grid. The
// caller closes the run. Errors: those of operator.Apply.
func (b *Born) Apply(ctx context.Context, a operator.Arguments, changes map[string]*field.Array) (*operator.Run, error) {
	run, err := b.Bind(a, changes)
	if err != nil {
		return nil, err
	}
	if err := run.Advance(ctx, run.Last); err != nil {
		run.Close()
		return nil, err
	}
	return run, nil
}

// Bind is Apply before the first step.
func (b *Born) Bind(a operator.Arguments, changes map[string]*field.Array) (*operator.Run, error) {
	given := a
	a, err := b.op.Complete(a)
	if err != nil {
		return nil, err
	}
	all := map[string]*field.Array{}
	for _, read := range b.chain.read {
		all[read] = field.New64(a.Shape...)
	}
	for _, w := range b.chain.wrt {
		err := b.chain.weigh(b.op, given, a, w, func(read string, slope *field.Array) {
			for i := range all[read].F64 {
				if slope == nil {
					all[read].F64[i] += changes[w].At(i)
				} else {
					all[read].F64[i] += changes[w].At(i) * slope.F64[i]
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	a.Fields, a.Points = maps.Clone(a.Fields), maps.Clone(a.Points)
	maps.DeleteFunc(a.Points, func(name string, _ operator.Points) bool {
		return !slices.ContainsFunc(b.op.Program.Problem.Points, func(q *symbolic.Points) bool { return q.Name == name })
	})
	for read, change := range all {
		a.Fields["d"+read] = change
	}
	return b.op.Bind(a)
}

// Illumination is that by some fields, see adjoint.Illumination.
type Illumination struct {
	op    *operator.Operator
	chain *chain
}

// CompileIllumination derives and compiles the illumination of a problem. Errors:
// those of adjoint.Illumination and operator.CompileProblem.
func CompileIllumination(ctx context.Context, p *symbolic.Problem, o Options) (*Illumination, error) {
	c, err := newChain(p, o.Wrt)
	if err != nil {
		return nil, err
	}
	light, err := adjoint.Illumination(p, c.read...)
	if err != nil {
		return nil, err
	}
	op, err := operator.CompileProblem(ctx, light, o.Compile)
	return &Illumination{op, c}, err
}

// Apply gives the illumination by each of the fields, on the whole grid. Fields
// that act together add up: what they share is left out.
func (l *Illumination) Apply(ctx context.Context, a operator.Arguments) (map[string]*field.Array, error) {
	given := a
	a, err := l.op.Complete(a)
	if err != nil {
		return nil, err
	}
	run, err := l.op.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	out := map[string]*field.Array{}
	for _, w := range l.chain.wrt {
		sum := field.New64(a.Shape...)
		err := l.chain.weigh(l.op, given, a, w, func(read string, slope *field.Array) {
			light := run.Field("light_" + read)
			for i := range sum.F64 {
				factor := 1.0
				if slope != nil {
					factor = slope.F64[i] * slope.F64[i]
				}
				sum.F64[i] += light.At(i) * factor
			}
		})
		if err != nil {
			return nil, err
		}
		out[w] = sum
	}
	return out, nil
}
