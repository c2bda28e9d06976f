// Package field is the memory of grids: arrays of numbers, .npy files, and buffers with
// halos that kernels work on.
//
// In: numbers, or files of NumPy or raw float32. Out: an Array, the dense array that all
// of the runtime takes and gives; and a Layout, which places a grid with its halo in a
// Memory outside of Go's heap. Start at Array and its example; Layout matters to those
// who call kernels themselves.
package field

import "fmt"

// Array is a dense array of numbers without halo: C order, last axis fastest.
// Exactly one of F32 and F64 holds its values.
type Array struct {
	Shape []int
	F32   []float32
	F64   []float64
}

// New32 makes an array of zeros in single precision. All extents must be
// positive or zero.
func New32(shape ...int) *Array { return &Array{Shape: shape, F32: make([]float32, count(shape))} }

// New64 makes an array of zeros in double precision. All extents must be
// positive or zero.
func New64(shape ...int) *Array { return &Array{Shape: shape, F64: make([]float64, count(shape))} }

// Vector views numbers as an array with one axis.
func Vector(values []float64) *Array { return &Array{Shape: []int{len(values)}, F64: values} }

// Number is an array without axes: one value, the same everywhere.
func Number(v float64) *Array { return &Array{Shape: []int{}, F64: []float64{v}} }

func count(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

// Len is the number of values.
func (a *Array) Len() int { return len(a.F32) + len(a.F64) }

// At is the value at a place in memory order, from 0 to Len()-1.
func (a *Array) At(i int) float64 {
	if a.F64 != nil {
		return a.F64[i]
	}
	return float64(a.F32[i])
}

// Set changes the value at a place in memory order; it is rounded to the
// array's type.
func (a *Array) Set(i int, v float64) {
	if a.F64 != nil {
		a.F64[i] = v
	} else {
		a.F32[i] = float32(v)
	}
}

// Float64 gives the values in double precision: the array's own when it has
// them, otherwise a copy.
func (a *Array) Float64() []float64 {
	if a.F32 == nil {
		return a.F64
	}
	out := make([]float64, len(a.F32))
	for i, v := range a.F32 {
		out[i] = float64(v)
	}
	return out
}

// Range is the least and the greatest value; NaN if any value is NaN. An
// empty array gives 0, 0.
func (a *Array) Range() (least, greatest float64) {
	low, high := a.Extremes()
	if low < 0 {
		return 0, 0
	}
	return a.At(low), a.At(high)
}

// Extremes are the places in memory order of the least and the greatest
// value, or both that of the first NaN; -1 when the array is empty.
func (a *Array) Extremes() (least, greatest int) {
	if a.F64 != nil {
		return extremes(a.F64)
	}
	return extremes(a.F32)
}

func extremes[T float32 | float64](values []T) (least, greatest int) {
	if len(values) == 0 {
		return -1, -1
	}
	low, high := values[0], values[0]
	for i, v := range values {
		switch {
		case v < low:
			low, least = v, i
		case v > high:
			high, greatest = v, i
		case v != v:
			return i, i
		}
	}
	return least, greatest
}

// Index turns a place in memory order into one index per axis.
func (a *Array) Index(i int) []int {
	index := make([]int, len(a.Shape))
	for k := len(a.Shape) - 1; k >= 0; k-- {
		index[k] = i % a.Shape[k]
		i /= a.Shape[k]
	}
	return index
}

// Offset turns one index per axis into a place in memory order, as At and Set take it:
// a.At(a.Offset(3, 4)). An index that is missing or outside of the shape panics.
func (a *Array) Offset(index ...int) (place int) {
	if len(index) != len(a.Shape) {
		panic(fmt.Sprintf("%d indices for an array of shape %s", len(index), ShapeString(a.Shape)))
	}
	for axis, i := range index {
		if i < 0 || i >= a.Shape[axis] {
			panic(fmt.Sprintf("index %d along axis %d of an array of shape %s", i, axis, ShapeString(a.Shape)))
		}
		place = place*a.Shape[axis] + i
	}
	return place
}

// FirstNotFinite is the index of the first NaN or infinity, nil when all
// values are finite.
func (a *Array) FirstNotFinite() []int {
	i := firstNotFinite(a.F64)
	if a.F32 != nil {
		i = firstNotFinite(a.F32)
	}
	if i < 0 {
		return nil
	}
	return a.Index(i)
}

// firstNotFinite is the place of the first NaN or infinity, or -1.
func firstNotFinite[T float32 | float64](values []T) int {
	for i, v := range values {
		if v-v != 0 { // 0 for finite v, NaN otherwise
			return i
		}
	}
	return -1
}

// String gives shape and type, such as "f32 (401, 301)".
func (a *Array) String() string {
	kind := "f32"
	if a.F64 != nil {
		kind = "f64"
	}
	return kind + " " + ShapeString(a.Shape)
}

// ShapeString prints a shape as a tuple.
func ShapeString(shape []int) string {
	text := "("
	for i, n := range shape {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(n)
	}
	if len(shape) == 1 {
		text += ","
	}
	return text + ")"
}
