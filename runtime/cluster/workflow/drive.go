package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Policy says what becomes of a run when a task fails for good.
type Policy int

// The policies: the run fails, or the task is left out and the sum of the others
// brought up to that of all.
const (
	Fail Policy = iota
	Drop
)

// Options say how a run is driven.
type Options struct {
	Attempts int           // at a task; 0 for 4
	Backoff  time.Duration // before the second attempt, doubled before each further one up to 30 s; 0 for 200 ms
	Deadline time.Duration // of an attempt, from when it begins; 0 for none
	Policy   Policy
	Needs    batch.Resources // of each task
	// Budget is how long all tasks may take together, since the run began; 0 for no
	// end. When it is spent, those that run are finished and no more begun.
	Budget time.Duration
	// Sweep is for how long reducers are waited for before the driver makes what
	// sums are left; 0 for 2 s.
	Sweep time.Duration
	// Event is told of what happens, one event after the other; it may be nil.
	Event func(Event)
}

// Event is something that happened.
type Event struct {
	// Kind is begun, task (it is done), retry (an attempt failed), again (it takes
	// long and is evaluated twice), drop, sweep (sums were left to the driver), away
	// (the store or the queue is, and is waited for), back, version or done.
	Kind     string
	Task     Task
	Took     time.Duration // of task, retry and again
	Err      error         // of retry, drop and away
	Position *Position     // of version and done
}

// Why a run was not driven to its end.
var (
	ErrCancelled = errors.New("the run is cancelled")
	ErrBudget    = errors.New("the budget is spent")
)

// Drive carries a run out until it is done, its tasks in a batch. It may be
// stopped at any moment, and driven again, by several at once. A store that is away
// is waited for. Errors: a task that failed for good, ErrCancelled, ErrBudget, and
// those of the store.
func Drive(ctx context.Context, r *Run, b batch.Batch, o Options) error {
	if o.Attempts == 0 {
		o.Attempts = 4
	}
	if o.Backoff == 0 {
		o.Backoff = 200 * time.Millisecond
	}
	if o.Sweep == 0 {
		o.Sweep = 2 * time.Second
	}
	heard, stop, err := r.hear()
	if err != nil {
		return err
	}
	defer stop()
	telling := &sync.Mutex{}
	for {
		d := &driver{Run: r, batch: b, options: o, heard: heard, telling: telling}
		var p *Position
		err := waitOut(ctx, d.away, func() (err error) { p, err = r.Advance(ctx); return err })
		if err != nil {
			return err
		}
		if p.Done {
			d.event(Event{Kind: "done", Position: p})
			return nil
		}
		if p.Cancelled {
			return fmt.Errorf("run %s: %w; courant resume goes on", r.Name, ErrCancelled)
		}
		d.event(Event{Kind: "version", Position: p})
		if err := d.evaluate(ctx, p); err != nil {
			return err
		}
	}
}

// driver has the tasks of one version evaluated.
type driver struct {
	*Run
	batch   batch.Batch
	options Options
	heard   <-chan []byte

	mu       sync.Mutex
	took     []time.Duration    // of the tasks that are done
	spent    time.Duration      // by all versions before, and all attempts in this one
	telling  *sync.Mutex        // held while Event is called
	overdrew context.CancelFunc // when the budget is spent
}

// away tells that the store is, or with another error or nil that it is back.
func (d *driver) away(err error) {
	if errors.Is(err, store.ErrAway) {
		d.event(Event{Kind: "away", Err: err})
	} else {
		d.event(Event{Kind: "back"})
	}
}

func (d *driver) event(e Event) {
	if d.options.Event != nil {
		d.telling.Lock()
		defer d.telling.Unlock()
		d.options.Event(e)
	}
}

// errSummed ends the evaluation of a version that others have finished.
var errSummed = errors.New("the sum is there")

// evaluate has the missing tasks of a version evaluated, and waits for their sum.
func (d *driver) evaluate(ctx context.Context, p *Position) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	before := 0.0
	if p.State != nil {
		before = p.State.Seconds()
	}
	d.spent = time.Duration(before * float64(time.Second))
	if d.over() {
		return d.overdrawn()
	}
	gate, overdrew := context.WithCancel(context.Background())
	defer overdrew()
	d.overdrew = overdrew

	summed := make(chan struct{})
	listening, deaf := context.WithCancel(ctx)
	listened := make(chan struct{})
	go func() { defer close(listened); d.listen(listening, p, summed, end) }()
	defer func() { deaf(); <-listened }()
	var all sync.WaitGroup
	var left atomic.Bool // a task, for want of money
	for _, place := range p.Missing {
		all.Add(1)
		go func() {
			defer all.Done()
			t := Task{Version: p.Version, Place: place, Needs: d.options.Needs}
			switch err := d.task(ctx, gate, t, p.Tasks); {
			case errors.Is(err, ErrBudget):
				left.Store(true)
			case err != nil:
				end(err)
			}
		}()
	}
	finished := make(chan struct{})
	go func() { all.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-summed:
		// The last ones are about to say that they are done, unless others did them.
		select {
		case <-finished:
		case <-time.After(time.Second):
			end(errSummed)
			<-finished
		}
	}
	if cause := context.Cause(ctx); errors.Is(cause, errSummed) {
		return nil
	} else if cause != nil {
		return cause
	}
	if left.Load() {
		return d.overdrawn()
	}
	if d.heard == nil {
		return nil
	}
	// Reducers are at work, or are not there: what they leave is for Advance.
	timer := time.NewTimer(d.options.Sweep)
	defer timer.Stop()
	select {
	case <-summed:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		d.event(Event{Kind: "sweep", Task: Task{Version: p.Version}})
	}
	return nil
}

// lookEvery is how often the store is looked at for what one is usually told, and
// whether it is there.
const lookEvery = 4 * time.Second

// listen finds out that a version is summed, or can be, or that the run is
// cancelled. News only say that it is time to look at the store, and so may the ends
// of tasks: what is there needs no word of its worker.
func (d *driver) listen(ctx context.Context, p *Position, summed chan<- struct{}, end context.CancelCauseFunc) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	absent := false
	defer func() {
		if absent {
			d.away(nil)
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case text := <-d.heard:
			if n, err := readNews(text); err != nil || !n.Cancelled && !(n.Summed && n.Version == p.Version) {
				continue
			}
		}
		there, err := d.exists(ctx, d.cancelledKey())
		if away := errors.Is(err, store.ErrAway); away != absent && ctx.Err() == nil {
			absent = away
			d.away(err)
		}
		if err == nil && there {
			end(fmt.Errorf("run %s: %w; courant resume goes on", d.Name, ErrCancelled))
			return
		}
		if summed == nil {
			continue
		}
		if ready, err := d.ready(ctx, p); err == nil && ready {
			close(summed)
			summed = nil
		}
	}
}

// ready reports whether the gradients of all tasks are there, or sums that hold them.
func (d *driver) ready(ctx context.Context, p *Position) (bool, error) {
	there := map[string]bool{}
	keys, err := d.Store.List(ctx, d.versionKey(p.Version, ""))
	for _, k := range keys {
		there[k] = true
	}
	tree := sums{d.Run, p.Version, p.Tasks}
	for place := range p.Tasks {
		if err != nil || !tree.covers(there, place) {
			return false, err
		}
	}
	return true, nil
}

func (d *driver) over() bool { return d.options.Budget > 0 && d.spent >= d.options.Budget }

func (d *driver) overdrawn() error {
	return fmt.Errorf("run %s: %w: tasks took %v of %v; with a greater one it goes on", d.Name, ErrBudget, d.spent.Round(time.Millisecond), d.options.Budget)
}

// longestBackoff is the longest time between two attempts.
var longestBackoff = 30 * time.Second

// task has one evaluated, in as many attempts as it may have: one for a fault that
// none can mend, and any number as long as store or queue are away.
func (d *driver) task(ctx, gate context.Context, t Task, tasks int) error {
	backoff, wait, absent := d.options.Backoff, firstWait, false
	for n := 1; ; {
		took, err := d.attempt(ctx, gate, t)
		away := errors.Is(err, batch.ErrAway) || errors.Is(err, store.ErrAway)
		if absent && !away {
			d.event(Event{Kind: "back", Task: t})
		}
		pause := time.Duration(0)
		switch {
		case err == nil:
			d.mu.Lock()
			d.took = append(d.took, took)
			d.mu.Unlock()
			d.event(Event{Kind: "task", Task: t, Took: took})
			return nil
		case ctx.Err() != nil || errors.Is(err, ErrBudget):
			return err
		case away:
			if !absent {
				d.event(Event{Kind: "away", Task: t, Err: err})
			}
			pause, wait = wait, min(2*wait, longestWait)
		case n < d.options.Attempts && !errors.Is(err, batch.ErrPermanent):
			d.event(Event{Kind: "retry", Task: t, Took: took, Err: err})
			pause, backoff = min(backoff, longestBackoff), min(2*backoff, longestBackoff)
			n++
		case d.options.Policy == Drop:
			d.letter(t, err)
			d.event(Event{Kind: "drop", Task: t, Took: took, Err: err})
			return d.Submit(context.WithoutCancel(ctx), t, tasks, &Object{})
		case errors.Is(err, batch.ErrPermanent):
			d.letter(t, err)
			return fmt.Errorf("%s failed, and no further attempt can mend that: %w", t, err)
		default:
			d.letter(t, err)
			return fmt.Errorf("%s failed %d times, at last: %w", t, n, err)
		}
		absent = away
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-gate.Done():
			return ErrBudget
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// straggles is how many times as long as the median a task may take before it is
// evaluated a second time beside.
const straggles = 3

// attempt evaluates a task once, or twice at a time when it takes long.
func (d *driver) attempt(ctx, gate context.Context, t Task) (took time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type end struct {
		took time.Duration
		err  error
	}
	ends, begun := make(chan end, 2), make(chan struct{}, 2)
	begin := func() {
		took, err := d.once(ctx, gate, t, func() { begun <- struct{}{} })
		ends <- end{took, err}
	}
	go begin()
	running := 1
	var start time.Time
	var slow *time.Timer
	var rings <-chan time.Time
	for {
		select {
		case <-begun:
			if slow == nil {
				start, slow = time.Now(), time.NewTimer(d.patience())
				defer slow.Stop()
				rings = slow.C
			}
		case <-rings:
			if left := d.patience() - time.Since(start); left > 0 || !d.known() {
				slow.Reset(max(left, time.Second))
				continue
			}
			d.event(Event{Kind: "again", Task: t, Took: time.Since(start)})
			rings = nil
			running++
			go begin()
		case e := <-ends:
			if running--; e.err == nil || running == 0 {
				return e.took, e.err
			}
		}
	}
}

// known reports whether some task is done, so that one knows what to expect.
func (d *driver) known() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.took) > 0
}

// patience is for how long a task may take alone.
func (d *driver) patience() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	median := time.Second
	if n := len(d.took); n > 0 {
		median = max(median, slices.Sorted(slices.Values(d.took))[n/2])
	}
	return straggles * median
}

// once has a task carried out by the batch, and pays for it.
func (d *driver) once(ctx, gate context.Context, t Task, begun func()) (time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var start time.Time
	var deadline *time.Timer
	// What has not begun when the budget is spent does not begin.
	closes := context.AfterFunc(gate, func() {
		mu.Lock()
		defer mu.Unlock()
		if start.IsZero() {
			cancel(ErrBudget)
		}
	})
	defer closes()
	err := d.batch.Do(ctx, t, func() {
		mu.Lock()
		defer mu.Unlock()
		if gate.Err() != nil {
			cancel(ErrBudget)
			return
		}
		start = time.Now()
		if d.options.Deadline > 0 {
			deadline = time.AfterFunc(d.options.Deadline, func() {
				cancel(fmt.Errorf("it was given up after the deadline of %v", d.options.Deadline))
			})
		}
		begun()
		d.event(Event{Kind: "begun", Task: t})
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	mu.Lock()
	defer mu.Unlock()
	if deadline != nil {
		deadline.Stop()
	}
	if start.IsZero() {
		return 0, err
	}
	took := time.Since(start)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.spent += took; d.over() {
		d.overdrew()
	}
	return took, err
}

// letter keeps the reason why a task failed for good.
func (d *driver) letter(t Task, err error) {
	// The failure itself is reported anyway.
	_ = d.create(context.Background(), d.deadKey(t), strings.NewReader(err.Error()+"\n"))
}
