package operator

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
)

// Where a sponge damps nothing its coefficients are left out, and no bit changes:
// with a sponge around an uneven box, none at all, and one everywhere, in rows that
// vectors divide and others.
func TestUsualKeepsEveryBit(t *testing.T) {
	without := func(p *stencil.Program, target facts.Target) *schedule.Schedule {
		s := schedule.Default(p, target)
		for i := range s.Groups {
			s.Groups[i].Usual = false
		}
		return s
	}
	for _, v := range []struct {
		name   string
		dim    int
		border int
	}{{"acoustic", 2, 0}, {"acoustic", 3, 0}, {"acoustic", 3, 3}, {"tti", 2, 0}, {"elastic", 2, 0}, {"elastic", 3, 0}} {
		for _, real := range []signature.Real{signature.F32, signature.F64} {
			file, err := dsl.ParseFile("../../../testdata/operators/" + v.name + ".pde")
			if err != nil {
				t.Fatal(err)
			}
			o := codegen.Options{Dim: v.dim, SpaceOrder: 4, Border: v.border, Precision: real, Target: c.Target{}, Machine: facts.Machine{Vector: 64, Prefetch: 768}}
			short := exact(t, file, o)
			if len(short.Program.Signature.Usual) == 0 {
				t.Fatalf("%s: nothing has usual values", v.name)
			}
			o.Schedule = without
			long := exact(t, file, o)
			r := rand.New(rand.NewPCG(1, uint64(v.dim)))
			for _, where := range []string{"around", "nowhere", "everywhere"} {
				a := randomArguments(t, short.Program, r)
				a.Threads = 2
				a.Shape[v.dim-1] += 40 // several vectors in a row
				for name, f := range a.Fields {
					if n := len(f.Shape); short.Program.Signature.Array(name).Spans(v.dim - 1) {
						f.Shape[n-1] = a.Shape[v.dim-1]
						length := 1
						for _, m := range f.Shape {
							length *= m
						}
						f.F64 = make([]float64, length)
						for i := range f.F64 {
							f.F64[i] = 0.45 + 0.1*r.Float64()
						}
						a.Fields[name] = f
					}
				}
				usual := *short.Program.Signature.Array("damp").Usual
				if where != "everywhere" {
					damp := a.Fields["damp"]
					for i := range damp.F64 {
						rest, inside := i, true
						for axis := v.dim - 1; axis >= 0; axis-- {
							n := a.Shape[axis]
							p := rest % n
							rest /= n
							inside = inside && p >= 2+axis && p < n-3
						}
						if inside || where == "nowhere" {
							damp.F64[i] = usual
						}
					}
				}
				want := outcome(t, long, a)
				compare(t, v.name+" "+where, outcome(t, short, a), want, 0)
			}
		}
	}
}

// A box is cut until all of its points have the value, around its middle, and no
// further than needed.
func TestAround(t *testing.T) {
	stride := []int64{14 * 20, 20, 1}
	whole := func() [][2]int { return [][2]int{{0, 12}, {0, 14}, {0, 20}} }
	fill := func(other func(x, y, z int) bool) []float32 {
		all := make([]float32, 12*14*20)
		for i := range all {
			if other(i/280, i/20%14, i%20) {
				all[i] = 1
			}
		}
		return all
	}
	for _, v := range []struct {
		name  string
		other func(x, y, z int) bool
		want  [][2]int // nil for any that holds
	}{
		{"nothing else", func(x, y, z int) bool { return false }, whole()},
		{"a sponge", func(x, y, z int) bool { return x < 2 || x >= 9 || y < 3 || z < 1 || z >= 17 }, [][2]int{{2, 9}, {3, 14}, {1, 17}}},
		{"the middle", func(x, y, z int) bool { return x == 6 && y == 7 && z == 10 }, [][2]int{{}, {}, {}}},
		{"a corner", func(x, y, z int) bool { return x == 0 && y == 0 && z == 0 }, [][2]int{{0, 12}, {0, 14}, {1, 20}}},
		{"a ball", func(x, y, z int) bool { return (x-6)*(x-6)+(y-7)*(y-7)+(z-10)*(z-10) > 20 }, nil},
	} {
		box := whole()
		all := fill(v.other)
		around(stride, all, 0, 0, box)
		if v.want != nil && !slices.Equal(box, v.want) {
			t.Errorf("%s: %v, want %v", v.name, box, v.want)
		}
		points := 0
		for x := box[0][0]; x < box[0][1]; x++ {
			for y := box[1][0]; y < box[1][1]; y++ {
				for z := box[2][0]; z < box[2][1]; z++ {
					points++
					if all[x*280+y*20+z] != 0 {
						t.Fatalf("%s: %v holds %d %d %d", v.name, box, x, y, z)
					}
				}
			}
		}
		if v.want == nil && points < 27 {
			t.Errorf("%s: %v", v.name, box)
		}
	}
}
