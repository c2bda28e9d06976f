package stability_test

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
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
	if p, err = lower.Discretise(p, facts.CPU); err != nil {
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
			// The search stops at one part in 10^7; the tolerance of 1e-6 on an
			// eigenvalue that leaves the circle like a square root adds 1e-12.
			if err != nil || math.Abs(got/want-1) > 2e-7 {
				t.Errorf("%dD so %d: limit %g, want %g (%v)", dim, so, got, want, err)
			}
		}
	}
}

// Forward Euler for diffusion: dt <= h^2 / (2 dim a). The eigenvalue passes -1
// at the rate 2 per relative step, so the tolerance of 1e-6 adds 5e-7.
func TestDiffusion(t *testing.T) {
	p := discretised(t, "operator a { order time 1  scalar a  wavefield u  solve u.dt = a*laplace(u) for u.forward }", 2, 2)
	got, err := stability.Limit(p, []stability.Medium{{Scalars: map[string]float64{"dt": 1, "h_x": 2, "h_z": 2, "a": 3}}})
	if want := 4.0 / 12; err != nil || math.Abs(got/want-1) > 1e-6 {
		t.Errorf("limit %g, want %g (%v)", got, want, err)
	}
}

func TestNonlinear(t *testing.T) {
	p := discretised(t, "operator a { order time 1  wavefield u  solve u.dt = u*u.dxc for u.forward }", 1, 2)
	if _, err := stability.New(p); err != stability.ErrNonlinear {
		t.Errorf("got %v", err)
	}
}

// What grows in the equations too, at a rate that neither step nor grid changes,
// does not count against a scheme: u” = c^2 u_xx + r^2 u grows like exp(r t).
func TestGrowthOfTheEquations(t *testing.T) {
	p := discretised(t, "operator a { field c  scalar r  wavefield u  solve u.dt2 = c^2*laplace(u) + r^2*u for u.forward }", 2, 4)
	s, err := stability.New(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7} {
		j, err := s.In(stability.Medium{Fields: map[string]float64{"c": 2}, Scalars: map[string]float64{"h_x": 10, "h_z": 10, "r": r}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := j.Limit(1)
		// The shortest wave has omega^2 = 2 c^2 S/h^2 - r^2 with S = 16/3. Growth of
		// 1.2 r dt in a step is let pass; beyond the limit by the fraction d it is
		// sqrt(8 d).
		want := 2 / math.Sqrt(2*4*16./3/100-r*r)
		g := 1.3 * r * want
		if err != nil || v.Dt < want*(1-2e-7) || v.Dt > want*(1+2e-7+g*g/8) {
			t.Errorf("rate %g: %+v, %v; want a limit of %g", r, v, err, want)
		}
		// Below 1e-6 in a step growth does not show.
		if r > 1e-6 && (v.Rate < r || v.Rate > 1.3*r) {
			t.Errorf("rate %g: %+v", r, v)
		}
	}
}

// Equations whose solutions grow the faster the shorter they are, and schemes
// that grow at every time step, have no limit but 0.
func TestHopeless(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		fields map[string]float64
	}{
		"negative square": {"operator a { field m  wavefield u  solve m*u.dt2 = laplace(u) for u.forward }", map[string]float64{"m": -0.25}},
		"heat backwards":  {"operator a { order time 1  field m  wavefield u  solve u.dt = -m*laplace(u) for u.forward }", map[string]float64{"m": 1}},
		"forward Euler":   {"operator a { order time 1  field m  wavefield u  solve u.dt = m*u.dxc for u.forward }", map[string]float64{"m": 1}},
		"epsilon below delta": {`operator a { axes x, z  field m  field e  field d  wavefield u  wavefield v
			solve m*u.dt2 = (1 + 2*e)*u.dx2 + sqrt(1 + 2*d)*v.dz2 for u.forward
			solve m*v.dt2 = sqrt(1 + 2*d)*u.dx2 + v.dz2 for v.forward }`, map[string]float64{"m": 0.25, "e": 0.1, "d": 0.11}},
		"division by zero": {"operator a { field m  wavefield u  solve m*u.dt2 = laplace(u) for u.forward }", map[string]float64{"m": 0}},
	} {
		p := discretised(t, c.source, 2, 8)
		got, err := stability.Limit(p, []stability.Medium{{Fields: c.fields, Scalars: map[string]float64{"h_x": 10, "h_z": 10}}})
		if err != nil || got != 0 {
			t.Errorf("%s: limit %g, %v", name, got, err)
		}
	}
}
