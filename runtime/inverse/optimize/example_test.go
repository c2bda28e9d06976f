package optimize_test

import (
	"fmt"

	"github.com/courant-pde/courant/runtime/inverse/optimize"
)

// The minimum of Rosenbrock's valley, at (1, 1). The caller evaluates the function,
// wherever that is done, and tells the method.
func Example() {
	o := optimize.NewLBFGS([]float64{-1.2, 1})
	o.First = 0.1
	o.Lower, o.Upper = []float64{-2, -2}, []float64{2, 2}
	var method optimize.Method = o // or optimize.NewCG, optimize.NewStochastic
	for range 200 {
		if method.Converged() {
			break
		}
		x := method.Ask()
		a, b := x[1]-x[0]*x[0], 1-x[0]
		method.Tell(100*a*a+b*b, []float64{-400*a*x[0] - 2*b, 200 * a})
	}
	fmt.Printf("%.3f %.6f\n", method.Solution(), method.Objective())
	// Output:
	// [1.000 1.000] 0.000000
}
