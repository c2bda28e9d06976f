package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/exec/machine"
)

func newDoctor() *cobra.Command {
	var asJSON, quick bool
	var threads int
	var store, system string
	q := &queueFlags{}
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at this machine: compiler, processor, memory, bandwidth; or try a store, a queue and a batch system",
		Long: `Says what this machine is and how fast its memory is.

With --store, --queue or --batch it tries these instead, before a run does: whether one
may write, read, list and delete, whether exactly one of many writers of an object
succeeds, whether messages arrive, whether the batch system would take an array, and how
far the clocks are apart. What it writes it removes, and it submits nothing. The exit code
is 0 only when all is well.`,
		Example: "  courant doctor --store s3://surveys/line-7 --batch 'kubernetes://surveys?image=registry.example/courant:1'",
		Args:    cobra.NoArgs,
		RunE: isolated(func(c *cobra.Command, _ []string) error {
			if store != "" || system != "" || c.Flags().Changed("queue") {
				return examineCluster(c, store, system, q, asJSON)
			}
			r, err := machine.Examine(c.Context(), threads, quick)
			if asJSON {
				return errors.Join(printJSON(c, r), err)
			}
			fmt.Fprint(c.OutOrStdout(), r)
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.Flags().StringVar(&store, "store", "", "try a store: "+engine.Stores)
	c.Flags().StringVar(&system, "batch", "", "try a batch system, one of "+strings.Join(engine.Systems(), ", ")+", with options as for courant invert")
	q.add(c)
	c.Flags().BoolVar(&quick, "quick", false, "measure for less than a second")
	c.Flags().IntVar(&threads, "threads", 0, "threads (default: one per core)")
	return c
}
