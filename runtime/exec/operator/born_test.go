package operator

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/unparse"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// born is the linearised operator of a problem, by way of its text.
func born(t *testing.T, p *symbolic.Problem, o codegen.Options, wrt ...string) *Operator {
	t.Helper()
	linear, err := adjoint.Linearise(p, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	return derived(t, linear, o)
}

// derived is the operator for a problem, by way of its text.
func derived(t *testing.T, p *symbolic.Problem, o codegen.Options) *Operator {
	t.Helper()
	text, err := unparse.Operator(p, "")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	file, err := dsl.Parse("derived.pde", text)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(t.Context(), file, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return op
}

// allFields are the fields of a problem.
func allFields(p *symbolic.Problem) (names []string) {
	for _, f := range p.Functions {
		if f.Role == symbolic.Field && p.Reads()[f] {
			names = append(names, f.Name)
		}
	}
	return names
}

// The remainder F(m + h dm) - F(m) - h J dm of the records falls with the square
// of h for every operator that records anything, in all its fields together.
// Behind the square stands h^3 with a factor of the same size, which changes
// the slope by about h; a record that is linear in the fields has no remainder
// but rounding.
func TestBornIsTheDerivative(t *testing.T) {
	for _, path := range operators(t) {
		for dim := 1; dim <= 3; dim++ {
			if dim == 3 && testing.Short() {
				continue
			}
			t.Run(strings.TrimSuffix(filepath.Base(path), ".pde")+[]string{"", "/1D", "/2D", "/3D"}[dim], func(t *testing.T) {
				t.Parallel()
				o := codegen.Options{Dim: dim, SpaceOrder: 4, Precision: signature.F64}
				if dim == 3 {
					o.Target = c.Target{}
				}
				op, err := Load(t.Context(), path, o)
				if err != nil {
					t.Skip("not for this grid")
				}
				p := op.Program.Problem
				wrt := allFields(p)
				if len(wrt) == 0 || !recordsAnything(p) {
					t.Skip("it has no field, or records nothing")
				}
				taylor(t, op, born(t, p, o, wrt...), wrt)
			})
		}
	}
}

func recordsAnything(p *symbolic.Problem) bool {
	for _, q := range p.Points {
		if !q.Inject {
			return true
		}
	}
	return false
}

func taylor(t *testing.T, op, linear *Operator, wrt []string) {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 11))
	a := randomArguments(t, op.Program, random)
	direction := map[string]*field.Array{}
	for _, name := range wrt {
		d := field.New64(a.Fields[name].Shape...)
		for i := range d.F64 {
			d.F64[i] = random.Float64() - 0.5
		}
		direction[name] = d
	}
	// moved is the run with the fields moved by h along the direction.
	moved := func(h float64) map[string]*field.Array {
		b := a
		b.Fields = map[string]*field.Array{}
		for name, x := range a.Fields {
			b.Fields[name] = x
			if d := direction[name]; d != nil {
				y := field.New64(x.Shape...)
				for i := range y.F64 {
					y.F64[i] = x.F64[i] + h*d.F64[i]
				}
				b.Fields[name] = y
			}
		}
		return outcome(t, op, b)
	}
	b := a
	b.Fields = map[string]*field.Array{}
	for name, x := range a.Fields {
		b.Fields[name] = x
	}
	for name, d := range direction {
		b.Fields["d"+name] = d
	}
	b.Points = map[string]Points{}
	for _, q := range linear.Program.Problem.Points {
		b.Points[q.Name] = a.Points[q.Name]
	}
	change, before := outcome(t, linear, b), moved(0)
	remainder := func(h float64) (r, size float64) {
		after := moved(h)
		for _, q := range op.Program.Problem.Points {
			if q.Inject {
				continue
			}
			for i := range after[q.Name].Len() {
				d := after[q.Name].At(i) - before[q.Name].At(i)
				if x := change[q.Name]; x != nil {
					d -= h * x.At(i)
				}
				r, size = r+d*d, size+before[q.Name].At(i)*before[q.Name].At(i)
			}
		}
		return math.Sqrt(r), math.Sqrt(size)
	}
	const h = 1e-3
	r1, size := remainder(h)
	r2, _ := remainder(h / 2)
	if size == 0 {
		t.Fatal("the records are zero")
	}
	if r1 < 1e-12*size {
		return
	}
	if slope := math.Log2(r1 / r2); math.Abs(slope-2) > 0.02 {
		t.Errorf("slope %.4f, not 2; remainders %.2g and %.2g of %.2g", slope, r1, r2, size)
	}
}

// Born data of the acoustic operator against Devito's. Devito leaves the sponge
// out of the amplitude of the source and of its change, which is zero around
// this source; its weights have 9 digits, an error of 1e-9 that grows with every
// step of both wavefields, 380 times.
func TestBornAgainstDevito(t *testing.T) {
	const name = "fwi2d_so4_f64"
	ref := loadReference(t, name)
	o := codegen.Options{Dim: 2, SpaceOrder: ref.Order, Precision: signature.F64, Target: c.Target{}}
	op, err := Load(t.Context(), "../../../testdata/operators/acoustic.pde", o)
	if err != nil {
		t.Fatal(err)
	}
	m := readReference(t, name+"_vp0_pml")
	for i, v := range m.F64 {
		m.F64[i] = 1 / (v * v)
	}
	run, err := born(t, op.Program.Problem, o, "m").Apply(t.Context(), Arguments{
		Shape: ref.Shape, Spacing: ref.Spacing, Origin: ref.Origin, Steps: ref.Steps, Dt: ref.Dt,
		Fields: map[string]*field.Array{"m": m, "damp": readReference(t, name+"_damp"), "dm": readReference(t, name+"_dm")},
		Points: map[string]Points{"src": {At: readReference(t, name+"_src_xyz"), Traces: readReference(t, name+"_src")},
			"rec": {At: readReference(t, name+"_rec_xyz")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	d := difference(t, run.Traces("rec"), readReference(t, name+"_bornrec"))
	t.Logf("Born record: relative difference %.2g", d)
	if d > 1e-7 {
		t.Errorf("Born record differs by %.2g", d)
	}
}
