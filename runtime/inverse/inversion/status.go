package inversion

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// Status is where the inversion stands: the store tells what is there, the journal of
// its driver what is under way.
func (f *Folder) Status(ctx context.Context) (*dashboard.Status, error) {
	p, err := f.Run.Position(ctx)
	if err != nil {
		return nil, err
	}
	st := &dashboard.Status{Run: f.RunName, Phase: p.Phase(), Version: p.Version, Done: p.Done, Present: p.Present, Planned: f.Iterations, Price: f.Price}
	done := 0
	if p.State != nil {
		state := p.State.(*imaging.State)
		st.Spent = state.Seconds()
		// The run may have gone further for another folder.
		for _, u := range state.Updates[:min(len(state.Updates), f.Iterations+1)] {
			st.Iterations = append(st.Iterations, dashboard.Iteration{Misfit: u.Misfit, Absolute: u.Absolute, Band: u.Band})
		}
		done, st.Evaluated = len(state.Updates)-1, state.Evaluated
	}
	st.Tasks = slices.Repeat([]string{"done"}, p.Tasks)
	activity, err := f.activity()
	if err != nil {
		return nil, err
	}
	if st.Retries, st.Rate = activity.Retries, activity.Rate; p.Done {
		st.Present = p.Tasks // of the last evaluation
		return st, nil
	}
	st.Evaluated += p.Present
	for _, i := range p.Missing {
		st.Tasks[i] = "waiting"
		if _, ok := activity.Running[i]; ok {
			st.Tasks[i] = "running"
		} else if activity.Failures[i] != "" {
			st.Tasks[i] = "again"
			st.Failures = append(st.Failures, fmt.Sprintf("task %d: %s", i, activity.Failures[i]))
		}
	}
	for _, i := range p.Dead {
		if st.Tasks[i] != "done" { // by now
			st.Tasks[i] = "failed"
		}
		why, err := f.Run.Why(ctx, workflow.Task{Version: p.Version, Place: i})
		if err != nil {
			return nil, err
		}
		st.Failures = append(st.Failures, fmt.Sprintf("task %d: %s", i, why))
	}
	if st.Rate > 0 {
		st.Left = float64(len(p.Missing)+max(f.Iterations-max(done, 0), 0)*p.Tasks) / st.Rate
	}
	return st, nil
}

// journal is the name of the driver's journal in the folder.
const journal = "log.jsonl"

// activity is what the journal tells; nothing where there is none.
func (f *Folder) activity() (*workflow.Activity, error) {
	log, err := os.Open(filepath.Join(f.path, journal))
	if errors.Is(err, fs.ErrNotExist) {
		return &workflow.Activity{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return workflow.ReadJournal(log)
}
