package workflow

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
	d := &driver{Run: r, batch: b, options: o, heard: heard}
	for {
		var p *Position
		err := WaitOut(ctx, d.away, func() (err error) { p, err = r.Advance(ctx); return err })
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

// driver carries out what an evaluation decides.
type driver struct {
	*Run
	batch   batch.Batch
	options Options
	heard   <-chan []byte
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
		d.options.Event(e)
	}
}

// errSummed ends the evaluation of a version that others have finished.
var errSummed = errors.New("the sum is there")

// evaluate has the missing tasks of a version evaluated, and waits for their sum. One
// goroutine decides and tells; others wait for tasks, for news and for the store, and
// send it what happens.
func (d *driver) evaluate(ctx context.Context, p *Position) error {
	before := 0.0
	if p.State != nil {
		before = p.State.Seconds()
	}
	e := newEvaluation(d.options, p.Version, p.Missing, time.Duration(before*float64(time.Second)), d.heard != nil)
	inputs, over := make(chan message), make(chan struct{})
	send := func(in input) (taken bool) {
		in.at = time.Now()
		m := message{in, make(chan struct{})}
		select {
		case inputs <- m:
			<-m.done
			return true
		case <-over:
			return false
		}
	}
	work, giveAllUp := context.WithCancel(ctx)
	listened := make(chan struct{})
	go func() { defer close(listened); d.listen(work, p, send) }()
	defer func() { close(over); giveAllUp(); <-listened }()

	copies := map[int]context.CancelCauseFunc{}
	carryOut := func(all []action) {
		for _, a := range all {
			switch a.kind {
			case tell:
				d.event(a.event)
			case begin:
				attempt, cancel := context.WithCancelCause(work)
				copies[a.copy] = cancel
				go d.attempt(attempt, cancel, e.task(a.task), a.copy, send)
			case giveUp:
				copies[a.copy](a.err)
			case letter:
				d.Letter(ctx, e.task(a.task), a.err)
			case drop:
				go func() {
					err := d.Submit(context.WithoutCancel(ctx), e.task(a.task), p.Tasks, &Object{})
					send(input{kind: dropped, task: a.task, err: err})
				}()
			}
		}
	}
	carryOut(e.start(time.Now()))
	stopped := ctx.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !e.over {
		if at := e.next(); at.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(at))
		}
		select {
		case m := <-inputs:
			carryOut(e.step(m.input))
			close(m.done)
		case <-timer.C:
			carryOut(e.step(input{at: time.Now(), kind: tick}))
		case <-stopped:
			stopped = nil
			carryOut(e.step(input{at: time.Now(), kind: stop, err: context.Cause(ctx)}))
		}
	}
	if errors.Is(e.outcome, ErrBudget) {
		return fmt.Errorf("run %s: %w", d.Name, e.outcome)
	}
	return e.outcome
}

// message is an input on its way; done is closed when what it calls for is under way.
type message struct {
	input
	done chan struct{}
}

// attempt has a copy of a task carried out by the batch.
func (d *driver) attempt(ctx context.Context, cancel context.CancelCauseFunc, t Task, number int, send func(input) bool) {
	defer cancel(nil)
	var lock sync.Mutex
	var start time.Time
	err := d.batch.Do(ctx, t, func() {
		lock.Lock()
		start = time.Now()
		lock.Unlock()
		// It may be given up before it does anything.
		if !send(input{kind: began, copy: number}) {
			cancel(context.Canceled)
		}
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	lock.Lock()
	took := time.Duration(0)
	if !start.IsZero() {
		took = time.Since(start)
	}
	lock.Unlock()
	if errors.Is(err, ErrBudget) {
		took = 0 // it was not let begin
	}
	send(input{kind: ended, copy: number, took: took, err: err})
}

// lookEvery is how often the store is looked at for what one is usually told, and
// whether it is there.
const lookEvery = 4 * time.Second

// listen finds out that a version is summed, or can be, or that the run is
// cancelled. News only say that it is time to look at the store, and so may the ends
// of tasks: what is there needs no word of its worker.
func (d *driver) listen(ctx context.Context, p *Position, send func(input) bool) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	absent, summed := false, false
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
			kind := storeBack
			if absent = away; away {
				kind = storeAway
			}
			send(input{kind: kind, err: err})
		}
		if err == nil && there {
			send(input{kind: stop, err: fmt.Errorf("run %s: %w; courant resume goes on", d.Name, ErrCancelled)})
			return
		}
		if summed {
			continue
		}
		if ready, err := d.ready(ctx, p); err == nil && ready {
			summed = true
			send(input{kind: allSummed})
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

// longestBackoff is the longest time between two attempts.
var longestBackoff = 30 * time.Second
