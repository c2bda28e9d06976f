package operator

import (
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// saving is a problem with all levels of its wavefields saved.
func saving(p *symbolic.Problem) *symbolic.Problem {
	for _, f := range p.Functions {
		f.Saved = f.Role == symbolic.Wavefield
	}
	return p
}

// For every operator that records anything, on every grid, with the derivative
// F' of its records by fields m and traces q:
//
//	<d, F'(dm)> = <F''(d), dm>,  Born modelling against the gradient,
//	<d, F'(dq)> = <F''(d), dq>,  the change by other sources against theirs,
//
// for random d, dm and dq, with sources and receivers between the nodes. The
// operators are those of the text that is derived. Each side sums products of
// rounded numbers, so they agree to 1e-13 of the sum of their sizes.
func TestAdjointOfTheLibrary(t *testing.T) {
	for _, path := range operators(t) {
		for dim := 1; dim <= 3; dim++ {
			if dim == 3 && testing.Short() {
				continue
			}
			t.Run(strings.TrimSuffix(filepath.Base(path), ".pde")+[]string{"", "/1D", "/2D", "/3D"}[dim], func(t *testing.T) {
				t.Parallel()
				o := codegen.Options{Options: check.Options{Dim: dim, SpaceOrder: 4}, Real: ir.F64}
				if dim == 3 {
					o.Backend = c.Backend{}
				}
				op, err := Load(t.Context(), path, o)
				if err != nil {
					t.Skip("not for this grid")
				}
				if !recordsAnything(op.Program.Problem) {
					t.Skip("it records nothing")
				}
				transposes(t, op, o)
			})
		}
	}
}

func transposes(t *testing.T, op *Operator, o codegen.Options) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 17))
	p := op.Program.Problem
	a := randomArguments(t, op.Program, random)
	wrt := allFields(p)
	reverse, err := adjoint.Gradient(p, wrt...)
	if len(wrt) == 0 {
		reverse, err = adjoint.Adjoint(p)
	}
	if err != nil {
		t.Fatal(err)
	}
	backward := derived(t, reverse, o)
	states := outcome(t, derived(t, saving(p), o), a)

	// F'(dm)
	forth := a
	forth.Fields, forth.Points = maps.Clone(a.Fields), map[string]Points{}
	for _, name := range wrt {
		forth.Fields["d"+name] = random64(random, -0.5, 0.5, a.Fields[name].Shape...)
	}

	// F''(d)
	back := a
	back.Fields, back.Points = map[string]*field.Array{}, map[string]Points{}
	for _, x := range backward.Program.Kernel.Arrays {
		switch {
		case x.Role == ir.Param:
			back.Fields[x.Name] = a.Fields[x.Name]
		case x.Role == ir.Given:
			back.Fields[x.Name] = states[x.Name]
		}
	}
	d := map[string]*field.Array{}
	for _, q := range p.Points {
		if !q.Inject {
			d[q.Name] = random64(random, -1, 1, a.Steps, a.Points[q.Name].Count())
		}
	}
	for _, q := range backward.Program.Problem.Points {
		switch {
		case d[q.Name] != nil:
			back.Points[q.Name] = Points{At: a.Points[q.Name].At, Traces: d[q.Name]}
		case q.Inject:
			back.Points[q.Name] = a.Points[strings.TrimSuffix(q.Name, "_traces")]
		default:
			back.Points[q.Name] = Points{At: a.Points[q.Name].At}
		}
	}
	gradients := outcome(t, backward, back)

	sourcesTranspose(t, op, a, d, gradients, isLinear(reverse))
	if len(wrt) == 0 {
		return
	}
	linear := born(t, p, o, wrt...)
	for _, q := range linear.Program.Problem.Points {
		forth.Points[q.Name] = a.Points[q.Name]
	}
	changes := outcome(t, linear, forth)
	left, size := 0.0, 0.0
	for name, x := range d {
		if change := changes[name]; change != nil {
			sum, of := dotProduct(x, change)
			left, size = left+sum, size+of
		}
	}
	right, of := 0.0, 0.0
	for _, name := range wrt {
		sum, s := dotProduct(summed(gradients["g_"+name], forth.Fields["d"+name], p, name), forth.Fields["d"+name])
		right, of = right+sum, of+s
	}
	if size = max(size, of); !(math.Abs(left-right) <= 1e-13*size) {
		t.Errorf("fields: <d, F' dm> is %.15g, <F'' d, dm> is %.15g: they differ by %.1e of %g", left, right, math.Abs(left-right)/size, size)
	}
}

// isLinear reports whether the equations of an adjoint need no states.
func isLinear(p *symbolic.Problem) bool {
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Target.Func.Role != symbolic.Wavefield {
			continue
		}
		for _, e := range []symbolic.Expr{u.Left, u.Right} {
			found := false
			symbolic.Visit(e, func(e symbolic.Expr) {
				a, ok := e.(*symbolic.Access)
				found = found || ok && a.Func.Saved
			})
			if found {
				return false
			}
		}
	}
	return true
}

// summed is an image over the axes that a field spans.
func summed(g, like *field.Array, p *symbolic.Problem, name string) *field.Array {
	if g.Len() == like.Len() {
		return g
	}
	var f *symbolic.Function
	for _, x := range p.Functions {
		if x.Name == name {
			f = x
		}
	}
	out := field.New64(like.Shape...)
	for i := range g.Len() {
		at, place := g.Index(i), 0
		for j, axis := range f.Axes {
			place = place*like.Shape[j] + at[axis]
		}
		out.F64[place] += g.At(i)
	}
	return out
}

// sourcesTranspose compares what other traces of the sources change with what
// the adjoint records there; the operator must be linear in them.
func sourcesTranspose(t *testing.T, op *Operator, a Arguments, d, gradients map[string]*field.Array, linear bool) {
	t.Helper()
	sources := map[string]*field.Array{}
	for _, q := range op.Program.Problem.Points {
		if q.Inject && gradients[q.Name] != nil {
			sources[q.Name] = a.Points[q.Name].Traces
		}
	}
	if len(sources) == 0 || !linear {
		return
	}
	b := a // from rest, the records are linear in the traces
	b.Fields = map[string]*field.Array{}
	for _, x := range op.Program.Kernel.Arrays {
		if x.Role == ir.Param {
			b.Fields[x.Name] = a.Fields[x.Name]
		}
	}
	records := outcome(t, op, b)
	left, right, size := 0.0, 0.0, 0.0
	for name, x := range d {
		sum, of := dotProduct(x, records[name])
		left, size = left+sum, size+of
	}
	for name, q := range sources {
		sum, of := dotProduct(gradients[name], q)
		right, size = right+sum, max(size, of)
	}
	if !(math.Abs(left-right) <= 1e-13*size) {
		t.Errorf("sources: <d, F q> is %.15g, <F' d, q> is %.15g: they differ by %.1e of %g", left, right, math.Abs(left-right)/size, size)
	}
}
