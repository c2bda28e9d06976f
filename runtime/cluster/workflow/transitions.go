package workflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// The phases of a run.
const (
	Evaluating = "evaluating" // gradients of some tasks are not there
	Reducing   = "reducing"   // all are there, their sum is not
	Updating   = "updating"   // the sum is there, the next state is not
	Cancelled  = "cancelled"
	Done       = "done"
)

// Transition is a step of the state machine. Each may be carried out any number
// of times, by any number of processes at once: what it writes is written once.
type Transition struct {
	Name    string   `json:"name"`
	From    string   `json:"from"`
	To      []string `json:"to"`
	When    string   `json:"when"`
	By      string   `json:"by"` // who carries it out
	Writes  []string `json:"writes,omitempty"`
	Deletes []string `json:"deletes,omitempty"`

	// do carries it out where Advance does, and reports whether the run moved.
	do func(ctx context.Context, r *Run, p *Position) (bool, error)
}

// Transitions are the whole state machine of a run.
func Transitions() []Transition {
	return []Transition{
		{
			Name: "evaluate", From: Evaluating, To: []string{Evaluating, Reducing}, By: "worker",
			When: "the gradient of a task is not there", Writes: []string{"VERSION/n00-TASK"},
		},
		{
			Name: "drop", From: Evaluating, To: []string{Evaluating, Reducing}, By: "driver",
			When: "a task failed for good, and the policy is to drop it", Writes: []string{"dead/VERSION-TASK", "VERSION/n00-TASK"},
		},
		{
			Name: "reduce", From: Reducing, To: []string{Reducing, Updating}, By: "reducer, or anyone",
			When: "both parts of a sum are there and it is not, in the phase evaluating too", Writes: []string{"VERSION/nLEVEL-PLACE"},
			do: func(ctx context.Context, r *Run, p *Position) (bool, error) {
				return sums{r, p.Version, p.Tasks}.sweep(ctx)
			},
		},
		{
			Name: "update", From: Updating, To: []string{Evaluating, Done}, By: "anyone",
			When: "the sum over all tasks is there, the next version's state is not", Writes: []string{"VERSION+1/state"},
			do: func(ctx context.Context, r *Run, p *Position) (bool, error) { return r.update(ctx, p) },
		},
		{
			Name: "clean", From: Evaluating, To: []string{Evaluating}, By: "anyone",
			When: "the state of the next version is there", Deletes: []string{"VERSION/n*", "VERSION-1/state and those before", "progress/VERSION-*"},
			do: func(ctx context.Context, r *Run, p *Position) (bool, error) { return false, r.clean(ctx, p) },
		},
		{
			Name: "finish", From: Done, To: []string{Done}, By: "anyone",
			When: "the state says that nothing is left to evaluate", Writes: []string{"done"},
			do: func(ctx context.Context, r *Run, p *Position) (bool, error) {
				if !p.Done {
					return false, nil
				}
				return false, r.finish(ctx, p.Version)
			},
		},
		{Name: "cancel", From: Evaluating, To: []string{Cancelled}, By: "user", When: "it is asked for", Writes: []string{"cancelled"}},
		{Name: "resume", From: Cancelled, To: []string{Evaluating}, By: "user", When: "it is asked for", Deletes: []string{"cancelled"}},
		{
			Name: "restart", From: Done, To: []string{Evaluating}, By: "user",
			When: "it is asked for, from some version", Deletes: []string{"done", "VERSION..LAST/*, the last first"},
		},
	}
}

// Advance does all that the store allows without evaluating tasks. It may be
// called at any time by any process.
func (r *Run) Advance(ctx context.Context) (*Position, error) {
	for {
		p, err := r.Position(ctx)
		if err != nil || p.Cancelled && !p.Done {
			return p, err
		}
		moved := false
		for _, t := range Transitions() {
			if t.do == nil || moved {
				continue
			}
			if moved, err = t.do(ctx, r, p); err != nil {
				return nil, err
			}
		}
		if !moved {
			return r.Position(ctx) // a corrupt object may have gone
		}
	}
}

// finish says that a run is done. One that had fewer iterations to do may have been
// done before.
func (r *Run) finish(ctx context.Context, version int) error {
	text := fmt.Sprintln(version)
	f, err := r.Store.Open(ctx, r.doneKey())
	if err == nil {
		old, e := io.ReadAll(io.LimitReader(f, 64))
		_ = f.Close()
		if e != nil || string(old) == text {
			return e
		}
		err = r.Store.Delete(ctx, r.doneKey())
	}
	if err != nil && !errors.Is(err, store.ErrNotExist) {
		return err
	}
	return r.create(ctx, r.doneKey(), strings.NewReader(text))
}

// update makes the next state of the sum over all tasks.
func (r *Run) update(ctx context.Context, p *Position) (bool, error) {
	if p.Done {
		return false, nil
	}
	next, err := r.next(ctx, p.Version, p.State)
	switch {
	case missing(err):
		return false, nil
	case err != nil:
		return false, err
	}
	p.State = nil // it may have been changed
	return true, r.keep(ctx, p.Version+1, next)
}

// clean deletes what was needed to reach a version: gradients and their sums, but
// for those over all tasks, and states but for the last two. All states can be made
// again of the sums that stay, which are one array for each version where a state
// of L-BFGS is some sixteen.
func (r *Run) clean(ctx context.Context, p *Position) error {
	there, err := r.there(ctx)
	if err != nil || r.lost(there, p.Version) < p.Version {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(there)) {
		v, name, ok := r.split(k)
		if !ok || v >= p.Version || name == "sum" || name == "state" && v >= p.Version-1 {
			continue
		}
		if err := r.Store.Delete(ctx, k); err != nil {
			return err
		}
	}
	return r.forget(ctx, func(version int) bool { return version < p.Version })
}

// Cancel ends a run wherever it is driven. Tasks that are being evaluated are
// given up; what is there stays.
func (r *Run) Cancel(ctx context.Context) error {
	if err := r.create(ctx, r.cancelledKey(), strings.NewReader("cancelled\n")); err != nil {
		return err
	}
	r.tell(ctx, news{Cancelled: true})
	return nil
}

// Resume takes that back.
func (r *Run) Resume(ctx context.Context) error { return r.Store.Delete(ctx, r.cancelledKey()) }

// Restart takes a run back to a version, which is evaluated again; nobody may
// drive it meanwhile. Errors: a version that it has not reached.
func (r *Run) Restart(ctx context.Context, version int) error {
	last, err := r.Last(ctx)
	if err != nil {
		return err
	}
	if version < 0 || version > last {
		return fmt.Errorf("run %s has the versions 0 to %d, not %d", r.Name, last, version)
	}
	if version > 0 {
		if _, err := r.State(ctx, version); err != nil { // it is there now
			return err
		}
	}
	if err := r.Store.Delete(ctx, r.doneKey()); err != nil {
		return err
	}
	there, err := r.there(ctx)
	if err != nil {
		return err
	}
	if err := r.forget(ctx, func(int) bool { return true }); err != nil {
		return err
	}
	objects := map[int][]string{}
	for k := range there {
		if v, name, ok := r.split(k); ok && (v > version || v == version && name != "state") {
			objects[v] = append(objects[v], k)
		}
	}
	// From the end on, so that what is left after a crash is a run.
	for _, v := range slices.Backward(slices.Sorted(maps.Keys(objects))) {
		// The state comes before the sum.
		for _, k := range slices.Sorted(slices.Values(objects[v])) {
			if err := r.Store.Delete(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// Diagram is the state machine as a Mermaid state diagram.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> " + Evaluating + "\n")
	for _, t := range Transitions() {
		for _, to := range t.To {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", t.From, to, t.Name)
		}
	}
	b.WriteString("    " + Done + " --> [*]\n")
	return b.String()
}
