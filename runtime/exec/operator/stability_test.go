package operator

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic"
)

// draw is a random medium of a library operator, by the roles of its fields.
func draw(name, file string, r *rand.Rand) float64 {
	between := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	switch {
	case name == "damp" && (strings.Contains(file, "elastic") || strings.Contains(file, "visco")):
		return 1 // a mask
	case name == "damp" || name == "sigma" || strings.HasPrefix(name, "damp_") || name == "coupling":
		return between(0, 0.02)
	case name == "epsilon" && strings.Contains(file, "ti"):
		return between(0.1, 0.3)
	case name == "delta":
		return between(-0.1, 0.1)
	case name == "theta" || name == "phi":
		return between(-1, 1)
	case name == "eta":
		return between(0, 0.5)
	case name == "f":
		return between(0.2, 0.9)
	case name == "qp" || name == "qs":
		return between(40, 200)
	case name == "f0":
		return 0.005 // a step beyond the time of relaxation would be unstable, but grow slowly
	case strings.HasPrefix(name, "speed"):
		return between(0.5, 2)
	case strings.HasPrefix(name, "b_") || strings.HasPrefix(name, "bm_"):
		return 1
	case strings.HasPrefix(name, "a_") || strings.HasPrefix(name, "am_"):
		return 0
	}
	return between(0.5, 2)
}

// noisy are arguments for a run from noise on a small grid, in one medium or in
// blocks of four.
func noisy(op *Operator, file string, blocks bool, n, steps int) Arguments {
	k := op.Program.Signature
	r, noise := rand.New(rand.NewPCG(5, 6)), rand.New(rand.NewPCG(7, 8))
	a := Arguments{Steps: steps, Dt: 1, Threads: 1, Constants: map[string]float64{}, Fields: map[string]*field.Array{}, Points: map[string]Points{}}
	for i := range k.Axes {
		a.Shape = append(a.Shape, n)
		a.Spacing = append(a.Spacing, 9+0.5*float64(i))
	}
	for _, x := range k.Arrays {
		var shape []int
		for _, axis := range x.Axes {
			shape = append(shape, a.Shape[axis])
		}
		switch x.Role {
		case signature.Param:
			values := []float64{draw(x.Name, file, r), draw(x.Name, file, r), draw(x.Name, file, r), draw(x.Name, file, r)}
			if !blocks {
				a.Constants[x.Name] = values[0]
				continue
			}
			v := field.New64(shape...)
			for i := range v.F64 {
				b := 0
				for _, j := range v.Index(i) {
					b += j / (n/2 + 1)
				}
				v.F64[i] = values[b]
			}
			a.Fields[x.Name] = v
		case signature.State:
			v := field.New64(shape...)
			for i := range v.F64 {
				v.F64[i] = noise.Float64() - 0.5
			}
			a.Fields[x.Name] = v
		}
	}
	for _, q := range op.Program.Problem.Parameters {
		a.Constants[q.Name] = draw(q.Name, file, r)
	}
	for _, q := range op.Program.Problem.Points {
		if q.Inject {
			a.Points[q.Name] = Points{At: field.New64(0, len(k.Axes)), Traces: field.New64(steps, 0)}
		}
	}
	return a
}

// ring is an operator of the library on a grid whose axes are closed to rings,
// where all waves of the analysis exist.
func ring(t *testing.T, path string, dim, so int) *Operator {
	t.Helper()
	file, err := dsl.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: dim, SpaceOrder: so})
	if err != nil {
		t.Skip(err) // it has another number of axes
	}
	if slices.ContainsFunc(p.Statements, func(s symbolic.Statement) bool { u, ok := s.(*symbolic.Update); return ok && u.Region != nil }) {
		t.Skip("it has a region, which a ring has not")
	}
	p.Grid.Periodic = []bool{true, true, true}[:dim]
	for _, f := range p.Functions {
		f.Edges = nil
	}
	op, err := CompileProblem(context.Background(), p, codegen.Options{Precision: signature.F64})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// grows is how many times larger the wavefields are at the end of a run than
// after a quarter of it.
func grows(t *testing.T, op *Operator, a Arguments) float64 {
	t.Helper()
	a.Unstable = true
	run, err := op.Bind(a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	size := func() (most float64) {
		for i, s := range run.arrays {
			if s.array.Computed() {
				most = max(most, run.arrays[i].greatest(s.bufferOf(run.Next)))
			}
		}
		return most
	}
	if run.Advance(context.Background(), run.Last/4) != nil {
		return math.Inf(1)
	}
	early := size()
	if run.Advance(context.Background(), run.Last) != nil {
		return math.Inf(1)
	}
	return size() / early
}

// Every linear operator of the library is stable below its limit and unstable
// beyond it, in one medium; at the step that is proposed it is stable in blocks
// of different media too.
func TestLimitIsThatOfRuns(t *testing.T) {
	for _, path := range operators(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".pde")
		for _, c := range []struct{ dim, so, least, steps int }{{1, 2, 20, 600}, {1, 8, 20, 600}, {2, 4, 10, 240}, {3, 4, 6, 90}} {
			t.Run(fmt.Sprintf("%s/%dD/%d", name, c.dim, c.so), func(t *testing.T) {
				op := ring(t, path, c.dim, c.so)
				b := noisy(op, name, true, c.least, c.steps)
				dt, err := op.StepFor(t.Context(), b, Margin)
				if b.Dt = dt; err == nil {
					if g := grows(t, op, b); g > 50 {
						t.Errorf("blocks: grows %.2g-fold at %g", g, b.Dt)
					}
				}
				a := noisy(op, name, false, c.least, c.steps)
				f, err := (&binder{op: op, k: op.Program.Signature, a: a}).limits()
				switch {
				case err != nil:
					t.Skip(err) // nonlinear
				case math.IsInf(f.Critical, 0):
					t.Skip("there is no limit")
				case f.IllPosed:
					// First derivatives of order 2 are one-sided.
					if c.so > 2 {
						t.Error(f.Cause)
					}
					a.Dt = 1
					if g := grows(t, op, a); g < 50 {
						t.Errorf("ill-posed, but it grows %.2g-fold", g)
					}
					return
				case err == nil && dt == 0:
					t.Error("no step is proposed for blocks")
				}
				a = noisy(op, name, false, holding(f.verdict.Phase, c.least), c.steps)
				a.Dt = 0.98 * f.Critical
				if g := grows(t, op, a); g > 50 {
					t.Errorf("grows %.2g-fold at 0.98 of %g", g, f.Critical)
				}
				// The slowest to grow is forward Euler: 1 + 2*0.05 a step, 600-fold in
				// the 67 steps of a run in 3D that are compared, for a wave that is a
				// tenth of the noise.
				a.Dt = 1.05 * f.Critical
				if g := grows(t, op, a); g < 50 {
					t.Errorf("grows %.2g-fold at 1.05 of %g", g, f.Critical)
				}
			})
		}
	}
}

// Surfaces are no part of the analysis, but of the rehearsal.
func TestStepBelowASurface(t *testing.T) {
	op := library(t, "elastic_free_surface", 2, 4)
	a := noisy(op, "elastic_free_surface", true, 14, 600)
	dt, err := op.StepFor(t.Context(), a, Margin)
	if err != nil {
		t.Fatal(err)
	}
	a.Dt = dt
	if g := grows(t, op, a); g > 50 {
		t.Errorf("grows %.2g-fold at %g", g, dt)
	}
}

// holding is a number of points, some more than the least, on which a ring
// holds a wave of the given phases best.
func holding(phase []float64, least int) int {
	best, off := least, math.Inf(1)
	for n := least; n < least+4; n++ {
		far := 0.0
		for _, p := range phase {
			turns := p * float64(n) / (2 * math.Pi)
			far = max(far, math.Abs(turns-math.Round(turns))/float64(n))
		}
		if far < off-1e-9 {
			best, off = n, far
		}
	}
	return best
}

// Layers that absorb are judged where they are: with the damping that the points
// have, and not for modes that grow slowly at any time step.
func TestAbsorbingLayersAreJudged(t *testing.T) {
	file, err := dsl.Parse("layers.pde", `operator layers { order space 8  axes x, z  field m  field sx on x  field sz on z  wavefield u  vector wavefield phi staggered
		let S = (sz - sx, sx - sz)
		solve m*u.dt2 + m*(sx + sz)*u.dtc + m*sx*sz*u = laplace(u) + div(phi) for u.forward
		solve phi.dt + hadamard((sx, sz), (phi + phi.forward)/2) = hadamard(S, grad(u + u.forward)/2) for phi.forward }`)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(context.Background(), file, codegen.Options{Dim: 2, Precision: signature.F64})
	if err != nil {
		t.Fatal(err)
	}
	const n = 60
	profile := field.New64(n)
	for i := range profile.F64 {
		d := max(0, 20-float64(min(i, n-1-i)))
		profile.F64[i] = 0.15 * (d / 20) * (d / 20) // per ms
	}
	a := Arguments{Shape: []int{n, n}, Spacing: []float64{10, 10}, Dt: 2, Steps: 10, Constants: map[string]float64{"m": 0.25}, Fields: map[string]*field.Array{"sx": profile, "sz": profile}}
	l, err := FindLimits(op.Program, a)
	if err != nil {
		t.Fatal(err)
	}
	if l.IllPosed || l.Critical < 2 {
		t.Errorf("%+v", l)
	}
	run, err := op.Bind(a)
	if err != nil {
		t.Fatal(err)
	}
	run.Close()
}
