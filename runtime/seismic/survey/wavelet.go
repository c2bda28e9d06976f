package survey

import (
	"fmt"
	"math"
)

// Wavelet is a source time function of unit amplitude. Make one with
// NewWavelet, or check it with Check.
type Wavelet struct {
	Name  string  // one of WaveletNames
	Peak  float64 // peak (dominant) frequency, one over the unit of time: kHz for ms
	Delay float64 // time of the centre, or of the onset for a causal wavelet

	traces [][]float64 // of a file, for all shots or one for each; nil for a name
	every  float64     // between their samples
	centre float64     // of the first one, from its first sample
	most   float64     // its greatest absolute value
}

// NewWavelet gives the named wavelet with its usual delay, at which it starts
// from nearly nothing: 1/peak for Ricker. The peak frequency is in kHz.
func NewWavelet(name string, peak float64) (Wavelet, error) {
	w := Wavelet{Name: name, Peak: peak}
	if err := w.Check(); err != nil {
		return Wavelet{}, err
	}
	w.Delay = waveforms[name].cycles / peak
	return w, nil
}

// Check finds an unknown name or impossible numbers.
func (w Wavelet) Check() error {
	if w.traces != nil {
		return nil
	}
	if _, ok := waveforms[w.Name]; !ok {
		return fmt.Errorf("there is no wavelet %q; %s", w.Name, didYouMean(w.Name, WaveletNames()))
	}
	if !(w.Peak >= 1e-15 && w.Peak <= 1e15) {
		return fmt.Errorf("a peak frequency of %g per unit of time is not possible; give a positive one, such as 0.010 kHz for 10 Hz", w.Peak)
	}
	if !(math.Abs(w.Delay) <= 1e15) {
		return fmt.Errorf("a wavelet delay of %g is not possible; leave it out for the usual one", w.Delay)
	}
	return nil
}

// At is the wavelet's value at time t, in ms.
func (w Wavelet) At(t float64) float64 {
	if w.traces != nil {
		return between(w.traces[0], (t-w.Delay+w.centre)/w.every)
	}
	form, ok := waveforms[w.Name]
	if !ok {
		return 0
	}
	return form.value(w.Peak * (t - w.Delay))
}

// In is the same wavelet with times in a unit of which one of its own has so many.
func (w Wavelet) In(units float64) Wavelet {
	w.Peak /= units
	w.Delay *= units
	w.every *= units
	w.centre *= units
	return w
}

// Sample gives nt values, at times 0, dt, 2 dt, ... ms.
func (w Wavelet) Sample(nt int, dt float64) []float64 {
	out := make([]float64, max(nt, 0))
	for i := range out {
		out[i] = w.At(float64(i) * dt)
	}
	return out
}

// Highest is the frequency in kHz beyond which the amplitude spectrum stays
// below 5% of its maximum: the one that the grid must still carry.
func (w Wavelet) Highest() float64 { return waveforms[w.Name].highest * w.Peak }
