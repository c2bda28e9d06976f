package operator

import (
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// storage is the memory of one array of a kernel.
type storage struct {
	array  *signature.Array
	full   []int          // points along the axes that it spans, stored or not
	real   signature.Real // in which numbers are stored
	unit   float64        // of numbers in half precision
	layout *field.Layout  // of one time buffer, over the axes that the array spans
	stride []int64        // per axis of the kernel, 0 along axes not spanned
	lead   int64          // elements in front of buffer 0
	buffer int64          // elements from one time buffer, or frame, to the next
	count  int64          // time buffers, or frames
	every  int            // steps from one frame to the next; 0 for an array without frames
	memory *field.Memory
	shared bool // the memory is another run's
}

// newStorage lays an array out. Nothing is allocated yet.
//
// number is the array's place among all: arrays start at different distances
// from a page, as the points of all arrays at one node would otherwise fall
// into the same set of the cache. frames is the number of a history's frames,
// which lie every so many steps, or of the levels that an array keeps. Interpreted
// code, which is not native, finds all numbers in full precision.
func newStorage(k *signature.Operator, a *signature.Array, shape []int, number, frames, every int, native bool) (*storage, error) {
	var full, extent []int
	var halo [][2]int
	for _, x := range a.Axes {
		n := shape[x]
		full = append(full, n)
		if a.Slabs != nil {
			n = a.Slabs[x].Extent(n)
		}
		extent, halo = append(extent, n), append(halo, k.HaloOf(a, x))
	}
	if len(extent) == 0 { // one number, the same everywhere
		full, extent, halo = []int{1}, []int{1}, [][2]int{{}}
	}
	l, err := field.NewLayout(extent, halo, k.Real.Size())
	if err != nil {
		return nil, err
	}
	s := &storage{array: a, full: full, real: k.Real, unit: 1, layout: l, stride: make([]int64, len(k.Axes)), count: int64(a.Buffers), every: every}
	if a.Role == signature.History || a.Keeps() {
		s.count = int64(frames)
	}
	for i, x := range a.Axes {
		s.stride[x] = l.Stride[i]
	}
	line := int64(64 / k.Real.Size())
	if a.Narrow && a.Role == signature.State && native {
		s.real = signature.F16
	}
	s.lead = int64(number%7) * 9 * line
	s.buffer = (l.Len+line-1)/line*line + 5*line
	return s, nil
}

// elements is what the storage needs in all.
func (s *storage) elements() int64 { return s.lead + s.buffer*s.count }

func (s *storage) bytes() int64 { return s.elements() * int64(s.real.Size()) }

func (s *storage) allocate() (err error) {
	s.memory, err = field.Allocate(s.elements(), s.real.Size())
	return err
}

func (s *storage) free() {
	if s.memory != nil && !s.shared {
		_ = s.memory.Free() // fails only for memory that is not ours
		s.memory = nil
	}
}

// bufferOf is the time buffer, or the frame, that holds a level.
func (s *storage) bufferOf(level int) int64 {
	if s.every > 0 {
		return min(int64(level/s.every), s.count-1)
	}
	n := int(s.count)
	return int64((level%n + n) % n)
}

func numbers[T float32 | float64 | abi.Half](s *storage, buffer int64) []T {
	from := s.lead + buffer*s.buffer
	return field.Numbers[T](s.memory)[from : from+s.layout.Len]
}

// write fills one buffer from an array without halo, whose first value is at
// place from. In the halo it is what the array's edges say: parameters extend
// into it where nothing is said, all else is zero there.
func (s *storage) write(buffer int64, a *field.Array, from int) {
	extend := s.array.Role == signature.Param
	if s.array.Slabs != nil {
		a, from = s.packed(a, from), 0
	}
	n := int(s.layout.Points())
	switch {
	case s.real == signature.F16:
		s.widened(buffer, func(wide []float32) { field.Scatter(s.layout, wide, a.Float64()[from:from+n], extend) })
	case s.real == signature.F32 && a.F32 != nil:
		field.Scatter(s.layout, numbers[float32](s, buffer), a.F32[from:from+n], extend)
	case s.real == signature.F32:
		field.Scatter(s.layout, numbers[float32](s, buffer), a.F64[from:from+n], extend)
	case a.F32 != nil:
		field.Scatter(s.layout, numbers[float64](s, buffer), a.F32[from:from+n], extend)
	default:
		field.Scatter(s.layout, numbers[float64](s, buffer), a.F64[from:from+n], extend)
	}
	s.round(buffer)
	s.edges(buffer)
}

// packed are the values that are stored of an array over the whole grid.
func (s *storage) packed(a *field.Array, from int) *field.Array {
	out := field.New64(s.layout.Shape...)
	s.eachStored(func(whole, stored int) { out.Set(stored, a.At(from+whole)) })
	return out
}

// unpacked is an array over the whole grid of what is stored: zero elsewhere.
func (s *storage) unpacked(a *field.Array) *field.Array {
	out := field.New32(s.full...)
	if s.real == signature.F64 {
		out = field.New64(s.full...)
	}
	s.eachStored(func(whole, stored int) { out.Set(whole, a.At(stored)) })
	return out
}

// eachStored calls f for the points that are stored: their places in an array
// over the whole grid, and in one of what is stored.
func (s *storage) eachStored(f func(whole, stored int)) {
	var walk func(i, whole, stored int)
	walk = func(i, whole, stored int) {
		if i == len(s.full) {
			f(whole, stored)
			return
		}
		n, e, slabs := s.full[i], s.layout.Shape[i], signature.Slabs{}
		if s.array.Slabs != nil {
			slabs = s.array.Slabs[s.array.Axes[i]]
		}
		for x := range n {
			at := x
			if !slabs.Whole() && x >= slabs.First {
				if x < n-slabs.Last {
					continue
				}
				at = x - n + e
			}
			walk(i+1, whole*n+x, stored*e+at)
		}
	}
	walk(0, 0, 0)
}

// edges fills the halo of one buffer by the array's edges.
func (s *storage) edges(buffer int64) {
	if s.array.Edges == nil {
		return
	}
	for i, axis := range s.array.Axes {
		n, halo := s.layout.Shape[i], s.layout.Halo[i]
		moves := s.array.Moves(axis, n, halo)
		for end, e := range s.array.Edges[axis] {
			for k := 1; e == signature.Nothing && k <= halo[end]; k++ {
				to := -k
				if end == 1 {
					to = n - 1 + k
				}
				moves = append(moves, signature.Move{To: to})
			}
		}
		for _, c := range moves {
			switch to, from := int64(c.To), int64(c.From); s.real {
			case signature.F16:
				field.CopyPlane(s.layout, numbers[abi.Half](s, buffer), i, to, from, func(v abi.Half) abi.Half { return v.Times(c.Sign) })
			case signature.F32:
				field.CopyPlane(s.layout, numbers[float32](s, buffer), i, to, from, func(v float32) float32 { return image(v, c.Sign) })
			default:
				field.CopyPlane(s.layout, numbers[float64](s, buffer), i, to, from, func(v float64) float64 { return image(v, c.Sign) })
			}
		}
	}
}

// image is a value with a sign, or zero.
func image[T float32 | float64](v T, sign int) T {
	if sign == 0 {
		return 0 // whatever v is
	}
	return T(sign) * v
}

// fill sets one buffer of a parameter, halo and all, or the interior of a
// wavefield's.
func (s *storage) fill(buffer int64, v float64) {
	if s.array.Role != signature.Param {
		constant := field.New64(s.full...)
		for i := range constant.F64 {
			constant.F64[i] = v
		}
		s.write(buffer, constant, 0)
		return
	}
	if s.real == signature.F32 {
		field.Fill(s.layout, numbers[float32](s, buffer), float32(v))
	} else {
		field.Fill(s.layout, numbers[float64](s, buffer), v)
	}
	s.edges(buffer)
}

// read copies the interior of one buffer.
func (s *storage) read(buffer int64) *field.Array {
	a := field.New32(s.layout.Shape...)
	switch s.real {
	case signature.F16:
		field.Gather(s.layout, s.wide(buffer), a.F32)
	case signature.F32:
		field.Gather(s.layout, numbers[float32](s, buffer), a.F32)
	default:
		a = field.New64(s.layout.Shape...)
		field.Gather(s.layout, numbers[float64](s, buffer), a.F64)
	}
	if s.array.Slabs != nil {
		return s.unpacked(a)
	}
	return a
}

// frames copies the interior of all frames of a history, or of all levels.
func (s *storage) frames() *field.Array {
	var all *field.Array
	shape := append([]int{int(s.count)}, s.full...)
	if s.real == signature.F32 {
		all = field.New32(shape...)
	} else {
		all = field.New64(shape...)
	}
	for frame := range int(s.count) {
		one := s.read(int64(frame))
		if n := one.Len(); s.real == signature.F32 {
			copy(all.F32[frame*n:], one.F32)
		} else {
			copy(all.F64[frame*n:], one.F64)
		}
	}
	return all
}

// notFinite finds the first NaN or infinity of one buffer.
func (s *storage) notFinite(buffer int64) []int {
	switch s.real {
	case signature.F16:
		return field.NotFiniteHalf(s.layout, numbers[abi.Half](s, buffer))
	case signature.F32:
		return field.NotFinite(s.layout, numbers[float32](s, buffer))
	}
	return field.NotFinite(s.layout, numbers[float64](s, buffer))
}

// greatest is the greatest absolute value of one buffer.
func (s *storage) greatest(buffer int64) float64 {
	switch s.real {
	case signature.F16:
		return s.unit * float64(field.GreatestHalf(s.layout, numbers[abi.Half](s, buffer)).Widen())
	case signature.F32:
		return float64(field.Greatest(s.layout, numbers[float32](s, buffer)))
	}
	return field.Greatest(s.layout, numbers[float64](s, buffer))
}

// abiArray describes the storage to generated code.
func (s *storage) abiArray() abi.Array {
	return abi.Array{
		Data:   s.memory.Pointer(s.lead+s.layout.Origin, s.real.Size()),
		Buffer: s.buffer,
		Stride: unsafe.SliceData(s.stride),
		Count:  s.count,
		Unit:   s.unit,
	}
}

// interpArray describes the storage to the interpreter.
func interpArray[T interp.Real](s *storage, all []T) interp.Array[T] {
	return interp.Array[T]{Data: all, Origin: int(s.lead + s.layout.Origin), Buffer: int(s.buffer), Stride: s.stride, Count: int(s.count)}
}
