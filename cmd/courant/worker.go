package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newWorker() *cobra.Command {
	f, qf := &surveyFlags{}, &queueFlags{}
	var name, st string
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
			array, index, element, err := batch.Element()
			if err != nil {
				return err
			}
			ends.Store(&ending{time.Second, exitInterrupted})
			if element {
				// Time for a checkpoint: Kubernetes leaves 30 s, a cloud's spot machine more.
				ends.Store(&ending{25 * time.Second, batch.Leaving})
			}
			w := &inversion.Worker{Out: c.ErrOrStderr(), Verbose: verbose}
			from, err := store.Open(ctx, st)
			if err != nil {
				return err
			}
			open := func() (*workflow.Run, error) {
				s, err := f.open(ctx, args[0])
				if err != nil {
					return nil, err
				}
				r, err := s.Workflow(from, name)
				w.Do = func(ctx context.Context, t workflow.Task) error { return s.Do(ctx, r, t) }
				return r, err
			}
			r, err := open()
			if err != nil && (stdin || element) {
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
			if stdin || element { // whose last words are why they died
				outages = io.Discard
			}
			if q, _, e := qf.connect(ctx, outages); e == nil && err == nil {
				defer q.Close()
				r.Queue = q
			} else if !stdin && !element {
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
			case element:
				_, err := batch.ServeElement(ctx, from, array, index, w.Task)
				if errors.Is(err, batch.ErrLeaving) {
					err = &exitError{batch.Leaving, err}
				}
				return err
			}
			return w.Serve(ctx, r, st)
		},
	}
	f.add(c)
	qf.add(c)
	flags := c.Flags()
	flags.StringVar(&st, "store", "", "folder of the store, or s3://bucket/prefix")
	flags.StringVar(&name, "run", "", "name of the run (default: made of all that its result depends on)")
	flags.BoolVarP(&verbose, "verbose", "v", false, "a line for each task")
	flags.BoolVar(&stdin, "stdin", false, "take tasks from standard input")
	_ = flags.MarkHidden("stdin")
	return c
}
