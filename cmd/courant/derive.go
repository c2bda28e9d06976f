package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/dsl/unparse"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

func newDerive() *cobra.Command {
	c := &cobra.Command{
		Use:   "derive",
		Short: "Derive an operator from another and print it",
		Long: `Derives an operator from that of a file and prints it as an operator file, exact for
the discrete steps of the operator that it is derived from. It holds for one number of
axes, --dim, one order in space, and layers of --border points, none without it.`,
	}
	c.AddCommand(newDeriveBorn(), newDeriveAdjoint(), newDeriveGradient(), newDeriveMigration())
	return c
}

// derivation is a command that prints what derive makes of a file's problem, with a
// comment.
func derivation(use, short, long, example string, derive func(*symbolic.Problem) (out *symbolic.Problem, comment string, err error)) *cobra.Command {
	f := &compileFlags{}
	c := &cobra.Command{
		Use: use, Short: short, Long: long, Example: example, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options(f.compile.Dim)
			if err != nil {
				return err
			}
			p, err := parsed(args[0], o)
			if err != nil {
				return err
			}
			derived, comment, err := derive(p)
			if err != nil {
				return err
			}
			text, err := unparse.Operator(derived, "Derived from operator "+p.Name+": "+comment)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
	f.add(c, "target", "precision", "half", "disable", "schedule", "tune")
	return c
}

func newDeriveBorn() *cobra.Command {
	var wrt []string
	c := derivation("born FILE --wrt FIELD", "Linearised modelling: the change of the records that a change of fields causes",
		`Prints linearised (Born) modelling: beside each wavefield u the change du that a small
change dm of the field m causes, to first order. Receivers record the changes.`,
		"  courant derive born acoustic.pde --wrt m --dim 2 > born.pde",
		func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
			out, err := adjoint.Linearise(p, wrt...)
			return out, fmt.Sprintf("its change with %s, to first order.", strings.Join(wrt, ", ")), err
		})
	c.Flags().StringSliceVar(&wrt, "wrt", nil, "fields to linearise in, separated by commas, such as m")
	require(c, "wrt")
	return c
}

func newDeriveAdjoint() *cobra.Command {
	return derivation("adjoint FILE", "The adjoint: from traces at the receivers back to the sources",
		`Prints the exact transpose of the discrete steps, or of their linearisation when they
are not linear: it steps backward, injects at the receivers and records at the sources.`,
		"  courant derive adjoint acoustic.pde --dim 2 > adjoint.pde",
		func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
			out, err := adjoint.Adjoint(p)
			return out, "the exact transpose of its steps.", err
		})
}

func newDeriveGradient() *cobra.Command {
	var by adjoint.By
	c := derivation("gradient FILE --wrt FIELD", "The adjoint, and images of the derivatives by fields",
		`Prints the adjoint with an image g_m for each field m: injecting at the receivers the
derivatives of a misfit by the records gives its derivative by m. Wavefields of the
forward run are declared as saved.`,
		"  courant derive gradient acoustic.pde --wrt m --dim 2 > gradient.pde",
		func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
			of := slices.Clone(by.Fields)
			if by.Initial {
				of = append(of, "the initial state")
			}
			if of == nil {
				return nil, "", usage("name the fields to differentiate by, such as --wrt m, or --initial")
			}
			out, err := adjoint.Gradient(p, by)
			return out, fmt.Sprintf("what the derivatives of a misfit by the records,\ninjected at the receivers, say of its derivative by %s.", strings.Join(of, ", ")), err
		})
	c.Flags().StringSliceVar(&by.Fields, "wrt", nil, "fields to differentiate by, separated by commas")
	c.Flags().BoolVar(&by.Initial, "initial", false, "differentiate by the initial state too: images g_u_0 of the last level before the run, g_u_1 of the one before")
	return c
}

func newDeriveMigration() *cobra.Command {
	var condition, slowness, along string
	var lags int
	c := derivation("migration FILE", "The adjoint with an imaging condition of reverse time migration",
		`Prints the adjoint with an image of the waves from the source, which are saved
wavefields, and those sent back from the receivers: docs/gradient.md has the conditions.`,
		"  courant derive migration acoustic.pde --dim 2 --condition inverse-scattering > rtm.pde",
		func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
			out, err := adjoint.Migration(p, adjoint.Condition(condition), slowness, slices.Index(p.Grid.Axes, along), lags)
			return out, fmt.Sprintf("reverse time migration by %s.", condition), err
		})
	c.Flags().StringVar(&condition, "condition", "correlation", "correlation, normalised, inverse-scattering or extended")
	c.Flags().StringVar(&slowness, "slowness", "m", "the field of squared slowness, for inverse scattering")
	c.Flags().StringVar(&along, "along", "x", "axis of the offsets of extended")
	c.Flags().IntVar(&lags, "lags", 4, "points of offset of extended, either way")
	return c
}
