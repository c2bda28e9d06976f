package survey

import (
	"fmt"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// clipAt is the given percentile of the absolute values that are not 0, or 1
// when there are none: wavefields are mostly rest, which should not count.
func clipAt(a *field.Array, percentile float64) (float64, error) {
	if !(percentile > 0 && percentile <= 100) {
		return 0, fmt.Errorf("a clip at percentile %g is not possible; give a number above 0 and up to 100, such as 99", percentile)
	}
	if bad := a.FirstNotFinite(); bad != nil {
		return 0, fmt.Errorf("the value at index %v is not a finite number, so there is nothing to draw; the run was unstable", bad)
	}
	const enough = 1 << 20 // values to sort
	greatest := 0.0
	for i := range a.Len() {
		greatest = max(greatest, math.Abs(a.At(i)))
	}
	var sizes []float64
	for i := 0; i < a.Len(); i += 1 + a.Len()/enough {
		if v := math.Abs(a.At(i)); v > 1e-6*greatest {
			sizes = append(sizes, v)
		}
	}
	if len(sizes) == 0 {
		return 1, nil
	}
	slices.Sort(sizes)
	return sizes[min(int(percentile/100*float64(len(sizes))), len(sizes)-1)], nil
}
