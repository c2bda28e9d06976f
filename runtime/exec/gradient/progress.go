package gradient

import (
	"fmt"
	"io"
	"os"

	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// stage is the name of a gradient in a log.
const stage = "gradient"

// position is where a gradient is whose progress is kept.
type position struct {
	Plan     Plan
	Backward bool  // the backward run is under way, else the first pass
	Plain    bool  // of the first pass: the plain run is where it is, not the forward one
	States   []int // segments whose states are kept, of Checkpoints
}

// progress keeps how far the gradient is, when that is due: what was recorded and the
// present of the run that is under way, and as items the levels or states that the way
// back needs.
func (t *tape) progress(run *operator.Run) error {
	if t.log == nil {
		return nil
	}
	// Runs that compute levels again begin with what is kept anyway.
	can := t.plan.Keep == All || t.plan.Keep == Checkpoints
	if can = can && (t.backward != nil || t.recording && run == t.passing()); !can {
		if t.log.Leaving() {
			return checkpoint.ErrLeaving
		}
		return nil
	}
	at := position{Plan: t.plan, Backward: t.backward != nil}
	p := checkpoint.Progress{Stage: stage}
	of := t.forward
	if t.backward == nil {
		at.Plain, of = t.plain != nil, run
		p.Done = 0.4 * float64(run.Next-run.First) / float64(run.Last-run.First+1)
		p.Bytes, p.Present = run.SnapshotBytes(), run.WriteSnapshot
	} else {
		b := t.backward
		p.Done = 0.4 + 0.6*float64(b.Next-b.First)/float64(b.Last-b.First+1)
		p.Bytes = of.SnapshotBytes() + b.SnapshotBytes()
		p.Present = func(w io.Writer) error {
			if err := of.WriteSnapshot(w); err != nil {
				return err
			}
			return b.WriteSnapshot(w)
		}
	}
	if t.plan.Keep == All {
		p.Items = t.levelItems()
	} else {
		p.Items = t.stateItems()
		for segment := range t.states {
			at.States = append(at.States, segment)
		}
	}
	p.About = at
	kept, err := t.log.Keep(p)
	if kept {
		for _, i := range p.Items {
			t.kept[i.Name] = true
		}
	}
	return err
}

// levelItems are the levels that the way back reads and that are not kept yet.
func (t *tape) levelItems() (items []checkpoint.Item) {
	first := t.forward.First - t.op.taped.Program.Signature.FirstStep
	for level := first; level <= t.forward.Next; level++ {
		if !t.needed(level) || t.backward != nil && level > t.highest() {
			continue
		}
		for _, wavefield := range t.op.reading() {
			name := fmt.Sprint(level, " ", wavefield)
			if t.kept[name] {
				continue
			}
			of := t.forward.Levels(wavefield)
			items = append(items, checkpoint.Item{Name: name, Bytes: of.LevelBytes(), Write: func(w io.Writer) error { return of.WriteLevel(w, level) }})
		}
	}
	return items
}

// highest is the last level that the backward run still reads.
func (t *tape) highest() int {
	step := t.backward.First + t.backward.Last - t.backward.Next
	return step + t.after
}

// stateItems are the states that the way back begins with and that are not kept yet.
func (t *tape) stateItems() (items []checkpoint.Item) {
	for segment, s := range t.states {
		name := fmt.Sprint(segment)
		if t.kept[name] {
			continue
		}
		items = append(items, checkpoint.Item{Name: name, Bytes: t.forward.StateBytes(), Write: func(w io.Writer) error {
			if s.path == "" {
				_, err := s.inMemory.WriteTo(w)
				return err
			}
			file, err := os.Open(s.path)
			if err != nil {
				return err
			}
			defer file.Close()
			_, err = io.Copy(w, file)
			return err
		}})
	}
	return items
}

// resume goes on from what was kept; turn makes the backward run.
func (t *tape) resume(from position, present io.Reader, turn func() error) error {
	run := t.forward
	if from.Plain && !from.Backward {
		run = t.plain
	}
	if run == nil {
		return fmt.Errorf("%w: there is no plain run", checkpoint.ErrUnusable)
	}
	if err := run.ReadSnapshot(present); err != nil {
		return err
	}
	if from.Backward {
		if err := turn(); err != nil {
			return err
		}
		if err := t.backward.ReadSnapshot(present); err != nil {
			return err
		}
	}
	wanted := map[string]int{} // segments
	for _, segment := range from.States {
		wanted[fmt.Sprint(segment)] = segment
	}
	err := t.log.Items(func(name string, size int64, r io.Reader) error {
		t.kept[name] = true
		if t.plan.Keep == All {
			return t.readLevel(name, size, r)
		}
		segment, ok := wanted[name]
		if !ok {
			return nil
		}
		return t.readState(segment, size, r)
	})
	if err == nil && t.plan.Keep == Checkpoints && len(t.states) != len(wanted) {
		err = fmt.Errorf("%d states are kept of %d", len(t.states), len(wanted))
	}
	return err
}

func (t *tape) readLevel(name string, size int64, r io.Reader) error {
	var level int
	var wavefield string
	if _, err := fmt.Sscan(name, &level, &wavefield); err != nil {
		return fmt.Errorf("%q names no level", name)
	}
	of := t.forward.Levels(wavefield)
	if of == nil || of.LevelBytes() != size || level < t.forward.First-t.op.taped.Program.Signature.FirstStep || level > t.forward.Last+1 {
		return fmt.Errorf("there is no level %d of %s with %d bytes", level, wavefield, size)
	}
	if t.backward != nil && level > t.highest() {
		return nil // nobody reads it any more
	}
	return of.ReadLevel(r, level)
}

func (t *tape) readState(segment int, size int64, r io.Reader) error {
	if size != t.forward.StateBytes() || segment < 0 || segment >= t.plan.Segments {
		return fmt.Errorf("there is no state of %d bytes before segment %d", size, segment)
	}
	if len(t.states) >= t.plan.Places {
		return fmt.Errorf("there are more states than %d", t.plan.Places)
	}
	to, err := t.place(segment)
	if err != nil {
		return err
	}
	s := t.forward.State(nil)
	if to.path != "" && t.disk == nil {
		t.hold(t.forward.StateBytes())
		t.disk = t.forward.State(nil)
	}
	if _, err := s.ReadFrom(r); err != nil {
		return err
	}
	s.MoveTo(t.start(segment))
	if to.path != "" {
		return to.write(s)
	}
	to.inMemory = s
	return nil
}
