package operator

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// PointsNeeded is the usual number of points in the shortest wave for a space
// order: about 8 for 2, 5 for 4 (Levander, Geophysics 53, 1988) and 3 from 8.
func PointsNeeded(spaceOrder int) float64 {
	switch {
	case spaceOrder <= 2:
		return 8
	case spaceOrder <= 4:
		return 5
	case spaceOrder <= 6:
		return 4
	}
	return 3
}

// PointsPerWavelength is the number of grid points in the shortest wave: that of
// the highest frequency, in one over the unit of time, where waves are slowest.
// It is infinite when nothing propagates.
func (l *Limits) PointsPerWavelength(spacing []float64, frequency float64) float64 {
	if l.Slowest == 0 || frequency == 0 {
		return math.Inf(1)
	}
	return l.Slowest / (frequency * slices.Max(spacing))
}

// Sampled says what is wrong with the sampling of waves up to a frequency in
// space and time, in one over the unit of time; it is empty when nothing is.
func (l *Limits) Sampled(spacing []float64, dt, frequency float64, spaceOrder int) (out []string) {
	if have, need := l.PointsPerWavelength(spacing, frequency), PointsNeeded(spaceOrder); have < need {
		out = append(out, fmt.Sprintf("the shortest wave, of frequency %.3g and speed %.4g, has %.1f grid points, and space order %d needs about %g: the record will show grid dispersion; lower the frequency or the spacing %.2g times",
			frequency, l.Slowest, have, spaceOrder, need, need/have))
	}
	if nyquist := 0.5 / dt; frequency > 0.8*nyquist {
		out = append(out, fmt.Sprintf("the sources emit frequencies up to %.3g, and the time step %g ends at %.3g: take a smaller one", frequency, dt, nyquist))
	}
	return out
}

// Highest is the frequency, in one over the unit of dt, beyond which the
// amplitude spectra of traces of shape (steps, points) stay below 5 % of their
// greatest values; 0 for traces of zeros. At most eight traces are looked at.
func Highest(traces *field.Array, dt float64) (highest float64) {
	steps, n := traces.Shape[0], traces.Shape[1]
	if steps < 2 || n == 0 {
		return 0
	}
	long := max(64, 2*steps) // zeros behind make the spectrum finer
	transform := fourier.NewFFT(long)
	for p := 0; p < n; p += max(1, n/8) {
		x := make([]float64, long)
		for t := range steps {
			x[t] = traces.At(t*n + p)
		}
		spectrum := transform.Coefficients(nil, x)
		most := 0.0
		for _, c := range spectrum {
			most = max(most, cmplx.Abs(c))
		}
		for i := len(spectrum) - 1; i >= 0 && most > 0; i-- {
			if cmplx.Abs(spectrum[i]) >= 0.05*most {
				highest = max(highest, transform.Freq(i)/dt)
				break
			}
		}
	}
	return highest
}
