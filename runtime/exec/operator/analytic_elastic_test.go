package operator

import (
	"fmt"
	"math"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// An explosion and a force in a homogeneous solid in the plane.
//
// With g = -i/4 H0(w r/c), which solves laplace(g) + (w/c)^2 g = -delta for the
// speeds a and b of P and S waves, a force along z moves the solid by
//
//	u = g_b/mu e_z + 1/(rho w^2) grad d/dz (g_b - g_a)
//
// (Aki and Richards 2002, in two dimensions). A stress of M times the unit matrix
// at a point is the force grad(M delta): u = grad(g_a) M/(rho a^2). Velocities are
// i w u; a rate of stress s = i w M is what src gives. A value at one node is
// spread over h^2.
//
// Traces of src lie half a step after those of the records of stress, those of
// velocities half a step before: half a step would change the phase by w dt/2, and
// the record by 4 percent.
func TestElasticFullSpace(t *testing.T) {
	const n, border, h, dt, peak, steps = 121, 20, 10.0, 1.0, 0.01, 560
	const vp, vs, rho, around = 2.6, 1.5, 2.0, 150.0
	const middle = 600.0
	// Distances from the source; vz lies half a spacing down from the nodes, and so
	// does the force.
	offsets := [][2]float64{{0, 300}, {300, 0}, {210, 210}, {-320, 180}, {380, -110}}
	run := func(source, record string, late, down, up float64) *field.Array {
		at := field.New64(len(offsets), 2)
		for i, o := range offsets {
			at.F64[2*i], at.F64[2*i+1] = middle+o[0], middle+o[1]+up
		}
		return surrounded(t, "elastic", 8, border, Arguments{Shape: []int{n, n}, Spacing: spacings(2, h), Steps: steps, Dt: dt,
			Constants: map[string]float64{"vp": vp, "vs": vs, "rho": rho, "peak_frequency": peak},
			Points:    map[string]Points{source: {At: field64(1, 2, middle, middle+down), Traces: wavelet(peak, around, dt, late, steps)}, record: {At: at}}}).Traces(record)
	}
	// The first two derivatives of g along r.
	slopes := func(w, r, c float64) (first, second complex128) {
		k := w / c
		h0, h1 := hankel(k * r)
		return complex(0, k/4) * h1, complex(0, k*k/4) * (h0 - h1/complex(k*r, 0))
	}
	blast, push := run("src", "vz", 0.5, 0, h/2), run("push", "vz", 0, h/2, h/2)
	for i, o := range offsets {
		// Of the explosion, the record lies half a spacing farther down.
		x, z := o[0], o[1]+h/2
		r := math.Hypot(x, z)
		want := answer(peak, around, dt, -0.5, steps, func(w float64) complex128 {
			first, _ := slopes(w, r, vp)
			return first * complex(z/r*h*h/(rho*vp*vp), 0)
		})
		expectMisfit(t, fmt.Sprintf("explosion, %v", o), traceOf(blast, i), want, 2*late(peak, dt, r/vp)+1e-3)

		z = o[1]
		r = math.Hypot(x, z)
		want = answer(peak, around, dt, -0.5, steps, func(w float64) complex128 {
			firstA, secondA := slopes(w, r, vp)
			firstB, secondB := slopes(w, r, vs)
			along, across := secondB-secondA, (firstB-firstA)/complex(r, 0)
			h0, _ := hankel(w * r / vs)
			u := complex(0, -0.25)*h0/complex(rho*vs*vs, 0) + (along*complex(z*z/r/r, 0)+across*complex(x*x/r/r, 0))/complex(rho*w*w, 0)
			return complex(0, w) * u * complex(h*h, 0)
		})
		expectMisfit(t, fmt.Sprintf("force, %v", o), traceOf(push, i), want, 2*late(peak, dt, r/vs)+1e-3)
	}
}

// field64 is an array of given numbers.
func field64(rows, columns int, values ...float64) *field.Array {
	a := field.New64(rows, columns)
	copy(a.F64, values)
	return a
}
