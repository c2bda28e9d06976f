package workflow

import (
	"container/heap"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// evaluation decides how the tasks of one version are evaluated: which attempts begin
// and when, which are given up, and when all is over. It knows no clock, no process and
// no store: inputs with their times go in, actions come out, and Drive carries them out.
// So what it does in any order of events can be told, and tested, as a story: see
// testdata/transcripts.
type evaluation struct {
	o       Options
	version int
	hears   bool            // somebody may sum the gradients, and say so
	spent   time.Duration   // by all versions before, and all attempts in this one
	took    []time.Duration // of the tasks that are done, ascending

	places   []int // of tasks, ascending
	tasks    map[int]*progress
	given    int         // of places that have begun
	left     int         // tasks that have not ended
	attempts int         // that have begun, to number them
	owners   map[int]int // places of the tasks by their copies
	times    times       // when attempts end by their deadlines, and the next ones begin
	oldest   []begun     // of the first copies of attempts, in the order in which they began

	poor    bool      // the budget is spent: nothing begins any more
	unpaid  bool      // a task is left, for want of money
	summed  bool      // the gradients of all tasks are there, or sums that hold them
	grace   time.Time // when those that others have done are given up; zero before summed
	sweep   time.Time // when sums are no longer waited for; zero before all tasks have ended
	ending  error     // why all tasks are given up; nil while they go on
	over    bool
	outcome error // when it is over
	out     []action
}

// progress is that of one task.
type progress struct {
	attempt int             // number of the present one, or of the one to come
	backoff time.Duration   // before the next one, when this one fails
	wait    time.Duration   // the same, when store or queue are away
	away    bool            // they were at the last attempt
	copies  map[int]*copyOf // nil before the first one
	twice   bool            // a second copy has begun in this attempt
	began   time.Time       // the first copy of this attempt did; zero before
	resumes time.Time       // when the next attempt begins; zero while one is under way
	drops   bool            // a zero gradient is being submitted in its place
	ended   bool
}

// copyOf is one of the evaluations of a task that are under way.
type copyOf struct {
	began    time.Time // zero while it waits for a worker
	deadline time.Time // zero for none
}

// begun is the begin of an attempt at a task.
type begun struct {
	place int
	at    time.Time
}

// due is something that happens at some time, if it is still so when the time has come.
type due struct {
	at    time.Time
	place int
	copy  int // whose deadline it is; 0 for the begin of the next attempt
}

// times is a heap of what is due, the first first.
type times []due

func (t times) Len() int { return len(t) }
func (t times) Less(i, j int) bool {
	if !t[i].at.Equal(t[j].at) {
		return t[i].at.Before(t[j].at)
	}
	return t[i].place < t[j].place || t[i].place == t[j].place && t[i].copy > t[j].copy
}
func (t times) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *times) Push(x any)   { *t = append(*t, x.(due)) }
func (t *times) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// input is something that happened.
type input struct {
	at   time.Time
	kind inputKind
	copy int           // of began and ended
	took time.Duration // of ended: since it began, 0 if it did not
	err  error         // of ended, dropped, stop and storeAway
	task int           // place, of dropped
}

type inputKind int

// The kinds of inputs.
const (
	tick      inputKind = iota // time has passed
	began                      // a copy has a worker
	ended                      // a copy has ended, well or not
	dropped                    // a zero gradient was submitted, or could not be
	allSummed                  // the gradients of all tasks are there, or sums that hold them
	stop                       // the run is cancelled, or its driver is told to end
	storeAway                  // the store is waited for
	storeBack
)

// action is something that has to be done.
type action struct {
	kind  actionKind
	copy  int   // of begin and giveUp
	task  int   // place, of begin, letter and drop
	err   error // of giveUp and letter: why
	event Event
}

type actionKind int

// The kinds of actions.
const (
	begin  actionKind = iota // a copy of a task
	giveUp                   // a copy
	letter                   // keep the reason why a task failed for good
	drop                     // submit a zero gradient in a task's place
	tell                     // an event
)

// straggles is how many times as long as the median a task may take before it is
// evaluated a second time beside.
const straggles = 3

// mostGiven is how many tasks a batch has at a time: each costs the driver some
// kilobytes. When it has half of them done, it gets as many more.
const mostGiven = 20_000

// lastWord is for how long tasks may still say that they are done when the gradients of
// all are there.
const lastWord = time.Second

// newEvaluation is that of the missing tasks of a version, when so much has been spent
// before.
func newEvaluation(o Options, version int, missing []int, spent time.Duration, hears bool) *evaluation {
	e := &evaluation{o: o, version: version, hears: hears, spent: spent, places: slices.Sorted(slices.Values(missing)), tasks: map[int]*progress{}, left: len(missing), owners: map[int]int{}}
	for _, place := range e.places {
		e.tasks[place] = &progress{attempt: 1, backoff: o.Backoff, wait: firstWait}
	}
	return e
}

// start begins the tasks.
func (e *evaluation) start(now time.Time) []action {
	if e.overdrawn() {
		e.over, e.outcome = true, e.budgetError()
		return nil
	}
	e.give()
	return e.settle(now)
}

// give begins tasks that have not begun, when the batch has room for many more.
func (e *evaluation) give() {
	if under := e.left - (len(e.places) - e.given); e.poor || e.ending != nil || under > mostGiven/2 {
		return
	}
	for e.given < len(e.places) && e.left-(len(e.places)-e.given) < mostGiven {
		e.begin(e.places[e.given])
		e.given++
	}
}

// step takes an input and gives what has to be done.
func (e *evaluation) step(in input) []action {
	switch in.kind {
	case began:
		e.began(in)
	case ended:
		e.ended(in)
	case dropped:
		e.close(e.tasks[in.task])
		if in.err != nil {
			e.end(in.err)
		}
	case allSummed:
		e.summed, e.grace = true, in.at.Add(lastWord)
	case stop:
		e.end(in.err)
	case storeAway:
		e.tell(Event{Kind: "away", Err: in.err})
	case storeBack:
		e.tell(Event{Kind: "back"})
	}
	e.due(in.at)
	return e.settle(in.at)
}

// next is when time alone changes something; zero for never.
func (e *evaluation) next() (at time.Time) {
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	sooner(e.sweep)
	if !e.allEnded() && e.ending == nil {
		sooner(e.grace)
	}
	if e.ending == nil {
		if len(e.times) > 0 {
			sooner(e.times[0].at)
		}
		sooner(e.straggler())
	}
	return at
}

func (e *evaluation) do(a action)  { e.out = append(e.out, a) }
func (e *evaluation) tell(v Event) { e.do(action{kind: tell, event: v}) }
func (e *evaluation) task(place int) Task {
	return Task{Version: e.version, Place: place, Needs: e.o.Needs}
}
func (e *evaluation) overdrawn() bool { return e.o.Budget > 0 && e.spent >= e.o.Budget }
func (e *evaluation) allEnded() bool  { return e.left == 0 }

// close says that a task has ended.
func (e *evaluation) close(t *progress) {
	if !t.ended {
		t.ended = true
		e.left--
	}
}

func (e *evaluation) budgetError() error {
	return fmt.Errorf("%w: tasks took %v of %v; with a greater one it goes on", ErrBudget, e.spent.Round(time.Millisecond), e.o.Budget)
}

// begin begins a copy of a task.
func (e *evaluation) begin(place int) {
	e.attempts++
	t := e.tasks[place]
	if t.copies == nil {
		t.copies = map[int]*copyOf{}
	}
	t.copies[e.attempts], e.owners[e.attempts] = &copyOf{}, place
	e.do(action{kind: begin, task: place, copy: e.attempts})
}

// owner is the task of a copy; nil when that has ended.
func (e *evaluation) owner(copy int) (place int, t *progress) {
	place, ok := e.owners[copy]
	if !ok {
		return 0, nil
	}
	return place, e.tasks[place]
}

func (e *evaluation) began(in input) {
	place, t := e.owner(in.copy)
	if t == nil { // it was given up
		return
	}
	if e.poor {
		e.do(action{kind: giveUp, copy: in.copy, err: ErrBudget})
		return
	}
	c := t.copies[in.copy]
	if c.began = in.at; e.o.Deadline > 0 {
		c.deadline = in.at.Add(e.o.Deadline)
		heap.Push(&e.times, due{c.deadline, place, in.copy})
	}
	if t.began.IsZero() {
		t.began = in.at
		e.oldest = append(e.oldest, begun{place, in.at})
	}
	e.tell(Event{Kind: "begun", Task: e.task(place)})
}

// ended takes up the end of a copy, which is paid for whatever became of it.
func (e *evaluation) ended(in input) {
	place, t := e.owner(in.copy)
	if e.spent += in.took; e.overdrawn() && !e.poor {
		e.stopBeginning()
	}
	if t == nil {
		return
	}
	delete(t.copies, in.copy)
	delete(e.owners, in.copy)
	switch {
	case t.ended, in.err != nil && len(t.copies) > 0: // another copy is under way, or has ended well
	case in.err == nil:
		i, _ := slices.BinarySearch(e.took, in.took)
		e.took = slices.Insert(e.took, i, in.took)
		e.back(place, t)
		e.tell(Event{Kind: "task", Task: e.task(place), Took: in.took})
		e.finish(t, nil)
	case e.ending != nil:
		e.close(t)
	case errors.Is(in.err, ErrBudget):
		e.close(t)
		e.unpaid = true
	default:
		e.failed(in, place, t)
	}
}

// back tells that store and queue are, if they were away.
func (e *evaluation) back(place int, t *progress) {
	if t.away {
		t.away = false
		e.tell(Event{Kind: "back", Task: e.task(place)})
	}
}

// failed decides what becomes of a task whose attempt failed.
func (e *evaluation) failed(in input, place int, t *progress) {
	again := func(pause time.Duration) {
		if t.began, t.twice = (time.Time{}), false; e.poor {
			e.close(t)
			e.unpaid = true
			return
		}
		t.resumes = in.at.Add(pause)
		heap.Push(&e.times, due{t.resumes, place, 0})
	}
	if errors.Is(in.err, batch.ErrAway) || errors.Is(in.err, store.ErrAway) {
		if !t.away {
			t.away = true
			e.tell(Event{Kind: "away", Task: e.task(place), Err: in.err})
		}
		again(t.wait)
		t.wait = min(2*t.wait, longestWait)
		return
	}
	e.back(place, t)
	permanent := errors.Is(in.err, batch.ErrPermanent)
	if t.attempt < e.o.Attempts && !permanent {
		e.tell(Event{Kind: "retry", Task: e.task(place), Took: in.took, Err: in.err})
		again(min(t.backoff, longestBackoff))
		t.attempt, t.backoff = t.attempt+1, min(2*t.backoff, longestBackoff)
		return
	}
	e.do(action{kind: letter, task: place, err: in.err})
	switch {
	case e.o.Policy == Drop:
		e.tell(Event{Kind: "drop", Task: e.task(place), Took: in.took, Err: in.err})
		t.drops = true
		e.do(action{kind: drop, task: place})
	case permanent:
		e.close(t)
		e.end(fmt.Errorf("%s failed, and no further attempt can mend that: %w", e.task(place), in.err))
	default:
		e.close(t)
		e.end(fmt.Errorf("%s failed %d times, at last: %w", e.task(place), t.attempt, in.err))
	}
}

// finish ends a task and gives up its other copies.
func (e *evaluation) finish(t *progress, why error) {
	e.close(t)
	t.resumes = time.Time{}
	for _, copy := range slices.Sorted(maps.Keys(t.copies)) {
		e.do(action{kind: giveUp, copy: copy, err: why})
	}
}

// end gives up all tasks.
func (e *evaluation) end(why error) {
	if e.ending != nil {
		return
	}
	e.ending = why
	for _, place := range e.places {
		if t := e.tasks[place]; !t.ended {
			for _, copy := range slices.Sorted(maps.Keys(t.copies)) {
				e.do(action{kind: giveUp, copy: copy, err: why})
			}
			if len(t.copies) == 0 && !t.drops {
				e.close(t)
			}
		}
	}
}

// stopBeginning begins nothing any more, as the budget is spent. What has begun goes on.
func (e *evaluation) stopBeginning() {
	e.poor = true
	for i, place := range e.places {
		t := e.tasks[place]
		if !t.ended && (!t.resumes.IsZero() || i >= e.given) {
			e.close(t)
			e.unpaid = true
		}
		for _, copy := range slices.Sorted(maps.Keys(t.copies)) {
			if !t.ended && t.copies[copy].began.IsZero() {
				e.do(action{kind: giveUp, copy: copy, err: ErrBudget})
			}
		}
	}
}

// straggler is when the oldest task begins to take long; zero for never.
func (e *evaluation) straggler() time.Time {
	for len(e.oldest) > 0 {
		b := e.oldest[0]
		if t := e.tasks[b.place]; !t.ended && !t.twice && t.began.Equal(b.at) {
			break
		}
		e.oldest = e.oldest[1:]
	}
	if len(e.oldest) == 0 || len(e.took) == 0 || e.poor || e.ending != nil {
		return time.Time{} // before some task is done, nobody knows what to expect
	}
	return e.oldest[0].at.Add(straggles * max(time.Second, e.took[len(e.took)/2]))
}

// due does what is due at a time.
func (e *evaluation) due(now time.Time) {
	passed := func(t time.Time) bool { return !t.IsZero() && !now.Before(t) }
	if passed(e.grace) && !e.allEnded() {
		e.end(errSummed)
	}
	if e.ending != nil {
		return
	}
	for len(e.times) > 0 && passed(e.times[0].at) {
		d := heap.Pop(&e.times).(due)
		t := e.tasks[d.place]
		if t.ended {
			continue
		}
		if c := t.copies[d.copy]; c != nil {
			e.do(action{kind: giveUp, copy: d.copy, err: fmt.Errorf("it was given up after the deadline of %v", e.o.Deadline)})
		} else if d.copy == 0 && t.resumes.Equal(d.at) {
			t.resumes = time.Time{}
			e.begin(d.place)
		}
	}
	for passed(e.straggler()) {
		place := e.oldest[0].place
		t := e.tasks[place]
		t.twice = true
		e.tell(Event{Kind: "again", Task: e.task(place), Took: now.Sub(t.began)})
		e.begin(place)
	}
}

// settle finds out whether all is over, and hands out what has to be done.
func (e *evaluation) settle(now time.Time) []action {
	e.give()
	if !e.over && e.allEnded() {
		switch {
		case errors.Is(e.ending, errSummed):
			e.over = true
		case e.ending != nil:
			e.over, e.outcome = true, e.ending
		case e.unpaid:
			e.over, e.outcome = true, e.budgetError()
		case !e.hears || e.summed:
			e.over = true
		case e.sweep.IsZero():
			// Reducers are at work, or are not there: what they leave is for Advance.
			e.sweep = now.Add(e.o.Sweep)
		case !now.Before(e.sweep):
			e.over = true
			e.tell(Event{Kind: "sweep", Task: Task{Version: e.version}})
		}
	}
	out := e.out
	e.out = nil
	return out
}
