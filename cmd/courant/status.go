package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func newStatus() *cobra.Command {
	var asJSON, watch bool
	c := &cobra.Command{
		Use:   "status DIR",
		Short: "Where an inversion stands: shots, rate, time left, cost and misfit",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			f, err := inversion.OpenFolder(ctx, args[0], nil)
			if err != nil {
				return err
			}
			for {
				st, err := f.Status(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					if err := json.NewEncoder(c.OutOrStdout()).Encode(st); err != nil {
						return err
					}
				} else {
					fmt.Fprint(c.OutOrStdout(), st)
				}
				if !watch || st.Done || st.Phase == workflow.Cancelled {
					return nil
				}
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(2 * time.Second):
				}
				fmt.Fprintln(c.OutOrStdout())
			}
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object each time")
	c.Flags().BoolVar(&watch, "watch", false, "every two seconds until it is done")
	return c
}
