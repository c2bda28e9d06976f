package pass

import (
	"math"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/stencil"
)

// canonicalise brings every expression into one form:
//
//   - sums and products are flat and without numbers 0 and 1;
//   - constants are folded, a product has one, in front;
//   - a product of quotients is one quotient, so that there is one division.
//
// The value of an expression changes at most by rounding.
func canonicalise(p *stencil.Program) {
	p.Setup = stencil.MapValues(p.Setup, canonical)
	p.Step = stencil.MapValues(p.Step, canonical)
}

func canonical(e expr.Expr) expr.Expr {
	e = expr.MapOperands(e, canonical)
	switch x := e.(type) {
	case *expr.Add:
		return canonicalSum(x)
	case *expr.Mul:
		return canonicalProduct(x.Args)
	case *expr.Div:
		return quotient(x.X, x.Y)
	case *expr.Call:
		if f := fold(x); f != nil {
			return f
		}
	}
	return e
}

func canonicalSum(x *expr.Add) expr.Expr {
	var terms []expr.Expr
	constant := 0.0
	var gather func(x *expr.Add, minus bool)
	gather = func(x *expr.Add, minus bool) {
		for i, a := range x.Args {
			sub := x.Sub[i] != minus
			if c, ok := a.(expr.Const); ok {
				if sub {
					c = -c
				}
				if total := constant + float64(c); !math.IsInf(total, 0) {
					constant = total
					continue
				}
			}
			if inner, ok := a.(*expr.Add); ok {
				gather(inner, sub)
				continue
			}
			// A negative factor turns the sign of its term.
			if m, ok := a.(*expr.Mul); ok {
				if c, ok := m.Args[0].(expr.Const); ok && c < 0 {
					a, sub = canonicalProduct(append([]expr.Expr{-c}, m.Args[1:]...)), !sub
				}
			}
			if sub {
				terms = append(terms, expr.Subtract(a))
			} else {
				terms = append(terms, a)
			}
		}
	}
	gather(x, false)
	if constant != 0 {
		terms = append(terms, expr.Const(constant))
	}
	return expr.Sum(terms...)
}

func canonicalProduct(args []expr.Expr) expr.Expr {
	constant := 1.0
	var factors, below []expr.Expr
	var gather func([]expr.Expr)
	gather = func(args []expr.Expr) {
		for _, a := range args {
			switch x := a.(type) {
			case expr.Const:
				if p := constant * float64(x); x == 0 || isNormal(p) {
					constant = p
				} else {
					factors = append(factors, x)
				}
			case *expr.Mul:
				gather(x.Args)
			case *expr.Div:
				gather([]expr.Expr{x.X})
				below = append(below, x.Y)
			default:
				factors = append(factors, a)
			}
		}
	}
	gather(args)
	if constant == 0 {
		return expr.Const(0)
	}
	if constant != 1 {
		factors = append([]expr.Expr{expr.Const(constant)}, factors...)
	}
	if len(below) == 0 {
		return expr.Product(factors...)
	}
	return quotient(expr.Product(factors...), canonicalProduct(below))
}

// quotient is x/y with one division in all.
func quotient(x, y expr.Expr) expr.Expr {
	if d, ok := x.(*expr.Div); ok {
		return quotient(d.X, canonicalProduct([]expr.Expr{d.Y, y}))
	}
	if d, ok := y.(*expr.Div); ok {
		return quotient(canonicalProduct([]expr.Expr{x, d.Y}), d.X)
	}
	if c, ok := y.(expr.Const); ok && isNormal(float64(1/c)) {
		return canonicalProduct([]expr.Expr{expr.Const(1 / c), x})
	}
	return &expr.Div{X: x, Y: y}
}

// isNormal reports whether a folded constant is as exact as its factors.
func isNormal(c float64) bool {
	const smallest = 0x1p-1022
	return !math.IsInf(c, 0) && math.Abs(c) >= smallest
}

// fold computes a function of numbers, nil when it has other arguments.
func fold(x *expr.Call) expr.Expr {
	args := make([]float64, len(x.Args))
	for i, a := range x.Args {
		c, ok := a.(expr.Const)
		if !ok {
			return nil
		}
		args[i] = float64(c)
	}
	v := expr.EvalCall(x.Fn, args)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return expr.Const(v)
}
