// Package fd turns derivatives into finite differences with exact rational
// weights.
package fd

import (
	"fmt"
	"math/big"
)

// Weights returns the weights w such that sum w[i] f(points[i]) approximates
// the derivative of f at x0, of the given order, in units of the spacing. The
// formula is exact for polynomials of degree below len(points). It needs more
// points than the order of the derivative, and distinct ones.
//
// The recursion is Fornberg, "Generation of finite difference formulas on
// arbitrarily spaced grids", Math. Comp. 51 (1988), carried out in exact
// arithmetic.
func Weights(order int, points []*big.Rat, x0 *big.Rat) ([]*big.Rat, error) {
	n := len(points)
	if order < 0 || n <= order {
		return nil, fmt.Errorf("a derivative of order %d needs at least %d points, not %d", order, order+1, n)
	}
	// d[m][j] is the weight of point j for derivative m from the points so far.
	d := make([][]*big.Rat, order+1)
	for m := range d {
		d[m] = make([]*big.Rat, n)
		for j := range d[m] {
			d[m][j] = new(big.Rat)
		}
	}
	d[0][0].SetInt64(1)
	c1 := big.NewRat(1, 1)
	for i := 1; i < n; i++ {
		c2 := big.NewRat(1, 1)
		here := new(big.Rat).Sub(points[i], x0)
		before := new(big.Rat).Sub(points[i-1], x0)
		// The new point's weights come from the last point's old ones, so they
		// are kept before the loop over the old points overwrites them.
		last := make([]*big.Rat, order+1)
		for m := range d {
			last[m] = new(big.Rat).Set(d[m][i-1])
		}
		for j := range i {
			c3 := new(big.Rat).Sub(points[i], points[j])
			if c3.Sign() == 0 {
				return nil, fmt.Errorf("two stencil points at %s", points[i].RatString())
			}
			c2.Mul(c2, c3)
			for m := min(i, order); m >= 0; m-- {
				t := new(big.Rat).Mul(here, d[m][j])
				if m > 0 {
					t.Sub(t, new(big.Rat).Mul(big.NewRat(int64(m), 1), d[m-1][j]))
				}
				d[m][j] = t.Quo(t, c3)
			}
		}
		ratio := new(big.Rat).Quo(c1, c2)
		for m := min(i, order); m >= 0; m-- {
			t := new(big.Rat).Mul(before, last[m])
			t.Neg(t)
			if m > 0 {
				t.Add(t, new(big.Rat).Mul(big.NewRat(int64(m), 1), last[m-1]))
			}
			d[m][i] = t.Mul(t, ratio)
		}
		c1 = c2
	}
	return d[order], nil
}
