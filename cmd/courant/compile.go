package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/tune"
	"github.com/courant-pde/courant/symbolic"
)

// compileFlags choose an operator of a file and how to compile it.
type compileFlags struct {
	operator  string
	order     int
	border    int
	dim       int
	precision string
	target    string
	disable   []string
	schedule  string
	tune      string
	half      []string
}

// add adds the flags that a command has; those in without are left out.
func (f *compileFlags) add(c *cobra.Command, without ...string) {
	flags := c.Flags()
	if has := func(name string) bool { return !slices.Contains(without, name) }; true {
		flags.StringVar(&f.operator, "operator", "", "operator of the file, when it has several")
		if has("space-order") {
			flags.IntVar(&f.order, "space-order", 0, "order of accuracy in space, even (default: the file's)")
		}
		flags.IntVar(&f.border, "border", 0, "points of the absorbing layers that the grid has at its ends")
		if has("precision") {
			flags.StringVar(&f.precision, "precision", "f32", "precision of grid values: f32 or f64")
		}
		if has("half") {
			flags.StringSliceVar(&f.half, "half", nil, "store these fields in half precision: parameters, wavefields, or names such as m,v,tau_xz")
		}
		if has("disable") {
			flags.StringSliceVar(&f.disable, "disable", nil, "leave out an optimisation, see courant passes")
		}
		if has("schedule") {
			flags.StringVar(&f.schedule, "schedule", "", "file that says how the operator is carried out; courant explain --schedule prints one")
		}
		if has("tune") {
			flags.StringVar(&f.tune, "tune", "off", "search for a faster schedule first: quick, for some two seconds, thorough or off; what is found is kept for the next time")
			_ = c.RegisterFlagCompletionFunc("tune", cobra.FixedCompletions(tune.Efforts, cobra.ShellCompDirectiveNoFileComp))
		}
		if has("dim") {
			flags.IntVar(&f.dim, "dim", 0, "number of space axes: 1, 2 or 3 (default: as many as the operator names, or 3)")
		}
		if has("target") {
			flags.StringVar(&f.target, "target", target.Names()[0], "what runs the operator: "+strings.Join(target.Names(), " or "))
			_ = c.RegisterFlagCompletionFunc("target", cobra.FixedCompletions(target.Names(), cobra.ShellCompDirectiveNoFileComp))
		}
	}
	_ = c.RegisterFlagCompletionFunc("precision", cobra.FixedCompletions([]string{"f32", "f64"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("disable", cobra.FixedCompletions(append(pass.Names(), schedule.Names()...), cobra.ShellCompDirectiveNoFileComp))
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"pde"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// warnBorder says that there are no layers in which --border could have an effect.
func (f *compileFlags) warnBorder(c *cobra.Command, p *symbolic.Problem) {
	if f.border > 0 && p.Layers == nil {
		fmt.Fprintf(c.ErrOrStderr(), "warning: operator %s has no absorb statement, so that --border has no effect and waves reflect at the ends of the grid\n", p.Name)
	}
}

// parsed is the problem that an operator file poses.
func parsed(path string, o codegen.Options) (*symbolic.Problem, error) {
	file, err := dsl.ParseFile(path)
	if err != nil {
		return nil, err
	}
	return check.Problem(file, o.Check())
}

// effort is that of --tune.
func (f *compileFlags) effort() (tune.Effort, error) {
	e, err := tune.ParseEffort(f.tune)
	if err != nil {
		return e, usage("--tune: %w", err)
	}
	if e != tune.Off && f.schedule != "" {
		return e, usage("--schedule says how the operator is carried out, so there is nothing to --tune; leave one of them out")
	}
	return e, nil
}

// options turns the flags into the compiler's options for a number of axes; 0
// leaves it to the operator.
func (f *compileFlags) options(dim int) (codegen.Options, error) {
	o := codegen.Options{Operator: f.operator, Dim: dim, SpaceOrder: f.order, Border: f.border}
	o.Half = f.half
	if f.border < 0 {
		return o, usage("--border %d: layers have 0 points or more", f.border)
	}
	if dim < 0 || dim > 3 {
		return o, usage("%d axes; operators have 1, 2 or 3", dim)
	}
	switch f.precision {
	case "f32", "float32", "":
		o.Precision = signature.F32
	case "f64", "float64":
		o.Precision = signature.F64
	default:
		return o, usage("there is no precision %q; --precision is f32 or f64", f.precision)
	}
	for _, d := range f.disable {
		switch {
		case slices.Contains(pass.Names(), d):
			o.Passes.Disable = append(o.Passes.Disable, d)
		case slices.Contains(schedule.Names(), d):
			o.Disable = append(o.Disable, d)
		default:
			return o, usage("there is no optimisation %q to disable; they are %s, %s", d, strings.Join(pass.Names(), ", "), strings.Join(schedule.Names(), ", "))
		}

	}
	if f.schedule != "" {
		source, err := os.ReadFile(f.schedule)
		if err != nil {
			return o, err
		}
		s, err := schedule.Parse(string(source))
		if err != nil {
			return o, usage("%s:%w", f.schedule, err)
		}
		o.Schedule = schedule.Given(s)
	}
	if f.target == "" {
		return o, nil
	}
	backend, err := target.Find(f.target)
	if err != nil {
		return o, usageError{err}
	}
	o.Target = backend
	return o, nil
}
