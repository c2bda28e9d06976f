package operator

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// A fluid over a solid, met straight on: of the stress the part
//
//	(Z2 - Z1)/(Z2 + Z1),   Z = rho vp
//
// comes back and 2 Z2/(Z2 + Z1) goes on, in the shape of the wavelet. A rate of
// stress s at a node in one dimension makes waves h/(2 c) s(t - |x|/c) of stress.
//
// The interface lies between two nodes, where the mean of the buoyancies stands for
// that of the densities: the mass
//
//	(rho - 1/b) h,   rho = (rho1 + rho2)/2,   b = (1/rho1 + 1/rho2)/2
//
// is missing there. It is moved by waves of the speed v, so that stress of w v times
// it is missing, which makes waves of the part w (rho - 1/b) h/(Z1 + Z2) of what
// goes on, and as much of what comes back.
func TestFluidOverSolid(t *testing.T) {
	const n, border, h, dt, peak, around, steps = 241, 20, 10.0, 1.0, 0.01, 150.0, 1100
	const c1, rho1, c2, rho2, source, bottom = 1.5, 1.0, 2.8, 2.2, 1000.0, 1395.0
	z1, z2 := c1*rho1, c2*rho2
	medium := func(fluid, solid float64) *field.Array {
		return line(n, 0, h, func(x float64) float64 {
			if x < bottom {
				return fluid
			}
			return solid
		})
	}
	rec := surrounded(t, "elastic", 8, border, Arguments{Shape: []int{n}, Spacing: []float64{h}, Steps: steps, Dt: dt, Constants: map[string]float64{"peak_frequency": peak},
		Fields: map[string]*field.Array{"vp": medium(c1, c2), "vs": medium(0, 1.4), "rho": medium(rho1, rho2)},
		Points: map[string]Points{"src": {At: field64(1, 1, source), Traces: wavelet(peak, around, dt, 0.5, steps)}, "rec1": {At: field64(2, 1, 700, 1800)}}}).Traces("rec1")
	// ricker is the wave of stress, so much of it, so much later.
	ricker := func(part, later float64) []float64 {
		w := wavelet(peak, around+later, dt, 0, steps)
		for i := range w.F64 {
			w.F64[i] *= part * h / (2 * c1)
		}
		return w.F64
	}
	above := ricker(1, (source-700)/c1)
	reflected := (2*bottom - source - 700) / c1
	for i, v := range ricker((z2-z1)/(z2+z1), reflected) {
		above[i] += v
	}
	time := (bottom-source)/c1 + (1800-bottom)/c2
	missing := 2 * math.Pi * peak * ((rho1+rho2)/2 - 2/(1/rho1+1/rho2)) * h / (z1 + z2)
	expectMisfit(t, "fluid", traceOf(rec, 0), above, late(peak, dt, reflected)+1.5*missing)
	expectMisfit(t, "solid", traceOf(rec, 1), ricker(2*z2/(z2+z1), time), late(peak, dt, time)+1.5*missing)
	if r := (z2 - z1) / (z2 + z1); math.Abs(r-0.608) > 1e-3 {
		t.Errorf("reflection coefficient %g", r) // 4.66/7.66
	}
}
