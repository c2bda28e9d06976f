package operator

import (
	"fmt"
	"math"
	"math/cmplx"
	"runtime"
	"sync"

	"github.com/courant-pde/courant/symbolic"
)

// values computes the values of an expression at some points in a row, from the
// one with number from on.
type values func(from int, out []float64)

// pointwise makes an expression without derivatives a function of the point. leaf
// gives the values of functions, of scalars and of reductions.
func pointwise(e symbolic.Expr, leaf func(symbolic.Expr) (values, error)) (values, error) {
	if symbolic.IsReduction(e) {
		return leaf(e)
	}
	switch x := e.(type) {
	case *symbolic.Num:
		return same(x.Float()), nil
	case *symbolic.Scalar, *symbolic.Access:
		return leaf(e)
	}
	var parts []values
	for _, p := range symbolic.Children(e) {
		v, err := pointwise(p, leaf)
		if err != nil {
			return nil, err
		}
		parts = append(parts, v)
	}
	switch x := e.(type) {
	case *symbolic.Add:
		return folded(parts, func(a, b float64) float64 { return a + b }), nil
	case *symbolic.Mul:
		return folded(parts, func(a, b float64) float64 { return a * b }), nil
	case *symbolic.Pow:
		if n, ok := x.Exp.(*symbolic.Num); ok {
			switch n.Float() {
			case -1:
				return mapped(parts[0], func(a float64) float64 { return 1 / a }), nil
			case 2:
				return mapped(parts[0], func(a float64) float64 { return a * a }), nil
			case -2:
				return mapped(parts[0], func(a float64) float64 { return 1 / (a * a) }), nil
			case 0.5:
				return mapped(parts[0], math.Sqrt), nil
			}
		}
		return folded(parts, math.Pow), nil
	case *symbolic.Call:
		switch x.Fn {
		case "abs":
			return mapped(parts[0], math.Abs), nil
		case "exp":
			return mapped(parts[0], math.Exp), nil
		case "min":
			return folded(parts, math.Min), nil
		case "max":
			return folded(parts, math.Max), nil
		case "atan2":
			return folded(parts, math.Atan2), nil
		}
		if f := symbolic.Functions[x.Fn].Eval; f != nil {
			return mapped(parts[0], func(a float64) float64 {
				v := f(complex(a, 0))
				if imag(v) != 0 || cmplx.IsNaN(v) {
					return math.NaN()
				}
				return real(v)
			}), nil
		}
	}
	return nil, fmt.Errorf("%s has no value at a point", e)
}

// same is one value everywhere.
func same(v float64) values {
	return func(_ int, out []float64) {
		for i := range out {
			out[i] = v
		}
	}
}

func mapped(of values, f func(float64) float64) values {
	return func(from int, out []float64) {
		of(from, out)
		for i, v := range out {
			out[i] = f(v)
		}
	}
}

func folded(parts []values, f func(a, b float64) float64) values {
	return func(from int, out []float64) {
		parts[0](from, out)
		next := make([]float64, len(out))
		for _, p := range parts[1:] {
			p(from, next)
			for i, v := range next {
				out[i] = f(out[i], v)
			}
		}
	}
}

// strip is the number of points that are computed in a row.
const strip = 1024

// strips calls do for all of n points, a strip at a time, on all cores.
func strips(n int, do func(from, count int)) {
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	each := (n/strip/workers + 1) * strip
	for begin := 0; begin < n; begin += each {
		group.Go(func() {
			for from := begin; from < min(begin+each, n); from += strip {
				do(from, min(strip, n-from, begin+each-from))
			}
		})
	}
	group.Wait()
}
