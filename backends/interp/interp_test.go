package interp_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/loop"
)

func parse(t *testing.T, text string) *loop.Kernel {
	t.Helper()
	k, err := loop.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatal(err)
	}
	return k
}

// steps carries out some steps of a kernel, and what comes before them.
func steps[T interp.Real](t *testing.T, k *loop.Kernel, b *interp.Binding[T], first, last int) {
	t.Helper()
	if err := interp.Prepare(interp.Of(k), b); err != nil {
		t.Fatal(err)
	}
	if err := interp.Steps(interp.Of(k), b, first, last); err != nil {
		t.Fatal(err)
	}
}

// Blocks of any length visit each point once, also when they do not divide
// the grid.
func TestBlocksCoverTheGrid(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 0, z halo 1
time 0 .. steps-1
state u[t, x, z] levels 2 buffers 1
setup { }
run {
  team {
    for t = first(t) .. last(t)+1 {
      for xb along x = 0 .. size(x) step block(x) threads dynamic {
        for x = xb .. min(xb+block(x), size(x)) {
          for z = 0 .. size(z) lanes 1 {
            u[@1, x, z] = u[x, z] + 1
          }
        }
      }
    }
  }
}`)
	for length := int64(1); length <= 8; length++ {
		for _, reverse := range []bool{false, true} {
			b := interp.Allocate[float64](&k.Operator, []int64{7, 3})
			b.Block[0], b.Reverse = length, reverse
			steps(t, k, b, 0, 4)
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
setup { let %c0 = $a + 1 - $a }
run { for t = first(t) .. last(t)+1 { for x = 0 .. size(x) { u[@1, x] = %c0*(m[x] + 16777216 - 16777216) } } }`)
	b := interp.Allocate[float32](&k.Operator, []int64{1})
	b.Scalars[0] = 1 << 30
	b.Arrays[0].Data[0] = 1
	steps(t, k, b, 0, 0)
	// 2^24 + 1 is no float32, but 2^30 + 1 is a float64: 1*(1 + 2^24 - 2^24).
	if got := b.Arrays[1].Data[b.Arrays[1].Index(1, []int64{0})]; got != 0 {
		t.Errorf("got %g, want 0", got)
	}
}

// In double precision nothing is.
func TestDoublePrecision(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 0
time 0 .. steps-1
scalar a
param m[x]
state u[t, x] levels 2 buffers 2
setup { let %c0 = $a + 1 - $a }
run { for t = first(t) .. last(t)+1 { for x = 0 .. size(x) { u[@1, x] = %c0*(m[x] + 16777216 - 16777216) } } }`)
	b := interp.Allocate[float64](&k.Operator, []int64{1})
	b.Scalars[0] = 1 << 30
	b.Arrays[0].Data[0] = 1
	steps(t, k, b, 0, 0)
	if got := b.Arrays[1].Data[b.Arrays[1].Index(1, []int64{0})]; got != 1 {
		t.Errorf("got %g, want 1", got)
	}
}

const points = `kernel k f64
axes x halo 0
time 0 .. steps-1
param m[x]
state u[t, x] levels 2 buffers 2
points src inject
points before sample STAGED
points after sample
setup { }
run {
  for t = first(t) .. last(t)+1 {
    BEFORE
    for x = 0 .. size(x) {
      u[@1, x] = u[x]
    }
    inject src into u[@1, x] times m[x]
    sample after from u[@1, x]
  }
}`

// Injecting adds weighted traces times the value at the node; sampling sums
// weighted values, and sees the levels as they are where it stands. Values that
// tiles keep apart are added up to the same.
func TestPoints(t *testing.T) {
	for _, v := range [][2]string{
		{"", "sample before from u[x]*m[x]"},
		{"staged 1", `for xb along x = 0 .. size(x) step 2 { take before from u[x]*m[x] within x = xb .. xb+2 }
			sum before`},
	} {
		k := parse(t, strings.NewReplacer("STAGED", v[0], "BEFORE", v[1]).Replace(points))
		b := interp.Allocate[float64](&k.Operator, []int64{4})
		for x := range int64(4) {
			b.Arrays[0].Data[b.Arrays[0].Index(0, []int64{x})] = float64(x + 1)
		}
		// Two sources share node 1.
		b.Points[0] = interp.Points[float64]{Start: []int64{0, 2, 3}, Node: []int64{1, 2}, Point: []int64{0, 1, 1}, Weight: []float64{0.5, 0.25, 0.75}, Count: 2, Traces: []float64{2, 4, 6, 8, 0, 0}}
		for i := 1; i <= 2; i++ {
			b.Points[i] = interp.Points[float64]{Start: []int64{0, 2}, Node: []int64{1, 2}, Point: []int64{0, 0}, Weight: []float64{1, 10}, Count: 1, Traces: make([]float64, 3), Staged: make([]float64, 2), Order: []int64{0, 1}}
		}
		steps(t, k, b, 0, 1)
		// Step 0: u[1] = 2*(0.5*2 + 0.25*4) = 4, u[2] = 3*0.75*4 = 9.
		// Step 1: u[1] = 4 + 2*(0.5*6 + 0.25*8) = 14, u[2] = 9 + 3*0.75*8 = 27.
		for i, want := range [][]float64{{0, 4*2 + 10*9*3, 0}, {4 + 90, 14 + 270, 0}} {
			for row, w := range want {
				if got := b.Points[i+1].Traces[row]; math.Abs(got-w) > 0 {
					t.Errorf("%s: trace %s is %g in row %d, want %g", v[1], k.Points[i+1].Name, got, row, w)
				}
			}
		}
	}
}

// A source that is ahead takes a later row; rows of one step only act in it.
func TestPointsOfSteps(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 0
time 0 .. steps-1
state u[t, x] levels 2 buffers 1
points src inject
setup { }
run { for t = first(t) .. last(t)+1 { inject src ahead 1 into u[@1, x] times 1 } }`)
	b := interp.Allocate[float64](&k.Operator, []int64{3})
	// One row each for the steps 0, 1, 2: nodes 0, 1, 2.
	b.Points[0] = interp.Points[float64]{First: []int64{0, 1, 2, 3}, Start: []int64{0, 1, 2, 3}, Node: []int64{0, 1, 2}, Point: []int64{0, 0, 0}, Weight: []float64{1, 1, 1}, Count: 1, Traces: []float64{1, 10, 100}}
	steps(t, k, b, 0, 1)
	if got := b.Arrays[0].Data; !slices.Equal(got, []float64{0, 10, 100}) {
		t.Errorf("got %v", got)
	}
}

// outcome runs a kernel over a line of so many points, and gives all of one
// array.
func outcome(t *testing.T, text string, size int64, array string, first, last int, more func(*interp.Binding[float64])) []float64 {
	t.Helper()
	k := parse(t, text)
	b := interp.Allocate[float64](&k.Operator, []int64{size})
	if more != nil {
		more(b)
	}
	steps(t, k, b, first, last)
	for i, a := range k.Arrays {
		if a.Name == array {
			return b.Arrays[i].Data
		}
	}
	return nil
}

// Loops run up and down, in steps, to the least of their ends, and carry out
// what is left by itself.
func TestLoops(t *testing.T) {
	const head = "kernel k f64 axes x halo 2 time 0 .. steps-1 state u[t, x] levels 2 buffers 1 setup { } run { for t = first(t) .. last(t)+1 { "
	for _, v := range []struct {
		loop string
		want []float64
	}{
		{"for x = 0 .. size(x) { u[@1, x] = 1 }", []float64{0, 0, 1, 1, 1, 1, 1, 0, 0}},
		{"for x = max(1, -1) .. min(size(x)+2, size(x)-1, 7) { u[@1, x] = 1 }", []float64{0, 0, 0, 1, 1, 1, 0, 0, 0}},
		{"for x = 0 .. -1 { u[@1, x] = 1 }", []float64{0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"for x = 0 .. size(x) step 2 { u[@1, x] = 1 }", []float64{0, 0, 1, 0, 1, 0, 1, 0, 0}},
		// One after the other, each sees what the one before it left.
		{"for x = 0 .. size(x) { u[@1, x] = u[@1, x-1] + 1 }", []float64{0, 0, 1, 2, 3, 4, 5, 0, 0}},
		{"for x = 0 .. size(x) down { u[@1, x] = u[@1, x+1] + 1 }", []float64{0, 0, 5, 4, 3, 2, 1, 0, 0}},
		{"for x = 0 .. size(x) down { u[@1, x] = u[@1, x-1] + 1 }", []float64{0, 0, 1, 1, 1, 1, 1, 0, 0}},
		// Two at once, and one that is left.
		{"for x = 0 .. size(x) step 2 { u[@1, x] = 2 u[@1, x+1] = 3 } rest { u[@1, x] = 1 }", []float64{0, 0, 2, 3, 2, 3, 1, 0, 0}},
		{"for k = 1 .. 3 { u[@1, -k] = 1 u[@1, size(x)-1+k] = 2 }", []float64{1, 1, 0, 0, 0, 0, 0, 2, 2}},
		{"let %a = 2 for x = 0 .. size(x) { let %b = %a + 1 u[@1, x] = %b*%a }", []float64{0, 0, 6, 6, 6, 6, 6, 0, 0}},
		{"if 0 <= size(x)-5, 0 <= t { for x = 0 .. 1 { u[@1, x] = 1 } }", []float64{0, 0, 1, 0, 0, 0, 0, 0, 0}},
		{"if 0 <= size(x)-6 { for x = 0 .. 1 { u[@1, x] = 1 } }", []float64{0, 0, 0, 0, 0, 0, 0, 0, 0}},
	} {
		if got := outcome(t, head+v.loop+" } }", 5, "u", 0, 0, nil); !slices.Equal(got, v.want) {
			t.Errorf("%s\nleaves %v, want %v", v.loop, got, v.want)
		}
	}
}

// Conditions count the operator's own steps, which run the other way where it
// steps backward.
func TestConditions(t *testing.T) {
	const text = `kernel k f64
axes x halo 0
time 0 .. steps-1 DIRECTION
scalar n
image g[x]
setup { }
run {
  for t = first(t) .. last(t)+1 {
    if every $n { g[0] = g[0] + 1 }
    if every 4 { g[1] = g[1] + 1 }
    if last { g[2] = g[2] + 1 }
    if every 4, step 1 { g[3] = g[3] + 1 }
    if last, step 1 { g[4] = g[4] + 1 }
    if 0 <= last(t)-t-1 { g[5] = g[5] + 1 }
  }
}`
	for _, v := range []struct {
		direction string
		want      []float64
	}{
		// Steps 1 .. 9: those that 3 and 4 divide, the last one, and those one step
		// in front of them.
		{"", []float64{3, 2, 1, 2, 1, 8}},
		// Steps 11 .. 3 of 12-t: 9, 6, 3; 8, 4; and one behind 9, 5 (t+1 is n-1).
		{"backward", []float64{3, 2, 1, 2, 1, 8}},
	} {
		text := strings.Replace(text, "DIRECTION", v.direction, 1)
		k, err := loop.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		b := interp.Allocate[float64](&k.Operator, []int64{6})
		b.Scalars[0], b.End, b.Mirror = 3, 9, 12
		steps(t, k, b, 1, 9)
		if got := b.Arrays[0].Data; !slices.Equal(got, v.want) {
			t.Errorf("%q: %v, want %v", v.direction, got, v.want)
		}
	}
}

// A kernel's own buffers begin as NaN, so that nothing is read before it is
// there; rings count modulo their extent.
func TestBuffers(t *testing.T) {
	const text = `kernel k f64
axes x halo 1
time 0 .. steps-1
param m[x]
state u[t, x] levels 2 buffers 1
buffer w[size(x)+2] thread
buffer ring[3 ring, 2] thread
setup { }
run {
  for t = first(t) .. last(t)+1 {
    BODY
  }
}`
	run := func(body string) []float64 {
		return outcome(t, strings.Replace(text, "BODY", body, 1), 6, "u", 0, 0, func(b *interp.Binding[float64]) {
			for i := range b.Arrays[0].Data {
				b.Arrays[0].Data[i] = float64(i)
			}
		})[1:7]
	}
	if got := run("for x = 0 .. size(x) { u[@1, x] = w[x] }"); !math.IsNaN(got[0]) || !math.IsNaN(got[5]) {
		t.Errorf("a buffer begins with %v", got)
	}
	if got := run("for x = -1 .. size(x)+1 { w[x+1] = m[x] } for x = 0 .. size(x) { u[@1, x] = w[x] + 10*w[x+2] }"); !slices.Equal(got, []float64{20, 31, 42, 53, 64, 75}) {
		t.Errorf("a buffer gives %v", got)
	}
	if got := run("for x = 0 .. size(x) { ring[x+3, 0] = m[x] ring[x+3, 1] = -m[x] u[@1, x] = ring[x+1, 0] - ring[x+3, 1] }"); !math.IsNaN(got[0]) || !math.IsNaN(got[1]) || !slices.Equal(got[2:], []float64{1 + 3, 2 + 4, 3 + 5, 4 + 6}) {
		t.Errorf("a ring gives %v", got)
	}
}

// Levels that are kept, that the caller gives, and frames lie where they
// belong.
func TestLevels(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 0
time 1 .. steps-1
state s[t, x] levels 3 buffers 3 saved
state f[t, x] input
history us[x] every 2
setup { }
run {
  for t = first(t) .. last(t)+1 {
    for x = 0 .. size(x) {
      s[@1, x] = s[x] + s[@-1, x]
    }
    if every 2 {
      for x = 0 .. size(x) {
        us[x] = s[@1, x] + 100*f[@-1, x] + 10000*f[x]
      }
    }
  }
}`)
	b := interp.Allocate[float64](&k.Operator, []int64{1})
	b.Arrays[0].Data, b.Arrays[0].Count = []float64{1, 1, 0, 0, 0, 0, 0}, 7
	b.Arrays[1].Data, b.Arrays[1].Count = []float64{0, 1, 2, 3, 4, 5, 6}, 7
	b.Arrays[2].Data = make([]float64, 4)
	steps(t, k, b, 1, 5)
	if got := b.Arrays[0].Data; !slices.Equal(got, []float64{1, 1, 2, 3, 5, 8, 13}) {
		t.Errorf("the levels are %v", got)
	}
	if got := b.Arrays[2].Data; !slices.Equal(got, []float64{0, 20103, 40308, 0}) {
		t.Errorf("the frames are %v", got)
	}
}

// Reductions have their own order and see the bounds of their box.
func TestReduce(t *testing.T) {
	k := parse(t, `kernel k f64
axes x halo 1, z halo 1
time 0 .. steps-1
param m[x, z]
series sum
series norm
series least
series most
setup { }
run {
  for t = first(t) .. last(t)+1 {
    reduce sum from sum of m[x, z] over 0 .. size(x); max(1, 0) .. min(size(z)-1, size(z))
    reduce norm from norm of m[x, z] over 0 .. size(x); 0 .. size(z)
    reduce least from min of m[x, z] over 0 .. size(x); 0 .. size(z)
    reduce most from max of m[x, z]*m[x, z-1] over 0 .. size(x); 0 .. size(z)
  }
}`)
	b := interp.Allocate[float64](&k.Operator, []int64{2, 3})
	for x := range int64(2) {
		for z := range int64(3) {
			b.Arrays[0].Data[b.Arrays[0].Index(0, []int64{x, z})] = float64(10*x + z + 1)
		}
	}
	steps(t, k, b, 2, 2)
	// 1 2 3
	// 11 12 13
	for i, want := range []float64{2 + 12, math.Sqrt(1 + 4 + 9 + 121 + 144 + 169), 1, 12 * 13} {
		if got := b.Series[i][2]; got != want {
			t.Errorf("%s is %g, want %g", k.Series[i].Name, got, want)
		}
	}
}

// What a kernel is printed as runs like the kernel.
func TestEmittedKernelRuns(t *testing.T) {
	text := strings.NewReplacer("STAGED", "", "BEFORE", "sample before from u[x]").Replace(points)
	k := parse(t, text)
	source, err := interp.Target{}.Emit(k)
	if err != nil {
		t.Fatal(err)
	}
	if source.Name != "k" || source.Text != k.String() {
		t.Errorf("%s is printed as\n%s", source.Name, source.Text)
	}
	p, err := interp.Load(source.Text)
	if err != nil {
		t.Fatal(err)
	}
	run := func(p *interp.Program) []float64 {
		b := interp.Allocate[float64](&k.Operator, []int64{4})
		for i := range b.Arrays[1].Data {
			b.Arrays[1].Data[i] = float64(i)
		}
		for i := range b.Points {
			b.Points[i].Traces = make([]float64, 9)
		}
		if err := interp.Steps(p, b, 0, 4); err != nil {
			t.Fatal(err)
		}
		return b.Arrays[1].Data
	}
	if a, b := run(interp.Of(k)), run(p); !slices.Equal(a, b) || a[3] != 3 {
		t.Errorf("%v and %v", a, b)
	}
	if _, err := interp.Load("kernel"); err == nil {
		t.Error("half a kernel is loaded")
	}
}

// What the verifier refuses, the interpreter reports too, instead of computing
// something else.
func TestRefuses(t *testing.T) {
	for _, step := range []string{
		"for x = 0 .. size(x) { u[@1, x] = %a }",
		"for x = 0 .. size(x) { let %b = 1 u[@1, x] = %a }",
		"for x = 0 .. size(x) step 0 { u[@1, x] = 0 }",
		"for x = 0 .. size(x) { for k = 0 .. 1 { let %a = 1 } u[@1, x] = %a }",
		"sample rec from %a",
	} {
		k, err := loop.Parse("kernel k f64 axes x halo 0 time 0 .. steps-1 state u[t, x] levels 2 buffers 2 points rec sample setup { } run { for t = first(t) .. last(t)+1 { " + step + " } }")
		if err != nil {
			t.Fatal(err)
		}
		if loop.Verify(k) == nil {
			t.Errorf("%s: the verifier accepts it", step)
		}
		b := interp.Allocate[float64](&k.Operator, []int64{4})
		b.Block[0] = 2
		b.Points[0] = interp.Points[float64]{Start: []int64{0, 1}, Node: []int64{0}, Point: []int64{0}, Weight: []float64{1}, Count: 1, Traces: make([]float64, 2)}
		if interp.Steps(interp.Of(k), b, 0, 0) == nil {
			t.Errorf("%s: the interpreter accepts it", step)
		}
	}
}

// What depends on the run is reported with its step: blocks of nothing, other
// ranks that are not there.
func TestRefusesRuns(t *testing.T) {
	for step, want := range map[string]string{
		"for xb along x = 0 .. size(x) step block(x) { for x = xb .. min(xb+block(x), size(x)) { u[@1, x] = 0 } }": "step 3: loop xb: step 0",
		"begin exchange u[@1] along x width 1 1": "step 3: there are no other ranks to exchange u with",
	} {
		k := parse(t, "kernel k f64 axes x halo 1 time 0 .. steps-1 state u[t, x] levels 2 buffers 2 setup { } run { for t = first(t) .. last(t)+1 { "+step+" } }")
		b := interp.Allocate[float64](&k.Operator, []int64{4})
		b.Block[0] = 0
		if err := interp.Steps(interp.Of(k), b, 3, 5); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", step, err, want)
		}
	}
}

// An exchange is handed on with the buffer that it is about.
func TestExchangeOfRanks(t *testing.T) {
	k := parse(t, `kernel k f64 axes x halo 2 time 0 .. steps-1
param m[x]
state u[t, x] levels 2 buffers 2
setup { }
run { for t = first(t) .. last(t)+1 { begin exchange u[@1] along x width 2 1 wait exchange u[@0] along x width 1 0 } }`)
	b := interp.Allocate[float64](&k.Operator, []int64{4})
	var seen []interp.Halo
	b.Exchange = func(h interp.Halo) error { seen = append(seen, h); return nil }
	steps(t, k, b, 1, 2)
	if want := []interp.Halo{
		{Array: 1, Buffer: 0, Width: [2]int{2, 1}}, {Array: 1, Buffer: 1, Width: [2]int{1, 0}, Wait: true},
		{Array: 1, Buffer: 1, Width: [2]int{2, 1}}, {Array: 1, Buffer: 0, Width: [2]int{1, 0}, Wait: true},
	}; !slices.Equal(seen, want) {
		t.Errorf("got %+v", seen)
	}
}
