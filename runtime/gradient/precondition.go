package gradient

import (
	"fmt"
	"math"

	"github.com/courant-pde/courant/runtime/field"
)

// Depth multiplies a gradient by (1 + z/scale)^power, z the distance from the
// first point along an axis: what lies deep is lit less.
func Depth(g *field.Array, axis int, spacing, scale, power float64) *field.Array {
	return mapped(g, func(at []int, v float64) float64 {
		return v * math.Pow(1+float64(at[axis])*spacing/scale, power)
	})
}

// Illuminated divides a gradient by an illumination, such as a diagonal of the
// Hessian, raised by the part water of its mean so that it is nowhere zero.
func Illuminated(g, illumination *field.Array, water float64) (*field.Array, error) {
	if g.Len() != illumination.Len() {
		return nil, fmt.Errorf("the illumination has shape %s and the gradient %s", field.ShapeString(illumination.Shape), field.ShapeString(g.Shape))
	}
	mean := 0.0
	for i := range illumination.Len() {
		mean += illumination.At(i) / float64(illumination.Len())
	}
	if !(mean > 0) || !(water > 0) {
		return nil, fmt.Errorf("an illumination with the mean %g and the part %g of it do not make a preconditioner: both must be positive", mean, water)
	}
	i := -1
	return mapped(g, func(_ []int, v float64) float64 {
		i++
		return v / (illumination.At(i) + water*mean)
	}), nil
}

// Masked multiplies a gradient by a mask of its shape, point by point.
func Masked(g, mask *field.Array) (*field.Array, error) {
	if g.Len() != mask.Len() {
		return nil, fmt.Errorf("the mask has shape %s and the gradient %s", field.ShapeString(mask.Shape), field.ShapeString(g.Shape))
	}
	i := -1
	return mapped(g, func(_ []int, v float64) float64 {
		i++
		return v * mask.At(i)
	}), nil
}

func mapped(g *field.Array, f func(at []int, v float64) float64) *field.Array {
	out := field.New64(g.Shape...)
	for i := range out.F64 {
		out.F64[i] = f(g.Index(i), g.At(i))
	}
	return out
}

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
