package survey

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Border is the number of points around a model at the first and the last end of
// each axis.
type Border struct{ Low, High []int }

// Around is a border of n points at all ends that absorb.
func Around(n int, absorbs [][2]bool) Border {
	b := Border{make([]int, len(absorbs)), make([]int, len(absorbs))}
	for axis, ends := range absorbs {
		if ends[0] {
			b.Low[axis] = n
		}
		if ends[1] {
			b.High[axis] = n
		}
	}
	return b
}

// Along is the border along some axes.
func (b Border) Along(axes []int) Border {
	out := Border{}
	for _, axis := range axes {
		out.Low, out.High = append(out.Low, b.Low[axis]), append(out.High, b.High[axis])
	}
	return out
}

// Shape is a shape with the border.
func (b Border) Shape(shape []int) ([]int, error) {
	out, points := slices.Clone(shape), 1.0
	for axis := range out {
		if out[axis] < 1 {
			return nil, fmt.Errorf("an array of shape %s has no points to extend", field.ShapeString(shape))
		}
		if min(b.Low[axis], b.High[axis]) < 0 || max(b.Low[axis], b.High[axis]) > 1<<20 {
			return nil, fmt.Errorf("an absorbing border of %d and %d points is not possible; 10 to 60 are usual, 0 means none", b.Low[axis], b.High[axis])
		}
		out[axis] += b.Low[axis] + b.High[axis]
		points *= float64(out[axis])
	}
	if points > maxPoints {
		return nil, fmt.Errorf("shape %s with its border has %.3g points, more than the %d that are supported", field.ShapeString(shape), points, maxPoints)
	}
	return out, nil
}

// Pad extends an array by the border; each new point takes the value of the
// nearest point of a.
func (b Border) Pad(a *field.Array) (*field.Array, error) {
	shape, err := b.Shape(a.Shape)
	if err != nil {
		return nil, err
	}
	out := like(a, shape)
	if a.F64 != nil {
		pad(out.F64, a.F64, shape, a.Shape, b)
	} else {
		pad(out.F32, a.F32, shape, a.Shape, b)
	}
	return out, nil
}

// pad fills to, of shape big, from an array of shape small, row by row.
func pad[T float32 | float64](to, from []T, big, small []int, b Border) {
	if len(small) == 0 {
		copy(to, from)
		return
	}
	last := len(small) - 1
	n, wide, low := small[last], big[last], b.Low[last]
	for row := range len(to) / wide {
		start, stride, rest := 0, n, row
		for axis := last - 1; axis >= 0; axis-- {
			nearest := min(max(rest%big[axis]-b.Low[axis], 0), small[axis]-1)
			start += nearest * stride
			stride *= small[axis]
			rest /= big[axis]
		}
		out, in := to[row*wide:(row+1)*wide], from[start:start+n]
		copy(out[low:], in)
		for i := range low {
			out[i] = in[0]
		}
		for i := low + n; i < wide; i++ {
			out[i] = in[n-1]
		}
	}
}

// like makes an array of zeros in the precision of a.
func like(a *field.Array, shape []int) *field.Array {
	if a.F64 != nil {
		return field.New64(shape...)
	}
	return field.New32(shape...)
}

// within is the shape inside the border.
func (b Border) within(shape []int) []int {
	small := slices.Clone(shape)
	for axis := range small {
		small[axis] -= b.Low[axis] + b.High[axis]
	}
	return small
}

// Gather is the transpose of Pad: each point of the border gives its value to
// the nearest point of the array within.
func (b Border) Gather(a *field.Array) *field.Array {
	small := b.within(a.Shape)
	out := field.New64(small...)
	for i := range a.Len() {
		place := 0
		for axis, at := range a.Index(i) {
			place = place*small[axis] + min(max(at-b.Low[axis], 0), small[axis]-1)
		}
		out.F64[place] += a.At(i)
	}
	return out
}

// Crop is what lies within the border.
func (b Border) Crop(a *field.Array) *field.Array {
	out := like(a, b.within(a.Shape))
	for i := range out.Len() {
		from := 0
		for axis, at := range out.Index(i) {
			from = from*a.Shape[axis] + at + b.Low[axis]
		}
		out.Set(i, a.At(from))
	}
	return out
}

// Surround puts zeros around an array: the transpose of Crop.
func (b Border) Surround(a *field.Array) (*field.Array, error) {
	shape, err := b.Shape(a.Shape)
	if err != nil {
		return nil, err
	}
	out := like(a, shape)
	for i := range a.Len() {
		to := 0
		for axis, at := range a.Index(i) {
			to = to*shape[axis] + at + b.Low[axis]
		}
		out.Set(to, a.At(i))
	}
	return out, nil
}
