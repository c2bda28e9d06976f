package gradient

import (
	"context"
	"fmt"
	"math"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
	"github.com/courant-pde/courant/symbolic/fd"
)

// Where an equation multiplies the next level and the last one by the same, it
// runs backward as well as forward, and the wavefields of the forward run can be
// computed from its last levels. In a sponge that would make rounding grow: the
// values there are kept in every step, and put back.

// reversal is the operator with time reversed, and the points of each wavefield
// at which it cannot be.
type reversal struct {
	op     *operator.Operator
	shells map[string]*operator.Shell
}

// irreversible is the part by which the two factors may differ: it makes
// rounding grow by a tenth in a million steps.
const irreversible = 1e-7

func (op *Operator) newReversal(ctx context.Context, a operator.Arguments) (*reversal, error) {
	p := op.taped.Program.Problem
	reversed, levels, err := adjoint.Reversal(plainly(p))
	if err != nil {
		return nil, fmt.Errorf("wavefields cannot be reconstructed from their boundary: %w", err)
	}
	r := &reversal{shells: map[string]*operator.Shell{}}
	k := op.taped.Program.Signature
	if r.op, err = operator.CompileProblem(ctx, reversed, codegen.Options{Precision: k.Real, Target: op.backend, Halo: k.Halo}); err != nil {
		return nil, err
	}
	for _, l := range levels {
		difference := symbolic.Quotient(symbolic.Sub(l.Next, l.Last), l.Next)
		e, err := fd.Discretise(difference, p.Grid, l.Of.Stagger)
		if err != nil {
			return nil, err
		}
		judge := judgement{e: e, a: a, known: map[string]bool{}}
		r.shells[l.Of.Name] = operator.NewShell(a.Shape, judge.grows)
		if judge.err != nil {
			return nil, judge.err
		}
	}
	return r, nil
}

// plainly is a problem whose wavefields keep no levels.
func plainly(p *symbolic.Problem) *symbolic.Problem {
	return replaced(p, func(f *symbolic.Function) *symbolic.Function {
		if !f.Saved {
			return f
		}
		c := *f
		c.Saved = false
		return &c
	})
}

// judgement evaluates an expression of fields and scalars at points, once for
// the same values.
type judgement struct {
	e     symbolic.Expr
	a     operator.Arguments
	known map[string]bool
	err   error
}

// grows reports whether rounding grows at a point.
func (j *judgement) grows(at []int) bool {
	key := ""
	symbolic.Visit(j.e, func(e symbolic.Expr) {
		if x, ok := e.(*symbolic.Access); ok {
			key += fmt.Sprint(j.value(x, at), " ")
		}
	})
	v, ok := j.known[key]
	if ok {
		return v
	}
	x, err := symbolic.Eval(j.e, symbolic.Values{
		Scalar: func(s *symbolic.Scalar) (complex128, error) { return complex(j.scalar(s.Name), 0), nil },
		Access: func(x *symbolic.Access) (complex128, error) { return complex(j.value(x, at), 0), nil },
	})
	if err != nil {
		j.err = err
	}
	v = !(math.Abs(real(x)) <= irreversible)
	j.known[key] = v
	return v
}

func (j *judgement) scalar(name string) float64 {
	if name == "dt" {
		return j.a.Dt
	}
	for axis := range j.a.Shape {
		if name == "h_"+axisNames(j.e)[axis] {
			return j.a.Spacing[axis]
		}
	}
	return j.a.Constants[name]
}

// axisNames are those of the grid that an expression is on.
func axisNames(e symbolic.Expr) (names []string) {
	names = make([]string, 3)
	symbolic.Visit(e, func(e symbolic.Expr) {
		if x, ok := e.(*symbolic.Access); ok {
			names = x.Func.Grid.Axes
		}
	})
	return names
}

func (j *judgement) value(x *symbolic.Access, at []int) float64 {
	f := j.a.Fields[x.Func.Name]
	if f == nil || len(f.Shape) == 0 {
		if f != nil {
			return f.At(0)
		}
		return j.a.Constants[x.Func.Name]
	}
	i := 0
	for k, axis := range x.Func.Axes {
		i = i*f.Shape[k] + min(max(at[axis]+x.Offset[axis], 0), f.Shape[k]-1)
	}
	return f.At(i)
}

// bytes is what the shells of a run of so many steps take.
func (r *reversal) bytes(steps, size int) (n int64) {
	for _, s := range r.shells {
		n += int64(s.Points()) * int64(size) * int64(steps)
	}
	return n
}

// keepShells puts the values aside that a level has where it cannot be
// computed again.
func (t *tape) keepShells(level int) {
	for name, s := range t.reversal.shells {
		if s.Points() > 0 {
			v := t.forward.TakeShell(s, name, level)
			t.shells[level] = append(t.shells[level], shellValues{name, v})
			t.hold(int64(len(v)))
		}
	}
}

// shellValues are those of one wavefield.
type shellValues struct {
	wavefield string
	bytes     []byte
}

// recordShells is the first pass.
func (t *tape) recordShells(ctx context.Context) error {
	t.shells = map[int][]shellValues{}
	t.keepShells(t.forward.First - 1)
	t.keepShells(t.forward.First)
	for t.forward.Next <= t.forward.Last {
		if err := t.advance(ctx, t.forward.Next+1); err != nil {
			return err
		}
		t.keepShells(t.forward.Next)
	}
	return nil
}

// reconstruct is the backward run beside the reversed one.
func (t *tape) reconstruct(ctx context.Context) error {
	a := t.arguments
	for _, x := range t.reversal.op.Program.Signature.Arrays {
		if x.Computed() {
			delete(a.Fields, x.Name) // they begin where the forward run ended
			delete(a.Constants, x.Name)
		}
	}
	run, err := t.reversal.op.Bind(a)
	if err != nil {
		return err
	}
	defer run.Close()
	t.hold(run.Bytes())
	if err := run.Restore(t.forward.State(nil).Mirrored(run)); err != nil {
		return err
	}
	mirror := run.First + run.Last
	for n := run.Last; n >= run.First; n-- {
		// The step n of the reversed run makes level n-1.
		if err := run.Advance(ctx, mirror-n); err != nil {
			return err
		}
		t.steps++
		for _, s := range t.shells[n-1] {
			run.PutShell(t.reversal.shells[s.wavefield], s.wavefield, mirror-n+1, s.bytes)
		}
		delete(t.shells, n-1)
		for _, name := range t.op.reading() {
			t.forward.CopyLevel(name, n-1, run, mirror-n+1)
		}
		if err := t.backTo(ctx, n); err != nil {
			return err
		}
	}
	return nil
}
