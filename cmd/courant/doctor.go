package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/exec/machine"
)

func newDoctor() *cobra.Command {
	var asJSON, quick bool
	var threads int
	var store, queue, system string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at this machine: compiler, processor, memory, bandwidth; or at a store, a queue and a batch system",
		Long: `Looks at this machine; or, with --store, --queue or --batch, tries what a run does with
them, and says what is missing. What it writes there it deletes; a batch system is only
asked.`,
		Example: "  courant doctor --store s3://surveys/line-7 --queue 'sqs://line-7?region=eu-west-1'",
		Args:    cobra.NoArgs,
		RunE: isolated(func(c *cobra.Command, _ []string) error {
			if store != "" || queue != "" || system != "" {
				return examine(c, store, queue, system)
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
	c.Flags().BoolVar(&quick, "quick", false, "measure for less than a second")
	c.Flags().IntVar(&threads, "threads", 0, "threads (default: one per core)")
	c.Flags().StringVar(&store, "store", "", "store to try: "+engine.Stores)
	c.Flags().StringVar(&queue, "queue", "", "queue to try")
	c.Flags().StringVar(&system, "batch", "", "batch system to try: "+strings.Join(engine.Systems(), ", "))
	return c
}

// examine tells what was found of a store, a queue and a batch system.
func examine(c *cobra.Command, store, queue, system string) error {
	var faults []error
	for _, f := range engine.Examine(c.Context(), store, queue, system, ".") {
		if f.Fault == nil {
			fmt.Fprintf(c.OutOrStdout(), "%-60s ok, %s\n", f.Of, f.Took.Round(time.Millisecond))
			continue
		}
		fmt.Fprintf(c.OutOrStdout(), "%-60s NOT WELL\n", f.Of)
		faults = append(faults, fmt.Errorf("%s: %w", f.Of, f.Fault))
	}
	return errors.Join(faults...)
}
