package layers

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// A second derivative is stretched once, but for the part that two first ones
// make, which is stretched twice. Without a shift of the frequency, waves of the
// wavenumber k that grow as exp(g t) in a layer of the damping d obey, with the
// symbols -K of the second derivative and -P of the product and D = K - P,
//
//	g^3 + 2 d g^2 + (d^2 + c^2 K) g + c^2 D d = 0
//
// which has a root above zero where D < 0 and none otherwise (Routh and Hurwitz).
func TestProductsAreNoLargerThanSecondDerivatives(t *testing.T) {
	for order := 2; order <= 32; order += 2 {
		a := &attachment{out: &symbolic.Problem{Grid: &symbolic.Grid{SpaceOrder: order}}}
		second, err := fd.Rule(2, order, symbolic.Default, 0)
		if err != nil {
			t.Fatal(err)
		}
		first, err := fd.Rule(1, a.below(0), symbolic.Default, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i <= 1000; i++ {
			k := math.Pi * float64(i) / 1000
			var whole, root float64
			for j, o := range second.Offset {
				w, _ := second.Weight[j].Float64()
				whole -= w * math.Cos(k*float64(o))
			}
			for j, o := range first.Offset {
				w, _ := first.Weight[j].Float64()
				root += w * math.Sin(k*(float64(o)-0.5))
			}
			// Both sums round by some 1e-16 of their terms.
			if whole < root*root-1e-13 {
				t.Errorf("order %d: at the wavenumber %.3f the second derivative is %g, but the product %g", order, k, whole, root*root)
				break
			}
		}
	}
}
