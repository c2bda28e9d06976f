package survey

import (
	"maps"
	"math"
	"slices"
)

// waveform is the shape of a wavelet in units of its dominant period.
type waveform struct {
	value   func(s float64) float64 // s = peak*(t - delay), cycles
	cycles  float64                 // usual delay
	highest float64                 // where the spectrum falls below 5%, in units of the peak frequency
}

// Wavelets by name. The values of highest are solutions of
// |spectrum(f)| = 0.05 max|spectrum|, rounded up; the tests check them.
var waveforms = map[string]waveform{
	"ricker":     {ricker, 1, 2.4},
	"gaussian":   {gaussian, 1, 1.74},
	"dgaussian":  {gaussianDerivative, 1, 3.06},
	"d3gaussian": {gaussianThirdDerivative, 1.5, 2.2},
	"ormsby":     {ormsby, 3, 1.98},
	"klauder":    {klauder, 4, 1.6},
	"gabor":      {gabor, 1.5, 1.86},
	"berlage":    {berlage, 0, 2.7},
}

// WaveletNames lists the known wavelets:
//
//   - ricker: second derivative of a Gaussian, Ricker, Geophysics 18 (1953)
//   - gaussian: exp(-r^2), r = pi peak t; its spectrum is greatest at 0
//   - dgaussian, d3gaussian: first and third derivative of a Gaussian
//   - ormsby: zero phase, flat from 1/2 to 3/2 of the peak frequency, nothing
//     below 1/4 and above twice; Ryan, CSEG Recorder 19 (1994)
//   - klauder: autocorrelation of a linear sweep from 1/2 to 3/2 of the peak
//     frequency over 250 cycles; Klauder et al., Bell Syst. Tech. J. 39 (1960)
//   - gabor: cosine under a Gaussian
//   - berlage: causal, t^2 exp(-a t) sine; Aldridge, Geophysics 55 (1990)
func WaveletNames() []string { return slices.Sorted(maps.Keys(waveforms)) }

// ricker is (1-2r^2) exp(-r^2), r = pi s.
func ricker(s float64) float64 {
	r2 := square(math.Pi * s)
	return (1 - 2*r2) * math.Exp(-r2)
}

func gaussian(s float64) float64 { return math.Exp(-square(math.Pi * s)) }

// gaussianDerivative is -d/dt exp(-a t^2), scaled to reach 1. Its spectrum
// f exp(-(pi f)^2/a) is greatest at the peak frequency for a = 2 pi^2.
func gaussianDerivative(s float64) float64 {
	u := 2 * math.Pi * s // sqrt(2a) s
	return u * math.Exp((1-u*u)/2)
}

// gaussianThirdDerivative is d^3/dt^3 exp(-a t^2) with a = 2 pi^2/3, which
// puts the maximum of f^3 exp(-(pi f)^2/a) at the peak frequency. With
// u = sqrt(2a) s it is (3u-u^3) exp(-u^2/2), greatest, 1.3801, at
// u^2 = 3-sqrt(6).
func gaussianThirdDerivative(s float64) float64 {
	form := func(u float64) float64 { return (3*u - u*u*u) * math.Exp(-u*u/2) }
	return form(2*math.Pi*s/math.Sqrt(3)) / form(math.Sqrt(3-math.Sqrt(6)))
}

// ormsby has a trapezoidal spectrum with corners 1/4, 1/2, 3/2 and 2.
func ormsby(s float64) float64 {
	const f1, f2, f3, f4 = 0.25, 0.5, 1.5, 2
	part := func(f float64) float64 { return square(f * sinc(f*s)) }
	high := (part(f4) - part(f3)) / (f4 - f3)
	low := (part(f2) - part(f1)) / (f2 - f1)
	return (high - low) / (f4 + f3 - f2 - f1)
}

// klauder sweeps from 1/2 to 3/2 at the rate 1/duration.
func klauder(s float64) float64 {
	const duration, band = 250, 1
	if math.Abs(s) >= duration {
		return 0
	}
	left := 1 - math.Abs(s)/duration
	return left * sinc(band*s*left) * math.Cos(2*math.Pi*s)
}

func gabor(s float64) float64 { return math.Exp(-2*s*s) * math.Cos(2*math.Pi*s) }

// berlage is s^2 exp(-4s) sin(2 pi s), scaled by its greatest value.
func berlage(s float64) float64 {
	if s <= 0 {
		return 0
	}
	return s * s * math.Exp(-4*s) * math.Sin(2*math.Pi*s) / berlageGreatest
}

// berlageGreatest is |s^2 exp(-4s) sin(2 pi s)| at its greatest, in the second lobe.
const berlageGreatest = 0.028585

// sinc is sin(pi x)/(pi x).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func square(x float64) float64 { return x * x }
