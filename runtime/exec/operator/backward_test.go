package operator

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// The acoustic equation with a free surface, and its adjoint written by hand:
// the steps the other way round, the traces of the receivers injected and those
// of the source recorded, the mirror folded.
const forthText = `
operator forth {
    order space 4, time 2
    axes x, z
    field m
    field damp
    wavefield u
    boundary u odd at first z
    solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward
    inject src/m into u.forward
    sample rec from u
}`

const backText = `
operator back {
    order space 4, time 2
    axes x, z
    field m
    field damp
    wavefield v
    wavefield r folded
    boundary r odd at first z
    let a = m/dt^2 + damp/dt
    r.backward = laplace(v) + (m/dt^2)*(2*v - v.forward) + damp/dt*v
    inject rec into r.backward
    solve a*v.backward = r.backward for v.backward
    sample src from v*a/m
}`

func random64(r *rand.Rand, lo, hi float64, shape ...int) *field.Array {
	x := field.New64(shape...)
	for i := range x.F64 {
		x.F64[i] = lo + (hi-lo)*r.Float64()
	}
	return x
}

func dotProduct(a, b *field.Array) (sum, size float64) {
	for i := range a.Len() {
		sum += a.At(i) * b.At(i)
		size += math.Abs(a.At(i) * b.At(i))
	}
	return sum, size
}

// <F q, d> = <q, F' d> for random q and d, between the nodes and at the free
// surface. In 40 steps of some 30 operations a point, rounding adds up to no
// more than 1e-13 of the sum of the products' sizes.
func TestAdjointWrittenByHand(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	const steps = 40
	a := Arguments{Shape: []int{19, 17}, Spacing: []float64{1, 1.1}, Steps: steps, Dt: 0.3, Threads: 2,
		Fields: map[string]*field.Array{"m": random64(r, 0.9, 1.1, 19, 17), "damp": random64(r, 0, 0.1, 19, 17)}}
	sources, receivers := random64(r, 0, 16, 3, 2), random64(r, 0, 16, 5, 2)
	sources.F64[1] = 0.4 // right below the surface
	q, d := random64(r, -1, 1, steps, 3), random64(r, -1, 1, steps, 5)
	a.Points = map[string]Points{"src": {At: sources, Traces: q}, "rec": {At: receivers}}
	forth := written(t, forthText, a)
	defer forth.Close()
	a.Points = map[string]Points{"rec": {At: receivers, Traces: d}, "src": {At: sources}}
	back := written(t, backText, a)
	defer back.Close()
	left, size := dotProduct(forth.Traces("rec"), d)
	right, _ := dotProduct(back.Traces("src"), q)
	if math.Abs(left-right) > 1e-13*size {
		t.Errorf("<F q, d> is %.15g, <q, F' d> is %.15g: they differ by %.1e of %g", left, right, math.Abs(left-right)/size, size)
	}
}
