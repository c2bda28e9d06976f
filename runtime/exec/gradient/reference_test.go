package gradient

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// The reference arrays are not part of the project. They lie beside the
// checkout, made by Devito 4.8.23 in double precision.
const references = "../../../../shared/ref"

// The adjoint and the gradient as Devito's examples write them by hand.
const devitoText = `
operator devito_gradient {
    order space 4, time 2
    field     m
    field     damp
    wavefield u  saved
    wavefield v
    image     g

    solve m*v.dt2 - laplace(v) - damp*v.dtl(order 1) = 0 for v.backward
    inject rec*dt^2/m into v.backward
    sample srca from v
    g += -u*v.dt2
}`

func reference(t *testing.T, name string) *field.Array {
	t.Helper()
	a, err := field.ReadNPY(filepath.Join(references, "fwi2d_so4_f64_"+name+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func apart(a, b *field.Array) float64 {
	d, n := 0.0, 0.0
	for i := range b.Len() {
		d += (a.At(i) - b.At(i)) * (a.At(i) - b.At(i))
		n += b.At(i) * b.At(i)
	}
	return math.Sqrt(d / n)
}

// Written as Devito writes them, adjoint and gradient give Devito's numbers; the
// derived ones are exact, and differ from these as docs/gradient.md says.
func TestGradientAgainstDevito(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(references, "index.json"))
	if err != nil {
		t.Skipf("no reference arrays in %s", references)
	}
	var all map[string]struct {
		Shape   []int     `json:"shape_pml"`
		Spacing []float64 `json:"spacing"`
		Origin  []float64 `json:"origin_pml"`
		Steps   int       `json:"nt"`
		Dt      float64   `json:"dt"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	ref := all["fwi2d_so4_f64"]
	vp := reference(t, "vp0_pml")
	m := field.New64(vp.Shape...)
	for i := range m.F64 {
		m.F64[i] = 1 / (vp.At(i) * vp.At(i))
	}
	medium := map[string]*field.Array{"m": m, "damp": reference(t, "damp")}
	sources := operator.Points{At: reference(t, "src_xyz"), Traces: reference(t, "src")}
	if len(sources.Traces.Shape) == 1 {
		sources.Traces.Shape = []int{ref.Steps, 1}
	}
	receivers := operator.Points{At: reference(t, "rec_xyz")}
	a := operator.Arguments{Shape: ref.Shape, Spacing: ref.Spacing, Origin: ref.Origin, Steps: ref.Steps, Dt: ref.Dt, Fields: medium,
		Points: map[string]operator.Points{"src": sources, "rec": receivers}}
	o := codegen.Options{Dim: 2, SpaceOrder: 4, Precision: signature.F64}
	op, err := Load(t.Context(), acoustic, Options{Compile: o, Wrt: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	d0, dobs := reference(t, "d0"), reference(t, "dobs")
	exact, err := op.Evaluate(t.Context(), a, L2{Data{Observed: map[string]*field.Array{"rec": dobs}}}, Plan{Keep: All, Segments: 1, Levels: ref.Steps})
	if err != nil {
		t.Fatal(err)
	}
	// Devito's weights have 9 digits: 2e-8 is what they explain.
	if e := apart(exact.Records["rec"], d0); e > 2e-8 {
		t.Errorf("records: off by %.1e", e)
	}
	residual := field.New64(d0.Shape...)
	for i := range residual.F64 {
		residual.F64[i] = d0.At(i) - dobs.At(i)
	}
	states := levels(t, op, a)
	byHand := func(traces *field.Array) (grad, srca *field.Array) {
		file, err := dsl.Parse("devito.pde", devitoText)
		if err != nil {
			t.Fatal(err)
		}
		hand, err := operator.Compile(t.Context(), file, o)
		if err != nil {
			t.Fatal(err)
		}
		b := a
		b.Fields = map[string]*field.Array{"m": m, "damp": medium["damp"], "u": states}
		r := receivers
		r.Traces = traces
		b.Points = map[string]operator.Points{"rec": r, "srca": {At: sources.At}}
		run, err := hand.Apply(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		return run.Field("g"), run.Traces("srca")
	}
	grad, _ := byHand(residual)
	_, srca := byHand(d0)
	want := reference(t, "srca")
	if len(want.Shape) == 1 {
		want.Shape = srca.Shape
	}
	if e := apart(grad, reference(t, "grad")); e > 1e-6 {
		t.Errorf("gradient: off by %.1e", e)
	} else {
		t.Logf("gradient: %.1e", e)
	}
	if e := apart(srca, want); e > 1e-7 {
		t.Errorf("adjoint source: off by %.1e", e)
	} else {
		t.Logf("adjoint source: %.1e", e)
	}
	t.Logf("the exact gradient differs by %.1e", apart(exact.Fields["m"], grad))
	worst, at := 0.0, 0
	for i := range grad.Len() {
		if d := math.Abs(exact.Fields["m"].At(i) - grad.At(i)); d > worst {
			worst, at = d, i
		}
	}
	t.Logf("most at %v: %g, by hand %g", grad.Index(at), exact.Fields["m"].At(at), grad.At(at))
}

// levels are all levels of the forward run.
func levels(t *testing.T, op *Operator, a operator.Arguments) *field.Array {
	t.Helper()
	run, err := op.taped.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	return run.Field("u")
}
