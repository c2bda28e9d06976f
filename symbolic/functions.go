package symbolic

import "math/cmplx"

// Elementary is an elementary function of the language.
type Elementary struct {
	Name string
	Args int
	// Eval is nil for functions that are not analytic (abs, min, max).
	Eval func(args ...complex128) complex128
}

// Functions lists the elementary functions by name. sqrt is written as a
// power, so that products of roots simplify.
var Functions = map[string]Elementary{
	"sqrt":  {"sqrt", 1, unary(cmplx.Sqrt)},
	"exp":   {"exp", 1, unary(cmplx.Exp)},
	"log":   {"log", 1, unary(cmplx.Log)},
	"sin":   {"sin", 1, unary(cmplx.Sin)},
	"cos":   {"cos", 1, unary(cmplx.Cos)},
	"tan":   {"tan", 1, unary(cmplx.Tan)},
	"asin":  {"asin", 1, unary(cmplx.Asin)},
	"acos":  {"acos", 1, unary(cmplx.Acos)},
	"atan":  {"atan", 1, unary(cmplx.Atan)},
	"sinh":  {"sinh", 1, unary(cmplx.Sinh)},
	"cosh":  {"cosh", 1, unary(cmplx.Cosh)},
	"tanh":  {"tanh", 1, unary(cmplx.Tanh)},
	"abs":   {"abs", 1, nil},
	"min":   {"min", 2, nil},
	"max":   {"max", 2, nil},
	"atan2": {"atan2", 2, nil},
}

func unary(f func(complex128) complex128) func(...complex128) complex128 {
	return func(args ...complex128) complex128 { return f(args[0]) }
}
