package operator

import (
	"context"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// Conditions are judged at all points, in the precision of the run, and all that
// do not hold are said.
func TestRequirements(t *testing.T) {
	file, err := dsl.Parse("test.pde", `operator a { axes x, z  field m  field e  field d on z  scalar q = 2  wavefield u
		require e >= d "short waves"
		require sqrt(e) + d < q
		require e <= 0.1
		require max(e, d) > 0
		solve m*u.dt2 = laplace(u) for u.forward }`)
	if err != nil {
		t.Fatal(err)
	}
	op, err := Compile(context.Background(), file, codegen.Options{Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	e, d := field.New32(4, 5), field.New32(5)
	for i := range e.F32 {
		e.F32[i] = 0.1
	}
	for i := range d.F32 {
		d.F32[i] = 0.1
	}
	a := Arguments{Shape: []int{4, 5}, Spacing: []float64{10, 10}, Dt: 1, Steps: 5, Constants: map[string]float64{"m": 1}, Fields: map[string]*field.Array{"e": e, "d": d}}
	bind := func() string {
		run, err := op.Bind(a)
		if err != nil {
			return err.Error()
		}
		run.Close()
		return ""
	}
	// Single precision's 0.1 is larger than double precision's: it is compared
	// with its like.
	if got := bind(); got != "" {
		t.Error(got)
	}
	e.F32[2*5+3] = 0.05
	if got := bind(); !strings.Contains(got, "requires e >= d: short waves; it does not hold at grid point (2, 3), where d = 0.1, e = 0.05 (test.pde:2)") {
		t.Error(got)
	}
	a.Constants["q"] = 0.3
	if got := bind(); strings.Count(got, "requires") != 2 || !strings.Contains(got, "q = 0.3") {
		t.Error(got)
	}
	d.F32[1] = -1
	delete(a.Constants, "q")
	for i := range e.F32 {
		e.F32[i] = -1
	}
	if got := bind(); !strings.Contains(got, "sqrt(e) + d < q") || !strings.Contains(got, "max(e, d) > 0; it does not hold at grid point (0, 1)") {
		t.Error(got)
	}
	a.Unstable = true
	if got := bind(); got != "" {
		t.Error(got)
	}
}
