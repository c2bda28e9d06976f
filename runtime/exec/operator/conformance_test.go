package operator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic/stability"
)

// operators lists the library of operators.
func operators(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../../testdata/operators/*.pde")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no operators: %v", err)
	}
	return paths
}

// randomArguments bind an operator to a small grid with everything random:
// parameters around 1/2, initial states, several sources that share nodes, and
// receivers.
func randomArguments(t *testing.T, p *codegen.Program, r *rand.Rand) Arguments {
	t.Helper()
	dim := len(p.Signature.Axes)
	a := Arguments{Steps: 12, Unstable: true, Fields: map[string]*field.Array{}, Constants: map[string]float64{}, Points: map[string]Points{}}
	for range dim {
		n := 9 + r.IntN(9)
		if p.Problem.Border > 0 {
			n += 9 // so that the layers of both ends do not meet
		}
		a.Shape = append(a.Shape, n)
		a.Spacing = append(a.Spacing, 0.8+0.4*r.Float64())
		a.Origin = append(a.Origin, r.Float64()*10-5)
	}
	for _, part := range p.Signature.Parts { // so that there are several
		a.Shape[part.Axis] += 2 * part.Least
	}
	random := func(lo, hi float64, shape ...int) *field.Array {
		x := field.New64(shape...)
		for i := range x.F64 {
			x.F64[i] = lo + (hi-lo)*r.Float64()
		}
		return x
	}
	medium := stability.Medium{Fields: map[string]float64{}, Scalars: map[string]float64{}}
	for _, x := range p.Signature.Arrays {
		var shape []int
		for _, axis := range x.Axes {
			shape = append(shape, a.Shape[axis])
		}
		switch x.Role {
		case signature.Param:
			a.Fields[x.Name] = random(0.45, 0.55, shape...)
			medium.Fields[x.Name] = 0.5
		case signature.State:
			if f := functionOf(p.Problem, x.Name); f != nil && f.Local {
				continue // it is zero outside of its region
			}
			a.Fields[x.Name] = random(-0.1, 0.1, append([]int{p.Signature.FirstStep + 1}, shape...)...)
		}
	}
	for _, q := range p.Problem.Parameters {
		a.Constants[q.Name] = 1
		medium.Scalars[q.Name] = 1
	}
	for i, x := range p.Signature.Axes {
		medium.Scalars["h_"+x] = a.Spacing[i]
	}
	a.Dt = 0.01
	if limit, err := stability.Limit(p.Discretised, []stability.Medium{medium}); err == nil && limit > 0 && !math.IsInf(limit, 0) {
		a.Dt = limit / 2
	}
	for _, q := range p.Problem.Points {
		n := 1 + r.IntN(6)
		places, at := 1, field.New64(n, dim)
		if r.IntN(3) == 0 { // they move
			places, at = a.Steps, field.New64(a.Steps, n, dim)
		}
		for i := range places * n {
			for axis := range dim {
				// Some on nodes, some at the very edge, most between.
				place := r.Float64() * float64(a.Shape[axis]-1)
				switch r.IntN(4) {
				case 0:
					place = math.Floor(place)
				case 1:
					place = float64(a.Shape[axis] - 1)
				}
				at.F64[i*dim+axis] = a.Origin[axis] + place*a.Spacing[axis]
			}
		}
		points := Points{At: at}
		if q.Inject {
			points.Traces = random(-1, 1, a.Steps, n)
		}
		a.Points[q.Name] = points
	}
	return a
}

// outcome is everything that a run leaves, by name.
func outcome(t *testing.T, op *Operator, a Arguments) map[string]*field.Array {
	t.Helper()
	run, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	out := map[string]*field.Array{}
	for _, x := range op.Program.Signature.Arrays {
		if x.Computed() || x.Role == signature.Image || x.Role == signature.History {
			out[x.Name] = run.Field(x.Name)
		}
	}
	for _, s := range op.Program.Signature.Series {
		out[s.Name] = run.Series(s.Name)
	}
	for _, q := range op.Program.Problem.Points {
		if !q.Inject {
			out[q.Name] = run.Traces(q.Name)
		}
	}
	return out
}

// compare reports where got differs from want by more than a tolerance
// relative to the largest value of want; 0 asks for the same bits.
func compare(t *testing.T, what string, got, want map[string]*field.Array, tolerance float64) {
	t.Helper()
	for name, w := range want {
		g := got[name]
		least, greatest := w.Range()
		// What cancels is compared with the size of what it is made of.
		scale := max(math.Abs(least), math.Abs(greatest), 1e-6)
		for i := range w.Len() {
			if d := math.Abs(g.At(i) - w.At(i)); !(d <= tolerance*scale) {
				t.Errorf("%s: %s%v is %.17g, want %.17g; relative difference %.2g, allowed %.2g", what, name, w.Index(i), g.At(i), w.At(i), d/scale, tolerance)
				break
			}
		}
	}
}

// Every target computes what the interpreter computes of the plain kernel,
// for every operator, number of axes, order and precision. Threads and tiles
// change no bit: every point is computed by the same operations, in the same
// order, whoever does it.
func TestConformance(t *testing.T) {
	for _, path := range operators(t) {
		file, err := dsl.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range check.Operators(file) {
			for dim := 1; dim <= 3; dim++ {
				for order, real := range map[int]signature.Real{2: signature.F64, 4: signature.F32, 8: signature.F64} {
					if order == 2 && dim != 2 {
						continue // what is special about order 2 is so along any axis
					}
					o := codegen.Options{Operator: name, Dim: dim, SpaceOrder: order, Precision: real}
					t.Run(fmt.Sprintf("%s %dD so %d %s", name, dim, order, real), func(t *testing.T) { conform(t, file, o) })
					if o.Border = 3; order == 4 && dim == 2 && absorbing(file, o.Check()) {
						t.Run(fmt.Sprintf("%s %dD so %d %s with layers", name, dim, order, real), func(t *testing.T) { conform(t, file, o) })
					}
				}
			}
		}
	}
}

// absorbing reports whether an operator has absorbing layers.
func absorbing(file *dsl.File, o check.Options) bool {
	p, err := check.Problem(file, o)
	return err == nil && p.Layers != nil
}

func conform(t *testing.T, file *dsl.File, o codegen.Options) {
	t.Parallel()
	plain := o
	plain.Passes.Disable, plain.Schedule = pass.Names(), schedule.Trivial
	oracle, err := Compile(t.Context(), file, plain)
	if dsl.IsUser(err) {
		t.Skipf("not for this grid: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(o.Dim*100 + o.SpaceOrder)
	a := randomArguments(t, oracle.Program, rand.New(rand.NewPCG(seed, 1)))
	want := outcome(t, oracle, a)
	// The passes reorder sums of at most 100 terms whose weights add up to
	// some 10 times the result, over 12 steps: 12*10*sqrt(100) roundings.
	tolerance := 1200 * math.Exp2(-53)
	if o.Precision == signature.F32 {
		tolerance = 1200 * math.Exp2(-24)
	}
	for _, name := range target.Names() {
		backend, err := target.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		o := o
		o.Target = backend
		op, err := Compile(t.Context(), file, o)
		if err != nil {
			t.Fatal(err)
		}
		a := a
		a.Threads = 1
		alone := outcome(t, op, a)
		compare(t, name, alone, want, tolerance)
		for _, threads := range []int{2, 3} {
			for _, tile := range []int{1, 3, 1000} {
				a.Threads = threads
				a.Block = nil
				for range o.Dim {
					a.Block = append(a.Block, tile)
				}
				compare(t, fmt.Sprintf("%s, %d threads, tile %d", name, threads, tile), outcome(t, op, a), alone, 0)
			}
		}
	}
}

// Leaving out any one pass changes results by rounding at most, and not at
// all where the pass only moves loops and buffers.
func TestPassesKeepResults(t *testing.T) {
	moves := map[string]bool{"inplace": true}
	for _, path := range operators(t) {
		file, err := dsl.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range check.Operators(file) {
			o := codegen.Options{Operator: name, Dim: 2, SpaceOrder: 4, Precision: signature.F64}
			o.Target, _ = target.Find("c")
			all, err := Compile(t.Context(), file, o)
			if dsl.IsUser(err) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			a := randomArguments(t, all.Program, rand.New(rand.NewPCG(7, 7)))
			want := outcome(t, all, a)
			for _, p := range pass.Names() {
				o.Passes.Disable = []string{p}
				op, err := Compile(t.Context(), file, o)
				if err != nil {
					t.Fatal(err)
				}
				tolerance := 1200 * math.Exp2(-53)
				if moves[p] {
					tolerance = 0
				}
				compare(t, name+" without "+p, outcome(t, op, a), want, tolerance)
			}
		}
	}
}
