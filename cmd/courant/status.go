package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

func newStatus() *cobra.Command {
	var asJSON, watch bool
	c := &cobra.Command{
		Use:   "status DIR",
		Short: "Where an inversion stands: shots, rate, time left, cost and misfit",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			f, r, err := openRun(ctx, args[0])
			if err != nil {
				return err
			}
			for {
				st, err := f.status(ctx, r)
				if err != nil {
					return err
				}
				if asJSON {
					if err := json.NewEncoder(c.OutOrStdout()).Encode(st); err != nil {
						return err
					}
				} else {
					f.print(c.OutOrStdout(), st)
				}
				if !watch || st.Done || st.Phase == workflow.Cancelled {
					return nil
				}
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(2 * time.Second):
				}
				fmt.Fprintln(c.OutOrStdout())
			}
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object each time")
	c.Flags().BoolVar(&watch, "watch", false, "every two seconds until it is done")
	return c
}

// print writes a status for people.
func (f *record) print(out io.Writer, st *dashboard.Status) {
	for i, it := range st.Iterations {
		fmt.Fprintf(out, "iteration %3d: misfit %.4f (%.4g)\n", i, it.Misfit, it.Absolute)
	}
	cost := st.Took() + " of tasks"
	if st.Price > 0 {
		cost += fmt.Sprintf(", %.2f at %g an hour", st.Cost(), st.Price)
	}
	if st.Done {
		fmt.Fprintf(out, "done after %d of %d iterations, %s\n", len(st.Iterations)-1, st.Planned, cost)
		return
	}
	what := fmt.Sprintf("evaluation %d", st.Version)
	if st.Version == 0 {
		what = "illumination"
	}
	fmt.Fprintf(out, "%s, %s: %d of %d tasks, %s\n", what, st.Phase, st.Present, len(st.Tasks), cost)
	counts := map[string][]string{}
	for i, state := range st.Tasks {
		counts[state] = append(counts[state], fmt.Sprint(i))
	}
	for _, state := range []string{"running", "waiting", "again", "failed"} {
		if all := counts[state]; len(all) > 0 {
			const most = 20
			text := strings.Join(all[:min(len(all), most)], " ")
			if len(all) > most {
				text += " ..."
			}
			fmt.Fprintf(out, "  %s: %s\n", state, text)
		}
	}
	for _, why := range st.Failures {
		fmt.Fprintln(out, "  "+why)
	}
	if st.Rate > 0 {
		fmt.Fprintf(out, "  %.3g tasks a second", st.Rate)
		if st.Left > 0 {
			fmt.Fprintf(out, ", at least %s left", st.Remain())
		}
		fmt.Fprintln(out)
	}
}

// status is where a run stands: the store tells what is there, the journal of its
// driver what is under way.
func (f *record) status(ctx context.Context, r *workflow.Run) (*dashboard.Status, error) {
	p, err := r.Position(ctx)
	if err != nil {
		return nil, err
	}
	st := &dashboard.Status{Run: r.Name, Phase: p.Phase(), Version: p.Version, Done: p.Done, Present: p.Present, Planned: f.Iterations, Price: f.Price}
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
	activity := &workflow.Activity{}
	log, err := os.Open(filepath.Join(f.folder, "log.jsonl"))
	if err == nil {
		activity, err = workflow.ReadJournal(log)
		_ = log.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
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
		why, err := r.Why(ctx, workflow.Task{Version: p.Version, Place: i})
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
