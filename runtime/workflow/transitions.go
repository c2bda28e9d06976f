package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/courant-pde/courant/runtime/store"
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
			When: "the state of the next version is there", Deletes: []string{"VERSION/n*, but for the sum over all tasks"},
			do: func(ctx context.Context, r *Run, p *Position) (bool, error) { return false, r.clean(ctx, p) },
		},
		{
			Name: "finish", From: Done, To: []string{Done}, By: "anyone",
			When: "the state says that nothing is left to evaluate", Writes: []string{"done"},
			do: func(ctx context.Context, r *Run, p *Position) (bool, error) {
				if !p.Done {
					return false, nil
				}
				return false, r.create(ctx, r.doneKey(), strings.NewReader(fmt.Sprintln(p.Version)))
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

// update makes the next state of the sum over all tasks.
func (r *Run) update(ctx context.Context, p *Position) (bool, error) {
	if p.Done {
		return false, nil
	}
	tree := sums{r, p.Version, p.Tasks}
	root, err := r.gradient(ctx, tree.key(tree.top(), 0))
	switch {
	case errors.Is(err, store.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case root.Tasks == 0:
		return false, fmt.Errorf("run %s: all tasks of version %d were dropped", r.Name, p.Version)
	}
	root = root.scaled(p.Tasks)
	var next State
	if p.Version == 0 {
		next, err = r.Begin(root)
	} else {
		next, err = r.Next(p.State, root)
	}
	if err != nil {
		return false, err
	}
	data, err := encodeState(next)
	if err != nil {
		return false, err
	}
	return true, r.create(ctx, r.stateKey(p.Version+1), data)
}

// clean deletes the gradients of the version before, but for the sum over all of
// them, of which its state can be made again.
func (r *Run) clean(ctx context.Context, p *Position) error {
	if p.Version == 0 {
		return nil
	}
	tasks := r.Shots
	if p.Version > 1 {
		before, err := r.State(ctx, p.Version-1)
		if err != nil {
			return err
		}
		tasks = before.Tasks()
	}
	tree := sums{r, p.Version - 1, tasks}
	root := tree.key(tree.top(), 0)
	keys, err := r.Store.List(ctx, r.versionKey(p.Version-1, "n"))
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
	n, err := r.Versions(ctx)
	if err != nil {
		return err
	}
	if version < 0 || version > n {
		return fmt.Errorf("run %s has the versions 0 to %d, not %d", r.Name, n, version)
	}
	if err := r.Store.Delete(ctx, r.doneKey()); err != nil {
		return err
	}
	// From the end on, so that what is left after a crash is a run.
	for v := n; v >= version; v-- {
		if v > version {
			if err := r.Store.Delete(ctx, r.stateKey(v)); err != nil {
				return err
			}
		}
		keys, err := r.Store.List(ctx, r.versionKey(v, "n"))
		if err != nil {
			return err
		}
		for _, k := range keys {
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
