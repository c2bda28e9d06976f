package field

import "math"

// Difference is the norm of a - b by that of b, 0 where both are zero. The shapes must
// be the same.
func Difference(a, b *Array) float64 {
	difference, norm := 0.0, 0.0
	for i := range b.Len() {
		v := b.At(i)
		difference += (a.At(i) - v) * (a.At(i) - v)
		norm += v * v
	}
	if difference == 0 {
		return 0
	}
	return math.Sqrt(difference / norm)
}
