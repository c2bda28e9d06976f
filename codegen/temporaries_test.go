package codegen_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// A temporary may change no value but by rounding: what goes through one is
// what the stencil of the stencil, written out, computes from the same halos.
func TestTemporariesEqualExpansion(t *testing.T) {
	for _, source := range []string{
		`operator density {
    field m
    field b
    wavefield u
    solve m*u.dt2 - div(b*grad(u)) = 0 for u.forward
}`,
		`operator fourth {
    field m
    wavefield u
    solve m*u.dt2 - laplace(u) - dt^2/12*laplace(laplace(u)/m) = 0 for u.forward
}`,
		`def along(a)  = m*a.dx + b*a.dz
operator shared {
    axes x, z
    order time 1
    field m
    field b
    wavefield u
    wavefield v
    let inner = along(u)
    u.forward = u + dt*(inner.dx + (b*inner).dz)
    v.forward = v + dt*(inner.dx + along(u.forward).dz)
}`,
		`operator product {
    order time 1
    field m
    field b
    field k
    wavefield u
    u.forward = u + dt*laplace(m*b*k*u)
}`,
		`operator thrice {
    order time 1
    wavefield u
    u.forward = u + dt*biharmonic(laplace(u))
}`,
	} {
		file, err := dsl.Parse("test.pde", source)
		if err != nil {
			t.Fatal(err)
		}
		for _, dim := range []int{1, 2, 3} {
			for _, order := range []int{2, 4, 8} {
				p, err := check.Problem(file, check.Options{Dim: dim, SpaceOrder: order})
				if err != nil {
					continue // the operator names its own axes
				}
				short := programOf(t, p, func(p *symbolic.Problem) (*symbolic.Problem, error) { return lower.Discretise(p, facts.CPU) })
				long := programOf(t, p, lower.Expand)
				if slices.Equal(short.Halo, long.Halo) == false {
					t.Errorf("%s: halo %v with temporaries, %v without", p.Name, short.Halo, long.Halo)
				}
				temps := 0
				for _, a := range short.Arrays {
					if a.Role == signature.Temporary {
						temps++
					}
				}
				if order >= 4 && temps == 0 {
					t.Errorf("%s in %d dimensions at order %d has no temporaries", p.Name, dim, order)
				}
				for _, a := range p.Functions {
					x, y := values(t, short, a.Name), values(t, long, a.Name)
					scale, worst := 0.0, 0.0
					for i := range y {
						scale, worst = max(scale, math.Abs(y[i])), max(worst, math.Abs(x[i]-y[i]))
					}
					// Sums of at most some 10^4 terms of one size, in double precision.
					if worst > 1e-12*scale || scale == 0 {
						t.Errorf("%s in %d dimensions at order %d: %s differs by %g of %g", p.Name, dim, order, a.Name, worst, scale)
					}
				}
			}
		}
	}
}

// What adjoints have under derivatives is computed once a point, not once for each
// point of a stencil: a step back costs about as many operations as one forward, and
// its temporaries stay in caches: it moves no more than twice as much.
func TestAdjointsCostAsMuchAsTheirOperators(t *testing.T) {
	for _, name := range []string{"acoustic", "vti", "tti", "elastic", "viscoelastic"} {
		file, err := dsl.ParseFile("../testdata/operators/" + name + ".pde")
		if err != nil {
			t.Fatal(err)
		}
		o := codegen.Options{Dim: 3, SpaceOrder: 8, Uniform: true, Machine: facts.Machine{Vector: 32, L2: 2 << 20, Cores: 2}}
		forward, err := codegen.Compile(file, o)
		if err != nil {
			t.Fatal(err)
		}
		problem, err := adjoint.Adjoint(forward.Problem)
		if err != nil {
			t.Fatal(err)
		}
		back, err := codegen.CompileProblem(problem, o)
		if err != nil {
			t.Fatal(err)
		}
		ahead, behind := cost.Total(forward.Stencil, forward.Schedule), cost.Total(back.Stencil, back.Schedule)
		if 2*behind.Flops() > 3*ahead.Flops() || behind.Bytes > 2*ahead.Bytes {
			t.Errorf("%s: a point takes %d operations and %d bytes back, %d and %d forward", name, behind.Flops(), behind.Bytes, ahead.Flops(), ahead.Bytes)
		}
	}
}

func programOf(t *testing.T, p *symbolic.Problem, discretise func(*symbolic.Problem) (*symbolic.Problem, error)) *stencil.Program {
	t.Helper()
	d, err := discretise(p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := lower.Program(d, signature.F64, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := stencil.Verify(out); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// values runs a program for one step from random numbers, halos included, which
// are the same for arrays of one name, and returns an array's storage.
func values(t *testing.T, p *stencil.Program, name string) []float64 {
	t.Helper()
	k, _, err := schedule.Apply(p, schedule.Trivial(p, facts.CPU))
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	b := interp.Allocate[float64](&k.Operator, []int64{7, 6, 5}[:len(k.Axes)])
	for i := range b.Scalars {
		b.Scalars[i] = 0.5
	}
	found := -1
	for i, a := range k.Arrays {
		r := rand.New(rand.NewPCG(uint64(len(a.Name)), uint64(a.Name[0])))
		if a.Role != signature.Temporary {
			for j := range b.Arrays[i].Data {
				b.Arrays[i].Data[j] = 1 + r.Float64()
			}
		}
		if a.Name == name {
			found = i
		}
	}
	if err := interp.Prepare(interp.Of(k), b); err != nil {
		t.Fatal(err)
	}
	if err := interp.Steps(interp.Of(k), b, k.FirstStep, k.FirstStep); err != nil {
		t.Fatal(err)
	}
	return b.Arrays[found].Data
}
