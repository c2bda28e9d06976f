package operator

import (
	"fmt"
	"math"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Without anellipticity wavefronts are ellipses. Stretched by sqrt(1 + 2 epsilon)
// across the axis, the plane is isotropic: a point is reached in the time T with
// (v T)^2 = along^2 + across^2/(1 + 2 epsilon), and the wavefield of a point source
// is -i/4 H0(w T)/sqrt(1 + 2 epsilon). Group velocities are exact so.
//
// In tti_self_adjoint the first wavefield is that for eta = 0. In tti, with
// epsilon = delta, the source also leaves something at rest, so that only the
// shape of the waves is the same far away; their time is compared.
func TestTiltedEllipses(t *testing.T) {
	const n, border, h, dt, peak, steps = 121, 25, 10.0, 1.0, 0.01, 420
	const v, epsilon, theta, around, middle = 2.0, 0.3, 0.6, 150.0, 600.0
	const e = 1 + 2*epsilon
	at := field.New64(8, 2)
	var times, crossing []float64
	for i := range 8 {
		s, c := math.Sincos(float64(i) * math.Pi / 8)
		x, z := 10*math.Round(28*s), 10*math.Round(28*c)
		at.F64[2*i], at.F64[2*i+1] = middle+x, middle+z
		along, across := x*math.Sin(theta)+z*math.Cos(theta), x*math.Cos(theta)-z*math.Sin(theta)
		time := math.Sqrt(along*along+across*across/e) / v
		times = append(times, time)
		// The slowness is the gradient of the time.
		px := (along*math.Sin(theta) + across*math.Cos(theta)/e) / (v * v * time)
		pz := (along*math.Cos(theta) - across*math.Sin(theta)/e) / (v * v * time)
		crossing = append(crossing, 2.2*math.Pow(2*math.Pi*peak, 3)*time*v*v*(e-1)*math.Sin(2*theta)*math.Abs(px*pz)*(px-pz)*(px-pz)*h*h/16)
	}
	run := func(operator string, constants map[string]float64) *field.Array {
		all := map[string]float64{"vp": v, "epsilon": epsilon, "theta": theta, "peak_frequency": peak}
		for name, value := range constants {
			all[name] = value
		}
		return surrounded(t, operator, 8, border, Arguments{Shape: []int{n, n}, Spacing: spacings(2, h), Steps: steps, Dt: dt, Constants: all,
			Points: map[string]Points{"src": {At: field64(1, 2, middle, middle), Traces: wavelet(peak, around, dt, 0, steps)}, "rec": {At: at}}}).Traces("rec")
	}
	self := run("tti_self_adjoint", map[string]float64{"eta": 0, "f": 1})
	tilted := run("tti", map[string]float64{"delta": epsilon})
	for i, time := range times {
		shifted := func(by float64) []float64 {
			return answer(peak, around+by, dt, 0, steps, func(w float64) complex128 {
				h0, _ := hankel(w * time)
				return complex(0, -0.25*h*h/math.Sqrt(e)) * h0
			})
		}
		// The derivative along the tilted axis adds those along x and z that lie half a
		// spacing off in different directions: the product of the two is taken
		// 1 - (kx - kz)^2 h^2/8 times, which changes w^2 by that part of
		// v^2 (e - 1) sin(2 theta) kx kz. Reflections add some 1e-3.
		expectMisfit(t, fmt.Sprintf("tti_self_adjoint, direction %d", i), traceOf(self, i), shifted(0), 2*(late(peak, dt, time)+crossing[i])+3e-3)

		// The time that fits best, by the slope of the wavelet: what differs is its
		// product with the slope over the slope's square.
		got, want, before, after := traceOf(tilted, i), shifted(0), shifted(-0.5), shifted(0.5)
		scale, square := 0.0, 0.0
		for k := range got {
			scale, square = scale+got[k]*want[k], square+want[k]*want[k]
		}
		up, down := 0.0, 0.0
		for k := range got {
			slope := (after[k] - before[k]) * scale / square
			up, down = up+(got[k]-want[k]*scale/square)*slope, down+slope*slope
		}
		// The static part decays as a power of the distance over the wavelength, which
		// is 1.4, and the errors above are of half a millisecond: 1 ms is a hundredth of
		// a period.
		t.Logf("tti, direction %d: %.2f ms late of %.0f", i, up/down, time)
		if d := up / down; !(math.Abs(d) < 1) {
			t.Errorf("tti: in direction %d waves come %.2f ms late, of %.0f", i, d, time)
		}
	}
}
