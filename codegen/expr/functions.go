package expr

import "math"

// arity is the number of arguments of every elementary function.
var arity = map[string]int{
	"sqrt": 1, "exp": 1, "log": 1, "sin": 1, "cos": 1, "tan": 1, "asin": 1, "acos": 1, "atan": 1, "sinh": 1, "cosh": 1, "tanh": 1, "abs": 1,
	"min": 2, "max": 2, "atan2": 2, "pow": 2,
}

// EvalCall computes an elementary function in double precision; NaN for an
// unknown one.
func EvalCall(fn string, a []float64) float64 {
	switch fn {
	case "sqrt":
		return math.Sqrt(a[0])
	case "exp":
		return math.Exp(a[0])
	case "log":
		return math.Log(a[0])
	case "sin":
		return math.Sin(a[0])
	case "cos":
		return math.Cos(a[0])
	case "tan":
		return math.Tan(a[0])
	case "asin":
		return math.Asin(a[0])
	case "acos":
		return math.Acos(a[0])
	case "atan":
		return math.Atan(a[0])
	case "sinh":
		return math.Sinh(a[0])
	case "cosh":
		return math.Cosh(a[0])
	case "tanh":
		return math.Tanh(a[0])
	case "abs":
		return math.Abs(a[0])
	case "min":
		return math.Min(a[0], a[1])
	case "max":
		return math.Max(a[0], a[1])
	case "atan2":
		return math.Atan2(a[0], a[1])
	case "pow":
		return math.Pow(a[0], a[1])
	}
	return math.NaN()
}
