package typeset_test

import (
	"fmt"
	"log"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/typeset"
)

// An equation as LaTeX, and an expression as MathML.
func Example() {
	file, err := dsl.Parse("wave.pde", `operator wave {
    field     m
    wavefield u
    solve m*u.dt2 = u.dx2 for u.forward
}`)
	if err != nil {
		log.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(typeset.Stated(p.Statements[0]).LaTeX())
	fmt.Println(typeset.Set(symbolic.Sum(symbolic.TimeStep(), symbolic.Frac(1, 3))).MathML())
	// Output:
	// m\,\frac{\partial^{2}u}{\partial t^{2}} = \allowbreak\frac{\partial^{2}u}{\partial x^{2}}
	// <math displaystyle="true"><mfrac displaystyle="false"><mn>1</mn><mn>3</mn></mfrac></math><wbr/><math displaystyle="true"><mo form="infix">+</mo><mi>Δ</mi><mi>t</mi></math>
}
