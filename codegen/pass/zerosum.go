package pass

import (
	"fmt"
	"math"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// zeroSum makes the weights of a stencil add up to zero after rounding, where
// the exact ones do.
//
// Derivatives of a constant vanish. When the weights of a second derivative
// are rounded one by one to single precision, their sum is some 1e-8 instead,
// and this acts on the smooth part of a wavefield in every step: after n steps
// the error is n^2/2 times that. So the largest weight becomes minus the sum
// of the others, rounded, and the smallest one, whose last digit is worth
// least, takes up what this rounding leaves:
//
//	let wide %c4_b = 2*%c0 - 2*%c1          instead of c4
//	let wide %c1_b = %c1 + (...)/2          instead of c1, in this sum
//
// Each weight changes by less than the rounding of the largest.
func zeroSum(p *stencil.Program) {
	if p.Real != signature.F32 {
		return // rounding to double precision is not felt
	}
	b := balancer{p: p, lets: map[string]expr.Expr{}, done: map[string][2]expr.Local{}}
	for _, s := range p.Setup {
		if l, ok := s.(*stencil.Let); ok {
			b.lets[l.Name] = l.Value
		}
	}
	p.Step = stencil.MapBodies(p.Step, func(body []stencil.Assignment) []stencil.Assignment { return stencil.MapBody(body, b.expr) })
	p.Setup = append(p.Setup, b.added...)
}

type balancer struct {
	p     *stencil.Program
	lets  map[string]expr.Expr     // what is computed once per run
	done  map[string][2]expr.Local // new largest and smallest weight, by stencil
	added []stencil.Stmt
}

func (b *balancer) expr(e expr.Expr) expr.Expr {
	e = expr.MapOperands(e, b.expr)
	sum, ok := e.(*expr.Add)
	if !ok {
		return e
	}
	var levels []string
	weights := map[string]*weighting{}
	for i, term := range sum.Args {
		level, name, points := b.weighted(term)
		if points == 0 {
			continue
		}
		if sum.Sub[i] {
			points = -points
		}
		w := weights[level]
		if w == nil {
			w = &weighting{points: map[string]int{}}
			weights[level] = w
			levels = append(levels, level)
		}
		w.add(name, points)
	}
	out := &expr.Add{Args: append([]expr.Expr(nil), sum.Args...), Sub: sum.Sub}
	for _, level := range levels {
		w := weights[level]
		if len(w.names) < 3 || !b.vanishes(w) {
			continue
		}
		large, small := b.extremes(w)
		replaced := b.replacements(w, large, small)
		for i, term := range out.Args {
			at, name, points := b.weighted(term)
			if points == 0 || at != level {
				continue
			}
			rest := term.(*expr.Mul).Args[1:]
			switch name {
			case large:
				out.Args[i] = expr.Product(append([]expr.Expr{replaced[0]}, rest...)...)
			case small:
				out.Args[i] = expr.Product(append([]expr.Expr{replaced[1]}, rest...)...)
			}
		}
	}
	return out
}

// weighting is a combination of values of one time level: for each weight
// the number of points that it multiplies, subtracted ones negative.
type weighting struct {
	names  []string
	points map[string]int
}

func (w *weighting) add(name string, points int) {
	if _, ok := w.points[name]; !ok {
		w.names = append(w.names, name)
	}
	w.points[name] += points
}

// weighted recognises a weight times one value, or a sum of values, of one
// level of a wavefield.
func (b *balancer) weighted(e expr.Expr) (level, weight string, points int) {
	m, ok := e.(*expr.Mul)
	if !ok || len(m.Args) != 2 {
		return "", "", 0
	}
	name, ok := m.Args[0].(expr.Local)
	if !ok || b.lets[string(name)] == nil {
		return "", "", 0
	}
	values := &expr.Add{Args: []expr.Expr{m.Args[1]}, Sub: []bool{false}}
	if sum, ok := m.Args[1].(*expr.Add); ok {
		values = sum
	}
	for i, v := range values.Args {
		a, ok := v.(*stencil.Access)
		if !ok || b.p.Array(a.Field).Role != signature.State {
			return "", "", 0
		}
		at := fmt.Sprint(a.Field, " ", a.Time)
		if level != "" && at != level {
			return "", "", 0
		}
		level = at
		if values.Sub[i] {
			points--
		} else {
			points++
		}
	}
	return level, string(name), points
}

// vanishes reports whether the weights add up to zero whatever the scalars
// are: for three choices of them, to 1e-13 of the largest term, which no other
// sum of a few dozen terms does.
func (b *balancer) vanishes(w *weighting) bool {
	for choice := range 3 {
		sum, size := 0.0, 0.0
		for _, name := range w.names {
			v := float64(w.points[name]) * b.eval(b.lets[name], choice)
			sum += v
			size = max(size, math.Abs(v))
		}
		if !(math.Abs(sum) <= 1e-13*size) || size == 0 {
			return false
		}
	}
	return true
}

// extremes are the weights of the largest and the smallest size.
func (b *balancer) extremes(w *weighting) (large, small string) {
	size := func(name string) float64 { return math.Abs(b.eval(b.lets[name], 0)) }
	for _, name := range w.names {
		if large == "" || size(name) > size(large) {
			large = name
		}
	}
	for _, name := range w.names {
		if name != large && (small == "" || size(name) < size(small)) {
			small = name
		}
	}
	return large, small
}

// replacements defines the new weights of a stencil, once.
func (b *balancer) replacements(w *weighting, large, small string) [2]expr.Local {
	key := fmt.Sprint(w.names, w.points)
	if r, ok := b.done[key]; ok {
		return r
	}
	suffix := "_b"
	for b.lets[large+suffix] != nil || b.lets[small+suffix] != nil {
		suffix += "b"
	}
	let := func(name string, value expr.Expr) expr.Local {
		value = canonical(value)
		b.lets[name] = value
		b.added = append(b.added, &stencil.Let{Name: name, Value: value})
		return expr.Local(name)
	}
	// times is points*weight, as a term of a sum.
	times := func(points int, weight expr.Expr) expr.Expr {
		if points < 0 {
			return expr.Subtract(expr.Product(expr.Const(-points), weight))
		}
		return expr.Product(expr.Const(points), weight)
	}
	var others []expr.Expr
	for _, name := range w.names {
		if name != large {
			others = append(others, times(w.points[name], expr.Local(name)))
		}
	}
	newLarge := let(large+suffix, expr.Product(expr.Const(-1/float64(w.points[large])), expr.Sum(others...)))
	left := expr.Sum(append(others, times(w.points[large], newLarge))...)
	newSmall := let(small+suffix, expr.Sum(expr.Local(small), expr.Product(expr.Const(-1/float64(w.points[small])), left)))
	r := [2]expr.Local{newLarge, newSmall}
	b.done[key] = r
	return r
}

// eval computes a scalar expression for one choice of the scalars.
func (b *balancer) eval(e expr.Expr, choice int) float64 {
	var args []float64
	for _, o := range expr.Operands(e) {
		args = append(args, b.eval(o, choice))
	}
	switch x := e.(type) {
	case expr.Const:
		return float64(x)
	case expr.Scalar:
		// Any positive numbers, the same for a name each time.
		v := 1.0 + 0.37*float64(choice)
		for i := range len(x) {
			v = 0.5 + math.Mod(v*(1.3+float64(x[i])/64), 1)
		}
		return v
	case expr.Local:
		return b.eval(b.lets[string(x)], choice)
	case *expr.Add:
		sum := 0.0
		for i, a := range args {
			if x.Sub[i] {
				a = -a
			}
			sum += a
		}
		return sum
	case *expr.Mul:
		product := 1.0
		for _, a := range args {
			product *= a
		}
		return product
	case *expr.Div:
		return args[0] / args[1]
	case *expr.Call:
		return expr.EvalCall(x.Fn, args)
	}
	return math.NaN()
}
