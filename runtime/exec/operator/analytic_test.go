package operator

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// wavelet is a Ricker wavelet of a peak frequency around a time, sampled late:
// row i is its value at the time (i + late)*dt.
func wavelet(peak, around, dt, late float64, steps int) *field.Array {
	a := field.New64(steps, 1)
	for i := range steps {
		r := math.Pi * peak * ((float64(i)+late)*dt - around)
		a.F64[i] = (1 - 2*r*r) * math.Exp(-r*r)
	}
	return a
}

// answer is what a linear medium makes of that wavelet: its Fourier integral times
// the response, over the times (i + late)*dt. The spectrum of the wavelet is
// 4 sqrt(pi) w^2/p^3 exp(-(w/p)^2) with p = 2 pi peak, and 1e-10 of its peak beyond
// 5p; the sum over frequencies repeats the trace after four times its length,
// when it has decayed.
func answer(peak, around, dt, late float64, steps int, response func(omega float64) complex128) []float64 {
	p := 2 * math.Pi * peak
	step := 2 * math.Pi / (4 * float64(steps) * dt)
	out := make([]float64, steps)
	for k := 1; float64(k)*step < 5*p; k++ {
		w := float64(k) * step
		s := complex(4*math.Sqrt(math.Pi)*w*w/(p*p*p)*math.Exp(-w*w/(p*p))*step/math.Pi, 0) * response(w) * cmplx.Exp(complex(0, w*(late*dt-around)))
		turn := cmplx.Exp(complex(0, w*dt))
		for i := range out {
			out[i] += real(s)
			s *= turn
		}
	}
	return out
}

// hankel are the Hankel functions of the second kind of orders 0 and 1: waves
// that run outward where time enters as exp(i omega t).
func hankel(x float64) (h0, h1 complex128) {
	return complex(math.J0(x), -math.Y0(x)), complex(math.J1(x), -math.Y1(x))
}

// traceOf is the trace of one of several points.
func traceOf(a *field.Array, k int) []float64 {
	out := make([]float64, a.Shape[0])
	for i := range out {
		out[i] = a.At(i*a.Shape[1] + k)
	}
	return out
}

// misfit is the norm of a-b relative to that of b.
func misfit(a, b []float64) float64 {
	diff, all := 0.0, 0.0
	for i := range a {
		diff, all = diff+(a[i]-b[i])*(a[i]-b[i]), all+b[i]*b[i]
	}
	return math.Sqrt(diff / all)
}

// late is the relative error of a wavelet that has travelled for a time in steps
// of dt: its phase is late by w^3 dt^2 time/24, and the root of the mean of w^6
// over a Ricker wavelet's spectrum is 2.2 p^3 with p = 2 pi peak. The error of
// stencils of order 8 is a tenth of that here.
func late(peak, dt, time float64) float64 {
	return 2.2 * math.Pow(2*math.Pi*peak, 3) * dt * dt * time / 24
}

func expectMisfit(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	e := misfit(got, want)
	t.Logf("%s: error %.2g, tolerance %.2g", what, e, tolerance)
	if !(e <= tolerance) {
		t.Errorf("%s differs from the exact solution by %.2g, more than %.2g", what, e, tolerance)
	}
}
