package imaging

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Wavelet is what sources must have emitted for the observed records, if the start
// is right.
type Wavelet struct {
	// Samples are those at multiples of the time step, shape (steps), or (steps,
	// shots) with one for each shot.
	Samples *field.Array
	Step    float64 // between samples, in the operator's unit of time
	// Explained is the part of the energy of the records that it accounts for, from 0
	// to 1.
	Explained float64
}

// waterLevel keeps frequencies that the sources hardly emit from being blown up: the
// part of the greatest power that is added to that of each (Helmberger and Wiggins,
// J. Geophys. Res. 76, 1971).
const waterLevel = 1e-4

// EstimateWavelet finds the wavelet by least squares in the frequency domain: the
// filter that turns records modelled in the start with the configured wavelet into
// the observed ones, applied to that wavelet. Samples that are not known or are muted
// count on neither side. each gives a wavelet to each shot. Errors: those of modelling
// and of reading records, and a configuration without any.
func (s *Survey) EstimateWavelet(ctx context.Context, each bool) (*Wavelet, error) {
	if s.Config.Inversion.Observed == "" {
		return nil, s.Config.Fault("inversion.observed", fmt.Errorf("a wavelet is estimated from observed records: name them"))
	}
	steps := s.setup.Steps
	fft := fourier.NewFFT(2 * steps) // so that nothing comes around
	spectrum := func(trace []float64) []complex128 {
		padded := make([]float64, 2*steps)
		copy(padded, trace)
		return fft.Coefficients(nil, padded)
	}
	n := steps + 1
	cross, power := make([][]complex128, 1), make([][]float64, 1)
	if each {
		cross, power = make([][]complex128, len(s.Shots)), make([][]float64, len(s.Shots))
	}
	for k := range cross {
		cross[k], power[k] = make([]complex128, n), make([]float64, n)
	}
	energy := make([]float64, len(cross))
	for shot := range s.Shots {
		e := s.Shot(shot)
		observed, err := s.Observed(ctx, shot)
		if err != nil {
			return nil, err
		}
		modelled, err := s.Record(ctx, e, s.start())
		if err != nil {
			return nil, err
		}
		known, weights := s.weighed(e, observed)
		into := shot % len(cross)
		width := known.Shape[1]
		a, b := make([]float64, steps), make([]float64, steps)
		for column := range width {
			for t := range steps {
				w := 1.0
				if weights != nil {
					w = weights.At(t*width + column)
				}
				a[t], b[t] = w*modelled.At(t*width+column), w*known.At(t*width+column)
				energy[into] += b[t] * b[t]
			}
			from, to := spectrum(a), spectrum(b)
			for k := range n {
				x, y := from[k], to[k]
				cross[into][k] += complex(real(x), -imag(x)) * y
				power[into][k] += real(x)*real(x) + imag(x)*imag(x)
			}
		}
	}
	out := &Wavelet{Step: s.setup.Dt, Samples: field.New64(steps)}
	if each {
		out.Samples = field.New64(steps, len(cross))
	}
	explained, all := 0.0, 0.0
	for k := range cross {
		most := 0.0
		for _, p := range power[k] {
			most = max(most, p)
		}
		if !(most > 0) || !(energy[k] > 0) {
			return nil, s.Config.Fault("inversion.observed", fmt.Errorf("the records that are modelled, or those that are observed, are zero: no wavelet follows from them"))
		}
		w := s.setup.Wavelet.For(k)
		pulse := make([]float64, steps)
		for t := range pulse {
			pulse[t] = w.At(float64(t) * s.setup.Dt)
		}
		shape := spectrum(pulse)
		for i := range shape {
			level := power[k][i] + waterLevel*most
			filter := cross[k][i] / complex(level, 0)
			shape[i] *= filter
			// Parseval: inner frequencies stand for two.
			share := (real(cross[k][i])*real(filter) + imag(cross[k][i])*imag(filter)) / float64(2*steps)
			if i > 0 && i < n-1 {
				share *= 2
			}
			explained += share
		}
		all += energy[k]
		for t, v := range fft.Sequence(nil, shape)[:steps] {
			out.Samples.F64[t*len(cross)+k] = v / float64(2*steps)
		}
	}
	out.Explained = math.Min(explained/all, 1)
	return out, nil
}
