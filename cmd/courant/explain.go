package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

func newExplain() *cobra.Command {
	f := &compileFlags{}
	set := numbers{}
	var spacing []float64
	var asJSON, latex, how bool
	var page string
	c := &cobra.Command{
		Use:   "explain FILE",
		Short: "Show the discretised update, its stencil, its cost and its stability limit",
		Long: `Shows what the compiler makes of an operator, with the stability limit in a uniform
medium of --set and --spacing. With one spacing, the default, that of the first axis
stands for all. The bound is shown when ` + "`courant doctor`" + ` has measured this machine.`,
		Example: "  courant explain acoustic.pde --space-order 8 --set m=0.44 --set damp=0 --spacing 10",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.options(f.compile.Dim)
			if err != nil {
				return err
			}
			file, err := dsl.ParseFile(args[0])
			if err != nil {
				return err
			}
			if how {
				o.Machine = machine.Facts() // the one on which it would be carried out
			}
			p, r, err := operator.Explain(file, o, set, spacing)
			if err != nil {
				return err
			}
			if text := o.Idle(p.Problem); text != "" {
				warner(c)(text)
			}
			if page != "" {
				if err := os.WriteFile(page, []byte(r.HTML()), 0o644); err != nil {
					return err
				}
			}
			out := c.OutOrStdout()
			switch {
			case how:
				fmt.Fprint(out, p.Schedule)
			case asJSON:
				return printJSON(c, r)
			case latex:
				fmt.Fprint(out, r.LaTeX())
			case page == "":
				fmt.Fprint(out, r)
				if r.Bound == nil {
					fmt.Fprintln(out, "this machine's bound is not known yet; `courant doctor` measures it")
				}
			}
			return nil
		},
	}
	f.add(c, "target", "schedule", "tune")
	flags := c.Flags()
	flags.Var(set, "set", "value NAME=NUMBER of a field or scalar, for the stability limit; repeatable")
	flags.Float64SliceVar(&spacing, "spacing", []float64{1}, "distance of grid points: one for all axes, whose coefficients are then joined, or one per axis")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	flags.BoolVar(&latex, "latex", false, "print the equations as a LaTeX document")
	flags.StringVar(&page, "html", "", "write it all as a page for a browser to this file")
	flags.BoolVar(&how, "schedule", false, "print how this machine carries the operator out, as --schedule of bench, apply and gen reads it")
	c.MarkFlagsMutuallyExclusive("json", "latex", "schedule")
	return c
}
