package verify

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/dsl/unparse"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// written compares the gradient of a problem as it is derived with what is read
// from its text, on random states: they differ in the order of terms, and so in
// rounding, which 40 steps amplify to no more than 1e-9 of the results.
func written(t *testing.T, p *symbolic.Problem, o Options) {
	t.Helper()
	g, err := adjoint.Gradient(p, adjoint.By{Fields: fieldsOf(p), Initial: true})
	if err != nil {
		t.Fatal(err)
	}
	text, err := unparse.Operator(g, "")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	file, err := dsl.Parse("gradient.pde", text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := check.Problem(file, check.Options{Dim: p.Grid.Dim()})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	o.Compile.Target = nil
	_, a, err := newData(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	want, got := results(t, g, o, a), results(t, q, o, a)
	for name, w := range want {
		lo, hi := w.Range()
		for i := range w.Len() {
			if d := math.Abs(got[name].At(i) - w.At(i)); !(d <= 1e-9*max(hi, -lo)) {
				t.Fatalf("%s at %v is %g of the text\n%s\nnot %g", name, w.Index(i), got[name].At(i), text, w.At(i))
			}
		}
	}
}

// results runs a gradient on the medium of other arguments and on random states
// and traces.
func results(t *testing.T, p *symbolic.Problem, o Options, like operator.Arguments) map[string]*field.Array {
	t.Helper()
	op, err := operator.CompileProblem(t.Context(), p, o.Compile)
	if err != nil {
		t.Fatal(err)
	}
	d := &data{Rand: rand.New(rand.NewPCG(5, 6)), op: op, o: o}
	a := like
	a.Fields, a.Points = map[string]*field.Array{}, map[string]operator.Points{}
	for _, x := range op.Program.Signature.Arrays {
		switch {
		case x.Role == signature.Param:
			a.Fields[x.Name] = like.Fields[x.Name]
		case x.Given():
			a.Fields[x.Name] = d.uniform(-0.1, 0.1, append([]int{a.Steps}, a.Shape...)...)
		}
	}
	points := slices.SortedFunc(slices.Values(p.Points), func(a, b *symbolic.Points) int { return strings.Compare(a.Name, b.Name) })
	for _, q := range points { // whatever their order in the problem
		points := operator.Points{At: d.places(a, 3)}
		if q.Inject {
			points.Traces = d.uniform(-1, 1, a.Steps, 3)
		}
		a.Points[q.Name] = points
	}
	r, err := op.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := map[string]*field.Array{}
	for _, x := range op.Program.Signature.Arrays {
		if x.Computed() || x.Role == signature.Image {
			out[x.Name] = r.Field(x.Name)
		}
	}
	for _, q := range p.Points {
		if !q.Inject {
			out[q.Name] = r.Traces(q.Name)
		}
	}
	return out
}
