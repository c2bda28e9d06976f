package survey

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// roundTicks labels about count round values: steps of 1, 2 or 5 times a
// power of ten.
type roundTicks struct{ count int }

// Ticks implements plot.Ticker.
func (t roundTicks) Ticks(least, greatest float64) []plot.Tick {
	span := greatest - least
	if !(span > 0) || math.IsInf(span, 0) {
		return nil
	}
	raw := span / float64(t.count)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, m := range []float64{1, 2, 5} {
		if m*power >= raw*0.999 {
			step = m * power
			break
		}
	}
	digits := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	var out []plot.Tick
	for i := math.Ceil(least/step - 1e-6); i*step <= greatest+1e-6*step && len(out) < 100; i++ {
		v := i*step + 0 // +0 turns -0 into 0
		out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', digits, 64)})
	}
	return out
}
