package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/exec/jit"
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
			report := struct {
				Machine  machine.Machine  `json:"machine"`
				Compiler string           `json:"compiler"`
				OpenMP   bool             `json:"openmp"`
				Cache    string           `json:"cache"`
				Measured *machine.Figures `json:"measured,omitempty"`
			}{Machine: machine.Describe()}
			builder, err := jit.NewBuilder()
			if err == nil {
				report.Compiler, report.OpenMP, report.Cache = builder.Compiler(), builder.OpenMP(), builder.Cache.Dir()
				if threads == 0 {
					threads = report.Machine.Cores
				}
				var figures machine.Figures
				if figures, err = machine.Measure(c.Context(), threads, quick); err == nil {
					report.Measured = &figures
				}
			}
			out := c.OutOrStdout()
			if asJSON {
				if encoded := printJSON(c, report); encoded != nil {
					return encoded
				}
				return err
			}
			fmt.Fprint(out, report.Machine)
			if report.Compiler != "" {
				openmp := "with OpenMP"
				if !report.OpenMP {
					openmp = "without OpenMP: kernels run on one thread"
				}
				fmt.Fprintf(out, "%-12s %s, %s\n%-12s %s\n", "compiler", report.Compiler, openmp, "cache", report.Cache)
			}
			if report.Measured != nil {
				fmt.Fprintf(out, "%-12s %s\n", "measured", report.Measured)
			}
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
