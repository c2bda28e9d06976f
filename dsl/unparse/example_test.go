package unparse_test

import (
	"fmt"
	"log"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/dsl/unparse"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Born modelling, derived from an operator and written as an operator file.
func ExampleOperator() {
	file, err := dsl.Parse("wave.pde", `operator wave {
    field     m
    wavefield u
    solve m*u.dt2 = laplace(u) for u.forward
    inject src into u.forward
    sample rec from u
}`)
	if err != nil {
		log.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: 2})
	if err != nil {
		log.Fatal(err)
	}
	born, err := adjoint.Linearise(p, "m")
	if err != nil {
		log.Fatal(err)
	}
	text, err := unparse.Operator(born, "derived from wave.pde")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// # derived from wave.pde
	// operator wave_born "wave, linearised in m" {
	//     order space 4, time 2
	//     axes x, z
	//     field     m
	//     wavefield u
	//     field     dm   "change of m"
	//     wavefield du   "change of u"
	//     points    src
	//     points    rec
	//
	//     solve m*u.dt2 = u.dx2 + u.dz2 for u.forward
	//     solve dm*u.dt2 + m*du.dt2 = du.dx2 + du.dz2 for du.forward
	//     inject src into u.forward
	//     sample rec from du
	// }
}
