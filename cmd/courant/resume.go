package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/imaging"
	"github.com/courant-pde/courant/runtime/workflow"
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

// restart takes a run back to an iteration, and removes later results.
func restart(ctx context.Context, r *workflow.Run, iteration int, folder string) error {
	versions, err := r.Versions(ctx)
	if err != nil {
		return err
	}
	for v := 1; v <= versions; v++ {
		now, err := r.State(ctx, v)
		if err != nil {
			return err
		}
		if last := len(now.(*imaging.State).Updates) - 1; last != iteration || iteration < 0 {
			continue
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		for _, e := range entries {
			var kind, n = "", 0
			if _, err := fmt.Sscanf(strings.Replace(e.Name(), "_", " ", 1), "%s %d.", &kind, &n); err != nil || kind != "model" && kind != "image" || n <= iteration {
				continue
			}
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
		return r.Restart(ctx, v)
	}
	return usage("the run has no iteration %d; courant status %s tells which it has", iteration, folder)
}
