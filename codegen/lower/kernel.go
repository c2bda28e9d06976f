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
)

// Kernel lowers a discretised problem. The halo is at least as wide as halo, which
// may be nil. The error is a *Fault when the file is
// to blame.
func Kernel(p *symbolic.Problem, real ir.Type, halo []int) (*ir.Kernel, error) {
	k := &ir.Kernel{Name: p.Name, Doc: p.Doc, Real: real, Axes: slices.Clone(p.Grid.Axes), Halo: make([]int, p.Grid.Dim()), Scalars: p.Scalars(),
		FirstStep: p.Grid.TimeOrder - 1, LastStep: 1, Backward: p.Backward}
	for _, f := range read(p) {
		k.Arrays = append(k.Arrays, array(p, f))
	}
	for _, s := range p.Series {
		k.Series = append(k.Series, &ir.Series{Name: s.Name, Doc: s.Doc})
	}
	l := lowering{k: k, problem: p, margin: margins(p, k)}
	for _, s := range p.Statements {
		l.source = s.Origin()
		l.statement(s)
	}
	for axis, n := range halo {
		k.Halo[axis] = max(k.Halo[axis], n)
	}
	k.Step = withExchanges(k, k.Step)
	return k, l.err
}

// read are the functions of a problem without the fields that no statement reads:
// those serve to make others, before the first step.
func read(p *symbolic.Problem) []*symbolic.Function {
	used := p.Reads()
	return slices.DeleteFunc(slices.Clone(p.Functions), func(f *symbolic.Function) bool { return f.Role == symbolic.Field && !used[f] })
}

// array is the storage of a function.
func array(p *symbolic.Problem, f *symbolic.Function) *ir.Array {
	g := p.Grid
	a := &ir.Array{Name: f.Name, Axes: slices.Clone(f.Axes), Buffers: 1, Levels: 1, Half: slices.Clone(f.Half), Doc: f.Doc, Folded: f.Folded}
	switch f.Role {
	case symbolic.Wavefield:
		if p.Given(f) {
			a.Role = ir.Given
			break
		}
		a.Kept = f.Saved
		a.Role, a.Levels = ir.State, g.TimeOrder+1
		a.Buffers = a.Levels
	case symbolic.Image:
		a.Role = ir.Image
	case symbolic.History:
		a.Role, a.Every = ir.History, fixed(f.Every)
	case symbolic.Temporary:
		a.Role = ir.Temp
	}
	if !slices.Contains(a.Half, true) {
		a.Half = nil
	}
	edges := make([][2]ir.Edge, g.Dim())
	for axis := range edges {
		if f.Edges != nil {
			edges[axis] = [2]ir.Edge{ir.Edge(f.Edges[axis][0]), ir.Edge(f.Edges[axis][1])}
		}
		for end, e := range edges[axis] {
			if e == ir.Open && a.Folded && a.Role == ir.Image {
				edges[axis][end] = ir.Last // as fields go on
			}
		}
		if g.Periodic != nil && g.Periodic[axis] {
			edges[axis] = [2]ir.Edge{ir.Wrap, ir.Wrap}
		}
		if edges[axis] != [2]ir.Edge{} && a.Spans(axis) {
			a.Edges = edges
		}
	}
	return a
}

// fixed is a Num or a Scalar.
func fixed(e symbolic.Expr) ir.Expr {
	switch x := e.(type) {
	case *symbolic.Scalar:
		return ir.Scalar(x.Name)
	case *symbolic.Num:
		return ir.Const(x.Float())
	}
	return ir.Const(1)
}

type lowering struct {
	k       *ir.Kernel
	problem *symbolic.Problem
	margin  map[*symbolic.Function][][2]int // of temporaries and folded functions, see margins
	around  [][2]int                        // margin of the statement at hand
	source  symbolic.Source                 // of the statement at hand
	err     error
}

func (l *lowering) statement(s symbolic.Statement) {
	k, note := l.k, s.Origin().String()
	l.around = make([][2]int, len(k.Axes))
	switch x := s.(type) {
	case *symbolic.Update:
		lo, hi := box(k, x.Region)
		if m := l.margin[x.Target.Func]; m != nil {
			l.around = m
			for axis := range lo {
				// A region that ends within the grid ends there.
				if lo[axis] == (ir.Bound{}) {
					lo[axis].Shift = -m[axis][0]
				}
				if hi[axis] == (ir.Bound{Kind: ir.Size}) {
					hi[axis].Shift = m[axis][1]
				}
			}
		}
		l.emit(x.Every, NestOver(k, k.Array(x.Target.Func.Name).Axes, lo, hi, &ir.Assign{Target: l.access(x.Target), Value: l.expr(x.Value), Note: note}))
	case *symbolic.Inject:
		l.emit(x.Every, &ir.Inject{Points: l.points(x.Points, x.Target.Func.Half), Row: x.Row, Target: l.access(x.Target), Value: l.expr(x.Value), Note: note})
	case *symbolic.Sample:
		l.emit(x.Every, &ir.Sample{Points: l.points(x.Points, x.Half), Value: l.expr(x.Value), Note: note})
	case *symbolic.Reduce:
		lo, hi := box(k, x.Region)
		l.emit(x.Every, &ir.Reduce{Series: x.Series.Name, Op: x.Op, Lo: lo, Hi: hi, Value: l.expr(x.Value), Note: note})
	}
}

// emit appends a statement, under its condition.
func (l *lowering) emit(every symbolic.Expr, s ir.Stmt) {
	if every != nil && !symbolic.IsOne(every) {
		s = &ir.Every{Steps: fixed(every), Body: []ir.Stmt{s}}
	}
	l.k.Step = append(l.k.Step, s)
}

// points is the set of points as seen from a place.
func (l *lowering) points(p *symbolic.Points, half []bool) string {
	name := p.Name
	if !slices.Contains(half, true) {
		half = nil
	}
	for axis, h := range half {
		if h {
			name += "_" + l.k.Axes[axis]
		}
	}
	for _, q := range l.k.Points {
		if q.Traces == p.Name && slices.Equal(q.Half, half) {
			return q.Name
		}
	}
	for half != nil && l.k.PointSet(name) != nil {
		name += "_"
	}
	l.k.Points = append(l.k.Points, &ir.Points{Name: name, Traces: p.Name, Inject: p.Inject, Half: slices.Clone(half), Doc: p.Doc})
	return name
}

// box is a region's extent, or that of the whole grid.
func box(k *ir.Kernel, r *symbolic.Region) (lo, hi []ir.Bound) {
	lo, hi = make([]ir.Bound, len(k.Axes)), make([]ir.Bound, len(k.Axes))
	for axis := range k.Axes {
		hi[axis].Kind = ir.Size
		if r != nil {
			lo[axis], hi[axis] = bound(r.Span[axis].Lo), bound(r.Span[axis].Hi)
		}
	}
	return lo, hi
}

func bound(b symbolic.Bound) ir.Bound {
	if b.End {
		return ir.Bound{Kind: ir.Size, Shift: b.At}
	}
	return ir.Bound{Kind: ir.Zero, Shift: b.At}
}

// NestOver puts a statement into loops over a box of points along some axes.
func NestOver(k *ir.Kernel, axes []int, lo, hi []ir.Bound, s ir.Stmt) *ir.Loop {
	var loop *ir.Loop
	for _, a := range slices.Backward(axes) {
		loop = &ir.Loop{Var: k.Axes[a], Axis: a, Lo: lo[a], Hi: hi[a], Step: ir.Bound{Kind: ir.One}, Body: []ir.Stmt{s}}
		s = loop
	}
	return loop
}

func (l *lowering) access(a *symbolic.Access) *ir.Access {
	for axis, o := range a.Offset {
		if a.Func.Spans(axis) {
			l.k.Halo[axis] = max(l.k.Halo[axis], l.around[axis][1]+o, l.around[axis][0]-o)
		}
	}
	time := a.Time
	if l.problem.Backward && !l.problem.Given(a.Func) {
		time = -time
	}
	return &ir.Access{Array: a.Func.Name, Time: time, Offset: slices.Clone(a.Offset)}
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
