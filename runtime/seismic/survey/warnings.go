package survey

import (
	"fmt"
	"math"
)

// Warnings says what can be computed but is probably not meant.
func (c *Config) Warnings(w Wavelet, g *Geometry) []string {
	var out []string
	warn := func(key, format string, args ...any) {
		out = append(out, fmt.Sprintf("%s:%d: %s: ", c.path, c.lines.of(key), key)+fmt.Sprintf(format, args...))
	}
	scale := 1.0
	if w.traces != nil {
		scale = w.most
		first := w.traces[0]
		if end := math.Abs(first[len(first)-1]) / scale; end > 0.01 && w.Delay-w.centre+float64(len(first)-1)*w.every < c.Time {
			warn("wavelet.file", "its last sample is %.2g of its peak, and what follows is zero: the jump makes high frequencies; give more samples, to where it has faded", end)
		}
	}
	if start := w.At(0) / scale; start > 0.01 || start < -0.01 {
		warn("wavelet.delay", "the wavelet starts at %.2g of its peak: the jump makes high frequencies; leave delay out", start)
	}
	if length, rounded := Rounded(c.Time, c.Dt); c.Dt > 0 && rounded {
		warn("time", "%g is no whole number of steps of %g: the record ends at %.9g", c.Time, c.Dt, length)
	}
	if c.Time < w.Delay {
		warn("time", "the record ends at %g, before the wavelet's centre at %.4g", c.Time, w.Delay)
	}
	if g != nil && g.Receivers.Shape[0] == 1 {
		warn("receivers", "there is a single receiver")
	}
	return out
}
