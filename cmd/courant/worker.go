package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newWorker() *cobra.Command {
	f, qf := &surveyFlags{}, &queueFlags{}
	var name, st, task string
	var stdin, verbose bool
	c := &cobra.Command{
		Use:   "worker CONFIG.toml --store STORE --queue URL",
		Short: "Evaluate shots of an inversion that courant invert --batch queue drives",
		Long: `Takes tasks of an inversion from the queue and carries them out, one after the
other, until it is stopped. Any number of workers may, on any machine that
reaches queue and store and has the files that the configuration names; observed
records come from the store. What a worker that dies had taken goes to another.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if st == "" {
				return usage("give the store of the run by --store")
			}
			ctx := c.Context()
			endWithin(ctx, time.Second)
			w := &inversion.Worker{Out: c.ErrOrStderr(), Verbose: verbose}
			open := func() (*workflow.Run, error) {
				s, err := f.open(ctx, args[0])
				if err != nil {
					return nil, err
				}
				from, err := engine.Store(ctx, st)
				if err != nil {
					return nil, err
				}
				r, err := s.Workflow(from, name)
				w.Do = func(ctx context.Context, t workflow.Task) error { return s.Do(ctx, r, t) }
				return r, err
			}
			r, err := open()
			if err != nil && (stdin || task != "") {
				// Whoever began it hears why by the answer to its task.
				why := err
				if imaging.Permanent(err) || exitCode(ctx, err) == exitUser {
					why = batch.Permanent(err)
				}
				w.Do = func(context.Context, workflow.Task) error { return why }
			} else if err != nil {
				return err
			}
			outages := c.ErrOrStderr()
			if stdin || task != "" { // whose last words are why they died
				outages = io.Discard
			}
			if q, _, e := qf.connect(ctx, outages); e == nil && err == nil {
				defer q.Close()
				r.Queue = q
			} else if !stdin && task == "" {
				return e
			} // the queue is out of reach: whoever drives the run sweeps
			if r != nil {
				r.Away = func(err error) {
					if err != nil {
						fmt.Fprintln(w.Out, "worker: waiting:", err)
					} else {
						fmt.Fprintln(w.Out, "worker: the store is back")
					}
				}
			}
			switch {
			case stdin:
				return batch.Serve(ctx, w.Task)
			case task != "":
				return batch.ServeFile(ctx, task, w.Task)
			}
			return w.Serve(ctx, r, st)
		},
	}
	f.add(c)
	qf.add(c)
	flags := c.Flags()
	flags.StringVar(&st, "store", "", "store of the run: "+engine.Stores)
	flags.StringVar(&name, "run", "", "name of the run (default: made of all that its result depends on)")
	flags.BoolVarP(&verbose, "verbose", "v", false, "a line for each task")
	flags.StringVar(&task, "task", "", "file of the only task")
	flags.BoolVar(&stdin, "stdin", false, "take tasks from standard input")
	for _, hidden := range []string{"task", "stdin"} {
		_ = flags.MarkHidden(hidden)
	}
	return c
}
