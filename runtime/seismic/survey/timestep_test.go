package survey

import "testing"

// Times are whole numbers of steps, whatever rounding makes of the quotient.
func TestStepsAreWhole(t *testing.T) {
	for _, c := range []struct {
		time, dt float64
		want     int
		rounded  bool
	}{
		{600, 0.6, 1001, false}, {0.3, 0.1, 4, false}, {1000, 1, 1001, false}, {4.1, 0.1, 42, false},
		{600, 0.7, 859, true}, {1, 2, 2, true}, {0, 1, 1, false}, {-1, 1, 0, false}, {1, 0, 0, false}, {1e12, 1e-3, 0, false},
	} {
		if got := Steps(0, c.time, c.dt); got != c.want {
			t.Errorf("%g by %g: %d levels, want %d", c.time, c.dt, got, c.want)
		}
		if _, rounded := Rounded(c.time, c.dt); c.want > 0 && rounded != c.rounded {
			t.Errorf("%g by %g: rounded %v", c.time, c.dt, rounded)
		}
	}
}
