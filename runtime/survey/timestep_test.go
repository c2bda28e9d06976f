package survey

import (
	"math"
	"testing"
)

// The weights of order 4 and 8 are known: sum|w| = 5/2+2(4/3+1/12) = 16/3
// for the second derivative of order 4, 2(9/8+1/24) = 7/3 for the staggered
// first derivative of order 4.
func TestCriticalDt(t *testing.T) {
	for _, dim := range []int{1, 2, 3} {
		m := constantModel(t, 3, []int{5, 5, 5}[:dim], 10)
		d := float64(dim)
		for eps, shrink := range map[float64]float64{0: 1, 0.3: math.Sqrt(1.6)} {
			got, err := CriticalDt(m, 2, eps)
			// Rounding to four digits: half a unit of the fourth.
			if want := math.Sqrt(4/(d*16/3)) * 10 / (3 * shrink); err != nil || math.Abs(got/want-1) > 5e-4 {
				t.Errorf("%dD acoustic: %g, want %g, %v", dim, got, want, err)
			}
		}
		got, err := CriticalDtElastic(m, 4)
		if want := 0.95 / math.Sqrt(d) / (7.0 / 6) * 10 / 3; err != nil || math.Abs(got/want-1) > 5e-4 {
			t.Errorf("%dD elastic: %g, want %g, %v", dim, got, want, err)
		}
	}
	m := constantModel(t, 3, []int{5, 5}, 10)
	for _, order := range []int{-2, 0, 3, 34} {
		if _, err := CriticalDt(m, order, 0); err == nil {
			t.Errorf("space order %d was accepted", order)
		}
		if _, err := CriticalDtElastic(m, order); err == nil {
			t.Errorf("space order %d was accepted", order)
		}
	}
	if _, err := CriticalDt(m, 4, math.NaN()); err == nil {
		t.Error("epsilon = NaN was accepted")
	}
}
