package fd

import (
	"math"
	"math/big"
	"testing"

	"github.com/courant-pde/courant/symbolic"
)

// A formula on n points must differentiate every polynomial of degree below n
// exactly; in rational arithmetic the tolerance is zero.
func TestExactOnPolynomials(t *testing.T) {
	for order := 0; order <= 4; order++ {
		for n := order + 1; n <= 13; n++ {
			for _, x0 := range []*big.Rat{big.NewRat(0, 1), big.NewRat(1, 2), big.NewRat(-7, 3)} {
				var points []*big.Rat
				for i := range n {
					points = append(points, big.NewRat(int64(2*i*i-5*i-3), 2)) // uneven
				}
				w, err := Weights(order, points, x0)
				if err != nil {
					// 2i²-5i-3 meets itself only at equal points, which have equal values at i and 5/2-i: never both integers.
					t.Fatal(err)
				}
				for degree := range n {
					got := new(big.Rat)
					for i, p := range points {
						got.Add(got, new(big.Rat).Mul(w[i], power(p, degree)))
					}
					want := new(big.Rat)
					if degree >= order {
						f := int64(1)
						for k := range order {
							f *= int64(degree - k)
						}
						want.Mul(big.NewRat(f, 1), power(x0, degree-order))
					}
					if got.Cmp(want) != 0 {
						t.Fatalf("order %d, %d points, x0 %s: x^%d gives %s, want %s", order, n, x0, degree, got, want)
					}
				}
			}
		}
	}
}

func power(x *big.Rat, n int) *big.Rat {
	out := big.NewRat(1, 1)
	for range n {
		out.Mul(out, x)
	}
	return out
}

func TestRule(t *testing.T) {
	for _, c := range []struct {
		order, accuracy int
		side            symbolic.Side
		first           int
		weights         []float64
	}{
		{2, 8, symbolic.Default, -4, []float64{-0.00178571429, 0.0253968254, -0.2, 1.6, -2.84722222, 1.6, -0.2, 0.0253968254, -0.00178571429}},
		{1, 2, symbolic.Default, 0, []float64{-1, 1}},
		{1, 1, symbolic.Default, 0, []float64{-1, 1}},
		{1, 2, symbolic.Centred, -1, []float64{-0.5, 0, 0.5}},
		{2, 2, symbolic.Default, -1, []float64{1, -2, 1}},
		{1, 4, symbolic.Default, -2, []float64{1. / 12, -2. / 3, 0, 2. / 3, -1. / 12}},
		{1, 4, symbolic.RightOf, -1, []float64{-0.25, -5. / 6, 1.5, -0.5, 1. / 12}},
		{1, 4, symbolic.LeftOf, -3, []float64{-1. / 12, 0.5, -1.5, 5. / 6, 0.25}},
	} {
		s, err := Rule(c.order, c.accuracy, c.side, 0)
		if err != nil {
			t.Fatal(err)
		}
		if s.Offset[0] != c.first || len(s.Offset) != len(c.weights) {
			t.Errorf("%+v: offsets %v", c, s.Offset)
			continue
		}
		for i, w := range s.Weight {
			got, _ := w.Float64()
			// The table is given to nine significant digits.
			if math.Abs(got-c.weights[i]) > 5e-9*max(1, math.Abs(got)) {
				t.Errorf("%+v: weight %d is %.12g", c, i, got)
			}
		}
	}
}

func TestTooFewPoints(t *testing.T) {
	if _, err := Rule(4, 2, symbolic.Default, 0); err == nil {
		t.Error("a fourth derivative from three points was accepted")
	}
	if _, err := Weights(1, []*big.Rat{big.NewRat(1, 1), big.NewRat(1, 1)}, new(big.Rat)); err == nil {
		t.Error("a doubled point was accepted")
	}
}
