package survey

import "fmt"

// Warnings says what can be computed but is probably not meant.
func (c *Config) Warnings(w Wavelet, g *Geometry) []string {
	var out []string
	warn := func(key, format string, args ...any) {
		out = append(out, fmt.Sprintf("%s:%d: %s: ", c.path, c.lines.of(key), key)+fmt.Sprintf(format, args...))
	}
	if start := w.At(0); start > 0.01 || start < -0.01 {
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
