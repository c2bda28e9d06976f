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
	asJSON bool
}

func (f *testFlags) add(c *cobra.Command, without ...string) {
	f.compileFlags.add(c, append(without, "half", "schedule", "tune")...)
	f.o.Set = numbers{}
	flags := c.Flags()
	flags.IntSliceVar(&f.o.Shape, "shape", nil, "grid points per axis (default: about 15 along each)")
	flags.Float64SliceVar(&f.o.Spacing, "spacing", nil, "distance of grid points per axis (default: about 1)")
	flags.IntVar(&f.o.Steps, "steps", 0, "number of time levels (default 40)")
	flags.Float64Var(&f.o.Dt, "dt", 0, "time step (default: half the stability limit)")
	flags.Var(numbers(f.o.Set), "set", "value NAME=NUMBER around which a field is taken at random (default 0.5), or of a scalar; repeatable")
	flags.Uint64Var(&f.o.Seed, "seed", 0, "another number takes other random data")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object")
}

// problem reads the file and the options.
func (f *testFlags) problem(path string) (p *symbolic.Problem, err error) {
	dim := f.compile.Dim
	if len(f.o.Shape) > 0 {
		dim = len(f.o.Shape)
	}
	if f.o.Compile, err = f.options(dim); err != nil {
		return nil, err
	}
	return parsed(path, f.o.Compile)
}

// tell prints the report of a test, and gives what failed.
func (f *testFlags) tell(c *cobra.Command, report interface{ Err() error }) error {
	if f.asJSON {
		if err := printJSON(c, report); err != nil {
			return err
		}
	} else {
		fmt.Fprint(c.OutOrStdout(), report)
	}
	return report.Err()
}

func newTestAdjoint() *cobra.Command {
	f := &testFlags{}
	c := &cobra.Command{
		Use:   "adjoint FILE",
		Short: "Dot products: <y, F x> against <F' y, x>",
		Long: `Compares <y, F x> with <F' y, x> for random x and y, where F maps fields, traces of
sources and the initial state to records. It fails when a relative error is above 1e-5
in single precision and 1e-13 in double.`,
		Example: `  courant test adjoint elastic.pde --dim 2 --precision f64`,
		Args:    cobra.ExactArgs(1),
		RunE: isolated(func(c *cobra.Command, args []string) error {
			p, err := f.problem(args[0])
			if err != nil {
				return err
			}
			all, err := verify.Adjoint(c.Context(), p, f.o)
			if err != nil {
				return err
			}
			return f.tell(c, verify.NewProducts(p, f.o, all))
		}),
	}
	f.add(c)
	return c
}

func newTestGradient() *cobra.Command {
	f := &testFlags{}
	var wrt []string
	c := &cobra.Command{
		Use:   "gradient FILE --wrt FIELD",
		Short: "Taylor remainders: J(m + h d) - J(m) - h <g, d> falls with the square of h",
		Long: `Looks at what is left of the change of a misfit J by a step h along a random direction
d when the gradient's part is taken away, in double precision. A wavefield among the
names stands for its initial state. It fails when a slope is further than 0.02 from 2.`,
		Example: `  courant test gradient tti.pde --dim 2 --wrt m,epsilon`,
		Args:    cobra.ExactArgs(1),
		RunE: isolated(func(c *cobra.Command, args []string) error {
			p, err := f.problem(args[0])
			if err != nil {
				return err
			}
			all, err := verify.Gradient(c.Context(), p, wrt, f.o)
			if err != nil {
				return err
			}
			return f.tell(c, verify.Tables{Operator: p.Name, Tables: all})
		}),
	}
	f.add(c, "precision")
	c.Flags().StringSliceVar(&wrt, "wrt", nil, "fields to differentiate by, separated by commas, such as m")
	require(c, "wrt")
	return c
}
