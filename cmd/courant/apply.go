package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/exec/tune"
)

// applyFlags are the flags of apply, as given.
type applyFlags struct {
	compileFlags
	shape         []int
	spacing       []float64
	origin        []float64
	steps         int
	dt            float64
	threads       int
	set           []string
	points        []string
	out           []string
	interpolation string
	outside       string
	halfError     bool
	unstable      bool
	quiet         bool
}

func newApply() *cobra.Command {
	f := &applyFlags{}
	c := &cobra.Command{
		Use:   "apply FILE --shape NX,NY --spacing H,H --steps N --dt DT --set m=M.npy ... --points src=XYZ.npy:TRACES.npy --points rec=XYZ.npy --out rec=REC.npy",
		Short: "Run an operator on .npy arrays",
		Long: `Binds arrays to an operator and runs it.

The number of axes is that of --shape. Fields have the shape of the grid,
without halo; coordinates have shape (points, axes); traces have shape
(steps, points). Wavefields start at zero, or at what --set gives. For an equation
of second order in time, steps t = 1 .. steps-2 make level t+1 from t and t-1,
row t of a source's traces acts in step t, and row t of a receiver's is taken
from level t. Components of vectors and tensors are named v_x, tau_xz.

Coordinates of shape (steps, points, axes) move the points from step to step.
Nodes of shape (points, k, axes) with weights of shape (points, k) say directly
what a point is made of. --out gives traces of shape (steps, points), the last time
level of a wavefield, an image, a history as (frames, grid), a series as (steps).

--half stores fields in half precision, IEEE binary16: parameters, wavefields or some
by their names, and what is computed once of such parameters alone. Computation stays
in single precision. Parameters may have any size; values of wavefields should stay
between 6e-5 and 65504, which the strength of the sources decides, and rounding counts
more in equations of second order in time than in systems of first order. It says by how much
parameters were rounded; --half-error runs again without it and gives the error of
each result.

--tune tries other schedules than the compiler's choice before the run and takes the
fastest. Results may then differ in their last bits from those without it.`,
		Example: `  courant apply acoustic.pde --shape 101,101 --spacing 10,10 --steps 400 --dt 1.5 \
      --set m=m.npy --set damp=0 --points src=xs.npy:wavelet.npy --points rec=xr.npy \
      --out rec=record.npy --out u=u.npy`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error { return f.apply(c, args[0]) })
		},
	}
	f.flags(c)
	c.Flags().BoolVar(&f.halfError, "half-error", false, "with --half: also run in single precision, and say how far the results of --out are from that")
	return c
}

// flags adds the flags that say what a run is bound to; those in without are left out.
func (f *applyFlags) flags(c *cobra.Command, without ...string) {
	f.add(c, append(without, "dim")...)
	flags := c.Flags()
	flags.IntSliceVar(&f.shape, "shape", nil, "grid points per axis, such as 101,101")
	flags.Float64SliceVar(&f.spacing, "spacing", nil, "distance of grid points per axis, or one for all")
	flags.Float64SliceVar(&f.origin, "origin", nil, "coordinates of the first grid point (default zeros)")
	flags.IntVar(&f.steps, "steps", 0, "number of time levels: rows of the traces")
	flags.Float64Var(&f.dt, "dt", 0, "time step")
	flags.IntVar(&f.threads, "threads", 0, "threads (default: one per core)")
	flags.StringArrayVar(&f.set, "set", nil, "field or scalar: NAME=FILE.npy or NAME=NUMBER; repeatable")
	flags.StringArrayVar(&f.points, "points", nil, "source NAME=COORDINATES.npy:TRACES.npy or receivers NAME=COORDINATES.npy; NODES.npy+WEIGHTS.npy in place of coordinates ties points to nodes; repeatable")
	flags.StringArrayVar(&f.out, "out", nil, "result NAME=FILE.npy: traces of receivers, the last level of a wavefield, an image, a history or a series; repeatable")
	flags.StringVar(&f.interpolation, "interpolation", "linear", "how points between nodes are reached: "+strings.Join(operator.Interpolations, ", "))
	flags.StringVar(&f.outside, "outside", "refuse", "what becomes of points outside of the grid: "+strings.Join(operator.Outsides, ", "))
	flags.BoolVar(&f.unstable, "unstable", false, "run although the time step is above the stability limit, a condition of the operator file does not hold, or wavefields grow without bound")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	for _, name := range []string{"shape", "spacing", "steps", "dt"} {
		_ = c.MarkFlagRequired(name)
	}
}

func (f *applyFlags) apply(c *cobra.Command, path string) error {
	outputs, err := pairs("out", f.out)
	if err != nil {
		return err
	}
	options, err := f.options(len(f.shape))
	if err != nil {
		return err
	}
	effort, err := f.effort()
	if err != nil {
		return err
	}
	if f.halfError && (len(f.half) == 0 || len(outputs) == 0) {
		return usage("--half-error compares results of --out that --half changes; give both")
	}
	options.Uniform = len(f.spacing) > 0 && slices.Max(f.spacing) == slices.Min(f.spacing)
	op, err := operator.Load(c.Context(), path, options)
	if err != nil {
		return err
	}
	if err := knownOutputs(op, outputs); err != nil {
		return err
	}
	if len(outputs) == 0 && !f.quiet {
		fmt.Fprintln(c.ErrOrStderr(), "warning: nothing is written; name results with --out, such as --out rec=rec.npy")
	}
	f.warnBorder(c, op.Program.Problem)
	arguments, err := f.arguments()
	if err != nil {
		return err
	}
	if op, err = f.tuned(c, path, options, *arguments, effort); err != nil {
		return err
	}
	bar := newProgress(c.ErrOrStderr(), f.quiet)
	arguments.Progress = bar.show
	arguments.Warn = func(text string) { fmt.Fprintln(c.ErrOrStderr(), "warning:", text) }
	run, err := op.Apply(c.Context(), *arguments)
	bar.end()
	if err != nil {
		return err
	}
	defer run.Close()
	if !f.quiet {
		for _, r := range run.Roundings() {
			if r.Error == 0 {
				continue // all of its values are numbers of half precision
			}
			fmt.Fprintf(c.ErrOrStderr(), "half precision: %s is rounded by up to %.1e of itself\n", r.Field, r.Error)
		}
	}
	for _, o := range outputs {
		if err := write(run, o); err != nil {
			return err
		}
	}
	if f.halfError {
		if err := f.compare(c, path, options, *arguments, run, outputs); err != nil {
			return err
		}
	}
	return c.Context().Err()
}

// compare says how far the results of a run in half precision are from those in single
// precision.
func (f *applyFlags) compare(c *cobra.Command, path string, o codegen.Options, a operator.Arguments, half *operator.Run, outputs []pair) error {
	o.Half = nil
	op, err := operator.Load(c.Context(), path, o)
	if err != nil {
		return err
	}
	a.Warn = nil
	single, err := op.Apply(c.Context(), a)
	if err != nil {
		return err
	}
	defer single.Close()
	for _, p := range outputs {
		fmt.Fprintf(c.OutOrStdout(), "half precision: %s is off by %.1e of its norm\n", p.name, field.Difference(result(half, p.name), result(single, p.name)))
	}
	return nil
}

// tuned is the operator with the schedule that --tune finds.
func (f *applyFlags) tuned(c *cobra.Command, path string, o codegen.Options, a operator.Arguments, effort tune.Effort) (*operator.Operator, error) {
	search := tune.Case{Options: o, Arguments: a}
	search.Compile = func(ctx context.Context, o codegen.Options) (*operator.Operator, error) {
		return operator.Load(ctx, path, o)
	}
	if !f.quiet {
		search.Report = func(t tune.Trial) { fmt.Fprintln(c.ErrOrStderr(), "tried", t) }
	}
	return search.Best(c.Context(), effort)
}

// pair is NAME=VALUE.
type pair struct{ name, value string }

func pairs(flag string, texts []string) ([]pair, error) {
	var out []pair
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, usage("--%s %q: expected NAME=VALUE", flag, text)
		}
		for _, p := range out {
			if p.name == name {
				return nil, usage("--%s gives %s twice", flag, name)
			}
		}
		out = append(out, pair{name, value})
	}
	return out, nil
}

func (f *applyFlags) arguments() (*operator.Arguments, error) {
	a := &operator.Arguments{
		Shape: f.shape, Spacing: f.spacing, Origin: f.origin, Steps: f.steps, Dt: f.dt, Threads: f.threads, Unstable: f.unstable,
		Fields: map[string]*field.Array{}, Constants: map[string]float64{}, Points: map[string]operator.Points{},
	}
	if len(a.Spacing) == 1 {
		for len(a.Spacing) < len(a.Shape) {
			a.Spacing = append(a.Spacing, a.Spacing[0])
		}
	}
	kind, err := interpolation(f.interpolation)
	if err != nil {
		return nil, err
	}
	a.Interpolation = kind
	rule := slices.Index(operator.Outsides, f.outside)
	if rule < 0 {
		return nil, usage("there is no rule %q for points outside; there are %s", f.outside, strings.Join(operator.Outsides, ", "))
	}
	a.Outside = operator.Outside(rule)
	set, err := pairs("set", f.set)
	if err != nil {
		return nil, err
	}
	for _, p := range set {
		if v, err := strconv.ParseFloat(p.value, 64); err == nil {
			a.Constants[p.name] = v
		} else if a.Fields[p.name], err = readArray(p.value); err != nil {
			return nil, usage("--set %s: %w", p.name, err)
		}
	}
	points, err := pairs("points", f.points)
	if err != nil {
		return nil, err
	}
	for _, p := range points {
		at, traces, _ := strings.Cut(p.value, ":")
		var v operator.Points
		if nodes, weights, tied := strings.Cut(at, "+"); tied {
			if v.Nodes, err = readArray(nodes); err == nil {
				v.Weights, err = readArray(weights)
			}
		} else {
			v.At, err = readArray(at)
		}
		if err != nil {
			return nil, usage("--points %s: %w", p.name, err)
		}
		if traces != "" {
			if v.Traces, err = readArray(traces); err != nil {
				return nil, usage("--points %s: %w", p.name, err)
			}
			if len(v.Traces.Shape) == 1 { // one source's wavelet
				v.Traces.Shape = []int{v.Traces.Shape[0], 1}
			}
		}
		a.Points[p.name] = v
	}
	return a, nil
}

func interpolation(name string) (operator.Interpolation, error) {
	for i, n := range operator.Interpolations {
		if n == name {
			return operator.Interpolation(i), nil
		}
	}
	return 0, usage("there is no interpolation %q; there are %s", name, strings.Join(operator.Interpolations, ", "))
}

// readArray reads a .npy file; that it is none is the caller's mistake.
func readArray(path string) (*field.Array, error) {
	if !strings.HasSuffix(path, ".npy") {
		return nil, fmt.Errorf("%q is neither a number nor a .npy file", path)
	}
	return field.ReadNPY(path)
}

// knownOutputs finds out before the run what could not be written after it.
func knownOutputs(op *operator.Operator, outputs []pair) error {
	var known []string
	for _, a := range op.Program.Signature.Arrays {
		if a.Role != signature.Precomputed && a.Role != signature.Temporary {
			known = append(known, a.Name)
		}
	}
	for _, p := range op.Program.Problem.Points {
		if !p.Inject {
			known = append(known, p.Name)
		}
	}
	for _, s := range op.Program.Problem.Series {
		known = append(known, s.Name)
	}
	for _, o := range outputs {
		found := false
		for _, k := range known {
			found = found || k == o.name
		}
		if !found {
			return usage("--out %s: a run has no such result; it has %s", o.name, strings.Join(known, ", "))
		}
		if !strings.HasSuffix(o.value, ".npy") {
			return usage("--out %s: %q is not a .npy file", o.name, o.value)
		}
	}
	return nil
}

func write(run *operator.Run, o pair) error { return field.WriteNPY(o.value, result(run, o.name)) }

// result is what a run has of a name.
func result(run *operator.Run, name string) *field.Array {
	a := run.Traces(name)
	if a == nil {
		a = run.Series(name)
	}
	if a == nil {
		a = run.Field(name)
	}
	return a
}
