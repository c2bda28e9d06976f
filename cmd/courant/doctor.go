package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/jit"
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
	c.Flags().BoolVar(&quick, "quick", false, "measure for less than a second")
	c.Flags().IntVar(&threads, "threads", 0, "threads (default: one per core)")
	return c
}
