package operator

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

func testLattice() *lattice {
	return &lattice{axes: []string{"x", "z"}, shape: []int{30, 25}, origin: []float64{-100, 7}, spacing: []float64{10, 2.5}}
}

// sample applies sample rows to a function of the coordinates.
func sample(g *lattice, r *rows, f func(x, z float64) float64) []float64 {
	out := make([]float64, len(r.start)-1)
	for p := range out {
		for e := r.start[p]; e < r.start[p+1]; e++ {
			x := g.origin[0] + float64(r.node[2*e])*g.spacing[0]
			z := g.origin[1] + float64(r.node[2*e+1])*g.spacing[1]
			out[p] += r.weight[e] * f(x, z)
		}
	}
	return out
}

func randomPoints(g *lattice, n, margin int, r *rand.Rand) *field.Array {
	at := field.New64(n, 2)
	for i := range at.F64 {
		a := i % 2
		cells := float64(g.shape[a] - 1 - 2*margin)
		at.F64[i] = g.origin[a] + (float64(margin)+cells*r.Float64())*g.spacing[a]
	}
	return at
}

// Linear interpolation is exact for functions that are linear in each
// coordinate, up to the rounding of coordinates of size 300.
func TestLinearIsExactOnLinear(t *testing.T) {
	g := testLattice()
	at := randomPoints(g, 200, 0, rand.New(rand.NewPCG(1, 2)))
	f := func(x, z float64) float64 { return 3 + 0.5*x - 2*z + 0.1*x*z }
	for p, got := range sample(g, sampleRows(g.spreads(Points{At: at}, 1, Linear, Refuse, g), at.Shape[0]), f) {
		if want := f(at.At(2*p), at.At(2*p+1)); math.Abs(got-want) > 1e-10 {
			t.Errorf("point %d: %g, want %g", p, got, want)
		}
	}
}

// A sinc windowed over 4 nodes to a side errs by about 1 % between 3 and 8
// points a wavelength, where linear interpolation errs
// by (k h)^2/8: 31 % for 4 points.
func TestSincIsBandLimited(t *testing.T) {
	g := testLattice()
	at := randomPoints(g, 300, sincRadius, rand.New(rand.NewPCG(3, 4)))
	for _, v := range []struct{ perWave, tolerance float64 }{{3, 0.02}, {4, 0.01}, {8, 0.01}} {
		f := func(x, z float64) float64 {
			return math.Cos(2 * math.Pi * ((x-g.origin[0])/(v.perWave*g.spacing[0]) + 0.3))
		}
		worst := 0.0
		for p, got := range sample(g, sampleRows(g.spreads(Points{At: at}, 1, Sinc, Refuse, g), at.Shape[0]), f) {
			worst = max(worst, math.Abs(got-f(at.At(2*p), at.At(2*p+1))))
		}
		t.Logf("%g points a wavelength: error %.2g", v.perWave, worst)
		if worst > v.tolerance {
			t.Errorf("%g points a wavelength: error %g, allowed %g", v.perWave, worst, v.tolerance)
		}
	}
}

// A point on a node is that node, for all interpolations, and at the last
// node of the grid too.
func TestPointsOnNodes(t *testing.T) {
	g := testLattice()
	at := field.New64(3, 2)
	copy(at.F64, []float64{-100, 7, -100 + 29*10, 7 + 24*2.5, 0, 7 + 3*2.5})
	nodes := [][]int64{{0, 0}, {29, 24}, {10, 3}}
	for _, kind := range []Interpolation{Linear, Sinc, Nearest} {
		r := sampleRows(g.spreads(Points{At: at}, 1, kind, Refuse, g), at.Shape[0])
		for p, want := range nodes {
			if n := r.start[p+1] - r.start[p]; n != 1 || r.weight[r.start[p]] != 1 || r.node[2*r.start[p]] != want[0] || r.node[2*r.start[p]+1] != want[1] {
				t.Errorf("%v: point %d has %d nodes, %v", kind, p, n, r.node[2*r.start[p]:2*r.start[p+1]])
			}
		}
	}
}

// Injection is the transpose of sampling: both have the same weights, every
// node has one row, and rows are in the order of memory.
func TestInjectIsTransposeOfSample(t *testing.T) {
	g := testLattice()
	at := randomPoints(g, 50, 0, rand.New(rand.NewPCG(5, 6)))
	for _, kind := range []Interpolation{Linear, Sinc, Nearest} {
		weights := map[[3]int64]float64{}
		s := sampleRows(g.spreads(Points{At: at}, 1, kind, Refuse, g), at.Shape[0])
		for p := range at.Shape[0] {
			for e := s.start[p]; e < s.start[p+1]; e++ {
				weights[[3]int64{int64(p), s.node[2*e], s.node[2*e+1]}] = s.weight[e]
			}
		}
		r := g.injectRows(g.spreads(Points{At: at}, 1, kind, Refuse, g))
		last := int64(-1)
		for n := range len(r.start) - 1 {
			place := r.node[2*n]*int64(g.shape[1]) + r.node[2*n+1]
			if place <= last {
				t.Errorf("%v: row %d is out of order", kind, n)
			}
			last = place
			for e := r.start[n]; e < r.start[n+1]; e++ {
				key := [3]int64{r.point[e], r.node[2*n], r.node[2*n+1]}
				if weights[key] != r.weight[e] {
					t.Errorf("%v: weight of %v is %g, sampling has %g", kind, key, r.weight[e], weights[key])
				}
				delete(weights, key)
			}
		}
		if len(weights) > 0 {
			t.Errorf("%v: %d weights are not injected", kind, len(weights))
		}
	}
}
