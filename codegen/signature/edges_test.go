package signature_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/courant-pde/courant/codegen/signature"
)

// copies lists what fills the halo along an axis of n points, of one width at
// both ends, point by point: the definition that rules are compared with.
func copies(a *signature.Array, axis, n, width int) []signature.Move {
	var out []signature.Move
	add := func(to, from, sign int) { out = append(out, signature.Move{To: to, From: from, Sign: sign}) }
	half := 0
	if a.Stagger != nil && a.Stagger[axis] {
		half = 1
	}
	first, last := a.Edges[axis][0], a.Edges[axis][1]
	if first == signature.Wrap {
		for k := 1; k <= width; k++ {
			add(-k, n-k, 1)
			add(n-1+k, k-1, 1)
		}
		return out
	}
	for end, e := range a.Edges[axis] {
		for k := 1; e == signature.Last && k <= width; k++ {
			add([]int{-k, n - 1 + k}[end], []int{0, n - 1}[end], 1)
		}
	}
	for end, e := range a.Edges[axis] {
		if e == signature.Odd && half == 0 {
			at := []int{0, n - 1}[end]
			add(at, at, 0)
		}
	}
	between := first.Mirrors() && last.Mirrors()
	signs := map[signature.Edge]int{signature.Even: 1, signature.Odd: -1}
	// Between the nodes the value n-1 lies beyond the last node already.
	for k := 0; k <= width; k++ {
		if from := k - half; first.Mirrors() && k > 0 && (between || from < n) {
			add(-k, from, signs[first])
		}
		if from := n - 1 - k - half; last.Mirrors() && k >= 1-half && (between || from >= 0) {
			add(n-1+k, from, signs[last])
		}
	}
	return out
}

// image finds the value beyond the ends of an axis by following the mirror
// images, one after the other, on a line of doubled indices, where nodes are
// even. Beyond an end that holds the last value it is that of the end.
func image(first, last signature.Edge, half bool, n, i int) (from, sign int) {
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

// each calls f for all edges that an axis can have, on the nodes and between
// them.
func each(f func(a *signature.Array)) {
	for first := signature.Open; first <= signature.Last; first++ {
		for last := signature.Open; last <= signature.Last; last++ {
			if (first == signature.Wrap) != (last == signature.Wrap) {
				continue
			}
			for _, half := range [][]bool{nil, {false, true}} {
				f(&signature.Array{Axes: []int{0, 1}, Stagger: half, Edges: [][2]signature.Edge{{}, {first, last}}})
			}
		}
	}
}

// With one width at both ends, rules are the copies of the definition, one by
// one and in its order, on axes of any length.
func TestMovesAreTheDefinition(t *testing.T) {
	tried := 0
	each(func(a *signature.Array) {
		for n := 1; n <= 9; n++ {
			for width := range 8 {
				got, want := a.Moves(1, n, [2]int{width, width}), copies(a, 1, n, width)
				if !slices.Equal(got, want) {
					t.Errorf("edges %v, half %v, %d points, width %d:\ngot  %v\nwant %v", a.Edges[1], a.Stagger, n, width, got, want)
				}
				tried += len(got)
			}
		}
	})
	if tried < 1000 {
		t.Errorf("only %d copies", tried)
	}
}

// Carried out in order, the moves leave an image at each point of the halo, as
// far as it is filled, also where the widths differ and on axes shorter than
// the halo.
func TestMovesMakeImages(t *testing.T) {
	each(func(a *signature.Array) {
		first, last, half := a.Edges[1][0], a.Edges[1][1], a.Stagger != nil
		between := first.Mirrors() && last.Mirrors()
		for n := 1; n <= 7; n++ {
			if n == 1 && last.Mirrors() && (first.Mirrors() || half) {
				continue // nothing lies between the mirrors: operator.Bind refuses it
			}
			for _, width := range [][2]int{{0, 0}, {3, 3}, {4, 1}, {1, 4}, {0, 5}, {5, 0}, {6, 5}} {
				// An image of an image has to be there: it lies as far beyond the
				// other end, less the length of the axis.
				if far := max(width[0], width[1]) - min(width[0], width[1]); between && far >= n-1 || first == signature.Wrap && far >= n {
					continue
				}
				const most = 10
				line := make([]int, n+2*most)
				for i := range n {
					line[most+i] = 100 + i
				}
				for _, m := range a.Moves(1, n, width) {
					line[most+m.To] = m.Sign * line[most+m.From]
				}
				for i := -most; i < n+most; i++ {
					from, sign := image(first, last, half, n, i)
					want := 0
					if from >= 0 && from < n && i >= -width[0] && i < n+width[1] {
						want = sign * (100 + from)
					}
					if got := line[most+i]; got != want {
						t.Errorf("edges %v, half %v, %d points, width %v: at %d is %d, want %d", a.Edges[1], half, n, width, i, got, want)
					}
				}
			}
		}
	})
}

// Places along an axis print and count from either end.
func TestPosition(t *testing.T) {
	for _, v := range []struct {
		p    signature.Position
		want string
	}{
		{signature.Position{K: -1}, "-3"},
		{signature.Position{K: 1, At: -1, End: true}, "12"},
		{signature.Position{At: -2, End: true}, "8"},
	} {
		if got := fmt.Sprint(v.p.On(10, 3)); got != v.want {
			t.Errorf("%+v is %s, want %s", v.p, got, v.want)
		}
	}
}
