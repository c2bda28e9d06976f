package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/symbolic"
)

// gradientFlags are those of apply and what a gradient needs besides.
type gradientFlags struct {
	applyFlags
	observed  []string
	weights   []string
	misfit    string
	threshold float64
	keep      string
	memory    string
	disk      string
	every     int
	asJSON    bool
}

func newGradient() *cobra.Command {
	f := &gradientFlags{}
	c := &cobra.Command{
		Use:   "gradient FILE --shape NX,NY --spacing H,H --steps N --dt DT --set m=M.npy ... --points ... --observed rec=OBS.npy --out m=G.npy",
		Short: "The value of a misfit and its exact derivatives, for one shot",
		Long: `Runs an operator, compares its records with observed traces, and runs the
derived adjoint. --out names what is written: the derivative by a field, also one
that others follow from by their default values, the traces of receivers, or the
derivative by the traces of a source. Points of absorbing layers (--border) belong to
the grid: --shape counts them, and fields have that shape.

--memory bounds the memory. All levels of the wavefields are kept when they fit,
otherwise checkpoints from which parts of the run are repeated: both give the
same bits. --keep asks for a way: all, checkpoints, boundary (the values in the sponge; the
rest is computed backward), sampled (every few steps) or rounded (16 bits a
number); the last two are approximations.`,
		Example: `  courant gradient acoustic.pde --shape 101,101 --spacing 10 --steps 400 --dt 1.5 \
      --set m=m.npy --set damp=0 --points src=xs.npy:wavelet.npy --points rec=xr.npy \
      --observed rec=observed.npy --memory 2GiB --out m=gradient.npy`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error { return f.evaluate(c, args[0]) })
		},
	}
	f.flags(c, "tune", "half")
	flags := c.Flags()
	flags.StringArrayVar(&f.observed, "observed", nil, "observed traces RECEIVERS=FILE.npy, shape (steps, points); repeatable")
	flags.StringArrayVar(&f.weights, "weights", nil, "weights of traces RECEIVERS=FILE.npy, shape (steps, points) or (points); repeatable")
	flags.StringVar(&f.misfit, "misfit", "l2", "what compares records: l2, huber, correlation or envelope")
	flags.Float64Var(&f.threshold, "threshold", 0, "residual from which the Huber misfit grows linearly")
	flags.Lookup("out").Usage = "result NAME=FILE.npy: the derivative by a field, also one that others follow from, or by the traces of a source; the traces of receivers; repeatable"
	flags.StringVar(&f.keep, "keep", "automatic", "how wavefields are kept: automatic, all, checkpoints, boundary, sampled or rounded")
	flags.StringVar(&f.memory, "memory", "", "memory that may be taken, such as 2GiB (default: three quarters of what is free)")
	flags.StringVar(&f.disk, "disk", "", "folder for checkpoints that the memory has no room for")
	flags.IntVar(&f.every, "every", 4, "steps from one kept level to the next, for --keep sampled")
	flags.BoolVar(&f.asJSON, "json", false, "print the report as one JSON object")
	return c
}

func (f *gradientFlags) evaluate(c *cobra.Command, path string) error {
	outputs, err := pairs("out", f.out)
	if err != nil {
		return err
	}
	options, err := f.options(len(f.shape))
	if err != nil {
		return err
	}
	options.Uniform = len(f.spacing) > 0 && slices.Max(f.spacing) == slices.Min(f.spacing)
	storage := gradient.Storage{Disk: f.disk, Every: f.every}
	if storage.Keep, err = gradient.ParseKeep(f.keep); err != nil {
		return usageError{err}
	}
	if storage.Memory, err = bytesOf(f.memory); err != nil {
		return err
	}
	misfit, err := f.compares()
	if err != nil {
		return err
	}
	a, err := f.arguments()
	if err != nil {
		return err
	}
	a.Warn = func(text string) { fmt.Fprintln(c.ErrOrStderr(), "warning:", text) }
	problem, err := parsed(path, options)
	if err != nil {
		return err
	}
	// Outputs name fields to differentiate by, or points.
	var wrt []string
	for _, o := range outputs {
		if !strings.HasSuffix(o.value, ".npy") {
			return usage("--out %s: %q is not a .npy file", o.name, o.value)
		}
		if !slices.ContainsFunc(problem.Points, func(q *symbolic.Points) bool { return q.Name == o.name }) {
			wrt = append(wrt, o.name)
		}
	}
	op, err := gradient.Compile(c.Context(), problem, gradient.Options{Options: options, Wrt: wrt})
	if err != nil {
		return err
	}
	plan, err := op.Plan(*a, storage)
	if err != nil {
		return err
	}
	if !f.asJSON && !f.quiet {
		fmt.Fprintln(c.ErrOrStderr(), plan)
	}
	r, err := op.Evaluate(c.Context(), *a, misfit, plan)
	if err != nil {
		return err
	}
	results := maps.Clone(r.Fields)
	maps.Copy(results, r.Records)
	maps.Copy(results, r.Sources)
	for _, o := range outputs {
		if results[o.name] == nil {
			return usage("--out %s: there is no such result; there are %s", o.name, strings.Join(slices.Sorted(maps.Keys(results)), ", "))
		}
		if err := field.WriteNPY(o.value, results[o.name]); err != nil {
			return err
		}
	}
	return f.report(c, r)
}

// compares is the misfit that the flags ask for.
func (f *gradientFlags) compares() (gradient.Misfit, error) {
	d := gradient.Data{Observed: map[string]*field.Array{}, Weights: map[string]*field.Array{}}
	for flag, into := range map[string]map[string]*field.Array{"observed": d.Observed, "weights": d.Weights} {
		list := f.observed
		if flag == "weights" {
			list = f.weights
		}
		all, err := pairs(flag, list)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if into[p.name], err = readArray(p.value); err != nil {
				return nil, usage("--%s %s: %w", flag, p.name, err)
			}
		}
	}
	if len(d.Observed) == 0 {
		return nil, usage("there is nothing to compare the records with: give --observed rec=OBSERVED.npy")
	}
	switch f.misfit {
	case "l2":
		return gradient.L2{Data: d}, nil
	case "huber":
		if !(f.threshold > 0) {
			return nil, usage("the Huber misfit needs a threshold above 0: --threshold")
		}
		return gradient.Huber{Data: d, Threshold: f.threshold}, nil
	case "correlation":
		return gradient.Correlation{Data: d}, nil
	case "envelope":
		return gradient.Envelope{Data: d}, nil
	}
	return nil, usage("there is no misfit %q; there are l2, huber, correlation, envelope", f.misfit)
}

func (f *gradientFlags) report(c *cobra.Command, r *gradient.Result) error {
	if f.asJSON {
		return printJSON(c, struct {
			Value     float64       `json:"value"`
			Plan      gradient.Plan `json:"plan"`
			Bytes     int64         `json:"bytes"`
			Peak      int64         `json:"peak_bytes,omitempty"` // of the process, where the system tells
			Steps     int           `json:"forward_steps"`
			Recompute float64       `json:"recompute"`
			Forward   float64       `json:"forward_s"`
			Backward  float64       `json:"backward_s"`
		}{r.Value, r.Report.Plan, r.Report.Bytes, machine.PeakMemory(), r.Report.Steps, r.Report.Recompute(), r.Report.Forward.Seconds(), r.Report.Backward.Seconds()})
	}
	fmt.Fprintf(c.OutOrStdout(), "misfit %.8g\n%s\n", r.Value, r.Report)
	if peak := machine.PeakMemory(); peak > 0 {
		fmt.Fprintf(c.OutOrStdout(), "the process took %.0f MiB at most\n", float64(peak)/(1<<20))
	}
	return nil
}

// bytesOf reads an amount of memory; nothing is 0.
func bytesOf(text string) (int64, error) {
	n, err := machine.ParseBytes(text)
	if err != nil {
		return 0, usage("--memory %w", err)
	}
	return n, nil
}
