// Package lower turns a symbolic problem into the plainest kernel for it: one
// nest of loops for each update, every expression as it stands. Making it
// fast is the business of the passes.
package lower

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
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

// Discretise replaces all derivatives of a problem by stencils and solves its
// equations: afterwards every Update has a Value. Errors are *Fault.
func Discretise(p *symbolic.Problem) (*symbolic.Problem, error) {
	out := *p
	out.Statements = nil
	for _, s := range p.Statements {
		switch x := s.(type) {
		case *symbolic.Update:
			u := *x
			var err error
			if u.Value != nil {
				u.Value, err = fd.Discretise(u.Value, p.Grid)
			} else {
				var left, right symbolic.Expr
				if left, err = fd.Discretise(u.Left, p.Grid); err == nil {
					if right, err = fd.Discretise(u.Right, p.Grid); err == nil {
						u.Value, err = solve.Isolate(left, right, u.Target)
					}
				}
			}
			if err != nil {
				return nil, &Fault{x.Source, err}
			}
			out.Statements = append(out.Statements, &u)
		case *symbolic.Inject:
			c := *x
			var err error
			if c.Value, err = fd.Discretise(x.Value, p.Grid); err != nil {
				return nil, &Fault{x.Source, err}
			}
			out.Statements = append(out.Statements, &c)
		case *symbolic.Sample:
			c := *x
			var err error
			if c.Value, err = fd.Discretise(x.Value, p.Grid); err != nil {
				return nil, &Fault{x.Source, err}
			}
			out.Statements = append(out.Statements, &c)
		}
	}
	return &out, nil
}

// Kernel lowers a discretised problem. The error is a *Fault when the file is
// to blame.
func Kernel(p *symbolic.Problem, real ir.Type) (*ir.Kernel, error) {
	k := &ir.Kernel{Name: p.Name, Doc: p.Doc, Real: real, Axes: slices.Clone(p.Grid.Axes), Halo: make([]int, p.Grid.Dim()), Scalars: p.Scalars(),
		FirstStep: p.Grid.TimeOrder - 1, LastStep: 1}
	for _, f := range p.Functions {
		a := &ir.Array{Name: f.Name, Role: ir.Param, Axes: slices.Clone(f.Axes), Buffers: 1, Levels: 1, Doc: f.Doc}
		if f.Varies() {
			a.Role, a.Levels = ir.State, p.Grid.TimeOrder+1
			a.Buffers = a.Levels
		}
		k.Arrays = append(k.Arrays, a)
	}
	for _, q := range p.Points {
		k.Points = append(k.Points, &ir.Points{Name: q.Name, Inject: q.Inject, Doc: q.Doc})
	}
	l := lowering{k: k}
	for _, s := range p.Statements {
		note := s.Origin().String()
		l.source = s.Origin()
		switch x := s.(type) {
		case *symbolic.Update:
			k.Step = append(k.Step, l.nest(&ir.Assign{Target: l.access(x.Target), Value: l.expr(x.Value), Note: note}))
		case *symbolic.Inject:
			k.Step = append(k.Step, &ir.Inject{Points: x.Points.Name, Target: l.access(x.Target), Value: l.expr(x.Value), Note: note})
		case *symbolic.Sample:
			k.Step = append(k.Step, &ir.Sample{Points: x.Points.Name, Value: l.expr(x.Value), Note: note})
		}
	}
	return k, l.err
}

type lowering struct {
	k      *ir.Kernel
	source symbolic.Source // of the statement at hand
	err    error
}

// nest puts a statement into loops over all points of the grid.
func (l *lowering) nest(s ir.Stmt) ir.Stmt {
	return Nest(l.k, s)
}

// Nest puts a statement into loops over all points of the kernel's grid.
func Nest(k *ir.Kernel, s ir.Stmt) *ir.Loop {
	var loop *ir.Loop
	for a := len(k.Axes) - 1; a >= 0; a-- {
		loop = &ir.Loop{Var: k.Axes[a], Axis: a, Lo: ir.Bound{Kind: ir.Zero}, Hi: ir.Bound{Kind: ir.Size}, Step: ir.Bound{Kind: ir.One}, Body: []ir.Stmt{s}}
		s = loop
	}
	return loop
}

func (l *lowering) access(a *symbolic.Access) *ir.Access {
	for axis, o := range a.Offset {
		l.k.Halo[axis] = max(l.k.Halo[axis], o, -o)
	}
	return &ir.Access{Array: a.Func.Name, Time: a.Time, Offset: slices.Clone(a.Offset)}
}

func (l *lowering) expr(e symbolic.Expr) ir.Expr {
	switch x := e.(type) {
	case *symbolic.Num:
		if v := x.Float(); l.k.Real == ir.F32 && math.Abs(v) > math.MaxFloat32 {
			l.err = &Fault{l.source, fmt.Errorf("the number %g is beyond single precision; choose double precision, or other units", v)}
		}
		return ir.Const(x.Float())
	case *symbolic.Scalar:
		return ir.Scalar(x.Name)
	case *symbolic.Access:
		return l.access(x)
	case *symbolic.Add:
		var terms []ir.Expr
		for _, t := range x.Terms {
			c, rest := symbolic.SplitCoefficient(t)
			if n, ok := t.(*symbolic.Num); ok {
				c, rest = n.Rat(), symbolic.Int(1)
			}
			size := symbolic.Product(symbolic.Rational(new(big.Rat).Abs(c)), rest)
			if c.Sign() < 0 {
				terms = append(terms, ir.Subtract(l.expr(size)))
			} else {
				terms = append(terms, l.expr(size))
			}
		}
		return ir.Sum(terms...)
	case *symbolic.Mul:
		var above, below []ir.Expr
		for _, f := range x.Factors {
			if p, ok := f.(*symbolic.Pow); ok {
				if n, ok := p.Exp.(*symbolic.Num); ok && n.Float() < 0 {
					below = append(below, l.expr(symbolic.Power(p.Base, symbolic.Rational(new(big.Rat).Neg(n.Rat())))))
					continue
				}
			}
			above = append(above, l.expr(f))
		}
		if len(below) == 0 {
			return ir.Product(above...)
		}
		return &ir.Div{X: ir.Product(above...), Y: ir.Product(below...)}
	case *symbolic.Pow:
		return l.power(x)
	case *symbolic.Call:
		args := make([]ir.Expr, len(x.Args))
		for i, a := range x.Args {
			args[i] = l.expr(a)
		}
		return &ir.Call{Fn: x.Fn, Args: args}
	}
	l.err = fmt.Errorf("%s reached lowering without being discretised", e)
	return ir.Const(0)
}

// power spells small integer powers as products and halves as square roots.
func (l *lowering) power(x *symbolic.Pow) ir.Expr {
	base := l.expr(x.Base)
	n, ok := x.Exp.(*symbolic.Num)
	if !ok {
		return &ir.Call{Fn: "pow", Args: []ir.Expr{base, l.expr(x.Exp)}}
	}
	positive := new(big.Rat).Abs(n.Rat())
	var out ir.Expr
	switch k, isInt := symbolic.Rational(positive).IsInt(); {
	case isInt && k <= 8:
		factors := make([]ir.Expr, k)
		for i := range factors {
			factors[i] = base
		}
		out = ir.Product(factors...)
	case positive.Cmp(big.NewRat(1, 2)) == 0:
		out = &ir.Call{Fn: "sqrt", Args: []ir.Expr{base}}
	default:
		f, _ := positive.Float64()
		out = &ir.Call{Fn: "pow", Args: []ir.Expr{base, ir.Const(f)}}
	}
	if n.Float() < 0 {
		return &ir.Div{X: ir.Const(1), Y: out}
	}
	return out
}
