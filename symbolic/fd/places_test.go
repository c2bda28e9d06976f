package fd_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// On a grid of spacing 1, the value of offset o of a function that lies
// halfway up axis a belongs to the coordinate o + 1/2 along a. A derivative of
// accuracy n must be exact for polynomials up to the degree n, whatever the
// places of operand and result; the means are exact for linear functions.
func TestPlacesExactOnPolynomials(t *testing.T) {
	for accuracy := 2; accuracy <= 12; accuracy += 2 {
		g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: accuracy, TimeOrder: 1}
		for _, from := range places {
			for _, at := range places {
				f := &symbolic.Function{Name: "f", Grid: g, Role: symbolic.Wavefield, Axes: []int{0, 1}, Stagger: from}
				degree := accuracy
				if from[0] == at[0] && accuracy == 2 {
					degree = 1 // the forward difference of the field's convention
				}
				if from[1] != at[1] {
					degree = 1 // brought there by a mean, see below
				}
				d, err := fd.Discretise(symbolic.NewDeriv(f.Here(), 0, 1, symbolic.Scheme{}), g, at)
				if err != nil {
					t.Fatal(err)
				}
				// f = x^degree + z has the derivative degree x^(degree-1).
				got := value(d, func(x, z *big.Rat) *big.Rat { return new(big.Rat).Add(power(x, degree), z) })
				x := place(0, at[0])
				want := new(big.Rat).Mul(big.NewRat(int64(degree), 1), power(x, degree-1))
				if got.Cmp(want) != 0 {
					t.Errorf("accuracy %d from %v at %v: %s, want %s", accuracy, from, at, got, want)
				}
			}
		}
	}
}

func TestMeans(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x", "z"}, SpaceOrder: 4, TimeOrder: 1}
	for _, from := range places {
		for _, at := range places {
			for _, m := range []symbolic.Mean{symbolic.Arithmetic, symbolic.Harmonic} {
				f := &symbolic.Function{Name: "f", Grid: g, Axes: []int{0, 1}, Stagger: from, Mean: m}
				e, err := fd.Discretise(f.Here(), g, at)
				if err != nil {
					t.Fatal(err)
				}
				linear := func(x, z *big.Rat) *big.Rat {
					return new(big.Rat).Add(big.NewRat(7, 1), new(big.Rat).Add(x, new(big.Rat).Mul(big.NewRat(2, 1), z)))
				}
				want := linear(place(0, at[0]), place(0, at[1]))
				if m == symbolic.Harmonic {
					// The arithmetic mean of 1/f is exact when that is linear.
					got := value(e, func(x, z *big.Rat) *big.Rat { return new(big.Rat).Inv(linear(x, z)) })
					if got.Inv(got).Cmp(want) != 0 {
						t.Errorf("harmonic from %v at %v: %s, want %s", from, at, got, want)
					}
				} else if got := value(e, linear); got.Cmp(want) != 0 {
					t.Errorf("arithmetic from %v at %v: %s, want %s", from, at, got, want)
				}
			}
		}
	}
}

// The weights every code of the field has for order 4 between the places.
func TestStaggeredWeights(t *testing.T) {
	for _, half := range []int{1, -1} {
		s, err := fd.Rule(1, 4, symbolic.Default, half)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(s.Weight); got != "[1/24 -9/8 9/8 -1/24]" || s.Offset[0] != -2+(half+1)/2 {
			t.Errorf("half %d: %s from %d", half, got, s.Offset[0])
		}
	}
}

// A derivative at half a point up, and then down, is the second derivative of
// twice the width: the pair that self-adjoint schemes are made of.
func TestHalfUpAndDown(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x"}, SpaceOrder: 2, TimeOrder: 1}
	u := &symbolic.Function{Name: "u", Grid: g, Role: symbolic.Wavefield, Axes: []int{0}}
	up := symbolic.NewDeriv(u.Here(), 0, 1, symbolic.Scheme{Half: 1})
	both, err := fd.Discretise(symbolic.NewDeriv(up, 0, 1, symbolic.Scheme{Half: -1}), g, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := fd.Discretise(symbolic.NewDeriv(u.Here(), 0, 2, symbolic.Scheme{}), g, nil)
	if err != nil {
		t.Fatal(err)
	}
	cube := func(x, z *big.Rat) *big.Rat { return power(new(big.Rat).Add(x, big.NewRat(3, 1)), 3) }
	if a, b := value(both, cube), value(second, cube); a.Cmp(b) != 0 {
		t.Errorf("%s and %s", a, b)
	}
}

func TestStatedWeights(t *testing.T) {
	g := &symbolic.Grid{Axes: []string{"x"}, SpaceOrder: 8, TimeOrder: 1}
	u := &symbolic.Function{Name: "u", Grid: g, Role: symbolic.Wavefield, Axes: []int{0}}
	for _, c := range []struct {
		weights []*big.Rat
		half    int
		want    string
	}{
		{[]*big.Rat{big.NewRat(1, 1), big.NewRat(-2, 1), big.NewRat(1, 1)}, 0, "[-1 0 1]"},
		{[]*big.Rat{big.NewRat(-1, 1), big.NewRat(1, 1)}, 1, "[0 1]"},
		{[]*big.Rat{big.NewRat(-1, 1), big.NewRat(1, 1)}, -1, "[-1 0]"},
	} {
		s, err := fd.StencilOf(symbolic.NewDeriv(u.Here(), 0, 2, symbolic.Scheme{Weights: c.weights, Half: c.half}), g)
		if err != nil || fmt.Sprint(s.Offset) != c.want {
			t.Errorf("%v at %d: %v, %v, want %s", c.weights, c.half, s, err, c.want)
		}
	}
}

var places = [][]bool{{false, false}, {true, false}, {false, true}, {true, true}}

func place(o int, half bool) *big.Rat {
	r := big.NewRat(int64(o), 1)
	if half {
		r.Add(r, big.NewRat(1, 2))
	}
	return r
}

func power(x *big.Rat, n int) *big.Rat {
	out := big.NewRat(1, 1)
	for range n {
		out.Mul(out, x)
	}
	return out
}

// value computes e with f in place of its function, spacing 1, exactly.
func value(e symbolic.Expr, f func(x, z *big.Rat) *big.Rat) *big.Rat {
	switch e := e.(type) {
	case *symbolic.Num:
		return e.Rat()
	case *symbolic.Scalar:
		return big.NewRat(1, 1)
	case *symbolic.Access:
		at := []*big.Rat{new(big.Rat), new(big.Rat)}
		for axis, o := range e.Offset {
			at[axis] = place(o, e.Func.IsStaggered(axis))
		}
		return f(at[0], at[1])
	case *symbolic.Add:
		sum := new(big.Rat)
		for _, t := range e.Terms {
			sum.Add(sum, value(t, f))
		}
		return sum
	case *symbolic.Mul:
		product := big.NewRat(1, 1)
		for _, t := range e.Factors {
			product.Mul(product, value(t, f))
		}
		return product
	case *symbolic.Pow:
		n, _ := e.Exp.(*symbolic.Num).IsInt()
		x := value(e.Base, f)
		if n < 0 {
			x, n = new(big.Rat).Inv(x), -n
		}
		return power(x, n)
	}
	panic("not discretised")
}
