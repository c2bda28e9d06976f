package fd

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/internal/exact"
)

// monomialError is what a stencil at x0 makes of the derivative of x^k there,
// minus the truth.
func monomialError(offsets, weights []*big.Rat, order, k int, x0 *big.Rat) *big.Rat {
	e := new(big.Rat)
	for i, o := range offsets {
		e.Add(e, new(big.Rat).Mul(weights[i], power(new(big.Rat).Add(x0, o), k)))
	}
	if k >= order {
		falling := big.NewRat(1, 1)
		for j := range order {
			falling.Mul(falling, big.NewRat(int64(k-j), 1))
		}
		e.Sub(e, falling.Mul(falling, power(x0, k-order)))
	}
	return e
}

// Between the points and at them, a formula on n of them is exact below
// degree n.
func TestOffsetsExact(t *testing.T) {
	for order := 0; order <= 4; order++ {
		for accuracy := 2; accuracy <= 16; accuracy += 2 {
			for _, place := range []*big.Rat{big.NewRat(0, 1), big.NewRat(1, 2), big.NewRat(-1, 2), big.NewRat(1, 3)} {
				var offsets []*big.Rat
				for o := -accuracy / 2; o <= accuracy/2+1; o++ {
					offsets = append(offsets, new(big.Rat).Sub(big.NewRat(int64(o), 1), place))
				}
				if len(offsets) <= order {
					continue
				}
				w, err := Weights(order, offsets, new(big.Rat))
				if err != nil {
					t.Fatal(err)
				}
				for k := range offsets {
					if e := monomialError(offsets, w, order, k, big.NewRat(7, 5)); e.Sign() != 0 {
						t.Errorf("derivative %d of x^%d at offset %s from %d points: off by %s", order, k, place, len(offsets), e)
					}
				}
			}
		}
	}
}

// The first degree that a formula misses is the order of the derivative plus
// the accuracy: it has the accuracy that was asked for, and no more.
func TestAccuracyOfRules(t *testing.T) {
	for _, accuracy := range []int{1, 2, 4, 6, 8, 10, 12, 14, 16} {
		for order := 1; order <= 2; order++ {
			for _, side := range []symbolic.Side{symbolic.Default, symbolic.Centred} {
				if order == 2 && accuracy == 1 {
					continue // two points do not give a second derivative
				}
				s, err := Rule(order, accuracy, side, 0)
				if err != nil {
					t.Fatal(err)
				}
				want := accuracy
				if order == 1 && accuracy == 2 && side == symbolic.Default {
					want = 1 // the forward difference
				}
				var offsets []*big.Rat
				for _, o := range s.Offset {
					offsets = append(offsets, big.NewRat(int64(o), 1))
				}
				k := 0
				for monomialError(offsets, s.Weight, order, k, new(big.Rat)).Sign() == 0 {
					k++
				}
				if k != order+want {
					t.Errorf("derivative %d, accuracy %d, side %v: x^%d is the first to be missed, want x^%d", order, accuracy, side, k, order+want)
				}
			}
		}
	}
}

// The tables that finite-difference codes are checked against.
func TestKnownWeights(t *testing.T) {
	half := big.NewRat(1, 2)
	var staggered []*big.Rat
	for o := -1; o <= 2; o++ {
		staggered = append(staggered, big.NewRat(int64(o), 1))
	}
	w, err := Weights(1, staggered, half)
	if err != nil {
		t.Fatal(err)
	}
	expectDigits(t, "staggered first derivative of accuracy 4", w, []float64{0.0416666667, -1.125, 1.125, -0.0416666667})
	s, err := Rule(2, 8, symbolic.Default, 0)
	if err != nil {
		t.Fatal(err)
	}
	expectDigits(t, "second derivative of accuracy 8", s.Weight[4:], []float64{-2.84722222, 1.6, -0.2, 0.0253968254, -0.00178571429})
	s, err = Rule(1, 8, symbolic.Default, 0)
	if err != nil {
		t.Fatal(err)
	}
	expectDigits(t, "first derivative of accuracy 8", s.Weight[4:], []float64{0, 0.8, -0.2, 0.0380952381, -0.00357142857})
}

// expectDigits compares to nine significant digits.
func expectDigits(t *testing.T, what string, got []*big.Rat, want []float64) {
	t.Helper()
	for i, w := range got {
		v, _ := w.Float64()
		if fmt.Sprintf("%.9g", v) != fmt.Sprintf("%.9g", want[i]) || len(got) != len(want) {
			t.Errorf("%s: weight %d is %.9g, want %.9g", what, i, v, want[i])
		}
	}
}

// Discretise of a derivative, put on a polynomial, is the derivative of the
// polynomial: signs, offsets and powers of the spacing come together.
func TestDiscretiseOnPolynomials(t *testing.T) {
	for accuracy := 4; accuracy <= 16; accuracy += 4 {
		g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: accuracy, TimeOrder: 2}
		u := &symbolic.Function{Name: "u", Grid: g, Axes: []int{0, 1}, Role: symbolic.Wavefield}
		at := func(axis, order int, of symbolic.Expr) symbolic.Expr {
			return symbolic.NewDeriv(of, axis, order, symbolic.Scheme{})
		}
		h := map[int]*big.Rat{0: big.NewRat(1, 3), 1: big.NewRat(3, 2)}
		place := map[int]*big.Rat{0: big.NewRat(2, 7), 1: big.NewRat(-1, 2)}
		for _, c := range []struct {
			e      symbolic.Expr
			orders [2]int
		}{
			{at(0, 1, u.Here()), [2]int{1, 0}},
			{at(1, 2, u.Here()), [2]int{0, 2}},
			{at(0, 4, u.Here()), [2]int{4, 0}},
			{at(0, 1, at(1, 1, u.Here())), [2]int{1, 1}},
			{at(1, 1, at(1, 1, u.Here())), [2]int{0, 2}},
		} {
			d, err := Discretise(c.e, g, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k := range accuracy + 1 {
				l := accuracy - k
				got, err := exact.Value(d, monomial(d, g, k, l, place, h))
				if err != nil {
					t.Fatal(err)
				}
				want := new(big.Rat).Mul(derivative(k, c.orders[0], place[0]), derivative(l, c.orders[1], place[1]))
				if got.Cmp(want) != 0 {
					t.Errorf("accuracy %d: %s of x^%d z^%d is %s, want %s", accuracy, c.e, k, l, got.RatString(), want.RatString())
				}
			}
		}
	}
}

// monomial gives the values of x^k z^l at the accesses of d, and of spacings.
func monomial(d symbolic.Expr, g *symbolic.Grid, k, l int, place, h map[int]*big.Rat) func(string) *big.Rat {
	values := map[string]*big.Rat{g.Spacing(0).Name: h[0], g.Spacing(1).Name: h[1]}
	symbolic.Visit(d, func(e symbolic.Expr) {
		if a, ok := e.(*symbolic.Access); ok {
			v := big.NewRat(1, 1)
			for axis, n := range []int{k, l} {
				x := new(big.Rat).Mul(h[axis], big.NewRat(int64(a.Offset[axis]), 1))
				v.Mul(v, power(x.Add(x, place[axis]), n))
			}
			values[a.String()] = v
		}
	})
	return func(name string) *big.Rat { return values[name] }
}

// derivative is that of x^k, of the given order.
func derivative(k, order int, x *big.Rat) *big.Rat {
	if k < order {
		return new(big.Rat)
	}
	out := power(x, k-order)
	for j := range order {
		out.Mul(out, big.NewRat(int64(k-j), 1))
	}
	return out
}

func TestSumAbs(t *testing.T) {
	s, err := Rule(2, 4, symbolic.Default, 0)
	if err != nil {
		t.Fatal(err)
	}
	// 5/2 + 2 (4/3 + 1/12)
	if got := s.SumAbs(); math.Abs(got-16./3) > 1e-15*got {
		t.Errorf("%g", got)
	}
}
