package gradient_test

import (
	"context"
	"fmt"
	"log"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// The derivative of a misfit by the squared slowness, in a uniform medium, with
// records of zeros for data.
func ExampleOperator_Evaluate() {
	ctx := context.Background()
	o := codegen.Options{Dim: 1, SpaceOrder: 4}
	op, err := gradient.Load(ctx, "../../../testdata/operators/acoustic.pde", gradient.Options{Compile: o, Wrt: []string{"m"}})
	if err != nil {
		log.Fatal(err)
	}
	const steps = 60
	wavelet := field.New64(steps, 1)
	wavelet.F64[5] = 1
	source, receiver := field.New64(1, 1), field.New64(1, 1)
	source.F64[0], receiver.F64[0] = 100, 140
	m := field.New64(31)
	for i := range m.F64 {
		m.F64[i] = 0.25
	}
	arguments := operator.Arguments{
		Shape: []int{31}, Spacing: []float64{10}, Steps: steps, Dt: 2,
		Fields: map[string]*field.Array{"m": m},
		Points: map[string]operator.Points{"src": {At: source, Traces: wavelet}, "rec": {At: receiver}},
	}
	plan, err := op.Plan(arguments, gradient.Storage{Memory: 1 << 28}) // bytes for the wavefields of the forward run
	if err != nil {
		log.Fatal(err)
	}
	observed := map[string]*field.Array{"rec": field.New64(steps, 1)}
	result, err := op.Evaluate(ctx, arguments, gradient.L2{Data: gradient.Data{Observed: observed}}, plan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Value > 0, result.Fields["m"].Shape)
	// Output: true [31]
}
