package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/inverse/inversion"
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
			f, err := inversion.OpenFolder(c.Context(), args[0], nil)
			if err != nil {
				return err
			}
			d.out, d.store = args[0], f.Store
			if d.price == 0 {
				d.price = f.Price
			}
			return d.run(c, f.Config, func(ctx context.Context, in *inversion.Inversion) error {
				if c.Flags().Changed("from") {
					if err := in.Restart(ctx, from); err != nil {
						return err
					}
				}
				return in.Resume(ctx)
			})
		},
	}
	d.add(c)
	c.Flags().IntVar(&from, "from", -1, "iteration to go on from (default: the last one)")
	return c
}
