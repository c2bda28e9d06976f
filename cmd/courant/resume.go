package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

func newResume() *cobra.Command {
	d := &drive{}
	from := -1
	c := &cobra.Command{
		Use:   "resume DIR",
		Short: "Go on with an inversion that was stopped, or from one of its iterations",
		Long: `Goes on with an inversion where its store stands, after courant cancel or whatever
stopped it. With --from it forgets all that came after an iteration. The same
configuration is used; to go on from a model with another one, give its .npy file
as start there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, _, err := openRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			d.out, d.store = args[0], f.Store
			if d.price == 0 {
				d.price = f.Price
			}
			return d.run(c, f.Config, func(ctx context.Context, _ *imaging.Survey, r *workflow.Run) error {
				if r.Name != f.Run {
					return usage("%s has changed since the run in %s began; courant invert begins another one", f.Config, args[0])
				}
				if c.Flags().Changed("from") {
					if err := restart(ctx, r, from, args[0]); err != nil {
						return err
					}
				}
				return r.Resume(ctx)
			})
		},
	}
	d.add(c)
	c.Flags().IntVar(&from, "from", -1, "iteration to go on from (default: the last one)")
	return c
}

// restart takes a run back to an iteration.
func restart(ctx context.Context, r *workflow.Run, iteration int, folder string) error {
	version := 0
	err := r.Each(ctx, 1, func(v int, now workflow.State) error {
		if version == 0 && iteration >= 0 && len(now.(*imaging.State).Updates)-1 == iteration {
			version = v
		}
		return nil
	})
	if err != nil {
		return err
	}
	if version == 0 {
		return usage("the run has no iteration %d; courant status %s tells which it has", iteration, folder)
	}
	return r.Restart(ctx, version)
}
