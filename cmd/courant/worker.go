package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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
	var name, st, generation string
	var stdin, verbose bool
	c := &cobra.Command{
		Use:   "worker CONFIG.toml --store STORE --queue URL",
		Short: "Evaluate shots of an inversion that courant invert --batch queue drives",
		Long: `Takes tasks of an inversion from the queue and carries them out, one after the
other, until it is stopped. Any number of workers may, on any machine that
reaches queue and store and has the files that the configuration names; observed
records come from the store. What a worker that dies had taken goes to another.

A batch system starts workers without a configuration, which comes from the store.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if st == "" {
				return usage("give the store of the run by --store")
			}
			array, index, element, err := batch.Element()
			if err != nil {
				return err
			}
			w := &inversion.Worker{Out: c.ErrOrStderr(), Verbose: verbose}
			if element {
				return serveElement(c, f, qf, inversion.Remote{Store: st, Run: name, Generation: generation}, array, index, w)
			}
			if len(args) == 0 {
				return usage("give the configuration of the inversion, the file that courant invert has")
			}
			ctx := c.Context()
			ends.Store(&ending{time.Second, exitInterrupted})
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
				if err == nil {
					r.Failures = f.mtbf
				}
				w.Do = func(ctx context.Context, t workflow.Task) error { return s.Do(ctx, r, t) }
				return r, err
			}
			r, err := open()
			if err != nil && stdin {
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
			if stdin { // whose last words are why it died
				outages = io.Discard
			}
			if q, _, e := qf.connect(ctx, outages); e == nil && err == nil {
				defer q.Close()
				r.Queue = q
			} else if !stdin {
				return e
			} // the queue is out of reach: whoever drives the run sweeps
			if r != nil {
				r.Away = away(w.Out)
			}
			if stdin {
				return batch.Serve(ctx, w.Task)
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
	flags.StringVar(&generation, "generation", "", "of a run that nobody drives")
	flags.BoolVar(&stdin, "stdin", false, "take tasks from standard input")
	for _, hidden := range []string{"generation", "stdin"} {
		_ = flags.MarkHidden(hidden)
	}
	return c
}

// away tells of a store that is waited for.
func away(out io.Writer) func(error) {
	return func(err error) {
		if err != nil {
			fmt.Fprintln(out, "worker: waiting:", err)
		} else {
			fmt.Fprintln(out, "worker: the store is back")
		}
	}
}

// serveElement is the worker of an element of a batch system's array.
func serveElement(c *cobra.Command, f *surveyFlags, qf *queueFlags, o inversion.Remote, array string, index int, w *inversion.Worker) error {
	leaving := c.Context()
	ctx := context.WithoutCancel(leaving)
	// Time for a checkpoint: Kubernetes leaves 30 s, a cloud's spot machine more.
	ends.Store(&ending{25 * time.Second, batch.Leaving})
	survey, err := f.options("")
	if err != nil {
		return err
	}
	o.Target, o.Threads, o.Memory, o.Failures = survey.Target, survey.Threads, survey.Memory, survey.Failures
	o.Away, o.Leaving = away(w.Out), leaving.Done()
	if address := os.Getenv(queueVariable); address != "" {
		o.Environment = map[string]string{queueVariable: address}
	}
	if q, _, err := qf.connect(ctx, io.Discard); err == nil {
		defer q.Close()
		o.Queue = q
	} // it is out of reach: whoever drives the run sweeps
	err = o.ServeElement(ctx, array, index, w)
	if errors.Is(err, batch.ErrLeaving) {
		err = &exitError{batch.Leaving, err}
	}
	return err
}
