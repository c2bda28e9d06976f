package main

import (
	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newCancel() *cobra.Command {
	return &cobra.Command{
		Use:   "cancel DIR",
		Short: "Stop an inversion, wherever it is driven",
		Long: `Stops an inversion, wherever it is driven. What is computed stays, and courant
resume goes on from there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := inversion.OpenFolder(c.Context(), args[0], nil)
			if err != nil {
				return err
			}
			return f.Cancel(c.Context())
		},
	}
}
