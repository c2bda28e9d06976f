package survey

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/courant-pde/courant/symbolic/fd"
)

// CriticalDt is the largest stable time step, in ms, of the acoustic and TTI
// equations in second-order form:
//
//	sqrt(4/(dim sum|w|)) h / (vmax sqrt(1+2 epsmax))
//
// with h the least spacing and w the weights of the centred second derivative
// of order 2*spaceOrder, which leaves a margin. epsilonMax is Thomsen's
// epsilon at its greatest, 0 for isotropic media. The result is rounded to
// four significant digits.
func CriticalDt(m *Model, spaceOrder int, epsilonMax float64) (float64, error) {
	if err := checkOrder(spaceOrder); err != nil {
		return 0, err
	}
	if !(epsilonMax >= 0 && epsilonMax < 100) {
		return 0, fmt.Errorf("the greatest epsilon %g is not possible; Thomsen's epsilon lies between 0 and about 0.5", epsilonMax)
	}
	sum, err := sumWeights(2, -spaceOrder, spaceOrder, new(big.Rat))
	if err != nil {
		return 0, err
	}
	_, vmax := m.Vp.Range()
	dim := float64(m.Dim())
	return rounded(math.Sqrt(4/(dim*sum)) * slices.Min(m.Spacing) / (vmax * math.Sqrt(1+2*epsilonMax)))
}

// CriticalDtElastic is the largest stable time step, in ms, of the
// velocity-stress equations on staggered grids, with a margin of 5%:
//
//	0.95 (sqrt(dim)/dim) / (sum|w|/2) h/vmax
//
// where w are the weights of the staggered first derivative of the given
// order. The result is rounded to four significant digits.
func CriticalDtElastic(m *Model, spaceOrder int) (float64, error) {
	if err := checkOrder(spaceOrder); err != nil {
		return 0, err
	}
	sum, err := sumWeights(1, 1-spaceOrder/2, spaceOrder/2, big.NewRat(1, 2))
	if err != nil {
		return 0, err
	}
	_, vmax := m.Vp.Range()
	dim := float64(m.Dim())
	return rounded(0.95 * math.Sqrt(dim) / dim / (sum / 2) * slices.Min(m.Spacing) / vmax)
}

func checkOrder(spaceOrder int) error {
	if spaceOrder < 2 || spaceOrder > 32 || spaceOrder%2 != 0 {
		return fmt.Errorf("space order %d is not possible; give an even number from 2 to 32, such as 8", spaceOrder)
	}
	return nil
}

// sumWeights is sum|w| of a derivative at x0 from the grid points lo .. hi.
func sumWeights(order, lo, hi int, x0 *big.Rat) (float64, error) {
	var points []*big.Rat
	for i := lo; i <= hi; i++ {
		points = append(points, big.NewRat(int64(i), 1))
	}
	weights, err := fd.Weights(order, points, x0)
	if err != nil {
		return 0, err
	}
	sum := new(big.Rat)
	for _, w := range weights {
		sum.Add(sum, new(big.Rat).Abs(w))
	}
	out, _ := sum.Float64()
	return out, nil
}

// rounded keeps the digits that are printed, so that the printed step is the
// one that was used.
func rounded(dt float64) (float64, error) {
	return strconv.ParseFloat(fmt.Sprintf("%.3e", dt), 64)
}
