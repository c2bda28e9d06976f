package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/verify"
	"github.com/courant-pde/courant/symbolic"
)

func newTest() *cobra.Command {
	c := &cobra.Command{
		Use:   "test",
		Short: "Test the derivatives of an operator on random data",
	}
	c.AddCommand(newTestAdjoint(), newTestGradient())
	return c
}

// testFlags are the flags of both tests.
type testFlags struct {
	compileFlags
	o      verify.Options
	set    []string
	asJSON bool
}

func (f *testFlags) add(c *cobra.Command, without ...string) {
	f.compileFlags.add(c, without...)
	flags := c.Flags()
	flags.IntSliceVar(&f.o.Shape, "shape", nil, "grid points per axis (default: about 15 along each)")
	flags.Float64SliceVar(&f.o.Spacing, "spacing", nil, "distance of grid points per axis (default: about 1)")
	flags.IntVar(&f.o.Steps, "steps", 0, "number of time levels (default 40)")
	flags.Float64Var(&f.o.Dt, "dt", 0, "time step (default: half the stability limit)")
	flags.StringArrayVar(&f.set, "set", nil, "value NAME=NUMBER around which a field is taken at random (default 0.5), or of a scalar; repeatable")
	flags.Uint64Var(&f.o.Seed, "seed", 0, "another number takes other random data")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object")
}

// problem reads the file and the options.
func (f *testFlags) problem(path string) (p *symbolic.Problem, err error) {
	dim := f.dim
	if len(f.o.Shape) > 0 {
		dim = len(f.o.Shape)
	}
	if f.o.Options, err = f.options(dim); err != nil {
		return nil, err
	}
	if f.o.Set, err = numbers(f.set); err != nil {
		return nil, err
	}
	return parsed(path, f.o.Options)
}

func newTestAdjoint() *cobra.Command {
	f := &testFlags{}
	c := &cobra.Command{
		Use:   "adjoint FILE",
		Short: "Dot products: <y, F x> against <F' y, x>",
		Long: `Derives the adjoint and the gradient of an operator and compares <y, F x> with
<F' y, x> for random x and y: F is the map to the records from the fields,
linearised, from the traces of the sources and from the initial state, the
latter two where the operator is linear. Sources and receivers lie on nodes, at
edges and between. It fails when a relative error is above 1e-5 in single
precision and 1e-13 in double.`,
		Example: `  courant test adjoint elastic.pde --dim 2 --precision f64`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error {
				p, err := f.problem(args[0])
				if err != nil {
					return err
				}
				all, err := verify.Adjoint(c.Context(), p, f.o)
				if err != nil {
					return err
				}
				if len(all) == 0 {
					return fmt.Errorf("operator %s has no fields and no sources, and no initial state in which it is linear: there is nothing to compare", p.Name)
				}
				tolerance := verify.Tolerance(f.o.Precision)
				if f.asJSON {
					err = printJSON(c, struct {
						Operator  string          `json:"operator"`
						Precision string          `json:"precision"`
						Tolerance float64         `json:"tolerance"`
						Products  verify.Products `json:"products"`
					}{p.Name, f.o.Precision.String(), tolerance, all})
				} else {
					_, err = fmt.Fprintf(c.OutOrStdout(), "%s, %s\n%v", p.Name, f.o.Precision, verify.Products(all))
				}
				if failed := verify.Products(all).Err(tolerance); err == nil && failed != nil {
					err = fmt.Errorf("operator %s: %w", p.Name, failed)
				}
				return err
			})
		},
	}
	f.add(c, "half", "schedule", "tune")
	return c
}

func newTestGradient() *cobra.Command {
	f := &testFlags{}
	var wrt []string
	c := &cobra.Command{
		Use:   "gradient FILE --wrt FIELD",
		Short: "Taylor remainders: J(m + h d) - J(m) - h <g, d> falls with the square of h",
		Long: `Derives the gradient g of a misfit J of all records by fields and looks at what
is left of a step h along a random direction d. A wavefield among the names
stands for its initial state. The slope between two steps is
2 for a right gradient and 1 for a wrong one. It fails when one is further than
0.02 from 2. Computed in double precision.`,
		Example: `  courant test gradient tti.pde --dim 2 --wrt m,epsilon`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error {
				p, err := f.problem(args[0])
				if err != nil {
					return err
				}
				if len(wrt) == 0 {
					return usage("name the fields to differentiate by: --wrt m")
				}
				all, err := verify.Gradient(c.Context(), p, wrt, f.o)
				if err != nil {
					return err
				}
				if f.asJSON {
					err = printJSON(c, struct {
						Operator string          `json:"operator"`
						Tables   []verify.Taylor `json:"tables"`
					}{p.Name, all})
				}
				for _, t := range all {
					if !f.asJSON {
						fmt.Fprintf(c.OutOrStdout(), "%s %v", p.Name, t)
					}
					if err == nil {
						err = t.Err()
					}
				}
				return err
			})
		},
	}
	f.add(c, "precision", "half", "schedule", "tune")
	c.Flags().StringSliceVar(&wrt, "wrt", nil, "fields to differentiate by, separated by commas")
	return c
}
