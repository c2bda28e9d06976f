package optimize

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// rosenbrock is the curved valley with its minimum at 1, ..., 1.
func rosenbrock(_ context.Context, x []float64) (float64, []float64, error) {
	v, g := 0.0, make([]float64, len(x))
	for i := range len(x) - 1 {
		a, b := x[i+1]-x[i]*x[i], 1-x[i]
		v += 100*a*a + b*b
		g[i] += -400*a*x[i] - 2*b
		g[i+1] += 200 * a
	}
	return v, g, nil
}

func TestLBFGSFindsTheMinimum(t *testing.T) {
	for _, bounded := range []bool{false, true} {
		o := &LBFGS{First: 0.1}
		if bounded { // the minimum on the bound of the first variable: then x1 is its square
			o.Lower, o.Upper = []float64{-2, -2}, []float64{0.5, 2}
		}
		if err := o.Start(t.Context(), rosenbrock, []float64{-1.2, 1}); err != nil {
			t.Fatal(err)
		}
		before := o.Value
		for range 200 {
			down, err := o.Step(t.Context(), rosenbrock)
			if err != nil {
				t.Fatal(err)
			}
			if !down {
				break
			}
			if !(o.Value < before) {
				t.Fatalf("a step from %g to %g", before, o.Value)
			}
			before = o.Value
		}
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
	}
}

// In exact arithmetic, n steps solve a problem of n unknowns.
func TestCGLSSolvesInAsManySteps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const m, n = 12, 6
	j, x, d := make([][]float64, m), make([]float64, n), make([]float64, m)
	for i := range x {
		x[i] = r.Float64()
	}
	for i := range j {
		j[i] = make([]float64, n)
		for k := range j[i] {
			j[i][k] = r.Float64() - 0.5
			d[i] += j[i][k] * x[k]
		}
	}
	transposed := func(r []float64) []float64 {
		out := make([]float64, n)
		for i := range r {
			add(out, r[i], j[i])
		}
		return out
	}
	weights := []float64{1, 2, 1, 3, 1, 2}
	c := NewCGLS(transposed(d), weights)
	for range n {
		jp := make([]float64, m)
		for i := range jp {
			jp[i] = dot(j[i], c.Direction())
		}
		length := c.Length(dot(jp, jp))
		add(d, -length, jp)
		c.Next(transposed(d))
	}
	for i := range x {
		if math.Abs(c.X[i]-x[i]) > 1e-9 {
			t.Fatalf("the solution is %v, not %v", c.X, x)
		}
	}
}
