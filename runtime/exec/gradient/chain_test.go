package gradient

import (
	"context"
	"math"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// sumOf is the misfit that adds all records up, weighed by 1, 2, 3 and so on.
type sumOf struct{}

func (sumOf) Misfit(_ string, records *field.Array) (value float64, by *field.Array, err error) {
	by = field.New64(records.Shape...)
	for i := range by.F64 {
		by.F64[i] = float64(1 + i%7)
		value += by.F64[i] * records.At(i)
	}
	return value, by, nil
}

// An elastic misfit has exact derivatives by velocities and density, from which
// the moduli follow, in absorbing layers too: the remainder of a Taylor series of
// first order falls by four when the step is halved, to within the third order
// that a step of 1e-3 leaves (2 percent of the slope).
func TestDerivativesByWhatModuliFollowFrom(t *testing.T) {
	ctx := context.Background()
	names := []string{"vp", "vs", "rho"}
	o := Options{Compile: codegen.Options{Dim: 2, SpaceOrder: 4, Border: 4, Precision: signature.F64}, Wrt: names}
	op, err := Load(ctx, "../../../testdata/operators/elastic.pde", o)
	if err != nil {
		t.Fatal(err)
	}
	shape := []int{22, 20}
	point := func(x, z float64) operator.Points {
		return operator.Points{At: &field.Array{Shape: []int{1, 2}, F64: []float64{x, z}}}
	}
	arguments := func(step float64) operator.Arguments {
		a := operator.Arguments{Shape: shape, Spacing: []float64{10, 10}, Steps: 60, Dt: 1, Fields: map[string]*field.Array{},
			Constants: map[string]float64{"peak_frequency": 0.02}, Points: map[string]operator.Points{"rec1": point(130, 90), "rec2": point(120, 100)}}
		for k, name := range names {
			f := field.New64(shape...)
			for i := range f.F64 {
				wave := math.Sin(float64(i*(k+1)) * 0.37)
				f.F64[i] = []float64{3, 1.7, 2}[k] + 0.1*wave + step*math.Cos(float64(i)*0.11+float64(k))
			}
			// The layers see the fastest point, which stays as it is.
			if k == 0 {
				f.F64[0] = 4
			}
			a.Fields[name] = f
		}
		src := point(95, 95)
		src.Traces = field.New64(60, 1)
		for i := range src.Traces.F64 {
			x := math.Pi * 0.02 * (float64(i) - 20)
			src.Traces.F64[i] = (1 - 2*x*x) * math.Exp(-x*x)
		}
		a.Points["src"] = src
		return a
	}
	evaluate := func(step float64) *Result {
		r, err := op.Evaluate(ctx, arguments(step), sumOf{}, Plan{Keep: All, Segments: 1, Levels: 60})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	at := evaluate(0)
	slope := 0.0
	for k, name := range names {
		for i := range at.Fields[name].Len() {
			if k == 0 && i == 0 {
				continue
			}
			slope += at.Fields[name].At(i) * math.Cos(float64(i)*0.11+float64(k))
		}
	}
	remainder := func(h float64) float64 { return math.Abs(evaluate(h).Value - at.Value - h*slope) }
	coarse, fine := remainder(2e-3), remainder(1e-3)
	if ratio := coarse / fine; !(math.Abs(ratio-4) < 0.08) || fine == 0 {
		t.Errorf("remainders %g and %g: their ratio is %g, want 4; the slope is %g", coarse, fine, ratio, slope)
	}
}
