package stability_test

import (
	"fmt"
	"log"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic/stability"
)

// The largest time step of the wave equation in two media: that of the faster one.
// In one dimension and of order 2 it is h/v, here 10 m / 4 m/ms.
func ExampleLimit() {
	file, err := dsl.Parse("wave.pde", "operator wave { field m  wavefield u  solve m*u.dt2 = laplace(u) for u.forward }")
	if err != nil {
		log.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: 1, SpaceOrder: 2})
	if err != nil {
		log.Fatal(err)
	}
	if p, err = lower.Discretise(p, facts.CPU); err != nil {
		log.Fatal(err)
	}
	medium := func(v float64) stability.Medium {
		return stability.Medium{Fields: map[string]float64{"m": 1 / (v * v)}, Scalars: map[string]float64{"dt": 1, "h_x": 10}}
	}
	dt, err := stability.Limit(p, []stability.Medium{medium(2), medium(4)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f ms\n", dt)
	// Output:
	// 2.5000 ms
}
