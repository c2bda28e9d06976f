// Package checkpoint keeps how far a computation has come that takes hours, so that
// another process, on another machine, goes on from there with the same result bit by
// bit.
//
// A computation is a row of stages, each of one run of an operator or of a gradient. In:
// a Keeper, which says when progress is to be kept and where. Out: a Log, which the
// stages ask what is kept of them and tell what to keep. Start at Open; a nil Log keeps
// nothing.
package checkpoint

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/courant-pde/courant/runtime/exec/operator"
)

// Keeper keeps the progress of one computation: in items, which stay as they are once
// they are written, and in what is written anew each time, the present.
type Keeper interface {
	// Due reports whether progress is to be kept now: so many bytes of the present, which
	// are written anew each time, and of items, which are written once, sooner or later.
	Due(present, items int64) bool
	// Leaving reports whether the process has to end soon.
	Leaving() bool
	// Keep writes progress. Done grows as the computation goes on; items is nil when there
	// are no new ones.
	Keep(done float64, items, present func(w io.Writer) error) error
	// Load opens what was kept last, by whatever process; nil when there is nothing.
	Load() (*Kept, error)
}

// Kept is progress that was kept.
type Kept struct {
	Present io.ReadCloser
	Items   []func() (io.ReadCloser, error) // each what one call of Keep wrote
}

// ErrLeaving says that progress is kept as far as there is any, and that the process has
// to end.
var ErrLeaving = errors.New("the process has to leave; its progress is kept")

// ErrUnusable says that what is kept cannot be gone on from, as it is damaged or comes
// from a machine of another kind: the computation begins anew without it.
var ErrUnusable = errors.New("the progress that was kept cannot be used")

// Log is what a computation keeps. It is used by one goroutine.
type Log struct {
	// Every is how long a run goes on before progress may be due; Open makes it 200 ms.
	Every time.Duration

	keeper  Keeper
	results map[string][]byte // of stages that are done
	stage   string            // that was under way when progress was kept; "" for none
	about   []byte            // what that stage noted, JSON
	kept    *Kept
	present *bufio.Reader // behind the header
}

// header stands in front of what a stage writes.
type header struct {
	Stage   string
	About   []byte
	Results map[string][]byte
}

// mostHeader bounds the header, in bytes: the results are records.
const mostHeader = 1 << 32

// Open reads what the keeper has. Errors: ErrUnusable.
func Open(k Keeper) (*Log, error) {
	l := New(k)
	kept, err := k.Load()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	if kept == nil {
		return l, nil
	}
	l.kept, l.present = kept, bufio.NewReaderSize(kept.Present, 1<<20)
	var size uint64
	if err := binary.Read(l.present, binary.LittleEndian, &size); err != nil || size > mostHeader {
		return nil, l.unusable(err)
	}
	var h header
	front := &io.LimitedReader{R: l.present, N: int64(size)}
	if err = gob.NewDecoder(front).Decode(&h); err == nil {
		_, err = io.Copy(io.Discard, front)
	}
	if err != nil {
		return nil, l.unusable(err)
	}
	l.stage, l.about = h.Stage, h.About
	if h.Results != nil {
		l.results = h.Results
	}
	return l, nil
}

func (l *Log) unusable(err error) error {
	_ = l.Close()
	return fmt.Errorf("%w: %w", ErrUnusable, err)
}

// Close ends the use of what was kept.
func (l *Log) Close() error {
	if l == nil || l.kept == nil {
		return nil
	}
	k := l.kept
	l.kept = nil
	return k.Present.Close()
}

// New is a log of a computation that begins anew, whatever the keeper has.
func New(k Keeper) *Log {
	return &Log{keeper: k, results: map[string][]byte{}, Every: 200 * time.Millisecond}
}

// Result is that of a stage which is done; nil for one that is not.
func (l *Log) Result(stage string) []byte {
	if l == nil {
		return nil
	}
	return l.results[stage]
}

// Finish says that a stage is done, with its result.
func (l *Log) Finish(stage string, result []byte) {
	if l != nil {
		l.results[stage] = result
	}
}

// About reads what a stage noted that was under way when progress was kept, and reports
// whether it was.
func (l *Log) About(stage string, into any) bool {
	return l != nil && l.kept != nil && l.stage == stage && json.Unmarshal(l.about, into) == nil
}

// Resume lets a stage go on from what is kept of it, if there is something: read is
// given what the stage wrote. Errors: ErrUnusable, whereupon what read has changed must
// not be used.
func (l *Log) Resume(stage string, read func(present io.Reader) error) (resumed bool, err error) {
	if l == nil || l.kept == nil || l.stage != stage {
		return false, nil
	}
	if err := read(l.present); err != nil {
		return false, l.unusable(err)
	}
	// Behind its end an object is found whole.
	if _, err := io.Copy(io.Discard, l.present); err != nil {
		return false, l.unusable(err)
	}
	return true, nil
}

// Items gives the items that were kept to read, with their names and sizes in bytes; what
// read leaves of one is passed over. Errors: ErrUnusable.
func (l *Log) Items(read func(name string, size int64, r io.Reader) error) error {
	for _, open := range l.kept.Items {
		from, err := open()
		if err != nil {
			return l.unusable(err)
		}
		err = eachItem(from, read)
		if e := from.Close(); err == nil {
			err = e
		}
		if err != nil {
			return l.unusable(err)
		}
	}
	return nil
}

func eachItem(from io.Reader, read func(name string, size int64, r io.Reader) error) error {
	in := bufio.NewReaderSize(from, 1<<20)
	for {
		var head [2]int64 // bytes of the name, and of the item
		err := binary.Read(in, binary.LittleEndian, &head)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if head[0] < 0 || head[0] > 256 || head[1] < 0 {
			return fmt.Errorf("an item with a name of %d bytes and %d more", head[0], head[1])
		}
		name := make([]byte, head[0])
		if _, err := io.ReadFull(in, name); err != nil {
			return err
		}
		item := &io.LimitedReader{R: in, N: head[1]}
		if err := read(string(name), head[1], item); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, item); err != nil {
			return err
		}
		if item.N > 0 {
			return io.ErrUnexpectedEOF
		}
	}
}

// Item is what stays as it is once it is there.
type Item struct {
	Name  string
	Bytes int64
	Write func(w io.Writer) error // exactly Bytes
}

// Progress is what a stage has to keep.
type Progress struct {
	Stage   string
	Done    float64 // of the stage, from 0 to 1
	About   any     // what Resume is given, as JSON; nil for nothing
	Bytes   int64   // of the present
	Present func(w io.Writer) error
	Items   []Item // those that were not kept before
}

// Keep keeps progress when it is due and the keeper can, and reports whether it has.
// Errors: ErrLeaving when the process has to end now.
func (l *Log) Keep(p Progress) (kept bool, err error) {
	if l == nil {
		return false, nil
	}
	size := int64(0)
	for _, i := range p.Items {
		size += i.Bytes
	}
	leaving := l.keeper.Leaving()
	if !leaving && !l.keeper.Due(p.Bytes, size) {
		return false, nil
	}
	h := header{Stage: p.Stage, Results: l.results}
	if p.About != nil {
		if h.About, err = json.Marshal(p.About); err != nil {
			return false, err
		}
	}
	var front bytes.Buffer
	if err := gob.NewEncoder(&front).Encode(h); err != nil {
		return false, err
	}
	var items func(w io.Writer) error
	if len(p.Items) > 0 {
		items = func(w io.Writer) error {
			for _, i := range p.Items {
				if err := binary.Write(w, binary.LittleEndian, [2]int64{int64(len(i.Name)), i.Bytes}); err != nil {
					return err
				}
				if _, err := io.WriteString(w, i.Name); err != nil {
					return err
				}
				if err := i.Write(w); err != nil {
					return err
				}
			}
			return nil
		}
	}
	err = l.keeper.Keep(float64(len(l.results))+p.Done, items, func(w io.Writer) error {
		if err := binary.Write(w, binary.LittleEndian, uint64(front.Len())); err != nil {
			return err
		}
		if _, err := w.Write(front.Bytes()); err != nil {
			return err
		}
		return p.Present(w)
	})
	if leaving {
		return err == nil, ErrLeaving
	}
	return err == nil, nil // what could not be kept is kept next time
}

// Leaving reports whether the process has to end soon.
func (l *Log) Leaving() bool { return l != nil && l.keeper.Leaving() }

// Piece is the last step of a run that is carried out before progress may be due, some
// step at the latest.
func (l *Log) Piece(r *operator.Run, last int) int {
	if l == nil {
		return last
	}
	n := 1
	if pace := r.Pace(); pace > 0 {
		n = max(1, int(l.Every/pace))
	}
	return min(last, r.Next+n-1)
}

// Advance is a stage of one run, carried out to its end. Errors: those of the run, of
// Resume and of Keep.
func (l *Log) Advance(ctx context.Context, stage string, r *operator.Run) error {
	if l == nil {
		return r.Advance(ctx, r.Last)
	}
	_, err := l.Resume(stage, r.ReadSnapshot)
	if err != nil {
		return err
	}
	for r.Next <= r.Last {
		if err := r.Advance(ctx, l.Piece(r, r.Last)); err != nil {
			return err
		}
		done := float64(r.Next-r.First) / float64(r.Last-r.First+1)
		if _, err := l.Keep(Progress{Stage: stage, Done: done, Bytes: r.SnapshotBytes(), Present: r.WriteSnapshot}); err != nil {
			return err
		}
	}
	return nil
}
