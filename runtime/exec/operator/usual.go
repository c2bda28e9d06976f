package operator

import (
	"runtime"
	"slices"
	"sync"

	"github.com/courant-pde/courant/codegen/signature"
)

// usual finds a box in which the coefficients that the signature names have their
// usual values, as away from a sponge: first and behind the last point of each axis.
// It is nil when there is none around the middle of the grid.
func (r *Run) usual() []int64 {
	list := r.op.Program.Signature.Usual
	if len(list) == 0 {
		return nil
	}
	box := make([][2]int, len(r.args.Shape))
	for axis, n := range r.args.Shape {
		box[axis] = [2]int{0, n}
	}
	for _, u := range list {
		i := slices.IndexFunc(r.arrays, func(s *storage) bool { return s.array.Name == u.Array })
		s := r.arrays[i]
		for axis, reach := range u.Reach {
			box[axis] = [2]int{box[axis][0] - reach[0], box[axis][1] + reach[1]}
		}
		if s.real == signature.F32 {
			around(s.layout.Stride, numbers[float32](s, 0), int(s.layout.Origin), float32(*s.array.Usual), box)
		} else {
			around(s.layout.Stride, numbers[float64](s, 0), int(s.layout.Origin), *s.array.Usual, box)
		}
		for axis, reach := range u.Reach {
			if box[axis] = [2]int{box[axis][0] + reach[0], box[axis][1] - reach[1]}; box[axis][0] >= box[axis][1] {
				return nil
			}
		}
	}
	var out []int64
	for _, b := range box {
		out = append(out, int64(b[0]), int64(b[1]))
	}
	return out
}

// around cuts a box until all of its points have a value. Its middle stays in it; of
// the ways to leave a point out that keeps most points is taken.
func around[T float32 | float64](stride []int64, all []T, origin int, value T, box [][2]int) {
	last := len(box) - 1
	middle := make([]int, len(box))
	at := origin
	for axis, b := range box {
		middle[axis] = (b[0] + b[1]) / 2
		at += middle[axis] * int(stride[axis])
	}
	if all[at] != value {
		for axis := range box {
			box[axis] = [2]int{}
		}
		return
	}
	// Along the axes through the middle first: most is cut by that.
	for axis := range box {
		for _, step := range []int{-1, 1} {
			for p := middle[axis]; p >= box[axis][0] && p < box[axis][1]; p += step {
				if all[at+(p-middle[axis])*int(stride[axis])] != value {
					without(box, middle, axis, p)
					break
				}
			}
		}
	}
	// The rest by several at once: each looks at some planes, and cuts a box of its own.
	first := box[0]
	workers := min(runtime.GOMAXPROCS(0), first[1]-first[0])
	boxes := make([][][2]int, workers)
	var wait sync.WaitGroup
	for w := range workers {
		own := slices.Clone(box)
		boxes[w] = own
		wait.Go(func() {
			row := make([]int, last+1)
			for x := first[0] + w*(first[1]-first[0])/workers; x < first[0]+(w+1)*(first[1]-first[0])/workers; x++ {
				row[0] = x
				scan(own, middle, row, min(1, last), func(row []int) int {
					from := origin
					for axis, p := range row[:last] {
						from += p * int(stride[axis])
					}
					for z := own[last][0]; z < own[last][1]; z++ {
						if all[from+z] != value {
							return z
						}
					}
					return own[last][1]
				})
			}
		})
	}
	wait.Wait()
	for _, own := range boxes {
		for axis, b := range own {
			box[axis] = [2]int{max(box[axis][0], b[0]), min(box[axis][1], b[1])}
		}
	}
}

// scan goes over the rows of a box in which the first axes are given, and cuts it
// where a row has another value.
func scan(box [][2]int, middle, row []int, axis int, other func([]int) int) {
	last := len(box) - 1
	inside := func() bool {
		for a := range axis {
			if row[a] < box[a][0] || row[a] >= box[a][1] {
				return false
			}
		}
		return true
	}
	if axis < last {
		for y := box[axis][0]; y < box[axis][1] && inside(); y++ {
			if y < box[axis][0] { // cut since
				y = box[axis][0]
			}
			row[axis] = y
			scan(box, middle, row, axis+1, other)
		}
		return
	}
	for inside() {
		z := other(row)
		if z >= box[last][1] {
			return
		}
		row[last] = z
		leaveOut(box, middle, row)
	}
}

// leaveOut cuts a point off a box, which keeps its middle.
func leaveOut(box [][2]int, middle, point []int) {
	best, most := -1, -1
	for axis, p := range point {
		if p == middle[axis] {
			continue
		}
		cut := slices.Clone(box)
		without(cut, middle, axis, p)
		points := 1
		for _, b := range cut {
			points *= b[1] - b[0]
		}
		if points > most {
			best, most = axis, points
		}
	}
	without(box, middle, best, point[best])
}

// without ends a box along an axis in front of a point, seen from the middle.
func without(box [][2]int, middle []int, axis, p int) {
	if p > middle[axis] {
		box[axis][1] = min(box[axis][1], p)
	} else {
		box[axis][0] = max(box[axis][0], p+1)
	}
}
