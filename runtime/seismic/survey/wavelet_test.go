package survey

import (
	"math"
	"strings"
	"testing"
)

func TestRicker(t *testing.T) {
	w, err := NewWavelet("ricker", 0.010)
	if err != nil || w.Delay != 100 {
		t.Fatalf("%+v, %v", w, err)
	}
	for i, got := range w.Sample(400, 1.5) {
		r := math.Pi * 0.010 * (1.5*float64(i) - 100)
		// Some ten roundings of numbers up to r^2 = 250 in the exponent.
		if want := (1 - 2*r*r) * math.Exp(-r*r); math.Abs(got-want) > 1e-13 {
			t.Errorf("sample %d is %g, want %g", i, got, want)
		}
	}
}

// Every wavelet reaches 1 but never exceeds it, starts from nearly nothing,
// has its spectral maximum where it says, and nothing beyond Highest.
func TestWavelets(t *testing.T) {
	for _, name := range WaveletNames() {
		w, err := NewWavelet(name, 0.020)
		if err != nil {
			t.Fatal(err)
		}
		w.Delay += 1000 // all of the wavelet, also of those cut off at the start
		const dt, n = 0.25, 16000
		values := w.Sample(n, dt)
		greatest := 0.0
		for _, v := range values {
			greatest = max(greatest, math.Abs(v))
		}
		// A maximum between samples is missed by (2 pi f dt/2)^2/2 = 1.2e-4 at
		// the peak frequency, f = 0.02, and by 1.1e-3 at three times that.
		if math.Abs(greatest-1) > 2e-3 {
			t.Errorf("%s reaches %g, want 1", name, greatest)
		}
		frequency, amplitude := spectrum(values, dt, 0.5)
		peak, last := 0.0, 0.0
		for i, a := range amplitude {
			if a == 1 {
				peak = frequency[i]
			}
			if a > 0.05 {
				last = frequency[i]
			}
		}
		switch name {
		case "ricker", "dgaussian", "d3gaussian", "gabor":
			// The curve is flat at its maximum; gabor's mirror image shifts it by 0.1%.
			if math.Abs(peak-w.Peak) > 0.01*w.Peak {
				t.Errorf("%s has its maximum at %g kHz, want %g", name, peak, w.Peak)
			}
		case "gaussian":
			if peak != 0 {
				t.Errorf("gaussian has its maximum at %g kHz", peak)
			}
		}
		// Highest is rounded up, by a tenth at most.
		if last > w.Highest() || last < 0.85*w.Highest() {
			t.Errorf("%s falls below 5%% at %.4g times the peak frequency, Highest says %g", name, last/w.Peak, w.Highest()/w.Peak)
		}
		start, _ := NewWavelet(name, 0.020)
		if v := math.Abs(start.At(0)); v > 0.03 {
			t.Errorf("%s starts at %g", name, v)
		}
	}
}

func TestWaveletErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		peak float64
		want string
	}{
		{"rikcer", 0.01, `did you mean "ricker"`}, {"boxcar", 0.01, "known are"},
		{"ricker", 0, "peak frequency"}, {"ricker", -1, "peak frequency"}, {"ricker", math.NaN(), "peak frequency"}, {"ricker", math.Inf(1), "peak frequency"},
	} {
		if _, err := NewWavelet(c.name, c.peak); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %g: %v, want %q", c.name, c.peak, err, c.want)
		}
	}
	if got := (Wavelet{}).Sample(-1, 1); len(got) != 0 {
		t.Error(got)
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		t0, tn, dt float64
		want       int
	}{{0, 600, 1.585, 380}, {0, 600, 1.483, 406}, {0, 10, 10, 2}, {0, 0, 1, 1}, {0, 10, 0, 0}, {0, 10, math.NaN(), 0}, {0, -1, 1, 0}, {0, math.Inf(1), 1, 0}, {0, 1, 1e-300, 0}} {
		if got := Steps(c.t0, c.tn, c.dt); got != c.want {
			t.Errorf("Steps(%g, %g, %g) = %d, want %d", c.t0, c.tn, c.dt, got, c.want)
		}
	}
}
