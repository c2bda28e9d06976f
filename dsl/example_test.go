package dsl_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/courant-pde/courant/dsl"
)

// A file is parsed, looked at and written in its canonical form.
func Example() {
	file, err := dsl.Parse("wave.pde", `operator wave { # in one dimension or more
  field m "squared slowness" [s^2/km^2]
  wavefield u
  solve m*u.dt2=laplace( u ) for u.forward
}`)
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range file.Items {
		fmt.Println(item.Operator.Name, "has", len(item.Operator.Statements), "statements")
	}
	text, err := dsl.Format(file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// wave has 3 statements
	// operator wave {  # in one dimension or more
	//     field     m  "squared slowness"  [s^2/km^2]
	//     wavefield u
	//     solve m*u.dt2 = laplace(u) for u.forward
	// }
}

// Errors hold all faults of a file, each with its place.
func ExampleErrors() {
	_, err := dsl.Parse("wave.pde", "operator wave {\n  wavefeld u\n  solve u.dt2 = = 0 for u.forward\n}\n")
	var faults dsl.Errors
	if !errors.As(err, &faults) {
		log.Fatal(err)
	}
	for _, f := range faults {
		fmt.Printf("%d:%d: %s\n", f.Pos.Line, f.Pos.Column, f.Message)
	}
	// Output:
	// 2:3: no statement begins with wavefeld
	// 3:17: unexpected =: expected a name, a number or a parenthesis
}
