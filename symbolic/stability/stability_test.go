package stability_test

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
	"github.com/courant-pde/courant/symbolic/stability"
)

func discretised(t *testing.T, source string, dim, so int) *symbolic.Problem {
	t.Helper()
	f, err := dsl.Parse("test.pde", source)
	if err != nil {
		t.Fatal(err)
	}
	p, err := check.Problem(f, check.Options{Dim: dim, SpaceOrder: so})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = lower.Discretise(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// For the wave equation the limit is known: dt = 2 h sqrt(m) / sqrt(dim * S)
// with S the sum of the absolute weights of the second derivative.
func TestWaveEquation(t *testing.T) {
	for dim := 1; dim <= 3; dim++ {
		for _, so := range []int{2, 4, 8, 12} {
			p := discretised(t, "operator a { field m  wavefield u  solve m*u.dt2 = laplace(u) for u.forward }", dim, so)
			s, _ := fd.Rule(2, so, symbolic.Default, 0)
			want := 2 * 10 * 0.5 / math.Sqrt(float64(dim)*s.SumAbs())
			got, err := stability.Limit(p, []stability.Medium{{Fields: map[string]float64{"m": 0.25}, Scalars: map[string]float64{"dt": 1, "h_x": 10, "h_y": 10, "h_z": 10}}})
			// The search stops at one part in 10^4; the tolerance of 1e-6 on an
			// eigenvalue that leaves the circle like a square root adds 1e-12.
			if err != nil || math.Abs(got/want-1) > 2e-4 {
				t.Errorf("%dD so %d: limit %g, want %g (%v)", dim, so, got, want, err)
			}
		}
	}
}

// Forward Euler for diffusion: dt <= h^2 / (2 dim a).
func TestDiffusion(t *testing.T) {
	p := discretised(t, "operator a { order time 1  scalar a  wavefield u  solve u.dt = a*laplace(u) for u.forward }", 2, 2)
	got, err := stability.Limit(p, []stability.Medium{{Scalars: map[string]float64{"dt": 1, "h_x": 2, "h_z": 2, "a": 3}}})
	if want := 4.0 / 12; err != nil || math.Abs(got/want-1) > 2e-4 {
		t.Errorf("limit %g, want %g (%v)", got, want, err)
	}
}

func TestNonlinear(t *testing.T) {
	p := discretised(t, "operator a { order time 1  wavefield u  solve u.dt = u*u.dxc for u.forward }", 1, 2)
	if _, err := stability.Radius(p, stability.Medium{Scalars: map[string]float64{"dt": 1, "h_x": 1}}); err != stability.ErrNonlinear {
		t.Errorf("got %v", err)
	}
}
