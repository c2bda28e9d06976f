package operator

import (
	"unsafe"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/interp"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/runtime/field"
)

// storage is the memory of one array of a kernel.
type storage struct {
	array  *ir.Array
	real   ir.Type
	layout *field.Layout // of one time buffer, over the axes that the array spans
	stride []int64       // per axis of the kernel, 0 along axes not spanned
	lead   int64         // elements in front of buffer 0
	buffer int64         // elements from one time buffer, or frame, to the next
	count  int64         // time buffers, or frames
	every  int           // steps from one frame to the next; 0 for an array without frames
	memory *field.Memory
	shared bool // the memory is another run's
}

// newStorage lays an array out. Nothing is allocated yet.
//
// number is the array's place among all: arrays start at different distances
// from a page, as the points of all arrays at one node would otherwise fall
// into the same set of the cache. frames is the number of a history's frames,
// which lie every so many steps, or of the levels that an array keeps.
func newStorage(k *ir.Kernel, a *ir.Array, shape []int, number int, frames, every int) (*storage, error) {
	var extent, halo []int
	for _, x := range a.Axes {
		extent, halo = append(extent, shape[x]), append(halo, k.Halo[x])
	}
	if len(extent) == 0 { // one number, the same everywhere
		extent, halo = []int{1}, []int{0}
	}
	l, err := field.NewLayout(extent, halo, k.Real.Size())
	if err != nil {
		return nil, err
	}
	s := &storage{array: a, real: k.Real, layout: l, stride: make([]int64, len(k.Axes)), count: int64(a.Buffers), every: every}
	if a.Role == ir.History || a.Keeps() {
		s.count = int64(frames)
	}
	for i, x := range a.Axes {
		s.stride[x] = l.Stride[i]
	}
	line := int64(64 / k.Real.Size())
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

func numbers[T float32 | float64](s *storage, buffer int64) []T {
	from := s.lead + buffer*s.buffer
	return field.Numbers[T](s.memory)[from : from+s.layout.Len]
}

// write fills one buffer from an array without halo, whose first value is at
// place from. In the halo it is what the array's edges say: parameters extend
// into it where nothing is said, all else is zero there.
func (s *storage) write(buffer int64, a *field.Array, from int) {
	extend := s.array.Role == ir.Param
	n := int(s.layout.Points())
	switch {
	case s.real == ir.F32 && a.F32 != nil:
		field.Scatter(s.layout, numbers[float32](s, buffer), a.F32[from:from+n], extend)
	case s.real == ir.F32:
		field.Scatter(s.layout, numbers[float32](s, buffer), a.F64[from:from+n], extend)
	case a.F32 != nil:
		field.Scatter(s.layout, numbers[float64](s, buffer), a.F32[from:from+n], extend)
	default:
		field.Scatter(s.layout, numbers[float64](s, buffer), a.F64[from:from+n], extend)
	}
	s.edges(buffer)
}

// edges fills the halo of one buffer by the array's edges.
func (s *storage) edges(buffer int64) {
	if s.array.Edges == nil || s.array.Folded {
		return
	}
	for i, axis := range s.array.Axes {
		copies := interp.Copies(s.array, axis, int64(s.layout.Shape[i]), int64(s.layout.Halo[i]))
		for end, e := range s.array.Edges[axis] {
			for k := 1; e == ir.Nothing && k <= s.layout.Halo[i]; k++ {
				to := int64(-k)
				if end == 1 {
					to = int64(s.layout.Shape[i] - 1 + k)
				}
				copies = append(copies, interp.Copy{To: to})
			}
		}
		for _, c := range copies {
			if s.real == ir.F32 {
				field.CopyPlane(s.layout, numbers[float32](s, buffer), i, c.To, c.From, float32(c.Sign))
			} else {
				field.CopyPlane(s.layout, numbers[float64](s, buffer), i, c.To, c.From, float64(c.Sign))
			}
		}
	}
}

// fill sets one buffer of a parameter, halo and all, or the interior of a
// wavefield's.
func (s *storage) fill(buffer int64, v float64) {
	if s.array.Role != ir.Param {
		constant := field.New64(s.layout.Shape...)
		for i := range constant.F64 {
			constant.F64[i] = v
		}
		s.write(buffer, constant, 0)
		return
	}
	if s.real == ir.F32 {
		field.Fill(s.layout, numbers[float32](s, buffer), float32(v))
	} else {
		field.Fill(s.layout, numbers[float64](s, buffer), v)
	}
	s.edges(buffer)
}

// read copies the interior of one buffer.
func (s *storage) read(buffer int64) *field.Array {
	if s.real == ir.F32 {
		a := field.New32(s.layout.Shape...)
		field.Gather(s.layout, numbers[float32](s, buffer), a.F32)
		return a
	}
	a := field.New64(s.layout.Shape...)
	field.Gather(s.layout, numbers[float64](s, buffer), a.F64)
	return a
}

// frames copies the interior of all frames of a history, or of all levels.
func (s *storage) frames() *field.Array {
	var all *field.Array
	shape := append([]int{int(s.count)}, s.layout.Shape...)
	if s.real == ir.F32 {
		all = field.New32(shape...)
	} else {
		all = field.New64(shape...)
	}
	n := int(s.layout.Points())
	for frame := range int(s.count) {
		if one := s.read(int64(frame)); s.real == ir.F32 {
			copy(all.F32[frame*n:], one.F32)
		} else {
			copy(all.F64[frame*n:], one.F64)
		}
	}
	return all
}

// notFinite finds the first NaN or infinity of one buffer.
func (s *storage) notFinite(buffer int64) []int {
	if s.real == ir.F32 {
		return field.NotFinite(s.layout, numbers[float32](s, buffer))
	}
	return field.NotFinite(s.layout, numbers[float64](s, buffer))
}

// greatest is the greatest absolute value of one buffer.
func (s *storage) greatest(buffer int64) float64 {
	if s.real == ir.F32 {
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
	}
}

// interpArray describes the storage to the interpreter.
func interpArray[T interp.Real](s *storage, all []T) interp.Array[T] {
	return interp.Array[T]{Data: all, Origin: int(s.lead + s.layout.Origin), Buffer: int(s.buffer), Stride: s.stride, Count: int(s.count)}
}
