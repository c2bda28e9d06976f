package operator

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// library is an operator of the library, interpreted and in double precision.
func library(t *testing.T, name string, dim, so int) *Operator {
	t.Helper()
	op, err := Load(context.Background(), "../../../testdata/operators/"+name+".pde", codegen.Options{Dim: dim, SpaceOrder: so, Precision: signature.F64})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// rock are Lame's moduli and the buoyancy.
func rock(vp, vs, rho float64) [3]float64 {
	mu := rho * vs * vs
	return [3]float64{rho*vp*vp - 2*mu, mu, 1 / rho}
}

// The fastest rock has no parameter that is extreme: it is found all the same.
func TestLimitsOfAllPoints(t *testing.T) {
	op := library(t, "elastic", 2, 4)
	const n = 40
	a := Arguments{Shape: []int{n, n}, Spacing: []float64{10, 10}, Dt: 1, Steps: 100, Constants: map[string]float64{"damp": 1}, Fields: map[string]*field.Array{}}
	rocks := [][3]float64{rock(3, 1.7, 2.3), rock(5, 2.7, 5), rock(1.2, 0.4, 0.9), rock(6.5, 3.6, 2.4)}
	for k, name := range []string{"lam", "mu", "b"} {
		x := field.New64(n, n)
		for i := range x.F64 {
			r := 0
			switch x, z := i/n, i%n; {
			case x >= 5 && x < 10 && z >= 5 && z < 10:
				r = 1
			case x >= 5 && x < 10 && z >= 30:
				r = 2
			case x >= 25 && x < 28 && z >= 25 && z < 28:
				r = 3
			}
			x.F64[i] = rocks[r][k]
		}
		a.Fields[name] = x
	}
	l, err := FindLimits(op.Program, a)
	if err != nil {
		t.Fatal(err)
	}
	// h/(vp sqrt(2) sum|w|/2) with sum|w| = 7/3 (Levander 1988).
	if want := 10 / (6.5 * math.Sqrt2 * 7 / 6); math.Abs(l.Critical/want-1) > 1e-6 {
		t.Errorf("limit %.9g, want %.9g", l.Critical, want)
	}
	if l.At[0] != 25 || l.At[1] != 25 {
		t.Errorf("at %v", l.At)
	}
	// Waves of forty points are right to some parts in a thousand at order 4.
	if math.Abs(l.Fastest/6.5-1) > 2e-3 || math.Abs(l.Slowest/0.4-1) > 2e-3 {
		t.Errorf("speeds %g to %g", l.Slowest, l.Fastest)
	}
	a.Dt, a.Points = 0.95, map[string]Points{"src": {At: field.New64(1, 2), Traces: field.New64(100, 1)}}
	// Velocities, that nobody gave as the moduli are known, are not among what is there.
	if _, err := op.Bind(a); err == nil || !strings.Contains(err.Error(), "stability limit") || !strings.Contains(err.Error(), "b = 0.41") || strings.Contains(err.Error(), "vp = ") {
		t.Errorf("a step beyond the limit gave %v", err)
	}
}

// Noise in three parameters has no two points alike: cells that might hold the
// worst are told apart until it is found.
func TestLimitsOfNoise(t *testing.T) {
	op := library(t, "elastic", 2, 4)
	const n = 300
	a := Arguments{Shape: []int{n, n}, Spacing: []float64{10, 10}, Constants: map[string]float64{"damp": 1}, Fields: map[string]*field.Array{}}
	r := rand.New(rand.NewPCG(1, 2))
	lam, mu, b := field.New32(n, n), field.New32(n, n), field.New32(n, n)
	fastest, worst := 0.0, 0
	for i := range lam.F32 {
		vp := 1.5 + 4*r.Float64()
		k := rock(vp, vp/1.8*r.Float64(), 2+0.5*r.Float64())
		lam.F32[i], mu.F32[i], b.F32[i] = float32(k[0]), float32(k[1]), float32(k[2])
		if c := (float64(lam.F32[i]) + 2*float64(mu.F32[i])) * float64(b.F32[i]); c > fastest {
			fastest, worst = c, i
		}
	}
	a.Fields["lam"], a.Fields["mu"], a.Fields["b"] = lam, mu, b
	l, err := FindLimits(op.Program, a)
	if err != nil {
		t.Fatal(err)
	}
	if want := 10 / (math.Sqrt(2*fastest) * 7 / 6); math.Abs(l.Critical/want-1) > 1e-6 || l.At[0]*n+l.At[1] != worst {
		t.Errorf("limit %.9g at %v, want %.9g at %d", l.Critical, l.At, want, worst)
	}
}

// The step that is proposed is below the limit and easily read.
func TestStep(t *testing.T) {
	for _, c := range []struct{ critical, margin, want float64 }{
		{1, 0, 1}, {0.866025, 0.05, 0.822}, {2.7731623, 0.05, 2.634}, {12.3456, 0, 12.345}, {0.0234567, 0, 0.0234}, {1e-9, 0.05, 9.5e-10},
		{0, 0, 0}, {math.Inf(1), 0.05, 0}, {math.NaN(), 0.05, 0},
	} {
		l := Limits{Critical: c.critical}
		if got := l.Step(c.margin); got != c.want {
			t.Errorf("limit %g, margin %g: %.17g, want %g", c.critical, c.margin, got, c.want)
		}
	}
}

// What is wrong with a medium is said, and what would cure it.
func TestIllPosedMedium(t *testing.T) {
	file, err := dsl.Parse("vti.pde", `operator vti { order space 8  axes x, z  field m  field damp  field epsilon  field delta  wavefield u  wavefield v
		solve m*u.dt2 - (1 + 2*epsilon)*u.dx2 - sqrt(1 + 2*delta)*v.dz2 + damp*u.dt = 0 for u.forward
		solve m*v.dt2 - sqrt(1 + 2*delta)*u.dx2 - v.dz2 + damp*v.dt = 0 for v.forward
		inject src*dt^2/m into u.forward }`)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(context.Background(), file, codegen.Options{Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, err = op.Bind(Arguments{Shape: []int{20, 20}, Spacing: []float64{10, 10}, Dt: 1, Steps: 10,
		Constants: map[string]float64{"m": 0.25, "damp": 0, "epsilon": 0.1, "delta": 0.2},
		Points:    map[string]Points{"src": {At: field.New64(1, 2), Traces: field.New64(10, 1)}}})
	if err == nil || !strings.Contains(err.Error(), "epsilon above 0.2") || !strings.Contains(err.Error(), "delta below 0.1") {
		t.Error(err)
	}
}
