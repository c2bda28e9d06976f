package check

import (
	"math/rand/v2"
	"testing"
)

// Cutting boxes out of a grid leaves just the points that lie in none of
// them, each once.
func TestCuts(t *testing.T) {
	const n = 6
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		dim := 1 + r.IntN(3)
		whole := make(box, dim)
		for a := range whole {
			whole[a] = [2]int{0, n}
		}
		var cuts []box
		rest := []box{whole}
		for range r.IntN(5) {
			cut := make(box, dim)
			for a := range cut {
				lo := r.IntN(n)
				cut[a] = [2]int{lo, lo + 1 + r.IntN(n-lo)}
			}
			cuts = append(cuts, cut)
			var left []box
			for _, b := range rest {
				left = append(left, b.minus(cut)...)
			}
			rest = left
		}
		for k := range n * n * n {
			point := []int{k % n, k / n % n, k / n / n}[:dim]
			want := 1
			for _, b := range cuts {
				if holds(b, point) {
					want = 0
				}
			}
			got := 0
			for _, b := range rest {
				if holds(b, point) {
					got++
				}
			}
			if got != want {
				t.Fatalf("%v without %v is %v: %v is in %d pieces", whole, cuts, rest, point, got)
			}
		}
	}
}

func holds(b box, point []int) bool {
	for a, x := range point {
		if x < b[a][0] || x >= b[a][1] {
			return false
		}
	}
	return true
}
