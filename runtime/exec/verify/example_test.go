package verify_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/verify"
)

// The adjoint and the gradient of an operator are tested on random data. Without a
// Target they are interpreted.
func Example() {
	file, err := dsl.Parse("wave.pde", `operator wave {
    field     m
    wavefield u
    solve m*u.dt2 = laplace(u) for u.forward
    inject src*dt^2/m into u.forward
    sample rec from u
}`)
	if err != nil {
		log.Fatal(err)
	}
	o := verify.Options{Compile: codegen.Options{Dim: 1, SpaceOrder: 4, Precision: signature.F64}}
	p, err := check.Problem(file, o.Compile.Check())
	if err != nil {
		log.Fatal(err)
	}
	products, err := verify.Adjoint(context.Background(), p, o)
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range products {
		fmt.Println(d.Of, "exact to rounding:", d.Error < verify.Tolerance(signature.F64))
	}
	tables, err := verify.Gradient(context.Background(), p, []string{"m"}, o)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tables {
		fmt.Println("by", t.Of, "remainders fall as the square of the step:", math.Abs(t.Slope()-2) < 0.1)
	}
	// Output:
	// fields exact to rounding: true
	// sources exact to rounding: true
	// initial state exact to rounding: true
	// by m remainders fall as the square of the step: true
}
