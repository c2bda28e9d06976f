package check_test

import (
	"fmt"
	"log"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

const wave = `operator wave {
    field     m  [s^2/km^2]
    wavefield u
    solve m*u.dt2 = laplace(u) for u.forward
    inject src*dt^2/m into u.forward
    sample rec from u
}`

// The problem that an operator file poses on a grid of two axes.
func ExampleProblem() {
	file, err := dsl.Parse("wave.pde", wave)
	if err != nil {
		log.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: 2, SpaceOrder: 8})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Name, p.Grid.Axes, "of order", p.Grid.SpaceOrder)
	for _, f := range p.Functions {
		fmt.Println(f.Name, "varies in time:", f.Varies())
	}
	for _, s := range p.Statements {
		fmt.Printf("%T: %s\n", s, s.Origin().Text)
	}
	// Output:
	// wave [x z] of order 8
	// m varies in time: false
	// u varies in time: true
	// *symbolic.Update: solve m*u.dt2 = laplace(u) for u.forward
	// *symbolic.Inject: inject src*dt^2/m into u.forward
	// *symbolic.Sample: sample rec from u
}

// A fault is reported with its place and, where there is one, a way out.
func ExampleProblem_fault() {
	file, err := dsl.Parse("wave.pde", "operator wave {\n    wavefield u\n    solve u.dt2 = laplac(u) for u.forward\n}\n")
	if err != nil {
		log.Fatal(err)
	}
	_, err = check.Problem(file, check.Options{Dim: 2})
	fmt.Println(err)
	// Output:
	// wave.pde:3:19: unknown name laplac
	//         solve u.dt2 = laplac(u) for u.forward
	//                       ^^^^^^
	//   hint: did you mean laplace?
}
