package operator

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"unsafe"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// State is what the next step of a run reads of its wavefields: a run that is
// set back to it repeats the steps behind it bit by bit.
type State struct {
	Next   int // step to be carried out next
	levels []level
}

// level is a copy of one time level, halo and all.
type level struct {
	array string
	time  int
	data  []byte
}

// State copies the state of the run. Into, which may be nil, is a state of the
// same operator and grid whose memory is taken.
func (r *Run) State(into *State) *State {
	if into == nil {
		into = &State{}
	}
	into.Next = r.Next
	i := 0
	r.live(func(s *storage, time int) {
		if i == len(into.levels) {
			into.levels = append(into.levels, level{data: make([]byte, len(s.bufferBytes(s.bufferOf(time))))})
		}
		l := &into.levels[i]
		l.array, l.time = s.array.Name, time
		r.copy(l.data, s.bufferBytes(s.bufferOf(time)))
		i++
	})
	return into
}

// Restore sets the run back, or ahead, to a state of this operator on this
// grid, or of one that differs in what it keeps only.
func (r *Run) Restore(from *State) error {
	if r.engine == nil {
		return fmt.Errorf("the run is closed")
	}
	for _, l := range from.levels {
		i := slices.IndexFunc(r.arrays, func(s *storage) bool { return s.array.Name == l.array })
		if i < 0 || r.arrays[i].layout.Len*int64(r.arrays[i].real.Size()) != int64(len(l.data)) {
			return fmt.Errorf("a state of another operator or grid cannot be restored: %s does not fit", l.array)
		}
		r.copy(r.arrays[i].bufferBytes(r.arrays[i].bufferOf(l.time)), l.data)
	}
	r.Next, r.checked = from.Next, from.Next
	return nil
}

// Follow sets the run to the state of another one, of an operator that differs in what
// it keeps only, on the same grid.
func (r *Run) Follow(other *Run) error {
	var err error
	other.live(func(from *storage, time int) {
		i := slices.IndexFunc(r.arrays, func(s *storage) bool { return s.array.Name == from.array.Name })
		if i < 0 || r.arrays[i].layout.Len != from.layout.Len || r.arrays[i].real != from.real {
			err = fmt.Errorf("a run of another operator or grid cannot be followed: %s does not fit", from.array.Name)
			return
		}
		r.copy(r.arrays[i].bufferBytes(r.arrays[i].bufferOf(time)), from.bufferBytes(from.bufferOf(time)))
	})
	r.Next, r.checked = other.Next, other.Next
	return err
}

// copy copies a level by as many goroutines as the run has threads: one alone does not
// use all of the memory's bandwidth.
func (r *Run) copy(to, from []byte) {
	part := (len(from) + r.args.Threads - 1) / r.args.Threads
	var all sync.WaitGroup
	for begin := 0; begin < len(from); begin += part {
		all.Go(func() { copy(to[begin:], from[begin:min(begin+part, len(from))]) })
	}
	all.Wait()
}

// Equal reports whether two states are the same, bit by bit.
func (st *State) Equal(other *State) bool {
	return st.Next == other.Next && slices.EqualFunc(st.levels, other.levels, func(a, b level) bool {
		return a.array == b.array && a.time == b.time && bytes.Equal(a.data, b.data)
	})
}

// StateBytes is the size of a state of the run.
func (r *Run) StateBytes() int64 {
	n := int64(0)
	r.live(func(s *storage, _ int) { n += s.layout.Len * int64(s.real.Size()) })
	return n
}

// live calls f for every level that the next step reads.
func (r *Run) live(f func(s *storage, time int)) {
	for _, s := range r.arrays {
		if !s.array.Computed() {
			continue
		}
		for time := r.Next - r.op.Program.Signature.FirstStep; time <= r.Next; time++ {
			f(s, time)
		}
	}
}

// bufferBytes is the memory of one buffer.
func (s *storage) bufferBytes(buffer int64) []byte {
	size := int64(s.real.Size())
	p := s.memory.Pointer(s.lead+buffer*s.buffer, int(size))
	return unsafe.Slice((*byte)(p), s.layout.Len*size)
}

// WriteTo writes the state to w, for ReadState to read back in the same process
// or another one of the same machine.
func (st *State) WriteTo(w io.Writer) (n int64, err error) {
	for _, l := range st.levels {
		k, err := w.Write(l.data)
		n += int64(k)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// ReadFrom reads back what WriteTo wrote, into a state of the same shape.
func (st *State) ReadFrom(r io.Reader) (n int64, err error) {
	for _, l := range st.levels {
		k, err := io.ReadFull(r, l.data)
		n += int64(k)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Levels are the levels of a wavefield that a run keeps, to be given to another
// run without being copied. They live as long as the run that keeps them.
type Levels struct{ storage *storage }

// Levels are those of a saved wavefield that the run computes; nil when it has
// none of that name.
func (r *Run) Levels(name string) *Levels {
	for _, s := range r.arrays {
		if s.array.Name == name && s.array.Keeps() {
			return &Levels{s}
		}
	}
	return nil
}

// Bytes is the size of the levels.
func (l *Levels) Bytes() int64 { return l.storage.bytes() }

// Level views the memory of one level as numbers, halo and all: one of the two
// is nil. It is a level only while it is among those kept.
func (l *Levels) Level(time int) (single []float32, double []float64) {
	s := l.storage
	if s.real == signature.F32 {
		return numbers[float32](s, s.bufferOf(time)), nil
	}
	return nil, numbers[float64](s, s.bufferOf(time))
}

// fitsInto reports whether a storage laid out for another run can share these.
func (l *Levels) fitsInto(s *storage) bool {
	a, b := l.storage, s
	return a.real == b.real && a.buffer == b.buffer && slices.Equal(a.stride, b.stride) && sameLayout(a.layout, b.layout)
}

func sameLayout(a, b *field.Layout) bool {
	return a.Len == b.Len && a.Origin == b.Origin && slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Halo, b.Halo) && slices.Equal(a.Stride, b.Stride)
}

// MoveTo says that the state is that before another step.
func (st *State) MoveTo(next int) {
	for i := range st.levels {
		st.levels[i].time += next - st.Next
	}
	st.Next = next
}
