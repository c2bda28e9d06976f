package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

func newCheck() *cobra.Command {
	var dim, order int
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: "Report everything that is wrong with operator files",
		Long: `Checks all operators of the files for names, dimensions, orders and units, and
compiles them: on 1, 2 and 3 axes, unless --dim says otherwise or they name their own.`,
		Example: "  courant check acoustic.pde",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error {
			var all dsl.Errors
			for _, path := range paths {
				file, err := dsl.ParseFile(path)
				var right []string
				if err == nil {
					right, err = codegen.Check(file, dim, order)
				}
				faults, other := dsl.Faults(err)
				if other != nil {
					return other
				}
				all = append(all, faults...)
				for _, name := range right {
					fmt.Fprintf(c.OutOrStdout(), "%s: operator %s is right\n", path, name)
				}
				if file != nil && len(check.Operators(file)) == 0 {
					fmt.Fprintf(c.OutOrStdout(), "%s: defines no operator\n", path)
				}
			}
			return all.ErrOrNil()
		},
	}
	c.Flags().IntVar(&dim, "dim", 0, "number of space axes (default: 1, 2 and 3)")
	c.Flags().IntVar(&order, "space-order", 0, "order of accuracy in space (default: the file's)")
	return c
}
