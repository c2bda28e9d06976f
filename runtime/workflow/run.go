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
	"github.com/courant-pde/courant/runtime/store"
)

// Algorithm is the mathematics of a run. Its methods must give the same for the
// same arguments, whichever process calls them.
type Algorithm interface {
	// Begin makes the first state of the illumination, the sum of version 0.
	Begin(light *Gradient) (State, error)
	// Next makes of a state and the sum of the shots' gradients the next one.
	Next(s State, sum *Gradient) (State, error)
}

// State is what lies between two evaluations: encoded by gob.
type State interface {
	// Over reports whether there is nothing more to evaluate.
	Over() bool
}

// Run is a run in a store.
type Run struct {
	Store store.Store
	Name  string // first part of all its keys
	Shots int
	Algorithm
	// New makes an empty state to decode into.
	New func() State
}

// Task is a shot to be evaluated.
type Task = batch.Task

func (r *Run) versionKey(version int, name string) string {
	return fmt.Sprintf("%s/v%04d/%s", r.Name, version, name)
}

func (r *Run) stateKey(version int) string { return r.versionKey(version, "state") }

// nodeKey is the key of a sum: of level 0 a shot's own gradient.
func (r *Run) nodeKey(version, level, place int) string {
	return r.versionKey(version, fmt.Sprintf("n%02d-%05d", level, place))
}

func (r *Run) doneKey() string { return r.Name + "/done" }

// width is the number of nodes of a level.
func (r *Run) width(level int) int { return (r.Shots + 1<<level - 1) >> level }

// top is the level of the root.
func (r *Run) top() int {
	level := 0
	for r.width(level) > 1 {
		level++
	}
	return level
}

// Position is where a run stands.
type Position struct {
	Version int   // being evaluated
	State   State // of it; nil for version 0
	Done    bool
	Missing []int // shots of it whose gradients are not there
	Present int   // number of those that are
}

// Position reads it from the store.
func (r *Run) Position(ctx context.Context) (*Position, error) {
	p := &Position{}
	// States are never deleted, and each is made from the one before.
	keys, err := r.Store.List(ctx, r.Name+"/v")
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, k := range keys {
		there[k] = true
	}
	for there[r.stateKey(p.Version+1)] {
		p.Version++
	}
	for p.Version > 0 {
		p.State, err = r.state(ctx, p.Version)
		if err == nil {
			p.Done = p.State.Over()
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
	for shot := range r.Shots {
		if r.covered(there, p.Version, shot) {
			p.Present++
		} else {
			p.Missing = append(p.Missing, shot)
		}
	}
	return p, nil
}

// covered reports whether a shot's gradient is there, or a sum that holds it.
func (r *Run) covered(there map[string]bool, version, shot int) bool {
	for level := range r.top() + 1 {
		if there[r.nodeKey(version, level, shot>>level)] {
			return true
		}
	}
	return false
}

// Submit writes what a task gave. That it is there already is no error: it was
// computed twice, and is the same.
func (r *Run) Submit(ctx context.Context, t Task, g *Gradient) error {
	return r.create(ctx, r.nodeKey(t.Version, 0, t.Shot), g.encode())
}

// create writes an object unless it is there.
func (r *Run) create(ctx context.Context, key string, data io.Reader) error {
	if err := r.Store.Create(ctx, key, data); err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	return nil
}

// Advance does all that the store allows: sums whose parts are there, and the
// next state when all of them are. It may be called at any time by any process.
func (r *Run) Advance(ctx context.Context) (*Position, error) {
	for {
		p, err := r.Position(ctx)
		if err != nil {
			return nil, err
		}
		if p.Version > 0 {
			if err := r.cleaned(ctx, p.Version-1); err != nil {
				return nil, err
			}
		}
		if p.Done {
			return p, nil
		}
		if err := r.reduce(ctx, p.Version); err != nil {
			return nil, err
		}
		root, err := r.gradient(ctx, r.nodeKey(p.Version, r.top(), 0))
		switch {
		case errors.Is(err, store.ErrNotExist):
			return r.Position(ctx) // a corrupt object may have gone
		case err != nil:
			return nil, err
		case root.Shots == 0:
			return nil, fmt.Errorf("run %s: all shots of version %d were dropped", r.Name, p.Version)
		}
		root = root.scaled(r.Shots)
		var next State
		if p.Version == 0 {
			next, err = r.Begin(root)
		} else {
			next, err = r.Next(p.State, root)
		}
		if err != nil {
			return nil, err
		}
		data, err := encodeState(next)
		if err != nil {
			return nil, err
		}
		if err := r.create(ctx, r.stateKey(p.Version+1), data); err != nil {
			return nil, err
		}
	}
}

// Climb makes the sums that a shot's gradient completes, on the way from it to
// the root, and reports whether it got there. It looks at the siblings on that
// way alone, where Advance looks at everything.
func (r *Run) Climb(ctx context.Context, t Task) (bool, error) {
	for level := 1; level <= r.top(); level++ {
		place := t.Shot >> level
		left, right := r.nodeKey(t.Version, level-1, 2*place), r.nodeKey(t.Version, level-1, 2*place+1)
		err := r.sum(ctx, r.nodeKey(t.Version, level, place), left, right, 2*place+1 >= r.width(level-1))
		switch {
		case errors.Is(err, store.ErrNotExist), errors.Is(err, ErrCorrupt):
			return false, nil // another one comes this way, or it is computed again
		case err != nil:
			return false, err
		}
	}
	return true, nil
}

// scaled makes up for dropped shots: the sum is brought to that of all.
func (g *Gradient) scaled(shots int) *Gradient {
	if g.Shots == int64(shots) {
		return g
	}
	c := float64(shots) / float64(g.Shots)
	g.Value *= c
	for i := range g.By {
		g.By[i] *= c
	}
	return g
}

// reduce makes the sums whose two parts are there, from the leaves up. The last
// of an odd number goes up alone.
func (r *Run) reduce(ctx context.Context, version int) error {
	keys, err := r.Store.List(ctx, r.versionKey(version, "n"))
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, k := range keys {
		there[k] = true
	}
	for level := 1; level <= r.top(); level++ {
		for place := range r.width(level) {
			key := r.nodeKey(version, level, place)
			left, right := r.nodeKey(version, level-1, 2*place), r.nodeKey(version, level-1, 2*place+1)
			alone := 2*place+1 >= r.width(level-1)
			if there[key] || !there[left] || !alone && !there[right] {
				continue
			}
			if err := r.sum(ctx, key, left, right, alone); err != nil {
				if errors.Is(err, ErrCorrupt) || errors.Is(err, store.ErrNotExist) {
					continue // it is computed again
				}
				return err
			}
			there[key] = true
		}
	}
	return nil
}

// sum writes the sum of two objects. A corrupt one is deleted, so that it is
// computed again.
func (r *Run) sum(ctx context.Context, key, left, right string, alone bool) error {
	a, err := r.Store.Open(ctx, left)
	if err != nil {
		return err
	}
	defer a.Close()
	if alone {
		g, err := decode(a)
		if err != nil {
			return r.corrupt(ctx, left, err)
		}
		return r.create(ctx, key, g.encode())
	}
	b, err := r.Store.Open(ctx, right)
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := newAdded(a, b)
	if err == nil {
		err = r.create(ctx, key, s)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	for _, part := range []string{left, right} { // one of them may be to blame
		switch _, e := r.gradient(ctx, part); {
		case errors.Is(e, ErrCorrupt), errors.Is(e, store.ErrNotExist):
			err = e
		case e != nil:
			return e
		}
	}
	return err
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
func (r *Run) Read(ctx context.Context, key string) (*Gradient, error) { return r.gradient(ctx, key) }

// Write writes one, unless it is there.
func (r *Run) Write(ctx context.Context, key string, g *Gradient) error {
	return r.create(ctx, key, g.encode())
}

// corrupt deletes an object that is.
func (r *Run) corrupt(ctx context.Context, key string, err error) error {
	if !errors.Is(err, ErrCorrupt) {
		return err
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

// state reads one.
func (r *Run) state(ctx context.Context, version int) (State, error) {
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

// State reads the state of a version.
func (r *Run) State(ctx context.Context, version int) (State, error) { return r.state(ctx, version) }

// cleaned deletes the gradients of a version behind which there is a state, but
// for the sum over all of them.
func (r *Run) cleaned(ctx context.Context, version int) error {
	root := r.nodeKey(version, r.top(), 0)
	keys, err := r.Store.List(ctx, r.versionKey(version, "n"))
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k != root {
			if err := r.Store.Delete(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// Versions lists the versions that have a state.
func (r *Run) Versions(ctx context.Context) (n int, err error) {
	keys, err := r.Store.List(ctx, r.Name+"/v")
	for _, k := range keys {
		if strings.HasSuffix(k, "/state") {
			n++
		}
	}
	return n, err
}
