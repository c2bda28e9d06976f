package interp

import (
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
)

// Allocate makes storage for a kernel on a grid of the given size: arrays of
// zeros with their halos, no blocks smaller than the grid, scalars 0, no
// points.
func Allocate[T Real](k *ir.Kernel, size []int64) *Binding[T] {
	b := &Binding[T]{Size: size, Block: slices.Clone(size), Scalars: make([]float64, len(k.Scalars))}
	for _, a := range k.Arrays {
		b.Arrays = append(b.Arrays, allocate[T](k, a, size))
	}
	for range k.Series {
		b.Series = append(b.Series, make([]float64, 64))
	}
	for range k.Points {
		b.Points = append(b.Points, Points[T]{Start: []int64{0}})
	}
	return b
}

func allocate[T Real](k *ir.Kernel, a *ir.Array, size []int64) Array[T] {
	s := Array[T]{Stride: make([]int64, len(k.Axes))}
	length := int64(1)
	for _, x := range slices.Backward(a.Axes) {
		s.Stride[x] = length
		s.Origin += k.Halo[x] * int(length)
		length *= size[x] + 2*int64(k.Halo[x])
	}
	s.Buffer = int(length)
	s.Count = a.Buffers
	s.Data = make([]T, s.Buffer*a.Buffers)
	return s
}

// Index is the place in Data of a point of a time buffer. Coordinates along
// axes that the array does not span do not matter; those outside of the grid
// are in the halo.
func (a *Array[T]) Index(buffer int, point []int64) int {
	at := a.Origin + buffer*a.Buffer
	for x, i := range point {
		at += int(a.Stride[x] * i)
	}
	return at
}
