package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/tune"
	"github.com/courant-pde/courant/symbolic"
)

// compileFlags choose an operator of a file and how to compile it.
type compileFlags struct {
	compile   codegen.Options
	precision string
	target    string
	disable   []string
	schedule  string
	tune      string
}

// add adds the flags that a command has; those in without are left out.
func (f *compileFlags) add(c *cobra.Command, without ...string) {
	all, o := pflag.NewFlagSet("", pflag.ContinueOnError), &f.compile
	all.StringVar(&o.Operator, "operator", "", "operator of the file, when it has several")
	all.IntVar(&o.SpaceOrder, "space-order", 0, "order of accuracy in space, even (default: the file's)")
	all.IntVar(&o.Border, "border", 0, "points of the absorbing layers that the grid has at its ends")
	all.StringVar(&f.precision, "precision", "f32", "precision of grid values: f32 or f64")
	all.StringSliceVar(&o.Half, "half", nil, "store these fields in half precision: parameters, wavefields, or names such as m,v,tau_xz")
	all.StringSliceVar(&f.disable, "disable", nil, "leave out an optimisation, see courant passes")
	all.StringVar(&f.schedule, "schedule", "", "file that says how the operator is carried out; courant explain --schedule prints one")
	all.StringVar(&f.tune, "tune", "off", "search for a faster schedule first: quick, for some two seconds, thorough or off; what is found is kept for the next time")
	all.IntVar(&o.Dim, "dim", 0, "number of space axes: 1, 2 or 3 (default: as many as the operator names, or 3)")
	all.StringVar(&f.target, "target", target.Names()[0], "what runs the operator: "+strings.Join(target.Names(), " or "))
	all.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(without, flag.Name) {
			c.Flags().AddFlag(flag)
		}
	})
	for name, words := range map[string][]string{"precision": {"f32", "f64"}, "disable": codegen.Optimisations(), "tune": tune.Efforts, "target": target.Names()} {
		_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	completeFiles(c, "pde")
}

// completeFiles has the shell propose files with these endings as arguments.
func completeFiles(c *cobra.Command, endings ...string) {
	c.ValidArgsFunction = cobra.FixedCompletions(endings, cobra.ShellCompDirectiveFilterFileExt)
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
// leaves it to the operator. Errors: all that is wrong with the flags.
func (f *compileFlags) options(dim int) (o codegen.Options, err error) {
	o = f.compile
	o.Dim = dim
	var faults []error
	fault := func(err error) {
		if err != nil {
			faults = append(faults, usageError{err})
		}
	}
	if o.Border < 0 {
		fault(usage("--border %d: layers have 0 points or more", o.Border))
	}
	if dim < 0 || dim > 3 {
		fault(usage("%d axes; operators have 1, 2 or 3", dim))
	}
	o.Precision, err = signature.ParseReal(f.precision)
	fault(err)
	fault(o.LeaveOut(f.disable...))
	if f.schedule != "" {
		s, err := schedule.ReadFile(f.schedule)
		if fault(err); err == nil {
			o.Schedule = schedule.Given(s)
		}
	}
	if f.target != "" {
		o.Target, err = target.Find(f.target)
		fault(err)
	}
	return o, errors.Join(faults...)
}
