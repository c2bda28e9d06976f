package symbolic

import (
	"fmt"
	"math"
	"math/cmplx"
)

// Values gives the numbers that Eval needs.
type Values struct {
	Scalar func(*Scalar) (complex128, error)
	Access func(*Access) (complex128, error)
}

// Eval computes e, which must be discretised. It fails for a derivative, for
// abs, min, max and atan2 of numbers that are not real, and with whatever v
// fails with.
func Eval(e Expr, v Values) (complex128, error) {
	args := make([]complex128, 0, 4)
	for _, c := range Children(e) {
		a, err := Eval(c, v)
		if err != nil {
			return 0, err
		}
		args = append(args, a)
	}
	switch x := e.(type) {
	case *Num:
		return complex(x.Float(), 0), nil
	case *Scalar:
		return v.Scalar(x)
	case *Access:
		return v.Access(x)
	case *Add:
		sum := complex128(0)
		for _, a := range args {
			sum += a
		}
		return sum, nil
	case *Mul:
		product := complex128(1)
		for _, a := range args {
			product *= a
		}
		return product, nil
	case *Pow:
		if n, ok := x.Exp.(*Num); ok {
			if k, ok := n.IsInt(); ok && abs(k) <= 64 {
				return intPower(args[0], k), nil
			}
		}
		return cmplx.Pow(args[0], args[1]), nil
	case *Call:
		if IsReduction(x) {
			return 0, fmt.Errorf("%s is a value of all points", x)
		}
		if f := Functions[x.Fn].Eval; f != nil {
			return f(args...), nil
		}
		for _, a := range args {
			if imag(a) != 0 {
				return 0, fmt.Errorf("%s is not analytic", x.Fn)
			}
		}
		switch x.Fn {
		case "abs":
			return complex(math.Abs(real(args[0])), 0), nil
		case "min":
			return complex(math.Min(real(args[0]), real(args[1])), 0), nil
		case "max":
			return complex(math.Max(real(args[0]), real(args[1])), 0), nil
		case "atan2":
			return complex(math.Atan2(real(args[0]), real(args[1])), 0), nil
		}
		return 0, fmt.Errorf("unknown function %s", x.Fn)
	}
	return 0, fmt.Errorf("%s is not discretised", e)
}

func intPower(z complex128, k int) complex128 {
	if imag(z) == 0 { // so that 1/0 is an infinity, as in generated code
		return complex(math.Pow(real(z), float64(k)), 0)
	}
	out := complex128(1)
	for range abs(k) {
		out *= z
	}
	if k < 0 {
		return 1 / out
	}
	return out
}
