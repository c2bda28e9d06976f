package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

func newWorkflow() *cobra.Command {
	var asJSON bool
	var resource string
	var every time.Duration
	c := &cobra.Command{
		Use:   "workflow",
		Short: "The state machine of an inversion, as a diagram, as JSON or for AWS Step Functions",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if resource != "" {
				text, err := workflow.StatesLanguage(resource, every)
				if err == nil {
					_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
				}
				return err
			}
			if asJSON {
				return printJSON(c, workflow.Transitions())
			}
			_, err := fmt.Fprint(c.OutOrStdout(), workflow.Diagram())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&resource, "asl", "", "print a state machine in Amazon States Language that calls a function, by its ARN, for an inversion that no process drives")
	c.Flags().DurationVar(&every, "every", time.Minute, "time between two calls of the function")
	return c
}
