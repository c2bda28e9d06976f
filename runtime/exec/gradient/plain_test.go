package gradient

import (
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// The plain operator between checkpoints, in 3D where it takes several steps in a pass,
// gives the bits of a gradient that keeps all levels, and a plan takes it.
func TestPlainStepsGiveTheSameBits(t *testing.T) {
	const steps = 40
	op, err := Load(t.Context(), acoustic, Options{Compile: codegen.Options{Dim: 3, SpaceOrder: 4, Target: c.Target{}}, Wrt: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	shape := []int{50, 47, 53}
	a := operator.Arguments{Shape: shape, Spacing: []float64{10, 10, 10}, Steps: steps, Dt: 1, Points: map[string]operator.Points{},
		Fields: map[string]*field.Array{"m": random(r, 0.15, 0.25, shape...), "damp": random(r, 0, 0.001, shape...)}}
	a.Points["src"] = operator.Points{At: random(r, 200, 300, 3, 3), Traces: random(r, -1, 1, steps, 3)}
	a.Points["rec"] = operator.Points{At: random(r, 10, 400, 70, 3)}
	m := L2{Data{Observed: map[string]*field.Array{"rec": random(r, -1e-3, 1e-3, steps, 70)}}}
	whole, err := op.Plan(a, Storage{Keep: All})
	if err != nil {
		t.Fatal(err)
	}
	want, err := op.Evaluate(t.Context(), a, m, whole)
	if err != nil {
		t.Fatal(err)
	}
	p, err := op.Plan(a, Storage{Memory: process + (whole.Bytes-process)/3*2})
	if err != nil {
		t.Fatal(err)
	}
	if !op.hasPlain(a) {
		t.Skip("the C compiler rounds otherwise in the kernel that keeps levels")
	}
	if !p.Plain || p.Keep != Checkpoints {
		t.Fatalf("the plan does not take the plain operator: %+v", p)
	}
	got, err := op.Evaluate(t.Context(), a, m, p)
	if err != nil {
		t.Fatal(err)
	}
	if got.Report.Bytes > p.Bytes {
		t.Errorf("%d bytes were held, more than the %d of the plan", got.Report.Bytes, p.Bytes)
	}
	for i := range want.Records["rec"].F64 {
		if got.Records["rec"].F64[i] != want.Records["rec"].F64[i] {
			t.Fatalf("the record at %v is %g, not %g", want.Records["rec"].Index(i), got.Records["rec"].F64[i], want.Records["rec"].F64[i])
		}
	}
	for i := range want.Fields["m"].F64 {
		if got.Fields["m"].F64[i] != want.Fields["m"].F64[i] {
			t.Fatalf("the derivative at %v is %g, not %g", want.Fields["m"].Index(i), got.Fields["m"].F64[i], want.Fields["m"].F64[i])
		}
	}
}
