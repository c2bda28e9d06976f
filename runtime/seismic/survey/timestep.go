package survey

import "math"

// Steps is the number of time levels from t0 to tn, both included, with the last
// at tn or behind it. A millionth of a step is none: 600 ms are 1000 steps of
// 0.6 ms, whatever rounding makes of 600/0.6. It is 0 when the times make no
// sense: dt not positive, tn before t0, or more than 2^31 levels.
func Steps(t0, tn, dt float64) int {
	n := (tn - t0) / dt
	if whole := math.Round(n); math.Abs(n-whole) < 1e-6 {
		n = whole
	}
	n = math.Ceil(n) + 1
	if !(dt > 0 && tn >= t0 && n < 1<<31) {
		return 0
	}
	return int(n)
}

// Rounded reports whether a record of some length is longer by a part of a step
// than was asked for, and how long it is.
func Rounded(time, dt float64) (length float64, rounded bool) {
	length = float64(Steps(0, time, dt)-1) * dt
	return length, length-time > 1e-6*dt
}
