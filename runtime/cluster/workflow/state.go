package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// State is what lies between two evaluations. It is kept as an object: its arrays
// as numbers, and all else as JSON.
type State interface {
	// Over reports whether there is nothing more to evaluate.
	Over() bool
	// Tasks is the number of tasks of its evaluation.
	Tasks() int
	// Seconds is what all tasks before took.
	Seconds() float64
	// Arrays are all arrays of the state, in the order in which they are kept, and
	// where they are read into once all else has been. JSON leaves them out.
	Arrays() []*[]float64
	// Check tells what is wrong with a state that was read: arrays that do not fit,
	// numbers that no run has.
	Check() error
}

// outline is a state without its numbers.
type outline struct {
	Lengths []int           `json:"lengths"` // of the arrays; -1 for one that is nil
	State   json.RawMessage `json:"state"`
}

// encodeState is the object of a state under a key, whose arrays are read as it is written.
func encodeState(key string, s State) (io.Reader, error) {
	var about outline
	var err error
	if about.State, err = json.Marshal(s); err != nil {
		return nil, err
	}
	all, length := &arrays{}, 0
	for _, a := range s.Arrays() {
		n := len(*a)
		if *a == nil {
			n = -1
		}
		about.Lengths = append(about.Lengths, n)
		all.left = append(all.left, *a)
		length += len(*a)
	}
	text, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	return newEncoding(key, header{Length: int64(length)}, text, all), nil
}

// decodeState reads one into an empty state. Errors: ErrCorrupt with the reason.
func decodeState(g *Object, s State) error {
	var about outline
	if err := json.Unmarshal(g.text, &about); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err := json.Unmarshal(about.State, s); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	arrays, left := s.Arrays(), g.Values
	if len(about.Lengths) != len(arrays) {
		return fmt.Errorf("%w: a state of %d arrays, not %d", ErrCorrupt, len(about.Lengths), len(arrays))
	}
	for i, n := range about.Lengths {
		if n < -1 || n > len(left) {
			return fmt.Errorf("%w: an array of %d numbers, where %d are left", ErrCorrupt, n, len(left))
		}
		if *arrays[i] = nil; n >= 0 {
			*arrays[i] = left[:n:n]
			left = left[n:]
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("%w: %d numbers are left over", ErrCorrupt, len(left))
	}
	if err := s.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// stored reads the state of a version as it was written. One that is damaged, or
// that no run can be in, counts as not being there.
func (r *Run) stored(ctx context.Context, version int) (State, error) {
	key := r.stateKey(version)
	g, err := r.gradient(ctx, key)
	if err != nil {
		return nil, err
	}
	s := r.New()
	if err := decodeState(g, s); err != nil {
		return nil, r.corrupt(ctx, key, err)
	}
	return s, nil
}

// keep writes the state of a version, unless it is there.
func (r *Run) keep(ctx context.Context, version int, s State) error {
	// What would not be believed when it is read is not written either: it would be made
	// again and again.
	if err := s.Check(); err != nil {
		return fmt.Errorf("run %s: the state of version %d cannot be: %w", r.Name, version, err)
	}
	key := r.stateKey(version)
	data, err := encodeState(key, s)
	if err != nil {
		return err
	}
	return r.create(ctx, key, data)
}

// next makes of a version's state, nil for version 0, and its sum the state of the
// next version; the first one may be changed by that. ErrNotExist when there is no sum.
func (r *Run) next(ctx context.Context, version int, s State) (State, error) {
	root, err := r.gradient(ctx, r.sumKey(version))
	if err != nil {
		return nil, err
	}
	if root.Tasks == 0 {
		return nil, fmt.Errorf("run %s: all tasks of version %d were dropped", r.Name, version)
	}
	if version == 0 {
		return r.Begin(root.scaled(r.Shots))
	}
	return r.Next(s, root.scaled(s.Tasks()))
}

// reach is the state of a version, nil for version 0: read, or made again of an
// earlier one and the sums between. Where such a sum is lost, it is that of the
// version that has to be evaluated again.
func (r *Run) reach(ctx context.Context, version int) (reached int, s State, err error) {
	for reached = version; reached > 0; reached-- {
		if s, err = r.stored(ctx, reached); err == nil {
			break
		}
		if !missing(err) {
			return 0, nil, err
		}
	}
	if r.Algorithm == nil { // whoever only looks on takes what there is
		if reached == 0 && version > 0 {
			return 0, nil, fmt.Errorf("run %s: %w; courant resume makes it again", r.Name, err)
		}
		return reached, s, nil
	}
	for reached < version {
		next, err := r.next(ctx, reached, s)
		if missing(err) {
			break
		}
		if err != nil {
			return 0, nil, err
		}
		reached, s = reached+1, next
	}
	return reached, s, nil
}

// State is the state of a version; one that is damaged or was deleted is made
// again, if all sums before it are there, and otherwise is ErrNotExist.
func (r *Run) State(ctx context.Context, version int) (State, error) {
	s, err := r.stored(ctx, version)
	if !missing(err) || r.Algorithm == nil {
		return s, err
	}
	there, err := r.there(ctx)
	if err != nil {
		return nil, err
	}
	if v := r.lost(there, version); v < version {
		return nil, fmt.Errorf("run %s cannot reach version %d, as version %d has no sum: %w", r.Name, version, v, store.ErrNotExist)
	}
	reached, s, err := r.reach(ctx, version)
	if err == nil && (reached < version || s == nil) {
		err = fmt.Errorf("run %s has to evaluate version %d again: %w", r.Name, reached, store.ErrNotExist)
	}
	if err == nil {
		err = r.keep(ctx, version, s)
	}
	return s, err
}

// Each gives the states of all versions from one on, in order; f must not keep
// them. Errors: those of f, and ErrNotExist where an early sum is lost.
func (r *Run) Each(ctx context.Context, from int, f func(version int, s State) error) error {
	last, err := r.Last(ctx)
	if err != nil || from > last {
		return err
	}
	v, s, err := r.reach(ctx, from)
	if err == nil && v < from {
		err = fmt.Errorf("run %s has to evaluate version %d again: %w", r.Name, v, store.ErrNotExist)
	}
	for err == nil {
		if err = f(v, s); err != nil || v == last {
			break
		}
		s, err = r.next(ctx, v, s)
		v++
	}
	return err
}

// Last is the latest version that has a state; 0 when there is none.
func (r *Run) Last(ctx context.Context) (int, error) {
	there, err := r.there(ctx)
	return r.last(there), err
}

func (r *Run) last(there map[string]bool) (last int) {
	for k := range there {
		if v, name, ok := r.split(k); ok && name == "state" {
			last = max(last, v)
		}
	}
	return last
}

// there are the keys of all versions.
func (r *Run) there(ctx context.Context) (map[string]bool, error) {
	keys, err := r.Store.List(ctx, r.Name+"/v")
	there := map[string]bool{}
	for _, k := range keys {
		there[k] = true
	}
	return there, err
}

// split takes the key of an object of a version apart.
func (r *Run) split(key string) (version int, name string, ok bool) {
	rest, ours := strings.CutPrefix(key, r.Name+"/v")
	number, name, _ := strings.Cut(rest, "/")
	version, err := strconv.Atoi(number)
	return version, name, ours && err == nil && version >= 0 && r.versionKey(version, name) == key
}

// missing reports whether an error says that an object is not there, or not right,
// so that it is to be made again.
func missing(err error) bool { return errors.Is(err, store.ErrNotExist) || errors.Is(err, ErrCorrupt) }

// lost is the first version before one whose sum is not there, or that one.
func (r *Run) lost(there map[string]bool, version int) int {
	for v := range version {
		if !there[r.sumKey(v)] {
			return v
		}
	}
	return version
}
