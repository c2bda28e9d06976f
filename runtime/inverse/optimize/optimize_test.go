package optimize

import (
	"math"
	"testing"
)

// rosenbrock is the curved valley with its minimum at 1, ..., 1.
func rosenbrock(x []float64) (float64, []float64) {
	v, g := 0.0, make([]float64, len(x))
	for i := range len(x) - 1 {
		a, b := x[i+1]-x[i]*x[i], 1-x[i]
		v += 100*a*a + b*b
		g[i] += -400*a*x[i] - 2*b
		g[i+1] += 200 * a
	}
	return v, g
}

// minimum runs an optimiser to its end, by way of its text after every trial
// when that is asked for.
func minimum(t *testing.T, o *LBFGS, written bool) *LBFGS {
	t.Helper()
	for range 500 {
		if o.Done {
			return o
		}
		before, first := o.Value, o.X == nil
		down := o.Tell(rosenbrock(o.Trial))
		if down && !first && !(o.Value < before) {
			t.Fatalf("a step from %g to %g", before, o.Value)
		}
		if !written {
			continue
		}
		o = reread(t, o).(*LBFGS)
	}
	return o
}

func TestLBFGSFindsTheMinimum(t *testing.T) {
	for _, bounded := range []bool{false, true} {
		begin := func() *LBFGS {
			o := NewLBFGS([]float64{-1.2, 1})
			o.First = 0.1
			if bounded { // the minimum on the bound of the first variable: then the second is its square
				o.Lower, o.Upper = []float64{-2, -2}, []float64{0.5, 2}
			}
			return o
		}
		o := minimum(t, begin(), false)
		want := []float64{1, 1}
		if bounded {
			want = []float64{0.5, 0.25}
		}
		for i := range want {
			if math.Abs(o.X[i]-want[i]) > 1e-4 {
				t.Errorf("bounded %v: the minimum is at %v, not %v", bounded, o.X, want)
				break
			}
		}
		// Written and read back after every trial, it goes the same way.
		if again := minimum(t, begin(), true); again.X[0] != o.X[0] || again.X[1] != o.X[1] || again.Steps != o.Steps {
			t.Errorf("written and read back it ends at %v after %d steps, not at %v after %d", again.X, again.Steps, o.X, o.Steps)
		}
	}
}

// A function that is no number somewhere is left there.
func TestLBFGSAvoidsWhatIsNoNumber(t *testing.T) {
	o := NewLBFGS([]float64{4})
	for range 100 {
		if o.Done {
			break
		}
		x := o.Trial[0]
		o.Tell(x-math.Log(x), []float64{1 - 1/x}) // no number below 0, its minimum at 1
	}
	if math.Abs(o.X[0]-1) > 1e-5 {
		t.Errorf("the minimum is at %g, not at 1", o.X[0])
	}
	o = NewLBFGS([]float64{4})
	if o.Tell(math.NaN(), []float64{0}); !o.Done {
		t.Error("it goes on from what is no number")
	}
}
