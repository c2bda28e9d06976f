package symbolic_test

import (
	"fmt"
	"log"

	"github.com/courant-pde/courant/symbolic"
)

// Expressions are built in a canonical form, compared, changed and evaluated.
func Example() {
	grid := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: 4, TimeOrder: 2}
	m := (&symbolic.Function{Name: "m", Grid: grid, Axes: []int{0, 1}}).Here()
	u := &symbolic.Function{Name: "u", Grid: grid, Axes: []int{0, 1}, Role: symbolic.Wavefield}
	dt := symbolic.TimeStep()

	next := symbolic.Sum(u.At(0, []int{-1, 0}), u.At(0, []int{1, 0}), symbolic.Product(symbolic.Int(-2), u.Here()))
	next = symbolic.Product(symbolic.Power(dt, symbolic.Int(2)), symbolic.Quotient(next, m))
	fmt.Println(next)
	fmt.Println(symbolic.Substitute(next, m, symbolic.Int(4)))

	a := symbolic.Product(symbolic.Sum(u.Here(), m), dt)
	b := symbolic.Product(dt, symbolic.Sum(m, m, u.Here(), symbolic.Neg(m)))
	fmt.Println(symbolic.Equal(a, b))

	v, err := symbolic.Eval(next, symbolic.Values{
		Scalar: func(*symbolic.Scalar) (complex128, error) { return 2, nil },
		Access: func(a *symbolic.Access) (complex128, error) {
			return complex(float64(3+a.Offset[0]*a.Offset[0]), 0), nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", real(v)) // dt = 2, m = 3, u = 3 here and 4 at both neighbours
	// Output:
	// dt^2*(u[t, x-1, z] - 2*u[t, x, z] + u[t, x+1, z])/m[x, z]
	// 0.25*dt^2*(u[t, x-1, z] - 2*u[t, x, z] + u[t, x+1, z])
	// true
	// 2.6667
}
