package workflow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/courant-pde/courant/runtime/batch"
	"github.com/courant-pde/courant/runtime/queue"
	"github.com/courant-pde/courant/runtime/store"
)

// Algorithm is the mathematics of a run. Its methods must give the same for the
// same arguments, whichever process calls them.
type Algorithm interface {
	// Begin makes the first state of the illumination, the sum of version 0.
	Begin(light *Gradient) (State, error)
	// Next makes of a state and the sum of its tasks' gradients the next one.
	Next(s State, sum *Gradient) (State, error)
}

// State is what lies between two evaluations: encoded by gob.
type State interface {
	// Over reports whether there is nothing more to evaluate.
	Over() bool
	// Tasks is the number of tasks of its evaluation.
	Tasks() int
	// Seconds is what all tasks before took.
	Seconds() float64
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
	// States are never deleted, and each is made from the one before.
	for there[r.stateKey(p.Version+1)] {
		p.Version++
	}
	for p.Version > 0 {
		p.State, err = r.State(ctx, p.Version)
		if err == nil {
			p.Done, p.Tasks = p.State.Over(), p.State.Tasks()
			break
		}
		if !errors.Is(err, ErrCorrupt) {
			return nil, err
		}
		// The sum that it was made of is still there.
		if err := r.Store.Delete(ctx, r.stateKey(p.Version)); err != nil {
			return nil, err
		}
		p.Version--
		p.State = nil
	}
	if p.Done {
		return p, nil
	}
	tree := sums{r, p.Version, p.Tasks}
	p.Summed = there[tree.key(tree.top(), 0)]
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
// and is the same.
func (r *Run) Submit(ctx context.Context, t Task, tasks int, g *Gradient) error {
	if err := r.create(ctx, r.nodeKey(t.Version, 0, t.Place), g.encode(r.Form)); err != nil {
		return err
	}
	r.announce(ctx, arrival{r.Name, t.Version, t.Place, tasks})
	return nil
}

// Submitted reports whether what a task gives is there already, and announces it
// again: whoever is given the task a second time need not carry it out.
func (r *Run) Submitted(ctx context.Context, t Task, tasks int) (bool, error) {
	there, err := r.exists(ctx, r.nodeKey(t.Version, 0, t.Place))
	if there {
		r.announce(ctx, arrival{r.Name, t.Version, t.Place, tasks})
	}
	return there, err
}

// create writes an object unless it is there.
func (r *Run) create(ctx context.Context, key string, data io.Reader) error {
	if err := r.Store.Create(ctx, key, data); err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	return nil
}

// gradient reads an object. A corrupt one is deleted, and then counts as not
// being there.
func (r *Run) gradient(ctx context.Context, key string) (*Gradient, error) {
	f, err := r.Store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	g, err := decode(f)
	if err != nil {
		return nil, r.corrupt(ctx, key, err)
	}
	return g, nil
}

// Read reads an array of the run that is no sum: data that tasks share. A
// corrupt one is deleted and counts as not being there.
func (r *Run) Read(ctx context.Context, key string) (*Gradient, error) {
	return r.gradient(ctx, r.Name+"/"+key)
}

// Write writes one, unless it is there.
func (r *Run) Write(ctx context.Context, key string, g *Gradient) error {
	return r.create(ctx, r.Name+"/"+key, g.encode(Form{Single: g.single(), Compressed: r.Form.Compressed}))
}

// single reports whether all numbers are those of single precision.
func (g *Gradient) single() bool {
	for _, v := range g.By {
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

// corrupt deletes an object that is.
func (r *Run) corrupt(ctx context.Context, key string, err error) error {
	if !errors.Is(err, ErrCorrupt) {
		return err // none, or another one
	}
	if err := r.Store.Delete(ctx, key); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w, %w", key, ErrCorrupt, store.ErrNotExist)
}

// encodeState is a state and its SHA-256.
func encodeState(s State) (io.Reader, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(s); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	return io.MultiReader(bytes.NewReader(sum[:]), &b), nil
}

// State reads the state of a version.
func (r *Run) State(ctx context.Context, version int) (State, error) {
	f, err := r.Store.Open(ctx, r.stateKey(version))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	n := sha256.Size
	if len(data) < n || sha256.Sum256(data[n:]) != [sha256.Size]byte(data[:n]) {
		return nil, fmt.Errorf("%s: %w", r.stateKey(version), ErrCorrupt)
	}
	s := r.New()
	if err := gob.NewDecoder(bytes.NewReader(data[n:])).Decode(s); err != nil {
		return nil, fmt.Errorf("%s: %w", r.stateKey(version), err)
	}
	return s, nil
}

// Versions is the number of versions that have a state.
func (r *Run) Versions(ctx context.Context) (n int, err error) {
	keys, err := r.Store.List(ctx, r.Name+"/v")
	for _, k := range keys {
		if strings.HasSuffix(k, "/state") {
			n++
		}
	}
	return n, err
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
