package adjoint

import (
	"fmt"
	"math/big"

	"github.com/courant-pde/courant/symbolic"
)

// differential is the change of an expression, to first order, when functions
// change by those that perturbation names for them.
type differential struct {
	perturbation map[*symbolic.Function]*symbolic.Function
	at           []bool // the place of the statement at hand, nil for the nodes
	err          error  // the first thing that has no derivative
}

// of is the change of e; zero when nothing in it changes. Functions enter
// wherever e has them, so the change is discretised as e is: a derivative is
// linear, and so is the mean that brings a function to another place.
func (d *differential) of(e symbolic.Expr) symbolic.Expr {
	switch x := e.(type) {
	case *symbolic.Access:
		switch f := d.perturbation[x.Func]; {
		case f != nil && x.Func.Mean == symbolic.Harmonic:
			return d.harmonic(x, f)
		case f != nil:
			return f.At(x.Time, x.Offset)
		}
	case *symbolic.Add:
		terms := make([]symbolic.Expr, len(x.Terms))
		for i, t := range x.Terms {
			terms[i] = d.of(t)
		}
		return symbolic.Sum(terms...)
	case *symbolic.Mul:
		var terms []symbolic.Expr
		for i, f := range x.Factors {
			if change := d.of(f); !symbolic.IsZero(change) {
				factors := append([]symbolic.Expr(nil), x.Factors...)
				factors[i] = change
				terms = append(terms, symbolic.Product(factors...))
			}
		}
		return symbolic.Sum(terms...)
	case *symbolic.Pow:
		return d.power(x)
	case *symbolic.Call:
		return d.call(x)
	case *symbolic.Deriv:
		if change := d.of(x.Of); !symbolic.IsZero(change) {
			return symbolic.NewDeriv(change, x.Axis, x.Order, x.Scheme)
		}
	}
	return symbolic.Int(0)
}

// harmonic is the change of a harmonic mean: the square of the mean times the
// arithmetic mean of df/f^2. That is the mean of an expression, spelt as the
// stencil that it is: weights 1/2 and 1/2.
func (d *differential) harmonic(a *symbolic.Access, change *symbolic.Function) symbolic.Expr {
	relative := symbolic.Quotient(change.At(a.Time, a.Offset), square(a))
	half := symbolic.Scheme{Weights: []*big.Rat{big.NewRat(1, 2), big.NewRat(1, 2)}}
	for axis := range d.at {
		if a.Func.Spans(axis) && d.at[axis] != a.Func.IsHalf(axis) {
			relative = symbolic.Product(a.Func.Grid.Spacing(axis), symbolic.NewDeriv(relative, axis, 1, half))
		}
	}
	return symbolic.Product(square(a), relative)
}

func (d *differential) power(x *symbolic.Pow) symbolic.Expr {
	var terms []symbolic.Expr
	if base := d.of(x.Base); !symbolic.IsZero(base) {
		terms = append(terms, symbolic.Product(x.Exp, symbolic.Power(x.Base, symbolic.Sub(x.Exp, symbolic.Int(1))), base))
	}
	if exponent := d.of(x.Exp); !symbolic.IsZero(exponent) {
		terms = append(terms, symbolic.Product(x, symbolic.Apply("log", x.Base), exponent))
	}
	return symbolic.Sum(terms...)
}

// slopes are the derivatives of the functions of one argument; sqrt is a power.
var slopes = map[string]func(a symbolic.Expr) symbolic.Expr{
	"exp":  func(a symbolic.Expr) symbolic.Expr { return symbolic.Apply("exp", a) },
	"log":  func(a symbolic.Expr) symbolic.Expr { return symbolic.Power(a, symbolic.Int(-1)) },
	"sin":  func(a symbolic.Expr) symbolic.Expr { return symbolic.Apply("cos", a) },
	"cos":  func(a symbolic.Expr) symbolic.Expr { return symbolic.Neg(symbolic.Apply("sin", a)) },
	"tan":  func(a symbolic.Expr) symbolic.Expr { return symbolic.Power(symbolic.Apply("cos", a), symbolic.Int(-2)) },
	"asin": func(a symbolic.Expr) symbolic.Expr { return symbolic.Power(oneMinusSquare(a), symbolic.Frac(-1, 2)) },
	"acos": func(a symbolic.Expr) symbolic.Expr {
		return symbolic.Neg(symbolic.Power(oneMinusSquare(a), symbolic.Frac(-1, 2)))
	},
	"atan": func(a symbolic.Expr) symbolic.Expr {
		return symbolic.Power(symbolic.Sum(symbolic.Int(1), square(a)), symbolic.Int(-1))
	},
	"sinh": func(a symbolic.Expr) symbolic.Expr { return symbolic.Apply("cosh", a) },
	"cosh": func(a symbolic.Expr) symbolic.Expr { return symbolic.Apply("sinh", a) },
	"tanh": func(a symbolic.Expr) symbolic.Expr { return oneMinusSquare(symbolic.Apply("tanh", a)) },
}

func square(a symbolic.Expr) symbolic.Expr { return symbolic.Power(a, symbolic.Int(2)) }

func oneMinusSquare(a symbolic.Expr) symbolic.Expr {
	return symbolic.Sub(symbolic.Int(1), square(a))
}

func (d *differential) call(x *symbolic.Call) symbolic.Expr {
	changes, changed := make([]symbolic.Expr, len(x.Args)), false
	for i, a := range x.Args {
		changes[i] = d.of(a)
		changed = changed || !symbolic.IsZero(changes[i])
	}
	if !changed {
		return symbolic.Int(0)
	}
	if slope := slopes[x.Fn]; slope != nil {
		return symbolic.Product(slope(x.Args[0]), changes[0])
	}
	if x.Fn == "atan2" {
		b, a := x.Args[0], x.Args[1]
		turn := symbolic.Sub(symbolic.Product(a, changes[0]), symbolic.Product(b, changes[1]))
		return symbolic.Quotient(turn, symbolic.Sum(square(a), square(b)))
	}
	if d.err == nil {
		d.err = fmt.Errorf("%s has no derivative where its branches meet; use a smooth function", x.Fn)
	}
	return symbolic.Int(0)
}
