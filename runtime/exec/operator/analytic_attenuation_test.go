package operator

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Plane waves in attenuating media, in one dimension. Between two receivers at
// the distance x a wave of the frequency w is multiplied by exp(-i k x), where
// k = w sqrt(rho/M) and M is the complex modulus:
//
//	standard linear solid  M = K (1 + i w te)/(1 + i w ts), with te ts = 1/w0^2
//	                       and ts = (sqrt(1 + 1/Q^2) - 1/Q)/w0
//	Kelvin-Voigt           M = K (1 + i w/(w0 Q))
//	Maxwell                M = K/(1 - i w0/(w Q))
//
// all with the quality factor Q at w0 = 2 pi f0: about exp(-w x/(2 Q c)).
//
// Rates are taken from the level behind: they belong to a time dt/2 earlier, which
// turns what attenuates by w dt/2. The memory r of a standard linear solid follows
// the strain e by Euler's rule, and its new level is used:
//
//	z r = r + dt/ts (e - r) with z = exp(i w dt), and z r in place of e/(1 + i y)
//	z r (1 + i y)/e = 1 + w dt (i + y (1 - i y)/(2 (1 + y^2))) with y = w ts,
//
// so that the part (te/ts - 1)/(1 + i y) of the modulus, which attenuates by its
// imaginary part y/(1 + y^2), is wrong by that: sqrt(1 + y^2)/y times the decay.
// The phase of the steps is early by w^3 dt^2 x/(24 c).
func TestAttenuation(t *testing.T) {
	const n, border, h, dt, f0, steps = 301, 20, 10.0, 0.5, 0.012, 3600
	const c, q, rho, x = 2.0, 30.0, 2.0, 1200.0
	w0 := 2 * math.Pi * f0
	linear := func(w float64) complex128 {
		ts := (math.Sqrt(1+1/(q*q)) - 1/q) / w0
		te := 1 / (w0 * w0 * ts)
		return complex(1, w*te) / complex(1, w*ts)
	}
	behind := func(float64) float64 { return 0.5 }
	euler := func(part float64) float64 {
		y := part * (math.Sqrt(1+1/(q*q)) - 1/q)
		return math.Sqrt(1+y*y) / y * cmplx.Abs(complex(0, 1)+complex(y, -y*y)/complex(2*(1+y*y), 0))
	}
	for _, v := range []struct {
		operator, record string
		late             float64
		error            func(part float64) float64 // over w dt and the decay
		constants        map[string]float64
		modulus          func(w float64) complex128 // over K
	}{
		{"viscoelastic", "rec1", 0.5, euler, map[string]float64{"vs": 0, "qs": q, "qp": q}, linear},
		{"viscoacoustic_sls", "rec", 0, euler, map[string]float64{"qp": q}, linear},
		{"viscoacoustic_kv", "rec", 0, behind, map[string]float64{"qp": q}, func(w float64) complex128 { return complex(1, w/(w0*q)) }},
		{"viscoacoustic_maxwell", "rec", 0, behind, map[string]float64{"qp": q}, func(w float64) complex128 { return 1 / complex(1, -w0/(w*q)) }},
	} {
		a := Arguments{Shape: []int{n}, Spacing: []float64{h}, Steps: steps, Dt: dt, Constants: map[string]float64{"vp": c, "rho": rho, "f0": f0, "peak_frequency": f0},
			Points: map[string]Points{"src": {At: field64(1, 1, 500), Traces: wavelet(f0, 120, dt, v.late, steps)}, v.record: {At: field64(2, 1, 900, 900+x)}}}
		for name, value := range v.constants {
			a.Constants[name] = value
		}
		rec := surrounded(t, v.operator, 8, border, a).Traces(v.record)
		for _, part := range []float64{0.7, 1, 1.4} {
			w := part * w0
			ratio := spectrum(rec, 1, w*dt) / spectrum(rec, 0, w*dt)
			k := complex(w/c, 0) / cmplx.Sqrt(v.modulus(w))
			// The logarithm of what is measured over what is exact: the error of the
			// decay and of the phase.
			e := cmplx.Log(ratio / cmplx.Exp(complex(0, -x)*k))
			decay := -imag(k) * x
			tolerance := 1.2*(decay*w*dt*v.error(part)+w*w*w*dt*dt*x/(24*c)) + 2e-3
			what := fmt.Sprintf("%s at %.1f f0: decay by exp(-%.3f)", v.operator, part, decay)
			t.Logf("%s, error %.4f %+.4fi, tolerance %.4f", what, real(e), imag(e), tolerance)
			if !(cmplx.Abs(e) <= tolerance) {
				t.Errorf("%s: the error of decay and phase is %.4f %+.4fi, more than %.4f", what, real(e), imag(e), tolerance)
			}
		}
		// What Q means, beside the exact modulus: amplitudes fall as
		// exp(-w x/(2 Q c)) at f0, where 1/Q^2 is 1e-3 and enters the speed.
		measured := math.Log(cmplx.Abs(spectrum(rec, 0, w0*dt) / spectrum(rec, 1, w0*dt)))
		if want := w0 * x / (2 * q * c); math.Abs(measured/want-1) > 0.05 {
			t.Errorf("%s: at f0 waves decay by exp(-%.3f), and with Q = %g by exp(-%.3f)", v.operator, measured, q, want)
		}
	}
}

// spectrum is a trace's Fourier sum at an angular frequency per step.
func spectrum(a *field.Array, k int, w float64) complex128 {
	sum := complex(0, 0)
	for i := range a.Shape[0] {
		sum += complex(a.At(i*a.Shape[1]+k), 0) * cmplx.Exp(complex(0, -w*float64(i)))
	}
	return sum
}
