package adjoint

import (
	"fmt"
	"math/big"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// differential is the change of an expression, to first order, when functions
// change by those that perturbation names for them.
type differential struct {
	perturbation map[*symbolic.Function]*symbolic.Function
	err          error // the first thing that has no derivative
}

// of is the change of e, which is wanted at a place; zero when nothing in it
// changes. Functions enter wherever e has them, so the change is discretised as e
// is: a derivative is linear, and so is the mean that brings a function to
// another place.
func (d *differential) of(e symbolic.Expr, at []bool) symbolic.Expr {
	if symbolic.IsReduction(e) {
		return symbolic.Int(0) // a constant of the run
	}
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
			terms[i] = d.of(t, at)
		}
		return symbolic.Sum(terms...)
	case *symbolic.Mul:
		var terms []symbolic.Expr
		for i, f := range x.Factors {
			if change := d.of(f, at); !symbolic.IsZero(change) {
				factors := append([]symbolic.Expr(nil), x.Factors...)
				factors[i] = change
				terms = append(terms, symbolic.Product(factors...))
			}
		}
		return symbolic.Sum(terms...)
	case *symbolic.Pow:
		return d.power(x, at)
	case *symbolic.Call:
		return d.call(x, at)
	case *symbolic.Deriv:
		operand := operandPlace(x, at)
		change := d.of(x.Of, operand)
		if symbolic.IsZero(change) {
			return change
		}
		// What changes may lie elsewhere than all that the operand is made of.
		if x.Axis != symbolic.TimeAxis && fd.Lies(change, x.Axis, at[x.Axis]) != operand[x.Axis] {
			change = symbolic.NewPlace(change, operand)
		}
		return symbolic.NewDeriv(change, x.Axis, x.Order, x.Scheme)
	case *symbolic.Place:
		return symbolic.NewPlace(d.of(x.Of, x.Half), x.Half)
	}
	return symbolic.Int(0)
}

// harmonic is the change of a function that enters with its harmonic mean: the
// square of the mean times the arithmetic mean of df/f^2, wherever that is. Where
// f is zero, as rigidity in a fluid, so is the mean, and its change.
func (d *differential) harmonic(a *symbolic.Access, change *symbolic.Function) symbolic.Expr {
	half := make([]bool, len(a.Func.Grid.Axes))
	copy(half, a.Func.Stagger)
	return symbolic.Product(square(a), symbolic.NewPlace(symbolic.Quotient(change.At(a.Time, a.Offset), nonzero(square(a))), half))
}

func (d *differential) power(x *symbolic.Pow, at []bool) symbolic.Expr {
	var terms []symbolic.Expr
	if base := d.of(x.Base, at); !symbolic.IsZero(base) {
		terms = append(terms, symbolic.Product(x.Exp, symbolic.Power(x.Base, symbolic.Sub(x.Exp, symbolic.Int(1))), base))
	}
	if exponent := d.of(x.Exp, at); !symbolic.IsZero(exponent) {
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

// nonzero is a square to divide by: raised by what no number that is not zero
// itself would notice.
func nonzero(square symbolic.Expr) symbolic.Expr {
	tiny := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil))
	return symbolic.Sum(square, symbolic.Rational(tiny))
}

func square(a symbolic.Expr) symbolic.Expr { return symbolic.Power(a, symbolic.Int(2)) }

func oneMinusSquare(a symbolic.Expr) symbolic.Expr {
	return symbolic.Sub(symbolic.Int(1), square(a))
}

// slopeOf is the derivative of a function in one of its arguments.
func slopeOf(x *symbolic.Call, i int) (symbolic.Expr, error) {
	if slope := slopes[x.Fn]; slope != nil {
		return slope(x.Args[0]), nil
	}
	if x.Fn == "atan2" {
		b, a := x.Args[0], x.Args[1]
		size := symbolic.Sum(square(a), square(b))
		if i == 0 {
			return symbolic.Quotient(a, size), nil
		}
		return symbolic.Quotient(symbolic.Neg(b), size), nil
	}
	return nil, fmt.Errorf("%s has no derivative where its branches meet; use a smooth function", x.Fn)
}

func (d *differential) call(x *symbolic.Call, at []bool) symbolic.Expr {
	var terms []symbolic.Expr
	for i, a := range x.Args {
		change := d.of(a, at)
		if symbolic.IsZero(change) {
			continue
		}
		slope, err := slopeOf(x, i)
		if err != nil {
			if d.err == nil {
				d.err = err
			}
			return symbolic.Int(0)
		}
		terms = append(terms, symbolic.Product(slope, change))
	}
	return symbolic.Sum(terms...)
}

// Slope is the derivative of an expression without derivatives by the value of a
// field at the same point. The error is a *Refusal for functions that have none.
func Slope(e symbolic.Expr, f *symbolic.Function) (_ symbolic.Expr, err error) {
	defer refuse(&err)
	plain, change := *f, *f
	plain.Mean = symbolic.Arithmetic
	change.Mean, change.Name = symbolic.Arithmetic, f.Name+" change" // no name of a file holds a space
	e = symbolic.Substitute(e, f.Here(), plain.Here())
	d := differential{perturbation: map[*symbolic.Function]*symbolic.Function{&plain: &change, f: &change}}
	changed := symbolic.Substitute(d.of(e, make([]bool, f.Grid.Dim())), change.Here(), symbolic.Int(1))
	return symbolic.Substitute(changed, plain.Here(), f.Here()), d.err
}
