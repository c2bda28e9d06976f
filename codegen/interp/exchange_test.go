package interp_test

import (
	"fmt"
	"testing"

	"github.com/courant-pde/courant/codegen/interp"
	"github.com/courant-pde/courant/codegen/ir"
)

// image finds the value beyond the ends of an axis by following the mirror
// images, one after the other, on a line of doubled indices, where nodes are
// even.
func image(first, last ir.Edge, half bool, n, i int) (from int, sign float64) {
	if first == ir.Wrap {
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
		case place < 0 && first != ir.Open:
			place = -place
			if first == ir.Odd {
				sign = -sign
			}
			continue
		case place > end && last != ir.Open:
			place = 2*end - place
			if last == ir.Odd {
				sign = -sign
			}
			continue
		case place == 0 && first == ir.Odd, place == end && last == ir.Odd:
			sign = 0
		}
		if half {
			place--
		}
		return place / 2, sign
	}
}

// An exchange fills the halo with images, for all edges, places and numbers of
// axes, corners included, and on axes shorter than the halo.
func TestExchange(t *testing.T) {
	edges := []ir.Edge{ir.Open, ir.Even, ir.Odd, ir.Wrap}
	const width = 4
	for _, first := range edges {
		for _, last := range edges {
			if (first == ir.Wrap) != (last == ir.Wrap) {
				continue
			}
			for n := range 12 {
				half := []string{"", "half x"}[n%2]
				if n = n/2%6 + 1; n == 1 && last.Mirrors() && (first.Mirrors() || half != "") {
					continue // nothing lies between the mirrors: operator.Bind refuses it
				}
				k, err := ir.Parse(fmt.Sprintf(`kernel k f64
axes x halo 4, z halo 4
time 0 .. steps-1
state u[t, x, z] levels 2 buffers 1 %s edge x %s %s edge z odd even
prepare { }
step { exchange u[t+1] width 4, 4 }
`, half, first, last))
				if err != nil {
					t.Fatal(err)
				}
				size := []int64{int64(n), 3}
				b := interp.Allocate[float64](k, size)
				u := &b.Arrays[0]
				value := func(i, j int) float64 { return float64(10*i + j + 100) }
				for i := range n {
					for j := range 3 {
						u.Data[u.Index(0, []int64{int64(i), int64(j)})] = value(i, j)
					}
				}
				if err := interp.Steps(k, b, 0, 0); err != nil {
					t.Fatal(err)
				}
				for i := -width; i < n+width; i++ {
					for j := -width; j < 3+width; j++ {
						fromX, signX := image(first, last, half != "", n, i)
						fromZ, signZ := image(ir.Odd, ir.Even, false, 3, j)
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
