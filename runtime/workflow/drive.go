package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/batch"
)

// Worker evaluates shots and submits what they give, one at a time: a run is
// driven with several.
type Worker = batch.Worker

// Policy says what becomes of a run when a shot fails for good.
type Policy int

// The policies: the run fails, or the shot is left out and the sum of the others
// brought up to that of all.
const (
	Fail Policy = iota
	Drop
)

// Options say how a run is driven.
type Options struct {
	Attempts int           // at a task; 0 for 4
	Backoff  time.Duration // before the second attempt, doubled before each further one; 0 for 200 ms
	Deadline time.Duration // of an attempt; 0 for none
	Policy   Policy
	// Tell is told of what happens; it may be nil.
	Tell func(Event)
}

// Event is something that happened.
type Event struct {
	Kind     string // task, retry, again, drop, version, done
	Task     Task
	Took     time.Duration
	Err      error
	Position *Position // of version and done
}

// Drive carries a run out with some workers until it is done. It may be stopped
// at any moment, and driven again, by several at once. Nothing is polled: it
// waits for its workers.
func Drive(ctx context.Context, r *Run, workers []Worker, o Options) error {
	if o.Attempts == 0 {
		o.Attempts = 4
	}
	if o.Backoff == 0 {
		o.Backoff = 200 * time.Millisecond
	}
	for {
		p, err := r.Advance(ctx)
		if err != nil {
			return err
		}
		if p.Done {
			if err := r.create(ctx, r.doneKey(), strings.NewReader(fmt.Sprintln(p.Version))); err != nil {
				return err
			}
			o.tell(Event{Kind: "done", Position: p})
			return nil
		}
		o.tell(Event{Kind: "version", Position: p})
		d := &driver{Run: r, options: o, version: p.Version, waiting: p.Missing, running: map[int]*attempt{}, failures: map[int]int{}}
		d.change = sync.NewCond(&d.mu)
		if err := d.evaluate(ctx, workers); err != nil {
			return err
		}
	}
}

func (o Options) tell(e Event) {
	if o.Tell != nil {
		o.Tell(e)
	}
}

// driver has the shots of one version evaluated.
type driver struct {
	*Run
	options Options
	version int

	mu       sync.Mutex
	change   *sync.Cond
	waiting  []int // shots to be begun
	pending  int   // shots that wait for their next attempt
	running  map[int]*attempt
	failures map[int]int
	took     []time.Duration // of those that are done
	err      error
}

// attempt is a shot being evaluated, by one worker or, when it takes long, two.
type attempt struct {
	began   time.Time
	workers int
	cancel  []context.CancelFunc
	done    bool
}

func (d *driver) evaluate(ctx context.Context, workers []Worker) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	wake := context.AfterFunc(ctx, func() { d.mu.Lock(); d.change.Broadcast(); d.mu.Unlock() })
	defer wake()
	var all sync.WaitGroup
	for _, w := range workers {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				shot, a := d.take(ctx)
				if a == nil {
					return
				}
				d.attempt(ctx, w, shot, a)
			}
		}()
	}
	all.Wait()
	if d.err != nil {
		return d.err
	}
	return ctx.Err()
}

// straggles is how many times as long as the median a shot may take before an
// idle worker evaluates it too.
const straggles = 3

// take waits for something to do; nil when there is nothing more.
func (d *driver) take(ctx context.Context) (int, *attempt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		if d.err != nil || ctx.Err() != nil || len(d.waiting)+d.pending+len(d.running) == 0 {
			return 0, nil
		}
		if len(d.waiting) > 0 {
			shot := d.waiting[0]
			d.waiting = d.waiting[1:]
			a := &attempt{began: time.Now(), workers: 1}
			d.running[shot] = a
			return shot, a
		}
		wait, shot := d.straggler()
		if shot >= 0 && wait <= 0 {
			a := d.running[shot]
			a.workers++
			d.options.tell(Event{Kind: "again", Task: Task{Version: d.version, Shot: shot}, Took: time.Since(a.began)})
			return shot, a
		}
		if shot >= 0 {
			timer := time.AfterFunc(wait, func() { d.mu.Lock(); d.change.Broadcast(); d.mu.Unlock() })
			d.change.Wait()
			timer.Stop()
			continue
		}
		d.change.Wait()
	}
}

// straggler is the shot that has run longest alone, and for how long it may
// still; -1 when nothing is known of how long shots take.
func (d *driver) straggler() (wait time.Duration, shot int) {
	shot = -1
	if len(d.took) == 0 {
		return 0, -1
	}
	sorted := slices.Sorted(slices.Values(d.took))
	limit := straggles * max(sorted[len(sorted)/2], time.Second)
	for s, a := range d.running {
		if left := limit - time.Since(a.began); a.workers == 1 && !a.done && (shot < 0 || left < wait) {
			wait, shot = left, s
		}
	}
	return wait, shot
}

// attempt evaluates a shot once.
func (d *driver) attempt(ctx context.Context, w Worker, shot int, a *attempt) {
	t := Task{Version: d.version, Shot: shot}
	cancel := context.CancelFunc(nil)
	if d.options.Deadline > 0 {
		ctx, cancel = context.WithTimeout(ctx, d.options.Deadline)
	} else {
		ctx, cancel = context.WithCancel(ctx)
	}
	defer cancel()
	d.mu.Lock()
	a.cancel = append(a.cancel, cancel)
	d.mu.Unlock()
	start := time.Now()
	err := w.Do(ctx, t)
	if err == nil {
		_, err = d.Climb(context.WithoutCancel(ctx), t)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.change.Broadcast()
	a.workers--
	switch {
	case a.done: // the other worker was faster
	case err == nil:
		a.done = true
		d.took = append(d.took, time.Since(start))
		for _, c := range a.cancel {
			c() // the slower one need not go on
		}
		delete(d.running, shot)
		d.options.tell(Event{Kind: "task", Task: t, Took: time.Since(start)})
	case a.workers > 0: // the other one may still succeed
	default:
		delete(d.running, shot)
		d.failed(t, err)
	}
}

// failed decides what becomes of a shot after an attempt in vain; d.mu is held.
func (d *driver) failed(t Task, err error) {
	d.failures[t.Shot]++
	n := d.failures[t.Shot]
	switch {
	case d.err != nil:
	case n < d.options.Attempts:
		d.options.tell(Event{Kind: "retry", Task: t, Err: err})
		d.pending++
		time.AfterFunc(d.options.Backoff<<(n-1), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.pending--
			d.waiting = append(d.waiting, t.Shot)
			d.change.Broadcast()
		})
	case d.options.Policy == Drop && !errors.Is(err, context.Canceled):
		d.letter(t, err)
		d.options.tell(Event{Kind: "drop", Task: t, Err: err})
		e := d.Submit(context.Background(), t, &Gradient{})
		if e == nil {
			_, e = d.Climb(context.Background(), t)
		}
		d.err = e
	default:
		d.letter(t, err)
		d.err = fmt.Errorf("%s failed %d times, at last: %w", t, n, err)
	}
}

// letter keeps the reason why a shot failed for good.
func (d *driver) letter(t Task, err error) {
	key := fmt.Sprintf("%s/dead/v%04d-%05d", d.Name, t.Version, t.Shot)
	// The failure itself is reported anyway.
	_ = d.create(context.Background(), key, strings.NewReader(err.Error()+"\n"))
}
