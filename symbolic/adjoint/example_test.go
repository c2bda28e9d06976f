package adjoint_test

import (
	"fmt"
	"log"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/dsl/unparse"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// The gradient of the wave equation by the squared slowness, as an operator file: the
// adjoint wavefield steps backward from the receivers, and the image g_m correlates it
// with the wavefield.
func ExampleGradient() {
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
	g, err := adjoint.Gradient(p, adjoint.By{Fields: []string{"m"}})
	if err != nil {
		log.Fatal(err)
	}
	text, err := unparse.Operator(g, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// operator wave_gradient "gradient of wave by m" {
	//     order space 4, time 2
	//     axes x, z
	//     field     m
	//     wavefield u                              saved
	//     wavefield u_adj       "adjoint of u"
	//     image     g_m         "derivative by m"  folded
	//     points    rec
	//     points    src
	//     points    src_traces
	//
	//     solve (m*u_adj).dt2 - u_adj.dx2 - u_adj.dz2 = 0 for u_adj.backward
	//     inject rec*dt^2/m into u_adj.backward
	//     sample src from m*u_adj/dt^2
	//     g_m += -u_adj*u.dt2
	//     inject src_traces*u_adj/dt^2 into g_m
	// }
}
