package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

// attached is ctx until standard input ends, as it does when the parent dies.
func attached(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return ctx, stop
}

func newReduce() *cobra.Command {
	var name string
	var child bool
	qf := &queueFlags{}
	c := &cobra.Command{
		Use:   "reduce --store DIR --queue URL",
		Short: "Sum gradients as they arrive, for all runs of a store",
		Long: `Sums gradients as they are announced on the queue, for all runs of a store, until
it is stopped. Several may, on any machine that reaches both; courant invert
starts one by itself.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if name == "" {
				return usage("give the store by --store")
			}
			ctx := c.Context()
			ends.Store(&ending{time.Second, exitInterrupted})
			if child {
				var stop context.CancelFunc
				ctx, stop = attached(ctx)
				defer stop()
			}
			st, err := engine.Store(ctx, name)
			if err != nil {
				return err
			}
			q, _, err := qf.connect(ctx, c.ErrOrStderr())
			if err != nil {
				return err
			}
			defer q.Close()
			if !child {
				fmt.Fprintf(c.ErrOrStderr(), "reducer: sums gradients in %s\n", name)
				defer fmt.Fprintln(c.ErrOrStderr(), "reducer: ended")
			}
			return workflow.Reduce(ctx, st, q, func(err error) { fmt.Fprintln(c.ErrOrStderr(), "warning:", err) })
		},
	}
	c.Flags().StringVar(&name, "store", "", "store of the run: "+engine.Stores)
	qf.add(c)
	c.Flags().BoolVar(&child, "attached", false, "end with standard input")
	_ = c.Flags().MarkHidden("attached")
	return c
}
