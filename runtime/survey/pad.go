package survey

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/runtime/field"
)

// Pad extends an array by nbl points on every side of every axis; each takes
// the value of the nearest point of a.
func Pad(a *field.Array, nbl int) (*field.Array, error) {
	shape, err := PaddedShape(a.Shape, nbl)
	if err != nil {
		return nil, err
	}
	out := like(a, shape)
	if a.F64 != nil {
		pad(out.F64, a.F64, shape, a.Shape, nbl)
	} else {
		pad(out.F32, a.F32, shape, a.Shape, nbl)
	}
	return out, nil
}

// PaddedShape is the shape with nbl points more on every side.
func PaddedShape(shape []int, nbl int) ([]int, error) {
	if nbl < 0 || nbl > 1<<20 {
		return nil, fmt.Errorf("an absorbing border of %d points is not possible; 20 to 60 are usual, 0 means none", nbl)
	}
	out, points := slices.Clone(shape), 1.0
	for axis := range out {
		if out[axis] < 1 {
			return nil, fmt.Errorf("an array of shape %s has no points to extend", field.ShapeString(shape))
		}
		out[axis] += 2 * nbl
		points *= float64(out[axis])
	}
	if points > maxPoints {
		return nil, fmt.Errorf("shape %s with a border of %d points has %.3g points, more than the %d that are supported", field.ShapeString(shape), nbl, points, maxPoints)
	}
	return out, nil
}

// pad fills to, of shape big, from an array of shape small, row by row.
func pad[T float32 | float64](to, from []T, big, small []int, nbl int) {
	n := small[len(small)-1]
	wide := big[len(big)-1]
	for row := range len(to) / wide {
		start, stride, rest := 0, n, row
		for axis := len(small) - 2; axis >= 0; axis-- {
			nearest := min(max(rest%big[axis]-nbl, 0), small[axis]-1)
			start += nearest * stride
			stride *= small[axis]
			rest /= big[axis]
		}
		out, in := to[row*wide:(row+1)*wide], from[start:start+n]
		copy(out[nbl:], in)
		for i := range nbl {
			out[i], out[wide-1-i] = in[0], in[n-1]
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

// Gather is the transpose of Pad: each point of the border gives its value to
// the nearest point of the array within.
func Gather(a *field.Array, nbl int) *field.Array {
	small := make([]int, len(a.Shape))
	for axis := range small {
		small[axis] = a.Shape[axis] - 2*nbl
	}
	out := field.New64(small...)
	for i := range a.Len() {
		place := 0
		for axis, at := range a.Index(i) {
			place = place*small[axis] + min(max(at-nbl, 0), small[axis]-1)
		}
		out.F64[place] += a.At(i)
	}
	return out
}
