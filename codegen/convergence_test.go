package codegen_test

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
)

// interpretable compiles the acoustic operator for the interpreter in double
// precision.
func interpretable(t *testing.T, dim, spaceOrder int) *codegen.Program {
	t.Helper()
	file, err := dsl.ParseFile("../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	p, err := codegen.Compile(file, codegen.Options{Dim: dim, SpaceOrder: spaceOrder, Precision: signature.F64})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// simulation is a kernel with its storage.
type simulation struct {
	*testing.T
	p *codegen.Program
	k *loop.Kernel
	b *interp.Binding[float64]
}

func newSimulation(t *testing.T, p *codegen.Program, size []int64, scalars map[string]float64) *simulation {
	s := &simulation{t, p, p.Kernel, interp.Allocate[float64](p.Signature, size)}
	for i, name := range s.k.Scalars {
		s.b.Scalars[i] = scalars[name]
	}
	return s
}

// array finds an array and its storage.
func (s *simulation) array(name string) (*signature.Array, *interp.Array[float64]) {
	for i, a := range s.k.Arrays {
		if a.Name == name {
			return a, &s.b.Arrays[i]
		}
	}
	s.Fatalf("the kernel has no array %s", name)
	return nil, nil
}

// at is the place of a value at time level t.
func (s *simulation) at(name string, t int, point []int64) *float64 {
	a, store := s.array(name)
	return &store.Data[store.Index(a.Buffer(t), point)]
}

// each calls f with all points of the grid, and those of a halo if asked for.
func (s *simulation) each(halo bool, f func(point []int64)) {
	point := make([]int64, len(s.k.Axes))
	var walk func(axis int)
	walk = func(axis int) {
		if axis == len(point) {
			f(point)
			return
		}
		h := int64(0)
		if halo {
			h = int64(s.k.Halo[axis])
		}
		for point[axis] = -h; point[axis] < s.b.Size[axis]+h; point[axis]++ {
			walk(axis + 1)
		}
	}
	walk(0)
}

func (s *simulation) prepare() {
	if err := interp.Prepare(interp.Of(s.k), s.b); err != nil {
		s.Fatal(err)
	}
}

// step computes level t+1.
func (s *simulation) step(t int) {
	if err := interp.Steps(interp.Of(s.k), s.b, t, t); err != nil {
		s.Fatal(err)
	}
}

// repeat continues a level periodically into its halo.
func (s *simulation) repeat(name string, t int) {
	inside := make([]int64, len(s.k.Axes))
	s.each(true, func(p []int64) {
		for axis, n := range s.b.Size {
			inside[axis] = (p[axis]%n + n) % n
		}
		*s.at(name, t, p) = *s.at(name, t, inside)
	})
}

// standingWave is the largest error of cos(kx) cos(kz) cos(wt), with period 1
// along each axis, after a fixed time on a grid of n points per period.
//
// On such a wave the second difference in time is (2 cos(w dt) - 2)/dt^2
// rather than -w^2. With the slowness chosen to match, the scheme has no error
// in time at all, and what is left is the error in space.
func standingWave(t *testing.T, dim, spaceOrder int, n int64) float64 {
	// The end must not be an extremum, where an error of the phase is squared.
	const steps, dt = 48, 1. / 64
	k := 2 * math.Pi
	omega := k * math.Sqrt(float64(dim)) / 2 // with a velocity of 1/2
	slowness := float64(dim) * k * k * dt * dt / (2 - 2*math.Cos(omega*dt))
	h := 1 / float64(n)
	size := []int64{n, n, n}[:dim]
	s := newSimulation(t, interpretable(t, dim, spaceOrder), size, map[string]float64{"dt": dt, "h_x": h, "h_y": h, "h_z": h})
	s.each(true, func(p []int64) { *s.at("m", 0, p) = slowness })
	wave := func(p []int64, level int) float64 {
		v := math.Cos(omega * dt * float64(level))
		for _, i := range p {
			v *= math.Cos(k * h * float64(i))
		}
		return v
	}
	for _, level := range []int{0, 1} {
		s.each(false, func(p []int64) { *s.at("u", level, p) = wave(p, level) })
	}
	s.prepare()
	for level := 1; level < steps; level++ {
		s.repeat("u", level)
		s.step(level)
	}
	worst := 0.0
	s.each(false, func(p []int64) { worst = max(worst, math.Abs(*s.at("u", steps, p)-wave(p, steps))) })
	return worst
}

// The error falls with the power of the spacing that the order in space says.
func TestConvergence(t *testing.T) {
	for dim := 1; dim <= 2; dim++ {
		for so := 2; so <= 12; so += 2 {
			// Coarse grids for high orders: rounding must not show.
			coarse, fine := int64(16), int64(24)
			if so >= 10 {
				coarse, fine = 12, 16
			}
			a, b := standingWave(t, dim, so, coarse), standingWave(t, dim, so, fine)
			slope := math.Log(a/b) / math.Log(float64(fine)/float64(coarse))
			t.Logf("%dD so %d: errors %.3g and %.3g, slope %.2f", dim, so, a, b, slope)
			if math.Abs(slope/float64(so)-1) > 0.1 {
				t.Errorf("%dD so %d: errors %g on %d and %g on %d points, slope %.2f", dim, so, a, coarse, b, fine, slope)
			}
		}
	}
}
