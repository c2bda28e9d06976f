package main

import (
	"github.com/spf13/cobra"
)

func newCancel() *cobra.Command {
	return &cobra.Command{
		Use:   "cancel DIR",
		Short: "Stop an inversion, wherever it is driven",
		Long: `Stops an inversion, wherever it is driven. What is computed stays, and courant
resume goes on from there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, r, err := openRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			p, err := r.Position(c.Context())
			if err != nil {
				return err
			}
			if p.Done {
				return usage("%s is done; there is nothing to stop", args[0])
			}
			if f.tune(c.Context(), r); r.Queue != nil {
				defer r.Queue.Close()
			}
			return r.Cancel(c.Context())
		},
	}
}
