package operator_test

import (
	"context"
	"fmt"
	"log"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// A shot in a uniform medium: one source, two receivers. Without a Target the
// operator is interpreted; c.Target{} compiles it.
func ExampleOperator_Apply() {
	ctx := context.Background()
	op, err := operator.Load(ctx, "../../../testdata/operators/acoustic.pde", codegen.Options{Dim: 2, SpaceOrder: 4})
	if err != nil {
		log.Fatal(err)
	}
	const steps = 60
	wavelet := field.New64(steps, 1)
	wavelet.F64[5] = 1
	source, receivers := field.New64(1, 2), field.New64(2, 2)
	copy(source.F64, []float64{200, 200})              // x, z of the source, in m
	copy(receivers.F64, []float64{150, 200, 250, 200}) // and of the receivers
	run, err := op.Apply(ctx, operator.Arguments{
		Shape: []int{41, 41}, Spacing: []float64{10, 10}, Steps: steps, Dt: 2, // m and ms
		Constants: map[string]float64{"vp": 2},
		Points:    map[string]operator.Points{"src": {At: source, Traces: wavelet}, "rec": {At: receivers}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	record := run.Traces("rec")
	fmt.Println(record.Shape)
	fmt.Println(record.At(59*2) == record.At(59*2+1)) // both are as far from the source
	// Output:
	// [60 2]
	// true
}
