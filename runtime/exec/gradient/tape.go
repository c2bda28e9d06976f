package gradient

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
)

// tape has the levels of the forward run at hand, step by step from the last to
// the first, while the backward run goes along.
type tape struct {
	op                *Operator
	plan              Plan
	forward, backward *operator.Run
	plain             *operator.Run // carries out steps whose levels nobody reads; nil when forward does
	before, after     int           // levels that a backward step reads, counted from its own

	schedule *schedule
	states   map[int]*state  // at the starts of segments
	spare    []*state        // whose memory may be taken
	disk     *operator.State // what goes to the disk passes through here
	folder   string
	taped    int // the segment whose levels the forward run holds, -1 for none

	reversal  *reversal             // of Boundary
	arguments operator.Arguments    // of the reversed run
	shells    map[int][]shellValues // by level

	stored map[int][]*packedLevel // by level, of Sampled and Rounded

	log       *checkpoint.Log
	kept      map[string]bool // items of it
	recording bool            // the first pass is where progress can be kept

	steps       int
	forth, back time.Duration
	held, most  int64 // bytes of states and stored levels, now and at most
}

// state is a state in memory or on disk.
type state struct {
	inMemory *operator.State
	path     string
}

// packedLevel is a level of one wavefield, as it is or packed.
type packedLevel struct {
	name   string
	packed *packed
	single []float32
	double []float64
}

// begin is the first step of a segment, and behind the last segment the step
// behind the run.
func (t *tape) begin(segment int) int {
	return min(t.forward.First+segment*t.plan.Length, t.forward.Last+1)
}

// start is the step before which the state of a segment is taken: its first
// one, or before that when its backward steps read far back.
func (t *tape) start(segment int) int {
	more := -t.before - t.op.taped.Program.Signature.FirstStep
	return max(t.forward.First, t.begin(segment)-max(0, more))
}

// advance carries out forward steps up to the given one, which is not.
func (t *tape) advance(ctx context.Context, next int) error {
	return t.through(ctx, t.forward, next)
}

// pass is advance for steps whose levels nobody reads.
func (t *tape) pass(ctx context.Context, next int) error {
	return t.through(ctx, t.passing(), next)
}

func (t *tape) through(ctx context.Context, run *operator.Run, next int) error {
	for run.Next < next {
		from, start := run.Next, time.Now()
		err := run.Advance(ctx, t.log.Piece(run, next-1))
		t.steps += run.Next - from
		t.forth += time.Since(start)
		if err == nil {
			err = t.progress(run)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// passing is the run that carries out steps whose levels nobody reads.
func (t *tape) passing() *operator.Run {
	if t.plain != nil {
		return t.plain
	}
	return t.forward
}

// passTo carries out steps from where the passing run is up to the one with which a
// segment begins, and leaves the forward run there.
func (t *tape) passTo(ctx context.Context, segment int) error {
	if t.plain == nil {
		return nil // it goes on with any step
	}
	if err := t.pass(ctx, t.start(segment)); err != nil {
		return err
	}
	return t.forward.Follow(t.plain)
}

// forwardTo takes the forward run from the state of segment a to the begin of segment i.
func (t *tape) forwardTo(ctx context.Context, a, i int) error {
	if t.start(i) == t.start(a) {
		return t.restore(a, t.forward)
	}
	if err := t.restore(a, t.passing()); err != nil {
		return err
	}
	return t.passTo(ctx, i)
}

// record is the first pass, which makes the records. It leaves the states that
// the way back begins with.
func (t *tape) record(ctx context.Context) error {
	switch t.plan.Keep {
	case Sampled, Rounded:
		return t.store(ctx)
	case Boundary:
		return t.recordShells(ctx)
	case Checkpoints:
		t.recording = true
		if t.states[0] == nil {
			if err := t.save(0); err != nil {
				return err
			}
		}
		for a, l, c := 0, t.plan.Segments, t.plan.Places-1; ; c-- {
			mid := t.schedule.splitAt(l, c)
			if mid == 0 {
				break
			}
			a, l = a+mid, l-mid
			if t.states[a] != nil {
				continue // it was kept
			}
			if err := t.pass(ctx, t.start(a)); err != nil {
				return err
			}
			if err := t.save(a); err != nil {
				return err
			}
		}
	}
	t.taped = t.plan.Segments - 1
	t.recording = true
	if t.plan.Keep == Checkpoints {
		if err := t.pass(ctx, t.start(t.taped)); err != nil {
			return err
		}
		// Levels of the last segment are not kept, but computed again.
		t.recording = false
		if err := t.passTo(ctx, t.taped); err != nil {
			return err
		}
	}
	return t.advance(ctx, t.forward.Last+1)
}

// playBack carries out the backward run.
func (t *tape) playBack(ctx context.Context) error {
	switch t.plan.Keep {
	case Sampled, Rounded:
		return t.retrieve(ctx)
	case Boundary:
		return t.reconstruct(ctx)
	case Checkpoints:
		return t.reverse(ctx, 0, t.plan.Segments, t.plan.Places-1)
	}
	return t.backTo(ctx, t.forward.First)
}

// backTo carries out the backward steps down to the given one, included.
func (t *tape) backTo(ctx context.Context, step int) error {
	last := t.mirrored(step)
	for t.backward.Next <= last {
		start := time.Now()
		err := t.backward.Advance(ctx, t.log.Piece(t.backward, last))
		t.back += time.Since(start)
		if err == nil {
			err = t.progress(t.backward)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mirrored is the backward run's own number of a step.
func (t *tape) mirrored(step int) int { return t.backward.First + t.backward.Last - step }

// behind reports whether the backward run has carried out a step.
func (t *tape) behind(step int) bool { return t.backward.Next > t.mirrored(step) }

// reverse goes back through l segments from a, whose state is there, with c
// places for states.
func (t *tape) reverse(ctx context.Context, a, l, c int) error {
	mid := t.schedule.splitAt(l, c)
	if mid == 0 {
		for i := a + l - 1; i >= a; i-- {
			if err := t.segment(ctx, a, i); err != nil {
				return err
			}
		}
		return nil
	}
	if t.behind(t.begin(a + mid)) { // another process was here
		for segment := range t.states {
			if segment >= a+mid {
				t.drop(segment)
			}
		}
		return t.reverse(ctx, a, mid, c)
	}
	if t.states[a+mid] == nil {
		if err := t.restore(a, t.passing()); err != nil {
			return err
		}
		if err := t.pass(ctx, t.start(a+mid)); err != nil {
			return err
		}
		if err := t.save(a + mid); err != nil {
			return err
		}
	}
	if err := t.reverse(ctx, a+mid, l-mid, c-1); err != nil {
		return err
	}
	t.drop(a + mid)
	return t.reverse(ctx, a, mid, c)
}

// segment goes back through segment i, whose levels are computed again from the
// state of segment a unless they are there.
func (t *tape) segment(ctx context.Context, a, i int) error {
	if t.behind(t.begin(i)) {
		return nil
	}
	if t.taped != i {
		if err := t.forwardTo(ctx, a, i); err != nil {
			return err
		}
		if err := t.advance(ctx, min(t.begin(i+1)+t.after-1, t.forward.Last+1)); err != nil {
			return err
		}
	}
	t.taped = -1
	return t.backTo(ctx, t.begin(i))
}

// save keeps the state of a segment: in memory while there are places, then on
// disk.
func (t *tape) save(segment int) error {
	if n := len(t.spare); n > 0 {
		s := t.spare[n-1]
		t.spare = t.spare[:n-1]
		t.states[segment] = s
		return t.put(s)
	}
	s, err := t.place(segment)
	if err != nil {
		return err
	}
	return t.put(s)
}

// place is a new place for the state of a segment.
func (t *tape) place(segment int) (*state, error) {
	s := &state{}
	if len(t.states) >= t.plan.Places-t.plan.OnDisk {
		if t.folder == "" {
			folder, err := os.MkdirTemp(t.plan.Disk, "courant-checkpoints-")
			if err != nil {
				return nil, fmt.Errorf("checkpoints cannot be kept on disk: %w", err)
			}
			t.folder = folder
		}
		s.path = fmt.Sprintf("%s/%d", t.folder, segment)
	} else {
		t.hold(t.forward.StateBytes())
	}
	t.states[segment] = s
	return s, nil
}

func (t *tape) put(s *state) (err error) {
	if s.path == "" {
		s.inMemory = t.passing().State(s.inMemory)
		return nil
	}
	if t.disk == nil {
		t.hold(t.forward.StateBytes())
	}
	t.disk = t.passing().State(t.disk)
	return s.write(t.disk)
}

// write puts a state on disk.
func (s *state) write(from *operator.State) (err error) {
	file, err := os.Create(s.path)
	if err != nil {
		return fmt.Errorf("a checkpoint cannot be kept on disk: %w", err)
	}
	defer func() {
		if e := file.Close(); err == nil && e != nil {
			err = fmt.Errorf("a checkpoint cannot be kept on disk: %w", e)
		}
	}()
	if _, err := from.WriteTo(file); err != nil {
		return fmt.Errorf("a checkpoint cannot be kept on disk: %w", err)
	}
	s.inMemory = &operator.State{Next: from.Next}
	return nil
}

// restore sets a run back to the state of a segment.
func (t *tape) restore(segment int, run *operator.Run) error {
	s := t.states[segment]
	if s.path == "" {
		return run.Restore(s.inMemory)
	}
	file, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("a checkpoint cannot be read back: %w", err)
	}
	defer file.Close()
	// The levels have other times in each checkpoint: a state of the run gives
	// the frame.
	if _, err := t.disk.ReadFrom(bufio.NewReaderSize(file, 1<<20)); err != nil {
		return fmt.Errorf("a checkpoint cannot be read back: %w", err)
	}
	t.disk.MoveTo(s.inMemory.Next)
	return run.Restore(t.disk)
}

// drop gives the place of a state back.
func (t *tape) drop(segment int) {
	t.spare = append(t.spare, t.states[segment])
	delete(t.states, segment)
}

func (t *tape) hold(bytes int64) {
	t.held += bytes
	t.most = max(t.most, t.held)
}

func (t *tape) close() {
	if t.folder != "" {
		_ = os.RemoveAll(t.folder) // a folder of the system's that is left over harms nobody
	}
}

// every is the number of steps from one of which levels are stored to the next.
func (t *tape) every() int {
	if t.plan.Keep == Sampled {
		return t.plan.Every
	}
	return 1
}

// needed reports whether some backward step reads a level.
func (t *tape) needed(level int) bool {
	for n := level - t.after; n <= level-t.before; n++ {
		if n >= t.forward.First && n <= t.forward.Last && n%t.every() == 0 {
			return true
		}
	}
	return false
}

// store is the first pass that stores levels as it goes.
func (t *tape) store(ctx context.Context) error {
	t.stored = map[int][]*packedLevel{}
	for level := t.forward.First - t.op.taped.Program.Signature.FirstStep; level <= t.forward.First; level++ {
		t.keep(level)
	}
	for t.forward.Next <= t.forward.Last {
		if err := t.advance(ctx, t.forward.Next+1); err != nil {
			return err
		}
		t.keep(t.forward.Next)
	}
	return nil
}

func (t *tape) keep(level int) {
	if !t.needed(level) {
		return
	}
	for _, name := range t.op.reading() {
		single, double := t.forward.Levels(name).Level(level)
		l := &packedLevel{name: name}
		switch {
		case t.plan.Keep == Rounded && single != nil:
			l.packed = pack(single, nil, t.forward.Threads())
		case t.plan.Keep == Rounded:
			l.packed = pack(double, nil, t.forward.Threads())
		default:
			l.single, l.double = append([]float32(nil), single...), append([]float64(nil), double...)
		}
		t.stored[level] = append(t.stored[level], l)
		if l.packed != nil {
			t.hold(packedBytes(int64(len(single) + len(double))))
		} else {
			t.hold(int64(4*len(single) + 8*len(double)))
		}
	}
}

// retrieve is the backward run with stored levels.
func (t *tape) retrieve(ctx context.Context) error {
	there := map[int]bool{} // levels that the forward run's memory holds
	for n := t.forward.Last; n >= t.forward.First; n-- {
		for level := n + t.before; n%t.every() == 0 && level <= n+t.after; level++ {
			if there[level] {
				continue
			}
			for l := range there { // whose place it takes
				if (l-level)%t.plan.Levels == 0 {
					delete(there, l)
				}
			}
			t.putBack(level)
			there[level] = true
		}
		if err := t.backTo(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (t *tape) putBack(level int) {
	for _, l := range t.stored[level] {
		single, double := t.forward.Levels(l.name).Level(level)
		switch {
		case l.packed != nil && single != nil:
			unpack(l.packed, single, t.forward.Threads())
		case l.packed != nil:
			unpack(l.packed, double, t.forward.Threads())
		default:
			copy(single, l.single)
			copy(double, l.double)
		}
	}
}

// sampled is the backward operator that adds to its images every few steps, as
// many times as much.
func (op *Operator) sampled(ctx context.Context, every int) (*operator.Operator, error) {
	p := *op.backward.Program.Problem
	p.Statements = nil
	for _, s := range op.backward.Program.Problem.Statements {
		u, ok := s.(*symbolic.Update)
		switch {
		case ok && u.Target.Func.Role == symbolic.Image:
			c := *u
			added := symbolic.Sub(u.Value, u.Target)
			c.Value = symbolic.Sum(u.Target, symbolic.Product(symbolic.Int(every), added))
			c.Right, c.Every = c.Value, symbolic.Int(every)
			s = &c
		case ok:
			for _, e := range []symbolic.Expr{u.Left, u.Right} {
				saved := ""
				symbolic.Visit(e, func(e symbolic.Expr) {
					if a, ok := e.(*symbolic.Access); ok && a.Func.Saved {
						saved = a.Func.Name
					}
				})
				if saved != "" {
					return nil, fmt.Errorf("operator %s is not linear: its adjoint reads %s in every step, so it cannot be sampled; keep all levels, rounded ones or checkpoints", op.Forward.Program.Problem.Name, saved)
				}
			}
		}
		p.Statements = append(p.Statements, s)
	}
	return operator.CompileProblem(ctx, &p, codegen.Options{Precision: op.backward.Program.Signature.Real, Target: op.backend, Halo: op.backward.Program.Signature.Halo})
}
