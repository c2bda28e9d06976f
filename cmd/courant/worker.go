package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/batch"
	"github.com/courant-pde/courant/runtime/queue"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/workflow"
)

// tasksTopic is where workers that were started by hand find the tasks of a run.
func tasksTopic(r *workflow.Run) string { return "tasks-" + filepath.Base(r.Name) }

func newWorker() *cobra.Command {
	f := &surveyFlags{}
	var name, st, url, task string
	var stdin bool
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
			s, err := f.open(ctx, args[0])
			if err != nil {
				return err
			}
			from, err := store.Open(ctx, st)
			if err != nil {
				return err
			}
			r, err := s.Workflow(from, name)
			if err != nil {
				return err
			}
			var q queue.Queue
			if q, _, err = connect(ctx, url); err == nil {
				defer q.Close()
				r.Queue = q
			} else if !stdin && task == "" {
				return err
			} // the queue is out of reach: whoever drives the run sweeps
			do := func(ctx context.Context, t workflow.Task) error { return s.Do(ctx, r, t) }
			switch {
			case stdin:
				return batch.Serve(ctx, do)
			case task != "":
				return batch.ServeFile(ctx, task, do)
			}
			return batch.ServeQueue(ctx, r.Queue, tasksTopic(r), do)
		},
	}
	f.add(c)
	flags := c.Flags()
	flags.StringVar(&st, "store", "", "folder of the store, or s3://bucket/prefix")
	addQueue(c, &url)
	flags.StringVar(&name, "run", "", "name of the run (default: made of all that its result depends on)")
	flags.StringVar(&task, "task", "", "file of the only task")
	flags.BoolVar(&stdin, "stdin", false, "take tasks from standard input")
	for _, hidden := range []string{"task", "stdin"} {
		_ = flags.MarkHidden(hidden)
	}
	return c
}
