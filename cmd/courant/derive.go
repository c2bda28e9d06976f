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
		Long: `Derives an operator from that of a file and prints it as an operator file, to
be read, explained and run like one that was written by hand. Each is exact for
the discrete steps of the operator that it is derived from.

What is derived holds for one number of axes, --dim, one order in space,
--space-order, and absorbing layers of --border points: an absorb statement of the
file is written out as what it does then, and left out without --border.`,
	}
	c.AddCommand(newDeriveBorn(), newDeriveAdjoint(), newDeriveGradient(), newDeriveMigration())
	return c
}

func newDeriveBorn() *cobra.Command {
	var wrt []string
	c := derivation(func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
		if len(wrt) == 0 {
			return nil, "", usage("name the fields to linearise in: --wrt m")
		}
		out, err := adjoint.Linearise(p, wrt...)
		return out, fmt.Sprintf("Derived from operator %s: its change with %s, to first order.", p.Name, strings.Join(wrt, ", ")), err
	})
	c.Use, c.Short = "born FILE --wrt FIELD", "Linearised modelling: the change of the records that a change of fields causes"
	c.Long = `Prints linearised (Born) modelling: beside each wavefield u it computes the
change du that a small change dm of the field m causes, to first order.
Receivers record the changes.`
	c.Example = `  courant derive born acoustic.pde --wrt m --dim 2 > born.pde
  courant derive born elastic.pde --wrt lam,b --dim 3`
	c.Flags().StringSliceVar(&wrt, "wrt", nil, "fields to linearise in, separated by commas")
	return c
}

func newDeriveAdjoint() *cobra.Command {
	c := derivation(func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
		out, err := adjoint.Adjoint(p)
		return out, fmt.Sprintf("Derived from operator %s: the exact transpose of its steps.", p.Name), err
	})
	c.Use, c.Short = "adjoint FILE", "The adjoint: from traces at the receivers back to the sources"
	c.Long = `Prints the adjoint: it steps backward, injects traces at the receivers and
records at the sources. It is the exact transpose of the discrete steps, or of
their linearisation when they are not linear; then it reads the wavefields of
the forward run, declared as saved.`
	c.Example = `  courant derive adjoint acoustic.pde --dim 2 > adjoint.pde`
	return c
}

func newDeriveGradient() *cobra.Command {
	var wrt []string
	var initial bool
	c := derivation(func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
		if len(wrt) == 0 && !initial {
			return nil, "", usage("name the fields to differentiate by: --wrt m")
		}
		out, err := adjoint.Gradient(p, adjoint.By{Fields: wrt, Initial: initial})
		if initial {
			wrt = append(wrt, "the initial state")
		}
		return out, fmt.Sprintf("Derived from operator %s: what the derivatives of a misfit by the records,\ninjected at the receivers, say of its derivative by %s.", p.Name, strings.Join(wrt, ", ")), err
	})
	c.Use, c.Short = "gradient FILE --wrt FIELD", "The adjoint, and images of the derivatives by fields"
	c.Long = `Prints the adjoint with an image g_m for each field m: injecting at the
receivers the derivatives of a misfit by the records gives the derivative of the
misfit by m, exact for the discrete steps. It reads the wavefields of the
forward run, declared as saved.`
	c.Example = `  courant derive gradient acoustic.pde --wrt m --dim 2 > gradient.pde
  courant derive gradient tti.pde --wrt m,epsilon,delta --dim 3`
	c.Flags().StringSliceVar(&wrt, "wrt", nil, "fields to differentiate by, separated by commas")
	c.Flags().BoolVar(&initial, "initial", false, "differentiate by the initial state too: images g_u_0 of the last level before the run, g_u_1 of the one before")
	return c
}

// derivation is a command that prints what derive makes of a file's problem,
// with a comment.
func derivation(derive func(*symbolic.Problem) (out *symbolic.Problem, comment string, err error)) *cobra.Command {
	f := &compileFlags{}
	c := &cobra.Command{
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options(f.dim)
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
			text, err := unparse.Operator(derived, comment)
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

func newDeriveMigration() *cobra.Command {
	var condition, slowness, along string
	var lags int
	c := derivation(func(p *symbolic.Problem) (*symbolic.Problem, string, error) {
		axis := slices.Index(p.Grid.Axes, along)
		out, err := adjoint.Migration(p, adjoint.Condition(condition), slowness, axis, lags)
		return out, fmt.Sprintf("Derived from operator %s: reverse time migration by %s.", p.Name, condition), err
	})
	c.Use, c.Short = "migration FILE", "The adjoint with an imaging condition of reverse time migration"
	c.Long = `Prints the adjoint with an image of the waves from the source, which are saved
wavefields, and those sent back from the receivers. The conditions are

  correlation         the sum over time of u*v
  normalised          that, beside light, the sum of u^2, to divide by
  inverse-scattering  m*u.dt2*v + grad(u).grad(v), without the long wavelengths
  extended            u and v moved apart along an axis, an image for each offset

What is printed is an operator file like any other: write your own condition
into it.`
	c.Example = `  courant derive migration acoustic.pde --dim 2 --condition inverse-scattering > rtm.pde`
	c.Flags().StringVar(&condition, "condition", "correlation", "correlation, normalised, inverse-scattering or extended")
	c.Flags().StringVar(&slowness, "slowness", "m", "the field of squared slowness, for inverse scattering")
	c.Flags().StringVar(&along, "along", "x", "axis of the offsets of extended")
	c.Flags().IntVar(&lags, "lags", 4, "points of offset of extended, either way")
	return c
}
