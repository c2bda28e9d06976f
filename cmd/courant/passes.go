package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/dsl"
)

func newPasses() *cobra.Command {
	f := &compileFlags{}
	var after []string
	var timed bool
	c := &cobra.Command{
		Use:   "passes [FILE]",
		Short: "List the passes of the compiler, or look at a program between them",
		Long:  "Without a file, lists the passes in their order with the reason for it. With a\nfile, compiles it and prints the program after the passes that are asked for.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			out := c.OutOrStdout()
			if len(args) == 0 {
				fmt.Fprint(out, codegen.List())
				return nil
			}
			for _, name := range after {
				if name != "all" && !slices.Contains(pass.Names(), name) {
					return usage("--print-after %s: there is no such pass; the passes are all, %s", name, strings.Join(pass.Names(), ", "))
				}
			}
			o, err := f.options(f.compile.Dim)
			if err != nil {
				return err
			}
			if len(after) == 0 && !timed {
				after = []string{"all"}
			}
			o.Passes.After = func(name, program string) {
				if slices.Contains(after, name) || slices.Contains(after, "all") {
					fmt.Fprintf(out, "# after %s\n%s\n", name, program)
				}
			}
			if timed {
				row := func(kind string) func(string, time.Duration) {
					return func(name string, d time.Duration) {
						fmt.Fprintf(out, "%-6s %-13s %v\n", kind, name, d.Round(time.Microsecond))
					}
				}
				o.Passes.Timed, o.Stage = row("pass"), row("stage")
			}
			file, err := dsl.ParseFile(args[0])
			if err != nil {
				return err
			}
			_, err = codegen.Compile(file, o)
			return err
		},
	}
	f.add(c, "half", "schedule", "tune")
	c.Flags().StringSliceVar(&after, "print-after", nil, "print the program after these passes, or all")
	c.Flags().BoolVar(&timed, "time-passes", false, "print how long every pass and stage takes")
	_ = c.RegisterFlagCompletionFunc("print-after", cobra.FixedCompletions(append(pass.Names(), "all"), cobra.ShellCompDirectiveNoFileComp))
	return c
}
