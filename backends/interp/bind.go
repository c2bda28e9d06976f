package interp

import (
	"math"
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
)

// Real is the type of grid values.
type Real interface{ float32 | float64 }

// Array is the storage of one array of a kernel.
type Array[T Real] struct {
	Data   []T
	Origin int     // place in Data of the first interior element of buffer 0
	Buffer int     // elements from one time buffer, or frame, to the next
	Stride []int64 // per kernel axis, 0 along axes that it does not span
	Count  int     // time buffers of an array that keeps its levels
}

// Points is the storage of one set of points; see struct courant_points for
// the meaning of the rows.
type Points[T Real] struct {
	First              []int64 // rows of each step, nil when they are the same in all
	Start, Node, Point []int64
	Weight             []float64
	Traces             []T
	Staged             []T     // one for each node and step, of points whose samples are staged
	Order              []int64 // the node of each entry, of those points
	Count              int
}

// Binding is all that a kernel runs on.
type Binding[T Real] struct {
	Size, Block []int64 // per axis
	Scalars     []float64
	Arrays      []Array[T]
	Points      []Points[T]
	Series      [][]float64 // one number per step each
	Mirror      int         // see signature.Operator.Backward
	End         int         // the last t of the run
	// Origin and Global are, where ranks share the grid, the global index of the
	// first point and the size of the whole, per axis; nil for a rank alone.
	Origin, Global []int64
	// Exchange sends or receives halos of other ranks; nil for a rank alone.
	Exchange func(Halo) error
	// Reverse carries out parallel loops from the last iteration to the first:
	// the order of their iterations is free.
	Reverse bool
}

// Halo says which halo an exchange is about: Width points on either side of a
// time buffer of an array along an axis.
type Halo struct {
	Array, Buffer, Axis int
	Width               [2]int
	Wait                bool // for those of the neighbours, after sending one's own
}

// Allocate makes storage for an operator on a grid of the given size: arrays of
// zeros with their halos, no blocks smaller than the grid, scalars 0, no
// points.
func Allocate[T Real](o *signature.Operator, size []int64) *Binding[T] {
	b := &Binding[T]{Size: size, Block: slices.Clone(size), Scalars: make([]float64, len(o.Scalars)), End: math.MaxInt}
	for _, a := range o.Arrays {
		b.Arrays = append(b.Arrays, allocate[T](o, a, size))
	}
	for range o.Series {
		b.Series = append(b.Series, make([]float64, 64))
	}
	for range o.Points {
		b.Points = append(b.Points, Points[T]{Start: []int64{0}})
	}
	return b
}

func allocate[T Real](o *signature.Operator, a *signature.Array, size []int64) Array[T] {
	s := Array[T]{Stride: make([]int64, len(o.Axes))}
	length := int64(1)
	for _, x := range slices.Backward(a.Axes) {
		h := o.HaloOf(a, x)
		s.Stride[x] = length
		s.Origin += h[0] * int(length)
		n := size[x]
		if a.Slabs != nil {
			n = int64(a.Slabs[x].Extent(int(n)))
		}
		length *= n + int64(h[0]+h[1])
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
