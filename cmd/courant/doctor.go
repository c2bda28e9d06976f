package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/machine"
)

func newDoctor() *cobra.Command {
	var asJSON, quick bool
	var threads int
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at this machine: compiler, processor, memory, bandwidth",
		Args:  cobra.NoArgs,
		RunE: isolated(func(c *cobra.Command, _ []string) error {
			r, err := machine.Examine(c.Context(), threads, quick)
			if asJSON {
				return errors.Join(printJSON(c, r), err)
			}
			fmt.Fprint(c.OutOrStdout(), r)
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.Flags().BoolVar(&quick, "quick", false, "measure for less than a second")
	c.Flags().IntVar(&threads, "threads", 0, "threads (default: one per core)")
	return c
}
