package shot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/fd"
)

// norms models the example of Devito's acoustic tutorial: horizontal layers
// from 1.5 to 3.5 km/s, a Ricker source of 10 Hz one point below the middle of
// the surface, a receiver for every grid point of the surface two points
// below it. It gives the norms of record and wavefield, the latter over the
// last three time levels.
func norms(t *testing.T, shape []int, h float64, layers, nbl, order int, time float64) (rec, u float64) {
	t.Helper()
	dim := len(shape)
	vp := field.New64(shape...)
	for i := range vp.F64 {
		layer := min(vp.Index(i)[dim-1]/(shape[dim-1]/layers), layers-1)
		vp.F64[i] = 1.5 + 2*float64(layer)/float64(layers-1)
	}
	spacing := make([]float64, dim)
	for i := range spacing {
		spacing[i] = h
	}
	model, err := survey.NewModel(vp, nil, spacing)
	if err != nil {
		t.Fatal(err)
	}
	padded, err := model.Around(survey.Around(nbl, slices.Repeat([][2]bool{{true, true}}, dim)))
	if err != nil {
		t.Fatal(err)
	}
	damp, err := survey.Sponge(padded.Shape(), nbl, spacing)
	if err != nil {
		t.Fatal(err)
	}
	// Devito's step: that of a stencil of twice the order, to four digits.
	rule, err := fd.Rule(2, 2*order, symbolic.Default, 0)
	if err != nil {
		t.Fatal(err)
	}
	dt, err := strconv.ParseFloat(fmt.Sprintf("%.3e", math.Sqrt(4/(float64(dim)*rule.SumAbs()))*h/3.5), 64)
	if err != nil {
		t.Fatal(err)
	}
	steps := survey.Steps(0, time, dt)
	source := field.New64(1, dim)
	receivers := 1
	for i, n := range shape {
		source.F64[i] = h * float64(n-1) / 2
		if i < dim-1 {
			receivers *= n
		}
	}
	source.F64[dim-1] = h
	at := field.New64(receivers, dim)
	for r := range receivers {
		rest := r
		for i := dim - 2; i >= 0; i-- {
			at.F64[r*dim+i] = h * float64(rest%shape[i])
			rest /= shape[i]
		}
		at.F64[r*dim+dim-1] = 2 * h
	}
	wavelet, err := survey.NewWavelet("ricker", 0.01)
	if err != nil {
		t.Fatal(err)
	}
	op, err := operator.Load(t.Context(), "../../../testdata/operators/acoustic.pde", codegen.Options{Dim: dim, SpaceOrder: order, Precision: signature.F64, Target: c.Target{}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := op.Bind(operator.Arguments{
		Shape: padded.Shape(), Spacing: spacing, Origin: padded.Origin, Steps: steps, Dt: dt,
		Fields: map[string]*field.Array{"m": slowness(padded), "damp": damp},
		Points: map[string]operator.Points{"src": {At: source, Traces: &field.Array{Shape: []int{steps, 1}, F64: wavelet.Sample(steps, dt)}}, "rec": {At: at}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for last := run.Last - 2; last <= run.Last; last++ {
		if err := run.Advance(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		u += square(run.Field("u"))
	}
	return math.Sqrt(square(run.Traces("rec"))), math.Sqrt(u)
}

func square(a *field.Array) float64 {
	sum := 0.0
	for i := range a.Len() {
		sum += a.At(i) * a.At(i)
	}
	return sum
}

// The norms are those that Devito 4.8.23 asserts for its own examples. Its
// weights have 9 digits, which shifts records by about 1e-9 and the smooth
// remainder of a wavefield, which feels that they do not sum to zero, by 1e-7.
func TestDevitoNorms(t *testing.T) {
	for _, v := range []struct {
		shape      []int
		h          float64
		nbl, order int
		rec, u     float64 // u is 0 where Devito asserts none
	}{
		{[]int{101, 101}, 10, 20, 4, 417.434864, 56.8008648},
		{[]int{101, 101}, 10, 20, 12, 438.077468, 56.8950444},
		{[]int{50, 50, 50}, 20, 40, 4, 459.339123, 0},
	} {
		rec, u := norms(t, v.shape, v.h, 3, v.nbl, v.order, 1000)
		t.Logf("%v so %d: %.9g, %.9g", v.shape, v.order, rec, u)
		if math.Abs(rec-v.rec) > 1e-8*v.rec {
			t.Errorf("%v so %d: norm of the record %.10g, want %.9g", v.shape, v.order, rec, v.rec)
		}
		if v.u != 0 && math.Abs(u-v.u) > 2e-7*v.u {
			t.Errorf("%v so %d: norm of the wavefield %.10g, want %.9g", v.shape, v.order, u, v.u)
		}
	}
}

// slowness is the squared slowness of a model of velocities.
func slowness(m *survey.Model) *field.Array {
	out := field.New64(m.Shape()...)
	for i := range out.F64 {
		out.F64[i] = 1 / (m.Values.At(i) * m.Values.At(i))
	}
	return out
}
