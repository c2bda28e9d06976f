package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/dsl/spell"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

func newDerive() *cobra.Command {
	c := &cobra.Command{
		Use:   "derive",
		Short: "Derive an operator from another and print it",
		Long: `Derives an operator from that of a file and prints it as an operator file, to
be read, explained and run like one that was written by hand.`,
	}
	c.AddCommand(newDeriveBorn())
	return c
}

func newDeriveBorn() *cobra.Command {
	f := &compileFlags{}
	var wrt []string
	c := &cobra.Command{
		Use:   "born FILE --wrt FIELD",
		Short: "Linearised modelling: the change of the records that a change of fields causes",
		Long: `Prints linearised (Born) modelling: beside each wavefield u it computes the
change du that a small change dm of the field m causes, to first order. It is
the exact derivative of the discrete steps. Receivers record the changes.

What is derived holds for one number of axes, --dim, and one order in space,
--so.`,
		Example: `  courant derive born acoustic.pde --wrt m --dim 2 > born.pde
  courant derive born elastic.pde --wrt lam,b --dim 3`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options(f.dim)
			if err != nil {
				return err
			}
			file, err := dsl.ParseFile(args[0])
			if err != nil {
				return err
			}
			p, err := check.Problem(file, o.Options)
			if err != nil {
				return err
			}
			if len(wrt) == 0 {
				return usage("name the fields to linearise in: --wrt m")
			}
			linear, err := adjoint.Linearise(p, wrt...)
			if err != nil {
				return err
			}
			text, err := spell.Operator(linear, fmt.Sprintf("Derived from operator %s: its change with %s, to first order.", p.Name, strings.Join(wrt, ", ")))
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
	f.add(c, "target", "dtype", "disable-pass")
	c.Flags().StringSliceVar(&wrt, "wrt", nil, "fields to linearise in, separated by commas")
	return c
}
