package check

import (
	"math"
	"math/cmplx"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// valued refuses what has no value whatever the data are, such as log(0),
// sqrt(-1) or u/sin(0): it would make each result a NaN.
func (c *report) valued(e dsl.Expr, v *value) bool {
	switch x := e.(type) {
	case *dsl.Call:
		if symbolic.Functions[x.Fn.Name].Name != "" && !finite(v.scalar()) {
			c.fail(x, "its arguments are numbers for which the function is not defined", "%s has no finite real value", dsl.FormatExpr(x))
			return false
		}
	case *dsl.Binary:
		if x.Op != "/" && x.Op != "^" || len(v.part) == 0 || v.rank > number && x.Op == "^" {
			return true
		}
		for _, p := range v.part {
			if !finite(p) {
				c.fail(x, "it holds numbers only, whatever the data are", "%s has no finite real value", dsl.FormatExpr(x))
				return false
			}
		}
	}
	return true
}

// finite reports whether an expression may have a finite real value: whether
// it varies, or is a number.
func finite(e symbolic.Expr) bool {
	if !constant(e) {
		return true
	}
	x, err := symbolic.Eval(e, symbolic.Values{})
	// Complex functions of real numbers leave imaginary parts of rounding.
	return err != nil || !cmplx.IsNaN(x) && !cmplx.IsInf(x) && math.Abs(imag(x)) <= 1e-9*math.Abs(real(x))
}

// constant reports whether an expression holds numbers only.
func constant(e symbolic.Expr) bool {
	switch e.(type) {
	case *symbolic.Num:
		return true
	case *symbolic.Add, *symbolic.Mul, *symbolic.Pow, *symbolic.Call:
		for _, part := range symbolic.Children(e) {
			if !constant(part) {
				return false
			}
		}
		return true
	}
	return false
}
