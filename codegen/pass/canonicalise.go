package pass

import (
	"math"

	"github.com/courant-pde/courant/codegen/ir"
)

// canonicalise brings every expression into one form:
//
//   - sums and products are flat and without numbers 0 and 1;
//   - constants are folded, a product has one, in front;
//   - a product of quotients is one quotient, so that there is one division.
//
// The value of an expression changes at most by rounding.
func canonicalise(k *ir.Kernel) {
	k.Prepare = ir.MapValues(k.Prepare, canonical)
	k.Step = ir.MapValues(k.Step, canonical)
}

func canonical(e ir.Expr) ir.Expr {
	e = ir.MapOperands(e, canonical)
	switch x := e.(type) {
	case *ir.Add:
		return canonicalSum(x)
	case *ir.Mul:
		return canonicalProduct(x.Args)
	case *ir.Div:
		return quotient(x.X, x.Y)
	case *ir.Call:
		if f := fold(x); f != nil {
			return f
		}
	}
	return e
}

func canonicalSum(x *ir.Add) ir.Expr {
	var terms []ir.Expr
	constant := 0.0
	var gather func(x *ir.Add, minus bool)
	gather = func(x *ir.Add, minus bool) {
		for i, a := range x.Args {
			sub := x.Sub[i] != minus
			if c, ok := a.(ir.Const); ok {
				if sub {
					c = -c
				}
				if total := constant + float64(c); !math.IsInf(total, 0) {
					constant = total
					continue
				}
			}
			if inner, ok := a.(*ir.Add); ok {
				gather(inner, sub)
				continue
			}
			// A negative factor turns the sign of its term.
			if m, ok := a.(*ir.Mul); ok {
				if c, ok := m.Args[0].(ir.Const); ok && c < 0 {
					a, sub = canonicalProduct(append([]ir.Expr{-c}, m.Args[1:]...)), !sub
				}
			}
			if sub {
				terms = append(terms, ir.Subtract(a))
			} else {
				terms = append(terms, a)
			}
		}
	}
	gather(x, false)
	if constant != 0 {
		terms = append(terms, ir.Const(constant))
	}
	return ir.Sum(terms...)
}

func canonicalProduct(args []ir.Expr) ir.Expr {
	constant := 1.0
	var factors, below []ir.Expr
	var gather func([]ir.Expr)
	gather = func(args []ir.Expr) {
		for _, a := range args {
			switch x := a.(type) {
			case ir.Const:
				if p := constant * float64(x); x == 0 || isNormal(p) {
					constant = p
				} else {
					factors = append(factors, x)
				}
			case *ir.Mul:
				gather(x.Args)
			case *ir.Div:
				gather([]ir.Expr{x.X})
				below = append(below, x.Y)
			default:
				factors = append(factors, a)
			}
		}
	}
	gather(args)
	if constant == 0 {
		return ir.Const(0)
	}
	if constant != 1 {
		factors = append([]ir.Expr{ir.Const(constant)}, factors...)
	}
	if len(below) == 0 {
		return ir.Product(factors...)
	}
	return quotient(ir.Product(factors...), canonicalProduct(below))
}

// quotient is x/y with one division in all.
func quotient(x, y ir.Expr) ir.Expr {
	if d, ok := x.(*ir.Div); ok {
		return quotient(d.X, canonicalProduct([]ir.Expr{d.Y, y}))
	}
	if d, ok := y.(*ir.Div); ok {
		return quotient(canonicalProduct([]ir.Expr{x, d.Y}), d.X)
	}
	if c, ok := y.(ir.Const); ok && isNormal(float64(1/c)) {
		return canonicalProduct([]ir.Expr{ir.Const(1 / c), x})
	}
	return &ir.Div{X: x, Y: y}
}

// isNormal reports whether a folded constant is as exact as its factors.
func isNormal(c float64) bool {
	const smallest = 0x1p-1022
	return !math.IsInf(c, 0) && math.Abs(c) >= smallest
}

// fold computes a function of numbers, nil when it has other arguments.
func fold(x *ir.Call) ir.Expr {
	args := make([]float64, len(x.Args))
	for i, a := range x.Args {
		c, ok := a.(ir.Const)
		if !ok {
			return nil
		}
		args[i] = float64(c)
	}
	v := ir.EvalCall(x.Fn, args)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return ir.Const(v)
}
