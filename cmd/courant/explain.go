package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/explain"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

func newExplain() *cobra.Command {
	f := &compileFlags{}
	var set []string
	var spacing []float64
	var asJSON, latex, how bool
	var page string
	c := &cobra.Command{
		Use:   "explain FILE",
		Short: "Show the discretised update, its stencil, its cost and its stability limit",
		Long: `Shows what the compiler makes of an operator. The stability limit is that of the
scheme in a uniform medium: --set gives its parameters, --spacing its grid;
scalars that are not given have their defaults, and of absorbing layers
nothing is in it. The bound is shown when ` + "`courant doctor`" + ` has measured this
machine.`,
		Example: "  courant explain acoustic.pde --space-order 8 --set m=0.44 --set damp=0 --spacing 10",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.options(f.dim)
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
			o.Uniform = len(spacing) > 0 && slices.Max(spacing) == slices.Min(spacing)
			p, err := codegen.Compile(file, o)
			if err != nil {
				return err
			}
			f.warnBorder(c, p.Problem)
			if how {
				fmt.Fprint(c.OutOrStdout(), p.Schedule)
				return nil
			}
			r, err := explained(p, set, spacing)
			if err != nil {
				return err
			}
			if o.Border > 0 { // layers are in no medium: the limit is that of the model within them
				o.Border = 0
				inner, err := codegen.Compile(file, o)
				if err != nil {
					return err
				}
				within, err := explained(inner, set, spacing)
				if err != nil {
					return err
				}
				r.Stability = within.Stability
			}
			r.Bound = bound(p)
			out := c.OutOrStdout()
			if page != "" {
				if err := os.WriteFile(page, []byte(r.HTML()), 0o644); err != nil {
					return err
				}
			}
			switch {
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
	flags.StringArrayVar(&set, "set", nil, "value NAME=NUMBER of a field or scalar, for the stability limit; repeatable")
	flags.Float64SliceVar(&spacing, "spacing", []float64{1}, "distance of grid points per axis, or one for all")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	flags.BoolVar(&latex, "latex", false, "print the equations as a LaTeX document")
	flags.StringVar(&page, "html", "", "write it all as a page for a browser to this file")
	flags.BoolVar(&how, "schedule", false, "print how this machine carries the operator out, as --schedule of bench, apply and gen reads it")
	c.MarkFlagsMutuallyExclusive("json", "latex", "schedule")
	return c
}

// explained is the report on a program, with the limit in a uniform medium.
func explained(p *codegen.Program, set []string, spacing []float64) (*explain.Report, error) {
	medium, err := uniform(p, set, spacing)
	if err != nil {
		return nil, err
	}
	return explain.Program(p, medium)
}

// bound is how fast this machine can run a kernel at most, nil while it has not
// been measured.
func bound(p *codegen.Program) *explain.Bound {
	figures, ok := machine.Remembered(machine.Describe().Cores)
	if !ok {
		return nil
	}
	b := &explain.Bound{Bandwidth: figures.InPlace, Peak: figures.FMA32, Threads: figures.Threads}
	if p.Signature.Real == signature.F64 {
		b.Peak = figures.FMA64
	}
	b.Points, b.By = cost.Total(p.Stencil, p.Schedule).Bound(b.Bandwidth*1e9, b.Peak*1e9)
	return b
}

// uniform is a medium with the given values and the defaults of scalars. What
// has neither is left out.
func uniform(p *codegen.Program, set []string, spacing []float64) (stability.Medium, error) {
	m := stability.Medium{Fields: map[string]float64{}, Scalars: map[string]float64{}}
	values, err := numbers(set)
	if err != nil {
		return m, err
	}
	for _, a := range p.Problem.Functions {
		if v, ok := values[a.Name]; ok && a.Role == symbolic.Field {
			m.Fields[a.Name] = v
			delete(values, a.Name)
		}
	}
	for _, q := range p.Problem.Parameters {
		v, ok := values[q.Name]
		if !ok {
			v, ok = q.Number()
		}
		if ok {
			m.Scalars[q.Name] = v
		}
		delete(values, q.Name)
	}
	for name := range values {
		return m, usage("--set %s: operator %s has no such field or scalar", name, p.Problem.Name)
	}
	for i, x := range p.Problem.Grid.Axes {
		if len(spacing) != 1 && len(spacing) != len(p.Problem.Grid.Axes) {
			return m, usage("--spacing has %d numbers; the operator has %d axes", len(spacing), len(p.Problem.Grid.Axes))
		}
		h := spacing[min(i, len(spacing)-1)]
		if !(h > 0) {
			return m, usage("--spacing %g: it must be positive", h)
		}
		m.Scalars["h_"+x] = h
	}
	follow(p, m)
	return m, nil
}

// follow adds the fields that follow from those of a medium by their default
// values, as far as they do.
func follow(p *codegen.Program, m stability.Medium) {
	a := operator.Arguments{Constants: map[string]float64{}}
	for _, x := range p.Problem.Grid.Axes {
		a.Shape, a.Spacing = append(a.Shape, 2*p.Problem.Border+1), append(a.Spacing, m.Scalars["h_"+x])
	}
	for name, v := range m.Fields {
		a.Constants[name] = v
	}
	for _, q := range p.Problem.Parameters {
		if v, ok := m.Scalars[q.Name]; ok {
			a.Constants[q.Name] = v
		}
	}
	all, _ := (&operator.Operator{Program: p}).Complete(a) // what does not follow is left out
	for _, x := range p.Signature.Arrays {
		if v, ok := all.Constants[x.Name]; ok && x.Role == signature.Param {
			m.Fields[x.Name] = v
		}
	}
}
