package operator

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// The reference arrays are not part of the project. They lie beside the
// checkout, made by Devito 4.8.23 in double precision.
const references = "../../../../shared/ref"

type reference struct {
	Shape   []int     `json:"shape_pml"`
	Spacing []float64 `json:"spacing"`
	Origin  []float64 `json:"origin_pml"`
	Order   int       `json:"so"`
	Steps   int       `json:"nt"`
	Dt      float64   `json:"dt"`
	Peak    float64   `json:"f0"`
	L2Rec   float64   `json:"l2_rec"`
	L2Last  float64   `json:"l2_ulast"`
}

func loadReference(t *testing.T, name string) reference {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(references, "index.json"))
	if err != nil {
		t.Skipf("no reference arrays in %s", references)
	}
	var all map[string]reference
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all[name]
}

func readReference(t *testing.T, name string) *field.Array {
	t.Helper()
	a, err := field.ReadNPY(filepath.Join(references, name+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// difference is the norm of a-b relative to that of b.
func difference(t *testing.T, a, b *field.Array) float64 {
	t.Helper()
	if field.ShapeString(a.Shape) != field.ShapeString(b.Shape) {
		t.Fatalf("got %v, want %v", a, b)
	}
	var d, n float64
	for i := range b.Len() {
		d += (a.At(i) - b.At(i)) * (a.At(i) - b.At(i))
		n += b.At(i) * b.At(i)
	}
	return math.Sqrt(d / n)
}

func ricker(peak, dt float64, steps int) *field.Array {
	a := field.New64(steps, 1)
	for i := range steps {
		r := math.Pi * peak * (float64(i)*dt - 1/peak)
		a.F64[i] = (1 - 2*r*r) * math.Exp(-r*r)
	}
	return a
}

func squaredSlowness(vp *field.Array) *field.Array {
	m := field.New64(vp.Shape...)
	for i := range m.F64 {
		m.F64[i] = 1 / (vp.At(i) * vp.At(i))
	}
	return m
}

func TestAcousticAgainstDevito(t *testing.T) {
	for _, v := range []struct{ model, name string }{
		{"acoustic2d_layers_f64", "acoustic2d_layers_so4_f64"},
		{"acoustic2d_layers_f64", "acoustic2d_layers_so8_f64"},
		{"acoustic3d_layers_f64", "acoustic3d_layers_so4_f64"},
	} {
		ref := loadReference(t, v.name)
		var m, damp *field.Array
		if len(ref.Shape) == 2 {
			m, damp = squaredSlowness(readReference(t, v.model+"_vp_pml")), readReference(t, v.model+"_damp")
		} else {
			m, damp = layers3D(ref)
		}
		args := Arguments{
			Shape: ref.Shape, Spacing: ref.Spacing, Origin: ref.Origin, Steps: ref.Steps, Dt: ref.Dt,
			Fields: map[string]*field.Array{"m": m, "damp": damp},
			Points: map[string]Points{
				"src": {At: readReference(t, v.model+"_src_xyz"), Traces: ricker(ref.Peak, ref.Dt, ref.Steps)},
				"rec": {At: readReference(t, v.model+"_rec_xyz")},
			},
		}
		rec := readReference(t, v.name+"_rec")
		for _, target := range []struct {
			name      string
			backend   backends.Target
			real      signature.Real
			tolerance float64
		}{
			// Devito's weights have 9 digits: 1e-8 is what they explain.
			{"c f64", c.Target{}, signature.F64, 2e-8},
			{"interp f64", nil, signature.F64, 2e-8},
			// Rounding grows with the square root of the number of steps and
			// terms: 6e-8*sqrt(400*20) is 5e-6.
			{"c f32", c.Target{}, signature.F32, 1e-5},
			{"interp f32", nil, signature.F32, 1e-5},
		} {
			t.Run(v.name+" "+target.name, func(t *testing.T) {
				if target.backend == nil && len(ref.Shape) == 3 && (target.real == signature.F32 || testing.Short()) {
					t.Skip("the interpreter needs 20 s for this; it runs in double precision without -short")
				}
				op, err := Load(t.Context(), "../../../testdata/operators/acoustic.pde", codegen.Options{
					Dim: len(ref.Shape), SpaceOrder: ref.Order, Precision: target.real, Target: target.backend})
				if err != nil {
					t.Fatal(err)
				}
				run, err := op.Apply(t.Context(), args)
				if err != nil {
					t.Fatal(err)
				}
				defer run.Close()
				d := difference(t, run.Traces("rec"), rec)
				t.Logf("record differs by %.2g", d)
				if !(d < target.tolerance) {
					t.Errorf("record differs by %g, more than %g", d, target.tolerance)
				}
				if v.name == "acoustic2d_layers_so4_f64" {
					d := difference(t, run.Field("u"), readReference(t, v.name+"_ulast"))
					t.Logf("last level differs by %.2g", d)
					// What remains of the field is smooth, and nearly constant
					// fields feel that rounded weights do not sum to zero:
					// a relative 1e-9 acts over (380 steps)^2/2.
					if !(d < max(target.tolerance, 1e-7)) {
						t.Errorf("last level differs by %g, more than %g", d, max(target.tolerance, 1e-7))
					}
				}
			})
		}
	}
}

// layers3D is the 3D model of the references: 1.5 km/s over 3.5 km/s from the
// middle of the depth range, in a sponge of 10 points.
func layers3D(ref reference) (m, damp *field.Array) {
	const layer = 10
	m, damp = field.New64(ref.Shape...), field.New64(ref.Shape...)
	nz := ref.Shape[2]
	middle := layer + (nz-2*layer)/2
	for i := range m.F64 {
		index := m.Index(i)
		vp := 1.5
		if index[2] >= middle {
			vp = 3.5
		}
		m.F64[i] = 1 / (vp * vp)
		for a, n := range ref.Shape {
			edge := min(index[a], n-1-index[a])
			if edge < layer {
				pos := math.Abs(float64(layer-edge+1) / layer)
				damp.F64[i] += 1.5 * math.Log(1000) / layer * (pos - math.Sin(2*math.Pi*pos)/(2*math.Pi)) / ref.Spacing[a]
			}
		}
	}
	return m, damp
}
