package operator

import (
	"math"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// slabRecord runs an operator of order 8 with a source that is the same in all
// planes along y, and gives what is recorded in the first one.
func slabRecord(t *testing.T, edge string, shape []int, b backends.Target) (*field.Array, error) {
	t.Helper()
	text := strings.Replace(`operator slab {
    order space 8, time 2
    field m
    wavefield u
    EDGE
    2D solve m*u.dt2 - laplace(u) = 0 for u.forward
    3D solve m*u.dt2 - laplace(u) + u.dy.dy/4 = 0 for u.forward
    inject src*dt^2/m into u.forward
    sample rec from u
}`, "EDGE", edge, 1)
	file, err := dsl.Parse("slab.pde", text)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(t.Context(), file, codegen.Options{Dim: len(shape), Precision: signature.F64, Target: b})
	if err != nil {
		t.Fatal(err)
	}
	planes := 1
	if len(shape) == 3 {
		planes = shape[1]
	}
	const steps = 30
	at, traces := field.New64(planes, len(shape)), field.New64(steps, planes)
	for p := range planes {
		at.F64[p*len(shape)], at.F64[(p+1)*len(shape)-1] = 60, 70
		if len(shape) == 3 {
			at.F64[3*p+1] = 10 * float64(p)
		}
		for i := range steps {
			traces.F64[i*planes+p] = math.Sin(float64(i) / 2)
		}
	}
	receiver := field.New64(1, len(shape))
	receiver.F64[0], receiver.F64[len(shape)-1] = 90, 70
	spacing := []float64{10, 10, 10}[:len(shape)]
	run, err := op.Apply(t.Context(), Arguments{Shape: shape, Spacing: spacing, Steps: steps, Dt: 1.5, Unstable: true,
		Constants: map[string]float64{"m": 0.25}, Points: map[string]Points{"src": {At: at, Traces: traces}, "rec": {At: receiver}}})
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return run.Traces("rec"), nil
}

// On a slab of few planes, along whose axis nothing varies, waves are those of
// two dimensions: however short the axis is against the stencil, which reaches
// 8 points here. Derivatives along it are sums of weights that cancel but for
// rounding, 20 operations of 1e-16 in each of 30 steps: 1e-13 of the record.
func TestSlabs(t *testing.T) {
	plane, err := slabRecord(t, "", []int{21, 19}, c.Target{})
	if err != nil {
		t.Fatal(err)
	}
	least, most := plane.Range()
	size := max(-least, most)
	for _, edge := range []string{"3D periodic y", "3D boundary u even at both y\n3D boundary m even at both y"} {
		for planes := 1; planes <= 8; planes++ {
			for _, b := range []backends.Target{c.Target{}, nil} {
				if b == nil && planes > 3 {
					continue // the interpreter, which is slow
				}
				got, err := slabRecord(t, edge, []int{21, planes, 19}, b)
				if planes == 1 && strings.Contains(edge, "even") {
					if err == nil || !strings.Contains(err.Error(), "axis y has one point") {
						t.Errorf("%s, one plane: %v", edge, err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for i := range got.F64 {
					if d := math.Abs(got.F64[i] - plane.F64[i]); !(d <= 1e-12*size) {
						t.Errorf("%s, %d planes, %T: step %d differs by %g of %g", edge, planes, b, i, d, size)
						break
					}
				}
			}
		}
	}
}
