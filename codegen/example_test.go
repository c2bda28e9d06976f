package codegen_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
)

// From the text of an operator to C source, and what lies between.
func ExampleCompile() {
	file, err := dsl.Parse("diffusion.pde", `operator diffusion {
    order space 2, time 1
    scalar    a
    wavefield u
    solve u.dt = a*laplace(u) for u.forward
}`)
	if err != nil {
		log.Fatal(err)
	}
	p, err := codegen.Compile(file, codegen.Options{Dim: 1, Target: c.Target{}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Stencil)  // what is computed
	fmt.Println(p.Schedule) // how
	fmt.Println(p.Source.File, "defines courant_run:", strings.Contains(p.Source.Text, "int courant_run("))
	// Output:
	// program diffusion f32
	// axes x halo 1
	// time 0 .. steps-1
	// scalar dt
	// scalar h_x
	// scalar a
	// state u[t, x] levels 2 buffers 2
	// setup {
	//   let %c0 = 1 - 2*$a*$dt/($h_x*$h_x)
	//   let %c1 = $a*$dt/($h_x*$h_x)
	// }
	// step {
	//   compute x = 0 .. size {
	//     u[t+1, x] = %c0*u[t, x] + %c1*(u[t, x-1] + u[t, x+1]) note "diffusion.pde:5: solve u.dt = a*laplace(u) for u.forward"
	//   }
	// }
	//
	// schedule diffusion
	// group u {
	//   threads points
	//   lanes auto
	// }
	//
	// diffusion.c defines courant_run: true
}
