package operator

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"unsafe"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
)

// ErrOtherRun says that a snapshot is of another operator, grid or layout in memory, as a
// machine of another kind may have.
var ErrOtherRun = errors.New("the snapshot is of another run")

// WriteSnapshot writes all that the steps behind the present one read or add to: what
// State has, images, histories and recorded traces. A run of the same operator with the
// same arguments that reads it goes on from there bit by bit, in any process. Wavefields
// whose levels are all kept come with those that the next step reads alone; see WriteLevel.
func (r *Run) WriteSnapshot(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<20)
	head := [2]uint64{r.kind(), uint64(int64(r.Next))}
	if err := binary.Write(b, binary.LittleEndian, head); err != nil {
		return err
	}
	err := r.snapshot(func(p []byte) error { _, err := b.Write(p); return err })
	return errors.Join(err, b.Flush())
}

// ReadSnapshot sets the run to what WriteSnapshot wrote. Errors: ErrOtherRun, whereupon
// the run is as it was, and those of the reader, whereupon it must be closed.
func (r *Run) ReadSnapshot(from io.Reader) error {
	b := bufio.NewReaderSize(from, 1<<20)
	var head [2]uint64
	if err := binary.Read(b, binary.LittleEndian, &head); err != nil {
		return err
	}
	next := int(int64(head[1]))
	if head[0] != r.kind() || next < r.First || next > r.Last+1 {
		return ErrOtherRun
	}
	r.Next, r.checked = next, next
	return r.snapshot(func(p []byte) error { _, err := io.ReadFull(b, p); return err })
}

// snapshot calls f with all memory that belongs to a snapshot.
func (r *Run) snapshot(f func(p []byte) error) (err error) {
	r.live(func(s *storage, time int) {
		if err == nil {
			err = f(s.bufferBytes(s.bufferOf(time)))
		}
	})
	for _, s := range r.arrays {
		if s.array.Role != signature.Image && s.array.Role != signature.History {
			continue
		}
		for buffer := int64(0); buffer < s.count && err == nil; buffer++ {
			err = f(s.bufferBytes(buffer))
		}
	}
	for i, p := range r.op.Program.Signature.Points {
		if !p.Inject && err == nil {
			err = f(bytesOf(r.points[i].traces))
		}
	}
	for _, s := range r.series {
		if err == nil && len(s) > 0 {
			err = f(unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), 8*len(s)))
		}
	}
	return err
}

// bytesOf is the memory of an array.
func bytesOf(a *field.Array) []byte {
	switch {
	case len(a.F32) > 0:
		return unsafe.Slice((*byte)(unsafe.Pointer(&a.F32[0])), 4*len(a.F32))
	case len(a.F64) > 0:
		return unsafe.Slice((*byte)(unsafe.Pointer(&a.F64[0])), 8*len(a.F64))
	}
	return nil
}

// kind tells runs apart whose snapshots do not fit.
func (r *Run) kind() uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, r.op.Program.Stencil.String(), r.First, r.Last, r.args.Shape, r.args.Spacing)
	for _, s := range r.arrays {
		fmt.Fprintln(h, s.array.Name, s.layout.Shape, s.layout.Halo, s.layout.Stride, s.layout.Len, s.count, s.every, s.real)
	}
	for i, p := range r.op.Program.Signature.Points {
		fmt.Fprintln(h, p.Traces, p.Inject, r.points[i].traces.Shape)
	}
	return h.Sum64()
}

// SnapshotBytes is the size of a snapshot.
func (r *Run) SnapshotBytes() (n int64) {
	_ = r.snapshot(func(p []byte) error { n += int64(len(p)); return nil })
	return n + 16
}

// WriteLevel writes one level of a wavefield that the run keeps; it must be among those
// kept.
func (l *Levels) WriteLevel(w io.Writer, time int) error {
	_, err := w.Write(l.storage.bufferBytes(l.storage.bufferOf(time)))
	return err
}

// ReadLevel reads what WriteLevel wrote for a run of the same layout.
func (l *Levels) ReadLevel(r io.Reader, time int) error {
	_, err := io.ReadFull(r, l.storage.bufferBytes(l.storage.bufferOf(time)))
	return err
}

// LevelBytes is the size of a level.
func (l *Levels) LevelBytes() int64 { return l.storage.layout.Len * int64(l.storage.real.Size()) }
