package gradient

import (
	"math"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Smooth convolves a gradient with a Gaussian of the given widths, standard
// deviations in points per axis; 0 leaves an axis as it is. At its ends the
// gradient goes on with its mirror image, which makes smoothing symmetric.
func Smooth(g *field.Array, widths []float64) *field.Array {
	out := field.New64(g.Shape...)
	copy(out.F64, values(g))
	for axis, width := range widths {
		if width > 0 {
			smoothAlong(out, axis, width)
		}
	}
	return out
}

func smoothAlong(g *field.Array, axis int, width float64) {
	reach := int(math.Ceil(4 * width))
	kernel, sum := make([]float64, reach+1), 0.0
	for k := range kernel {
		kernel[k] = math.Exp(-float64(k*k) / (2 * width * width))
		sum += kernel[k]
		if k > 0 {
			sum += kernel[k]
		}
	}
	n, stride := g.Shape[axis], 1
	for _, m := range g.Shape[axis+1:] {
		stride *= m
	}
	line := make([]float64, n)
	for first := range g.F64 {
		if first/stride%n != 0 {
			continue
		}
		for i := range line {
			line[i] = g.F64[first+i*stride]
		}
		for i := range line {
			v := kernel[0] * line[i]
			for k := 1; k <= reach; k++ {
				v += kernel[k] * (line[mirror(i-k, n)] + line[mirror(i+k, n)])
			}
			g.F64[first+i*stride] = v / sum
		}
	}
}

// mirror is the place within 0..n-1 of a place beyond, mirrored between points.
func mirror(i, n int) int {
	i = ((i % (2 * n)) + 2*n) % (2 * n)
	if i >= n {
		return 2*n - 1 - i
	}
	return i
}
