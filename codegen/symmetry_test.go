package codegen_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/cost"
)

// permuted is a simulation whose axes are those of a reference, in another
// order: axis a of it is axis order[a] of the reference.
func permuted(t *testing.T, order []int) (*simulation, func(point []int64) []int64) {
	dim := len(order)
	size := []int64{7, 6, 5}[:dim]
	spacing := []float64{1, 1.25, 0.8}
	names := map[int][]string{2: {"h_x", "h_z"}, 3: {"h_x", "h_y", "h_z"}}[dim]
	scalars := map[string]float64{"dt": 0.2}
	own := make([]int64, dim)
	for a, of := range order {
		own[a] = size[of]
		scalars[names[a]] = spacing[of]
	}
	s := newSimulation(t, interpretable(t, dim, 4), own, scalars)
	// turned is a point of the reference, in the order of s.
	turned := func(point []int64) []int64 {
		out := make([]int64, dim)
		for a, of := range order {
			out[a] = point[of]
		}
		return out
	}
	random := rand.New(rand.NewPCG(5, 5))
	reference := newSimulation(t, s.p, size, nil)
	for _, name := range []string{"m", "damp"} {
		reference.each(true, func(p []int64) { *s.at(name, 0, turned(p)) = 1 + random.Float64() })
	}
	for level := range 2 {
		reference.each(false, func(p []int64) { *s.at("u", level, turned(p)) = random.Float64() - 0.5 })
	}
	source := turned([]int64{3, 1, 2}[:dim])
	for i, p := range s.k.Points {
		s.b.Points[i] = interp.Points[float64]{Start: []int64{0, 1}, Node: source, Point: []int64{0}, Weight: []float64{1}, Count: 1, Traces: make([]float64, permutedSteps+1)}
		if p.Inject {
			for j := range s.b.Points[i].Traces {
				s.b.Points[i].Traces[j] = random.Float64()
			}
		}
	}
	s.prepare()
	for level := 1; level < permutedSteps; level++ {
		s.step(level)
	}
	return s, turned
}

const permutedSteps = 8

// No axis is special: with model and source turned, the field is turned.
func TestAxesAreAlike(t *testing.T) {
	for _, orders := range [][][]int{
		{{0, 1}, {1, 0}},
		{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}},
	} {
		reference, _ := permuted(t, orders[0])
		largest := 0.0
		reference.each(false, func(p []int64) { largest = max(largest, math.Abs(*reference.at("u", permutedSteps, p))) })
		if largest < 0.1 {
			t.Errorf("the field of the reference is at most %g", largest)
		}
		// Only the order of additions differs. Each operation of a step rounds by
		// 2^-53 of what it adds up, which is a few times the field.
		tolerance := float64(permutedSteps*cost.Total(reference.p.Stencil, reference.p.Schedule).Flops()) * 0x1p-53 * 8 * largest
		for _, order := range orders[1:] {
			s, turned := permuted(t, order)
			worst := 0.0
			reference.each(false, func(p []int64) {
				worst = max(worst, math.Abs(*s.at("u", permutedSteps, turned(p))-*reference.at("u", permutedSteps, p)))
			})
			if worst > tolerance {
				t.Errorf("axes in the order %v: off by %g, more than %g", order, worst, tolerance)
			}
			for i := range s.b.Points {
				for j, v := range s.b.Points[i].Traces {
					if e := math.Abs(v - reference.b.Points[i].Traces[j]); e > tolerance {
						t.Errorf("axes in the order %v: trace %s is off by %g in row %d", order, s.k.Points[i].Name, e, j)
					}
				}
			}
		}
	}
}
