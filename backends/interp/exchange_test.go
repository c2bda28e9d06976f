package interp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// image finds the value beyond the ends of an axis by following the mirror
// images, one after the other, on a line of doubled indices, where nodes are
// even.
func image(first, last signature.Edge, half bool, n, i int) (from int, sign float64) {
	if first == signature.Wrap {
		return ((i % n) + n) % n, 1
	}
	place := 2 * i
	if half {
		place++
	}
	end := 2 * (n - 1)
	sign = 1
	for {
		switch {
		case i < 0 && first == signature.Last:
			return 0, 1
		case i >= n && last == signature.Last:
			return n - 1, 1
		case place < 0 && first.Mirrors():
			place = -place
			if first == signature.Odd {
				sign = -sign
			}
			continue
		case place > end && last.Mirrors():
			place = 2*end - place
			if last == signature.Odd {
				sign = -sign
			}
			continue
		case place == 0 && first == signature.Odd, place == end && last == signature.Odd:
			sign = 0
		}
		if half {
			place--
		}
		return place / 2, sign
	}
}

// applied makes the loops of a program that a text gives.
func applied(t *testing.T, text string) *loop.Kernel {
	t.Helper()
	p, err := stencil.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := stencil.Verify(p); err != nil {
		t.Fatal(err)
	}
	p.Require()
	k, _, err := schedule.Apply(p, schedule.Trivial(p, facts.CPU))
	if err != nil {
		t.Fatal(err)
	}
	if err := loop.Verify(k); err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	return k
}

// A fill fills the halo with images, for all edges, places and numbers of
// axes, corners included, and on axes shorter than the halo.
func TestFill(t *testing.T) {
	edges := []signature.Edge{signature.Open, signature.Even, signature.Odd, signature.Wrap, signature.Last}
	const width = 4
	for _, first := range edges {
		for _, last := range edges {
			if (first == signature.Wrap) != (last == signature.Wrap) {
				continue
			}
			for n := range 12 {
				half := []string{"", "half x"}[n%2]
				if n = n/2%6 + 1; n == 1 && last.Mirrors() && (first.Mirrors() || half != "") {
					continue // nothing lies between the mirrors: operator.Bind refuses it
				}
				k := applied(t, fmt.Sprintf(`program k f64
axes x halo 4, z halo 4
time 0 .. steps-1
state u[t, x, z] levels 2 buffers 1 %s
setup { }
step { fill u[t+1] width 4 4, 4 4 edge x %s %s edge z odd even }
`, half, first, last))
				size := []int64{int64(n), 3}
				b := interp.Allocate[float64](&k.Operator, size)
				u := &b.Arrays[0]
				value := func(i, j int) float64 { return float64(10*i + j + 100) }
				for i := range n {
					for j := range 3 {
						u.Data[u.Index(0, []int64{int64(i), int64(j)})] = value(i, j)
					}
				}
				steps(t, k, b, 0, 0)
				for i := -width; i < n+width; i++ {
					for j := -width; j < 3+width; j++ {
						fromX, signX := image(first, last, half != "", n, i)
						fromZ, signZ := image(signature.Odd, signature.Even, false, 3, j)
						want := signX * signZ * value(fromX, fromZ)
						if fromX < 0 || fromX >= n {
							want = 0 // open: nothing was there
						}
						if got := u.Data[u.Index(0, []int64{int64(i), int64(j)})]; got != want {
							t.Errorf("%s %s %s, %d points: at %d, %d is %g, want %g", first, last, half, n, i, j, got, want)
						}
					}
				}
			}
		}
	}
}

// The same in three dimensions, where the loops of a fill are shared among
// threads, in any order, and on a line.
func TestFillOfOtherDimensions(t *testing.T) {
	k := applied(t, `program k f64
axes x halo 2, y halo 1, z halo 2
time 0 .. steps-1
state u[t, x, y, z] levels 3 buffers 2 half y
setup { }
step { fill u[t+1] width 2 2, 1 1, 1 2 edge x even odd edge y odd odd edge z wrap wrap }
`)
	for _, reverse := range []bool{false, true} {
		b := interp.Allocate[float64](&k.Operator, []int64{4, 3, 5})
		b.Reverse = reverse
		u := &b.Arrays[0]
		at := func(x, y, z int) *float64 {
			return &u.Data[u.Index(1, []int64{int64(x), int64(y), int64(z)})]
		}
		r := rand.New(rand.NewPCG(1, 1))
		var value [4][3][5]float64
		for x := range 4 {
			for y := range 3 {
				for z := range 5 {
					value[x][y][z] = float64(1 + r.IntN(100))
					*at(x, y, z) = value[x][y][z]
				}
			}
		}
		steps(t, k, b, 0, 0) // level 1 lies in buffer 1
		for x := -2; x < 6; x++ {
			for y := -1; y < 4; y++ {
				for z := -1; z < 7; z++ {
					fromX, signX := image(signature.Even, signature.Odd, false, 4, x)
					fromY, signY := image(signature.Odd, signature.Odd, true, 3, y)
					fromZ, signZ := image(signature.Wrap, signature.Wrap, false, 5, z)
					if got, want := *at(x, y, z), signX*signY*signZ*value[fromX][fromY][fromZ]; got != want {
						t.Errorf("at %d, %d, %d is %g, want %g", x, y, z, got, want)
					}
				}
			}
		}
	}
	line := applied(t, `program k f64
axes x halo 2
time 0 .. steps-1
state u[t, x] levels 2 buffers 2
setup { }
step { fill u[t+1] width 1 2 edge x odd last }
`)
	b := interp.Allocate[float64](&line.Operator, []int64{3})
	copy(b.Arrays[0].Data[7:], []float64{0, 0, 5, 6, 7})
	steps(t, line, b, 0, 0)
	if got := fmt.Sprint(b.Arrays[0].Data[7:]); got != "[0 -6 0 6 7 7 7]" {
		t.Errorf("a line becomes %s", got)
	}
}

// A fold is the transpose of a fill: (fill u, w) = (u, fold w) for all that an
// array holds, to the last bit as all numbers are small integers.
func TestFoldIsTheTranspose(t *testing.T) {
	edges := []signature.Edge{signature.Open, signature.Even, signature.Odd, signature.Wrap, signature.Last}
	for _, first := range edges {
		for _, last := range edges {
			if (first == signature.Wrap) != (last == signature.Wrap) {
				continue
			}
			for _, half := range []string{"", "half x"} {
				for n := int64(2); n <= 6; n++ {
					text := fmt.Sprintf(`program k f64
axes x halo 3, y halo 2, z halo 3
time 0 .. steps-1
image g[x, y, z] %s
setup { }
step { VERB g[t] width 3 2, 2 2, 1 3 edge x %s %s edge z odd even }
`, half, first, last)
					r := rand.New(rand.NewPCG(uint64(n), 5))
					run := func(verb string) (before, after []float64) {
						k := applied(t, strings.Replace(text, "VERB", verb, 1))
						b := interp.Allocate[float64](&k.Operator, []int64{n, 2, 4})
						for i := range b.Arrays[0].Data {
							b.Arrays[0].Data[i] = float64(r.IntN(19) - 9)
						}
						before = append(before, b.Arrays[0].Data...)
						steps(t, k, b, 0, 0)
						return before, b.Arrays[0].Data
					}
					u, filled := run("fill")
					w, folded := run("fold")
					left, right := 0.0, 0.0
					for i := range u {
						left, right = left+filled[i]*w[i], right+u[i]*folded[i]
					}
					if left != right {
						t.Errorf("%s %s %s, %d points: %g and %g", first, last, half, n, left, right)
					}
				}
			}
		}
	}
}
