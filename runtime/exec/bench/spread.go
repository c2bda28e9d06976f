package bench

import (
	"fmt"
	"slices"
)

// Spread is what repeated measurements gave.
type Spread struct {
	Median   float64 `json:"median"` // of an even number, the mean of the two in the middle
	Least    float64 `json:"least"`
	Greatest float64 `json:"greatest"`
}

// spreadOf needs at least one value.
func spreadOf(values []float64) Spread {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return Spread{Median: (s[(n-1)/2] + s[n/2]) / 2, Least: s[0], Greatest: s[n-1]}
}

// String is the median with the range behind it.
func (s Spread) String() string {
	return fmt.Sprintf("%s (%s to %s)", short(s.Median), short(s.Least), short(s.Greatest))
}

// short gives three digits, and tenths of large numbers.
func short(v float64) string {
	if v >= 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%#.3g", v)
}

// overlaps reports whether two measurements have values in common.
func (s Spread) overlaps(o Spread) bool { return s.Least <= o.Greatest && o.Least <= s.Greatest }
