package operator_test

import (
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// A run that gets the memory of an earlier one computes what it would in fresh
// memory, at the beginning and in the halo too; another grid gets its own.
func TestSpareMemory(t *testing.T) {
	file, err := dsl.Parse("wave.pde", `operator wave {
    order space 4, time 2
    axes x, z
    field m
    wavefield u "pressure" saved
    solve m*u.dt2 - laplace(u) = 0 for u.forward
    inject src/m into u.forward
}`)
	if err != nil {
		t.Fatal(err)
	}
	op, err := operator.Compile(t.Context(), file, codegen.Options{Target: interp.Target{}})
	if err != nil {
		t.Fatal(err)
	}
	levels := func(n int, amplitude float64) []float32 {
		source := field.New64(12, 1)
		for i := range source.F64 {
			source.F64[i] = amplitude * float64(i)
		}
		run, err := op.Apply(t.Context(), operator.Arguments{
			Shape: []int{n, n}, Spacing: []float64{1, 1}, Dt: 0.3, Steps: 12, Kept: 5, Constants: map[string]float64{"m": 1},
			Points: map[string]operator.Points{"src": {At: &field.Array{Shape: []int{1, 2}, F64: []float64{3.4, 2.2}}, Traces: source}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		return run.Field("u").F32
	}
	want := levels(9, 1)
	if op.Spare() == 0 {
		t.Fatal("the run left no memory")
	}
	levels(9, 1000) // leaves other values behind
	for i, v := range levels(9, 1) {
		if v != want[i] {
			t.Fatalf("value %d is %g in memory that was used before, want %g", i, v, want[i])
		}
	}
	left := op.Spare()
	if levels(11, 1); op.Spare() <= left {
		t.Errorf("a larger grid left %d bytes, a smaller one %d", op.Spare(), left)
	}
}
