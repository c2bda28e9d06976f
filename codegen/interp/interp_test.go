package interp_test

import (
	"math"
	"testing"

	"github.com/courant-pde/courant/codegen/interp"
	"github.com/courant-pde/courant/codegen/ir"
)

func parse(t *testing.T, text string) *ir.Kernel {
	t.Helper()
	k, err := ir.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(k); err != nil {
		t.Fatal(err)
	}
	return k
}

// Blocks of any length visit each point once, also when they do not divide
// the grid.
func TestBlocksCoverTheGrid(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 0, z halo 1
time 0 .. steps-1
state u[t, x, z] levels 2 buffers 1
prepare { }
step {
  for xb along x = 0 .. size step block block {
    for x = xb .. min(xb+block, size) {
      for z = 0 .. size {
        u[t+1, x, z] = u[t, x, z] + 1
      }
    }
  }
}`)
	for length := int64(1); length <= 8; length++ {
		b := interp.Allocate[float64](k, []int64{7, 3})
		b.Block[0] = length
		if err := interp.Steps(k, b, 0, 4); err != nil {
			t.Fatal(err)
		}
		for x := range int64(7) {
			for z := int64(-1); z <= 3; z++ {
				want := 5.0
				if z < 0 || z > 2 {
					want = 0 // the halo is left alone
				}
				if got := b.Arrays[0].Data[b.Arrays[0].Index(0, []int64{x, z})]; got != want {
					t.Errorf("blocks of %d: u[%d, %d] is %g, want %g", length, x, z, got, want)
				}
			}
		}
	}
}

// In single precision every operation on the grid is rounded; what is
// computed once per run is rounded when it is used.
func TestSinglePrecision(t *testing.T) {
	k := parse(t, `kernel k f32
axes x halo 0
time 0 .. steps-1
scalar a
param m[x]
state u[t, x] levels 2 buffers 2
prepare { let wide %c0 = $a + 1 - $a }
step {
  for x = 0 .. size {
    u[t+1, x] = %c0*(m[x] + 16777216 - 16777216)
  }
}`)
	b := interp.Allocate[float32](k, []int64{1})
	b.Scalars[0] = 1 << 30
	b.Arrays[0].Data[0] = 1
	if err := interp.Steps(k, b, 0, 0); err != nil {
		t.Fatal(err)
	}
	// 2^24 + 1 is no float32, but 2^30 + 1 is a float64: 1*(1 + 2^24 - 2^24).
	if got := b.Arrays[1].Data[b.Arrays[1].Index(1, []int64{0})]; got != 0 {
		t.Errorf("got %g, want 0", got)
	}
}

// Injecting adds weighted traces times the value at the node; sampling sums
// weighted values, and sees the levels as they are where it stands.
func TestPoints(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 0
time 0 .. steps-1
param m[x]
state u[t, x] levels 2 buffers 2
points src inject
points before sample
points after sample
prepare { }
step {
  sample before from u[t, x]*m[x]
  for x = 0 .. size {
    u[t+1, x] = u[t, x]
  }
  inject src into u[t+1, x] times m[x]
  sample after from u[t+1, x]
}`)
	b := interp.Allocate[float64](k, []int64{4})
	for x := range int64(4) {
		b.Arrays[0].Data[b.Arrays[0].Index(0, []int64{x})] = float64(x + 1)
	}
	// Two sources share node 1.
	b.Points[0] = interp.Points[float64]{Start: []int64{0, 2, 3}, Node: []int64{1, 2}, Point: []int64{0, 1, 1}, Weight: []float64{0.5, 0.25, 0.75}, Count: 2, Traces: []float64{2, 4, 6, 8, 0, 0}}
	for i := 1; i <= 2; i++ {
		b.Points[i] = interp.Points[float64]{Start: []int64{0, 2}, Node: []int64{1, 2}, Point: []int64{0, 0}, Weight: []float64{1, 10}, Count: 1, Traces: make([]float64, 3)}
	}
	if err := interp.Steps(k, b, 0, 1); err != nil {
		t.Fatal(err)
	}
	// Step 0: u[1] = 2*(0.5*2 + 0.25*4) = 4, u[2] = 3*0.75*4 = 9.
	// Step 1: u[1] = 4 + 2*(0.5*6 + 0.25*8) = 14, u[2] = 9 + 3*0.75*8 = 27.
	for i, want := range [][]float64{{0, 4*2 + 10*9*3, 0}, {4 + 90, 14 + 270, 0}} {
		for row, w := range want {
			if got := b.Points[i+1].Traces[row]; math.Abs(got-w) > 0 {
				t.Errorf("trace %s is %g in row %d, want %g", k.Points[i+1].Name, got, row, w)
			}
		}
	}
}

// What the verifier refuses, the interpreter reports too, instead of computing
// something else.
func TestRefuses(t *testing.T) {
	for _, step := range []string{
		"let %a = 1",
		"for x = 0 .. size step block block { u[t+1, x] = 0 }",
		"for x = 0 .. size { u[t+1, x] = %a }",
		"for x = 0 .. size { sample rec from u[t, x] }",
		"u[t+1, x] = 0",
	} {
		k, err := ir.Parse("kernel k f64 axes x halo 0 time 0 .. steps-1 state u[t, x] levels 2 buffers 2 points rec sample prepare { } step { " + step + " }")
		if err != nil {
			t.Fatal(err)
		}
		if ir.Verify(k) == nil {
			t.Errorf("%s: the verifier accepts it", step)
		}
		b := interp.Allocate[float64](k, []int64{4})
		b.Block[0] = 2
		if interp.Steps(k, b, 0, 0) == nil {
			t.Errorf("%s: the interpreter accepts it", step)
		}
	}
}
