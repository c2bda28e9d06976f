package imaging

import "math"

// filter is the low-pass filter of a band, in place, along the time of so many
// traces side by side: a Butterworth filter of fourth order. It is causal, so
// that modelled records of a filtered wavelet are filtered records exactly; what
// the operator takes no step for counts as silence, before and behind.
func (s *Survey) filter(band int, samples []float64, traces int) {
	if band < 0 {
		return
	}
	k := s.op.Forward.Program.Signature
	silent := func() {
		clear(samples[:k.FirstStep*traces])
		clear(samples[(s.setup.Steps-k.LastStep)*traces:])
	}
	silent()
	lowPass(s.Config.Inversion.Bands[band]*s.setup.Problem.Second, s.setup.Dt, samples, traces)
	silent()
}

// lowPass filters with a corner frequency, in one over the unit of dt, the time
// between samples: two sections of the
// second order, by the bilinear transform (Oppenheim and Schafer, ch. 7).
func lowPass(corner, dt float64, samples []float64, traces int) {
	w := 2 * math.Pi * corner * dt
	if w >= math.Pi {
		return // above what the samples can hold
	}
	for _, k := range []float64{1, 3} {
		// Poles at the angles pi/8 and 3 pi/8 from the real axis.
		alpha := math.Sin(w) * math.Cos(k*math.Pi/8)
		a0 := 1 + alpha
		b0, a1, a2 := (1-math.Cos(w))/2/a0, -2*math.Cos(w)/a0, (1-alpha)/a0
		for trace := range traces {
			var x1, x2, y1, y2 float64
			for i := trace; i < len(samples); i += traces {
				x := samples[i]
				y := b0*(x+2*x1+x2) - a1*y1 - a2*y2
				x1, x2, y1, y2 = x, x1, y, y1
				samples[i] = y
			}
		}
	}
}

// lobes is the half width of the interpolation by windowed sinc, in samples.
const lobes = 8

// resample gives samples of a trace at multiples of a time, from samples that
// begin at some time at another distance: a sinc in Lanczos's window, which lets
// pass what both can hold; or the very samples where they stand at the same times,
// to a hundredth of a step; then it reports true. Where there are none it gives 0.
func resample(from []float64, start, every float64, to []float64, dt float64) (exact bool) {
	shift := math.Round(start / dt)
	if n := float64(min(len(from), len(to))); math.Abs(start-shift*dt)+math.Abs(every-dt)*n <= 0.01*dt {
		for i := range to {
			if k := i - int(shift); k >= 0 && k < len(from) {
				to[i] = from[k]
			} else {
				to[i] = 0
			}
		}
		return true
	}
	wide := max(every, dt) // the longer of the two times has the lower Nyquist frequency
	for i := range to {
		t := float64(i)*dt - start
		first := max(int(math.Ceil((t-lobes*wide)/every)), 0)
		last := min(int(math.Floor((t+lobes*wide)/every)), len(from)-1)
		sum := 0.0
		for k := first; k <= last; k++ {
			x := (t - float64(k)*every) / wide
			sum += from[k] * sinc(x) * sinc(x/lobes)
		}
		to[i] = sum * every / wide
	}
	return false
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}
