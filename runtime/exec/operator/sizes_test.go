package operator

import (
	"errors"
	"math"
	"testing"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// However large grid and time are, they are refused before any memory is
// taken, and no product of them overflows.
func TestImpossibleSizes(t *testing.T) {
	op := compile(t, `operator large {
    order space 8, time 2
    field m
    wavefield u
    wavefield w saved
    solve m*u.dt2 - laplace(u) = 0 for u.forward
    solve m*w.dt2 - laplace(w) = 0 for w.forward
    save us from u every 2
    reduce e from max(u)
    sample rec from u
}`, 2, signature.F64, false)
	const most = math.MaxInt
	for _, v := range []struct {
		shape []int
		steps int
	}{
		{[]int{most, most}, 10}, {[]int{most, 1}, 10}, {[]int{1, most}, 10}, {[]int{most - 20, 20}, 10}, {[]int{1 << 32, 1 << 32}, 10},
		{[]int{1 << 31, 1 << 19}, 10}, {[]int{1 << 49, 2}, 1 << 31}, {[]int{20, 20}, most}, {[]int{20, 20}, 1 << 31}, {[]int{1 << 20, 1 << 20}, 100},
	} {
		at := field.New64(1, 2)
		a := Arguments{Shape: v.shape, Spacing: []float64{10, 10}, Steps: v.steps, Dt: 0.1, Constants: map[string]float64{"m": 1}, Points: map[string]Points{"rec": {At: at}}}
		run, err := op.Bind(a)
		if bad := (BadArguments)(nil); !errors.As(err, &bad) {
			t.Errorf("%v, %d steps: %v", v.shape, v.steps, err)
			if run != nil {
				run.Close()
			}
		}
		if _, err := op.Needs(a); err != nil && !errors.As(err, new(BadArguments)) {
			t.Errorf("%v, %d steps: %v", v.shape, v.steps, err)
		}
	}
}
