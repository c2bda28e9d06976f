// Package lower turns a symbolic problem into the plainest stencil program for it: one
// compute for each update, every expression as it stands. Making it fast is the business
// of the passes and the schedule.
//
// In: a symbolic.Problem. Out: by Discretise, a problem with stencils in place of
// derivatives and all equations solved; by Program, the stencil.Program of that. What
// the file is to blame for is a *Fault. Start at Discretise, then at Program, which
// codegen.Compile calls in this order.
package lower

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/symbolic"
)

// Program lowers a discretised problem. The halo is at least as wide as halo,
// which may be nil. The error is a *Fault when the file is to blame.
func Program(p *symbolic.Problem, real signature.Real, halo []int) (*stencil.Program, error) {
	out := &stencil.Program{Operator: signature.Operator{Name: p.Name, Doc: p.Doc, Real: real, Axes: slices.Clone(p.Grid.Axes), Halo: make([]int, p.Grid.Dim()), Scalars: p.Scalars(),
		FirstStep: p.Grid.TimeOrder - 1, LastStep: 1, Backward: p.Backward}}
	for _, f := range read(p) {
		out.Arrays = append(out.Arrays, array(p, f))
	}
	for _, s := range p.Series {
		out.Series = append(out.Series, &signature.Series{Name: s.Name, Doc: s.Doc})
	}
	l := lowering{out: out, problem: p, margin: margins(p)}
	for _, s := range p.Statements {
		l.source = s.Origin()
		l.statement(s)
	}
	for axis, n := range halo {
		out.Halo[axis] = max(out.Halo[axis], n)
	}
	out.Step = withFills(p, out)
	return out, l.err
}

// read are the functions of a problem without the fields that no statement reads:
// those serve to make others, before the first step.
func read(p *symbolic.Problem) []*symbolic.Function {
	used := p.Reads()
	return slices.DeleteFunc(slices.Clone(p.Functions), func(f *symbolic.Function) bool { return f.Role == symbolic.Field && !used[f] })
}

// array is the storage of a function.
func array(p *symbolic.Problem, f *symbolic.Function) *signature.Array {
	g := p.Grid
	a := &signature.Array{Name: f.Name, Axes: slices.Clone(f.Axes), Buffers: 1, Levels: 1, Stagger: slices.Clone(f.Stagger), Doc: f.Doc}
	switch f.Role {
	case symbolic.Field:
		if n, ok := f.Default.(*symbolic.Num); ok && (n.Float() == 0 || n.Float() == 1) && len(f.Axes) == g.Dim() {
			v := n.Float()
			a.Usual = &v
		}
	case symbolic.Wavefield:
		a.Role = signature.State
		if p.Given(f) {
			a.Storage = signature.Input
			break
		}
		if f.Saved {
			a.Storage = signature.Saved
		}
		a.Levels = g.TimeOrder + 1
		if a.Local = f.Local; a.Local {
			a.Levels = reach(p, f) + 1
		}
		a.Buffers = a.Levels
	case symbolic.Image:
		a.Role = signature.Image
	case symbolic.History:
		a.Role, a.Every = signature.History, steps(f.Every)
	case symbolic.Temporary:
		a.Role = signature.Temporary
	}
	if !slices.Contains(a.Stagger, true) {
		a.Stagger = nil
	}
	if !f.Folded { // what is folded begins with a halo of zeros
		a.Edges = edges(p, f)
	}
	return a
}

// reach is the number of levels back from t+1, at least one, that the statements
// read of a function.
func reach(p *symbolic.Problem, f *symbolic.Function) int {
	back := 1
	for _, s := range p.Statements {
		for _, e := range symbolic.Parts(s) {
			symbolic.Visit(e, func(e symbolic.Expr) {
				if x, ok := e.(*symbolic.Access); ok && x.Func == f {
					back = max(back, 1-x.Time)
				}
			})
		}
	}
	return back
}

// edges says what the halo of a function holds, per axis at its first and last
// point; nil where it is open everywhere.
func edges(p *symbolic.Problem, f *symbolic.Function) [][2]signature.Edge {
	out := make([][2]signature.Edge, p.Grid.Dim())
	some := false
	for axis := range out {
		if f.Edges != nil {
			out[axis] = [2]signature.Edge{edgeOf[f.Edges[axis][0]], edgeOf[f.Edges[axis][1]]}
		}
		for end, e := range out[axis] {
			if e == signature.Open && f.Folded && f.Role == symbolic.Image {
				out[axis][end] = signature.Last // as fields go on
			}
		}
		if p.Grid.Periodic != nil && p.Grid.Periodic[axis] {
			out[axis] = [2]signature.Edge{signature.Wrap, signature.Wrap}
		}
		some = some || out[axis] != [2]signature.Edge{} && slices.Contains(f.Axes, axis)
	}
	if !some {
		return nil
	}
	return out
}

var edgeOf = map[symbolic.Edge]signature.Edge{symbolic.Open: signature.Open, symbolic.Even: signature.Even, symbolic.Odd: signature.Odd, symbolic.Zero: signature.Nothing}

// steps is a number of steps, 1 for none.
func steps(e symbolic.Expr) signature.Steps {
	switch x := e.(type) {
	case *symbolic.Scalar:
		return signature.Steps{Scalar: x.Name}
	case *symbolic.Num:
		return signature.Steps{Number: int(x.Float())}
	}
	return signature.Steps{Number: 1}
}

// when is the condition of statements that are carried out in some steps only.
// The file's 0 stands for the last step.
func when(every symbolic.Expr) *stencil.When {
	if every == nil || symbolic.IsOne(every) {
		return nil
	}
	if n, ok := every.(*symbolic.Num); ok && n.Float() == 0 {
		return &stencil.When{Last: true}
	}
	return &stencil.When{Every: steps(every)}
}

type lowering struct {
	out     *stencil.Program
	problem *symbolic.Problem
	margin  map[*symbolic.Function][][2]int // of temporaries and folded functions, see margins
	around  [][2]int                        // margin of the statement at hand
	source  symbolic.Source                 // of the statement at hand
	err     error
}

func (l *lowering) statement(s symbolic.Statement) {
	note := s.Origin().String()
	l.around = make([][2]int, len(l.out.Axes))
	var out stencil.Stmt
	switch x := s.(type) {
	case *symbolic.Update:
		span := l.box(x.Region)
		if m := l.margin[x.Target.Func]; m != nil {
			l.around = m
			for axis := range span {
				// A region that ends within the grid ends there.
				if span[axis].Lo == signature.Whole.Lo {
					span[axis].Lo.At = -m[axis][0]
				}
				if span[axis].Hi == signature.Whole.Hi {
					span[axis].Hi.At = m[axis][1]
				}
			}
		}
		out = &stencil.Compute{Axes: slices.Clone(x.Target.Func.Axes), Box: span, When: when(x.Every),
			Body: []stencil.Assignment{&stencil.Assign{Target: l.access(x.Target), Value: l.expr(x.Value), Note: note}}}
	case *symbolic.Inject:
		out = &stencil.Inject{Points: l.points(x.Points, x.Target.Func.Stagger), Ahead: x.Row, Target: l.access(x.Target), Value: l.expr(x.Value), When: when(x.Every), Note: note}
	case *symbolic.Sample:
		out = &stencil.Sample{Points: l.points(x.Points, x.Half), Value: l.expr(x.Value), When: when(x.Every), Note: note}
	case *symbolic.Reduce:
		out = &stencil.Reduce{Series: x.Series.Name, Op: x.Op, Box: l.box(x.Region), Value: l.expr(x.Value), When: when(x.Every), Note: note}
	}
	l.out.Step = append(l.out.Step, out)
}

// points is the set of points as seen from a place.
func (l *lowering) points(p *symbolic.Points, half []bool) string {
	name := p.Name
	if !slices.Contains(half, true) {
		half = nil
	}
	for axis, h := range half {
		if h {
			name += "_" + l.out.Axes[axis]
		}
	}
	for _, q := range l.out.Points {
		if q.Traces == p.Name && slices.Equal(q.Stagger, half) {
			return q.Name
		}
	}
	for half != nil && l.out.PointSet(name) != nil {
		name += "_"
	}
	l.out.Points = append(l.out.Points, &signature.Points{Name: name, Traces: p.Name, Inject: p.Inject, Stagger: slices.Clone(half), Doc: p.Doc})
	return name
}

// box is a region's extent, or that of the whole grid.
func (l *lowering) box(r *symbolic.Region) []signature.Span {
	out := slices.Repeat([]signature.Span{signature.Whole}, len(l.out.Axes))
	if r != nil {
		for axis, s := range r.Span {
			out[axis] = signature.Span{Lo: signature.Bound(s.Lo), Hi: signature.Bound(s.Hi)}
		}
	}
	return out
}

func (l *lowering) access(a *symbolic.Access) *stencil.Access {
	for axis, o := range a.Offset {
		if a.Func.Spans(axis) {
			l.out.Halo[axis] = max(l.out.Halo[axis], l.around[axis][1]+o, l.around[axis][0]-o)
		}
	}
	time := a.Time
	if l.problem.Backward && !l.problem.Given(a.Func) {
		time = -time
	}
	return &stencil.Access{Field: a.Func.Name, Time: time, Offset: slices.Clone(a.Offset)}
}

func (l *lowering) expr(e symbolic.Expr) expr.Expr {
	switch x := e.(type) {
	case *symbolic.Num:
		if v := x.Float(); l.out.Real == signature.F32 && math.Abs(v) > math.MaxFloat32 {
			l.err = &Fault{l.source, fmt.Errorf("the number %g is beyond single precision; choose double precision, or other units", v)}
		}
		return expr.Const(x.Float())
	case *symbolic.Scalar:
		return expr.Scalar(x.Name)
	case *symbolic.Access:
		return l.access(x)
	case *symbolic.Add:
		var terms []expr.Expr
		for _, t := range x.Terms {
			c, rest := symbolic.SplitCoefficient(t)
			if n, ok := t.(*symbolic.Num); ok {
				c, rest = n.Rat(), symbolic.Int(1)
			}
			size := symbolic.Product(symbolic.Rational(new(big.Rat).Abs(c)), rest)
			if c.Sign() < 0 {
				terms = append(terms, expr.Subtract(l.expr(size)))
			} else {
				terms = append(terms, l.expr(size))
			}
		}
		return expr.Sum(terms...)
	case *symbolic.Mul:
		var above, below []expr.Expr
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
			return expr.Product(above...)
		}
		return &expr.Div{X: expr.Product(above...), Y: expr.Product(below...)}
	case *symbolic.Pow:
		return l.power(x)
	case *symbolic.Call:
		args := make([]expr.Expr, len(x.Args))
		for i, a := range x.Args {
			args[i] = l.expr(a)
		}
		return &expr.Call{Fn: x.Fn, Args: args}
	}
	l.err = fmt.Errorf("%s reached lowering without being discretised", e)
	return expr.Const(0)
}

// power prints small integer powers as products and halves as square roots.
func (l *lowering) power(x *symbolic.Pow) expr.Expr {
	base := l.expr(x.Base)
	n, ok := x.Exp.(*symbolic.Num)
	if !ok {
		return &expr.Call{Fn: "pow", Args: []expr.Expr{base, l.expr(x.Exp)}}
	}
	positive := new(big.Rat).Abs(n.Rat())
	var out expr.Expr
	switch k, isInt := symbolic.Rational(positive).IsInt(); {
	case isInt && k <= 8:
		factors := make([]expr.Expr, k)
		for i := range factors {
			factors[i] = base
		}
		out = expr.Product(factors...)
	case positive.Cmp(big.NewRat(1, 2)) == 0:
		out = &expr.Call{Fn: "sqrt", Args: []expr.Expr{base}}
	default:
		f, _ := positive.Float64()
		out = &expr.Call{Fn: "pow", Args: []expr.Expr{base, expr.Const(f)}}
	}
	if n.Float() < 0 {
		return &expr.Div{X: expr.Const(1), Y: out}
	}
	return out
}
