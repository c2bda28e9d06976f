package workflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Algorithm is the mathematics of a run. Its methods must give the same for the
// same arguments, whichever process calls them.
type Algorithm interface {
	// Begin makes the first state of the illumination, the sum of version 0.
	Begin(light *Object) (State, error)
	// Next makes of a state and the sum of its tasks' gradients the next one. It may
	// change the state.
	Next(s State, sum *Object) (State, error)
}

// Run is a run in a store.
type Run struct {
	Store store.Store
	// Queue is told of what comes into being; nil tells nobody.
	Queue queue.Queue
	Name  string // first part of all its keys
	Shots int    // tasks of version 0
	Form  Form   // of the gradients that are submitted
	Algorithm
	// Away is told that the store is waited for, and with nil that it is back; it may
	// be nil.
	Away func(error)
	// Leaving is closed when this process has to end soon, so that tasks keep their progress
	// and end; nil for never.
	Leaving <-chan struct{}
	// Failures is the mean time between failures of a worker until it is measured; 0 for
	// six hours. See Progress.
	Failures time.Duration
	// Most is what an object may have at most, in numbers; 0 when that is not known.
	Most int64
	// New makes an empty state to decode into.
	New func() State
}

// Task is a piece of work.
type Task = batch.Task

func (r *Run) versionKey(version int, name string) string {
	return fmt.Sprintf("%s/v%04d/%s", r.Name, version, name)
}

func (r *Run) stateKey(version int) string { return r.versionKey(version, "state") }

// nodeKey is the key of a sum: of level 0 a task's own gradient.
func (r *Run) nodeKey(version, level, place int) string {
	return r.versionKey(version, fmt.Sprintf("n%02d-%05d", level, place))
}

// sumKey is the key of the sum over all tasks of a version.
func (r *Run) sumKey(version int) string { return r.versionKey(version, "sum") }

func (r *Run) doneKey() string      { return r.Name + "/done" }
func (r *Run) cancelledKey() string { return r.Name + "/cancelled" }

func (r *Run) deadKey(t Task) string {
	return fmt.Sprintf("%s/dead/v%04d-%05d", r.Name, t.Version, t.Place)
}

// Position is where a run stands.
type Position struct {
	Version   int   // being evaluated
	State     State // of it; nil for version 0
	Tasks     int   // of it
	Done      bool
	Cancelled bool
	Missing   []int // tasks of it whose gradients are not there
	Present   int   // number of those that are
	Summed    bool  // the sum over all tasks is there
	Dead      []int // tasks of it that failed for good
}

// Phase is the position's name in the state machine.
func (p *Position) Phase() string {
	switch {
	case p.Done:
		return Done
	case p.Cancelled:
		return Cancelled
	case p.Summed:
		return Updating
	case len(p.Missing) == 0:
		return Reducing
	}
	return Evaluating
}

// Position reads it from the store.
func (r *Run) Position(ctx context.Context) (*Position, error) {
	keys, err := r.Store.List(ctx, r.Name+"/")
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, k := range keys {
		there[k] = true
	}
	p := &Position{Cancelled: there[r.cancelledKey()], Tasks: r.Shots}
	p.Version = r.last(there)
	if r.Algorithm != nil { // who can mend what is lost does
		p.Version = r.lost(there, p.Version)
	}
	if p.Version, p.State, err = r.reach(ctx, p.Version); err != nil {
		return nil, err
	}
	if p.State != nil {
		p.Done, p.Tasks = p.State.Over(), p.State.Tasks()
		if !there[r.stateKey(p.Version)] && r.Algorithm != nil {
			if err := r.keep(ctx, p.Version, p.State); err != nil {
				return nil, err
			}
		}
	}
	if p.Done {
		return p, nil
	}
	tree := sums{r, p.Version, p.Tasks}
	p.Summed = there[r.sumKey(p.Version)]
	for place := range p.Tasks {
		if tree.covers(there, place) {
			p.Present++
		} else {
			p.Missing = append(p.Missing, place)
		}
		if there[r.deadKey(Task{Version: p.Version, Place: place})] {
			p.Dead = append(p.Dead, place)
		}
	}
	return p, nil
}

// Submit writes what a task gave, and announces it; tasks is the number of tasks
// of its version. That it is there already is no error: it was computed twice,
// and is the same. A store that is away is waited for: what was found took long.
func (r *Run) Submit(ctx context.Context, t Task, tasks int, g *Object) error {
	g.of = int64(tasks)
	key := sums{r, t.Version, tasks}.key(0, t.Place)
	err := WaitOut(ctx, r.Away, func() error { return r.create(ctx, key, g.encode(key, r.Form)) })
	if err == nil {
		r.announce(ctx, arrival{r.Name, t.Version, t.Place}, tasks)
	}
	return err
}

// Submitted reports whether what a task gives is there already, or the sum over all
// tasks, and announces it again: whoever is given the task a second time need not
// carry it out.
func (r *Run) Submitted(ctx context.Context, t Task, tasks int) (bool, error) {
	there, err := r.exists(ctx, r.sumKey(t.Version))
	if err != nil || there {
		return there, err
	}
	there, err = r.exists(ctx, sums{r, t.Version, tasks}.key(0, t.Place))
	if there {
		r.announce(ctx, arrival{r.Name, t.Version, t.Place}, tasks)
	}
	return there, err
}

// Between two tries of a store that is away goes firstWait, and then twice as long
// up to longestWait.
var firstWait = 250 * time.Millisecond

const longestWait = 30 * time.Second

// WaitOut tries again what fails as the store is away, until it is back or ctx
// ends. Away, which may be nil, is told the first time and, with nil, when the store is back.
func WaitOut(ctx context.Context, away func(error), try func() error) error {
	told := false
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := try()
		if absent := errors.Is(err, store.ErrAway); absent != told && away != nil {
			if told = absent; absent {
				away(err)
			} else {
				away(nil)
			}
		}
		if !errors.Is(err, store.ErrAway) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// create writes an object unless it is there.
func (r *Run) create(ctx context.Context, key string, data io.Reader) error {
	if err := r.Store.Create(ctx, key, data); err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	return nil
}

// gradient reads an object. A corrupt one counts as not being there.
func (r *Run) gradient(ctx context.Context, key string) (*Object, error) {
	f, err := r.Store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	most := r.Most
	if most == 0 {
		most = mostNumbers
	}
	g, err := decode(key, f, most)
	if err != nil {
		return nil, r.corrupt(ctx, key, err)
	}
	return g, nil
}

// Read reads an array of the run that is no sum: data that tasks share. A
// corrupt one counts as not being there.
func (r *Run) Read(ctx context.Context, key string) (*Object, error) {
	return r.gradient(ctx, r.Name+"/"+key)
}

// Write writes one, unless it is there.
func (r *Run) Write(ctx context.Context, key string, g *Object) error {
	key = r.Name + "/" + key
	return r.create(ctx, key, g.encode(key, Form{Single: g.single(), Compressed: r.Form.Compressed}))
}

// single reports whether all numbers are those of single precision.
func (g *Object) single() bool {
	for _, v := range g.Values {
		if float64(float32(v)) != v {
			return false
		}
	}
	return true
}

// Has reports whether the run has an object.
func (r *Run) Has(ctx context.Context, key string) (bool, error) {
	return r.exists(ctx, r.Name+"/"+key)
}

func (r *Run) exists(ctx context.Context, key string) (bool, error) {
	f, err := r.Store.Open(ctx, key)
	if errors.Is(err, store.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, f.Close()
}

// corrupt makes an object that is damaged count as not being there. Who can make it
// again deletes it; others, such as reducers, know too little to judge.
func (r *Run) corrupt(ctx context.Context, key string, err error) error {
	if !errors.Is(err, ErrCorrupt) {
		return err // none, or another one
	}
	if r.Algorithm != nil {
		if err := r.Store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: %w, %w", key, err, store.ErrNotExist)
}

// Why is what was kept of a task's failure; "" for one that did not fail.
func (r *Run) Why(ctx context.Context, t Task) (string, error) {
	f, err := r.Store.Open(ctx, r.deadKey(t))
	if errors.Is(err, store.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	return strings.TrimSpace(string(text)), err
}
