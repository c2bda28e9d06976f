package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

func newWorkflow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "workflow",
		Short: "The state machine of an inversion, as a diagram or as JSON",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(c, workflow.Transitions())
			}
			_, err := fmt.Fprint(c.OutOrStdout(), workflow.Diagram())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
