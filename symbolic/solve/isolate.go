// Package solve isolates the unknown of an update equation.
package solve

import (
	"errors"
	"fmt"

	"github.com/courant-pde/courant/symbolic"
)

// Errors that Isolate returns, wrapped with the target.
var (
	ErrAbsent    = errors.New("does not occur in the equation")
	ErrNonlinear = errors.New("does not occur linearly in the equation")
)

// Isolate solves left = right, which must be discretised and linear in target,
// for target.
//
// The unknown may be written as a value or as an increment on the level
// before: the second cancels what the two levels share, costs fewer
// operations for most schemes in time, and rounds better in single precision.
// The cheaper form is returned.
func Isolate(left, right symbolic.Expr, target *symbolic.Access) (symbolic.Expr, error) {
	residual := symbolic.Sub(left, right)
	direct, err := quotient(residual, target)
	if err != nil {
		return nil, fmt.Errorf("%s %w", target, err)
	}
	known := target.Time - 1
	if target.Time < 0 {
		known = target.Time + 1
	}
	base := target.Func.At(known, target.Offset)
	step := symbolic.NewScalar("increment of " + target.Func.Name) // no scalar of a file holds a space
	moved := symbolic.Substitute(residual, target, symbolic.Sum(base, step))
	if increment, err := quotient(moved, step); err == nil {
		if e := symbolic.Sum(base, increment); symbolic.Cost(e) < symbolic.Cost(direct) {
			return e, nil
		}
	}
	return direct, nil
}

// quotient solves residual = 0 for x: -b/a where residual = a x + b.
func quotient(residual, x symbolic.Expr) (symbolic.Expr, error) {
	a, b, err := Linear(residual, x)
	if err != nil {
		return nil, err
	}
	if symbolic.IsZero(a) {
		return nil, ErrAbsent
	}
	a, b = clear(a, symbolic.Neg(b))
	whole := symbolic.Quotient(b, a)
	if sum, ok := b.(*symbolic.Add); ok {
		terms := make([]symbolic.Expr, len(sum.Terms))
		for i, t := range sum.Terms {
			terms[i] = symbolic.Quotient(t, a)
		}
		if split := symbolic.Sum(terms...); symbolic.Cost(split) < symbolic.Cost(whole) {
			return split, nil
		}
	}
	return whole, nil
}

// Linear finds a and b, free of x, with e = a x + b.
func Linear(e, x symbolic.Expr) (a, b symbolic.Expr, err error) {
	if symbolic.Equal(e, x) {
		return symbolic.Int(1), symbolic.Int(0), nil
	}
	if !symbolic.Contains(e, x) {
		return symbolic.Int(0), e, nil
	}
	switch e := e.(type) {
	case *symbolic.Add:
		var as, bs []symbolic.Expr
		for _, t := range e.Terms {
			ta, tb, err := Linear(t, x)
			if err != nil {
				return nil, nil, err
			}
			as, bs = append(as, ta), append(bs, tb)
		}
		return symbolic.Sum(as...), symbolic.Sum(bs...), nil
	case *symbolic.Mul:
		var others []symbolic.Expr
		var holder symbolic.Expr
		for _, f := range e.Factors {
			switch {
			case !symbolic.Contains(f, x):
				others = append(others, f)
			case holder != nil:
				return nil, nil, ErrNonlinear
			default:
				holder = f
			}
		}
		ha, hb, err := Linear(holder, x)
		if err != nil {
			return nil, nil, err
		}
		rest := symbolic.Product(others...)
		return symbolic.Product(rest, ha), symbolic.Product(rest, hb), nil
	}
	return nil, nil, ErrNonlinear
}

// clear multiplies a and b by the power of each scalar (dt, say) that takes
// its negative powers out of a's terms, so that a quotient of sums divides
// once.
func clear(a, b symbolic.Expr) (symbolic.Expr, symbolic.Expr) {
	lowest := map[string]int{}
	terms := []symbolic.Expr{a}
	if sum, ok := a.(*symbolic.Add); ok {
		terms = sum.Terms
	}
	for _, t := range terms {
		for s, k := range scalarPowers(t) {
			lowest[s] = min(lowest[s], k)
		}
	}
	factor := symbolic.Expr(symbolic.Int(1))
	for s, k := range lowest {
		factor = symbolic.Product(factor, symbolic.Power(symbolic.NewScalar(s), symbolic.Int(-k)))
	}
	return times(a, factor), times(b, factor)
}

// times multiplies a sum term by term.
func times(e, factor symbolic.Expr) symbolic.Expr {
	sum, ok := e.(*symbolic.Add)
	if !ok {
		return symbolic.Product(e, factor)
	}
	terms := make([]symbolic.Expr, len(sum.Terms))
	for i, t := range sum.Terms {
		terms[i] = symbolic.Product(t, factor)
	}
	return symbolic.Sum(terms...)
}

// scalarPowers lists the integer powers of scalars among e's factors.
func scalarPowers(e symbolic.Expr) map[string]int {
	out := map[string]int{}
	factors := []symbolic.Expr{e}
	if m, ok := e.(*symbolic.Mul); ok {
		factors = m.Factors
	}
	for _, f := range factors {
		switch f := f.(type) {
		case *symbolic.Scalar:
			out[f.Name] = 1
		case *symbolic.Pow:
			if s, ok := f.Base.(*symbolic.Scalar); ok {
				if n, ok := f.Exp.(*symbolic.Num); ok {
					if k, ok := n.IsInt(); ok {
						out[s.Name] = k
					}
				}
			}
		}
	}
	return out
}
