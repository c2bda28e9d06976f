package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/exec/bench"
)

// benchFlags say what to measure and what to do with the results.
type benchFlags struct {
	compileFlags
	options    bench.Options
	shape      []int
	sweep      string
	memory     string
	against    string
	roofline   string
	save       string
	baseline   string
	slowerThan float64
	asJSON     bool
}

func newBench() *cobra.Command {
	f := &benchFlags{}
	c := &cobra.Command{
		Use:   "bench FILE --shape NX,NY,NZ",
		Short: "Measure how fast an operator runs, and how near that is to the machine's bound",
		Long: `Measures the stencil of an operator alone, and steps with a source and a carpet of
receivers; with --gradient whole gradients. Points count the absorbing layer. Each
figure is the middle of the repeats with their range. docs/performance.md explains them.`,
		Example: `  courant bench acoustic.pde --shape 320,320,320 --space-order 8 --against devito
  courant bench acoustic.pde --sweep auto --space-order 4,8,12 --roofline roofline.svg
  courant bench acoustic.pde --shape 200,200,200 --gradient m --steps 500 --memory 4GiB
  courant bench acoustic.pde --save before.json
  courant bench acoustic.pde --baseline before.json --slower-than 10`,
		Args: cobra.ExactArgs(1),
		RunE: isolated(f.measure),
	}
	f.add(c, "space-order")
	o, flags := &f.options, c.Flags()
	flags.IntSliceVar(&o.SpaceOrders, "space-order", nil, "order of accuracy in space, even, or several to measure in turn (default: the file's)")
	flags.IntSliceVar(&f.shape, "shape", []int{320, 320, 320}, "interior grid points per axis")
	flags.StringVar(&f.sweep, "sweep", "", "interior grid points along each axis, one grid for each number, or auto")
	flags.IntVar(&o.Pad, "pad", 40, "points that a sponge takes on every side of --shape (0 with --sweep)")
	flags.IntVar(&o.Steps, "steps", 20, "steps of one measurement (200 with --gradient)")
	flags.IntVar(&o.Repeat, "repeat", 3, "measurements, whose middle and range are given")
	flags.IntVar(&o.Threads, "threads", 0, "threads (default: one per core)")
	flags.IntSliceVar(&o.Block, "block", nil, "extent of a tile per axis (default: search)")
	o.Set = numbers{}
	flags.Var(numbers(o.Set), "set", "value NAME=NUMBER of a field or scalar (default 1); repeatable")
	flags.StringSliceVar(&o.Gradient, "gradient", nil, "measure whole gradients by these fields in place of steps")
	flags.StringVar(&f.memory, "memory", "", "memory that a gradient may take, such as 2GiB (default: three quarters of what is free)")
	flags.StringVar(&f.against, "against", "", "also measure, in turns: devito or deepwave")
	flags.StringVar(&f.roofline, "roofline", "", "picture of the machine's roofs and the cases, .png or .svg")
	flags.StringVar(&f.save, "save", "", "file for the results, to compare with later")
	flags.StringVar(&f.baseline, "baseline", "", "file of saved results to compare with")
	flags.Float64Var(&f.slowerThan, "slower-than", 0, "with --baseline: end with exit code 6 when a case is that many percent slower")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object")
	return c
}

func (f *benchFlags) measure(c *cobra.Command, args []string) error {
	if err := f.complete(c, args[0]); err != nil {
		return err
	}
	// What the results are compared with is read first: measuring takes long.
	var before *bench.Baseline
	if f.baseline != "" {
		var err error
		if before, err = bench.ReadBaseline(f.baseline); err != nil {
			return usage("--baseline: %w", err)
		}
	}
	all, err := bench.Run(c.Context(), f.options)
	if err != nil {
		return err
	}
	if f.save != "" {
		if err := all.Save(f.save); err != nil {
			return err
		}
	}
	if before != nil {
		all.Compare(before)
	}
	if f.asJSON {
		if err := printJSON(c, all); err != nil {
			return err
		}
	} else {
		fmt.Fprint(c.OutOrStdout(), all)
	}
	if f.roofline != "" {
		if err := all.Roofline(f.roofline); err != nil {
			return err
		}
	}
	if f.slowerThan == 0 {
		return nil
	}
	slower, err := all.Baseline.SlowerThan(f.slowerThan)
	if err != nil {
		return err
	}
	if len(slower) > 0 {
		return &exitError{exitSlower, errors.New(strings.Join(slower, "\n"))}
	}
	return nil
}

// complete turns the flags into the options of a measurement, and finds those that
// do not go together.
func (f *benchFlags) complete(c *cobra.Command, path string) (err error) {
	o, given := &f.options, c.Flags().Changed
	o.File, o.Target = path, f.target
	gradients := given("gradient")
	for _, v := range []struct {
		wrong bool
		text  string
	}{
		{given("sweep") && given("shape"), "--sweep and --shape both say which grids; give one of them"},
		{given("dim") && !given("sweep"), "--dim is for --sweep; --shape has a number for each axis"},
		{f.sweep == "auto" && gradients, "--sweep auto chooses grids for steps; give the sizes for gradients, such as --sweep 64,128"},
		{gradients && len(o.Gradient) == 0, "--gradient names no field; give for example --gradient m"},
		{gradients && given("roofline"), "--roofline shows steps, not gradients; leave one of them out"},
		{gradients && given("tune"), "--tune is for steps; gradients run as the compiler chooses"},
		{gradients && given("block"), "--block is for steps; gradients search their tiles"},
		{given("memory") && !gradients, "--memory is for --gradient; steps keep no wavefields"},
		{given("roofline") && !bench.IsPicture(f.roofline), fmt.Sprintf("--roofline %s: a picture is a .png or .svg file", f.roofline)},
		{given("slower-than") && !given("baseline"), "--slower-than needs --baseline FILE, the results to compare with"},
		{given("slower-than") && !(f.slowerThan > 0 && f.slowerThan < 100), "--slower-than is a number of percent, above 0 and below 100"},
	} {
		if v.wrong {
			err = errors.Join(err, usage("%s", v.text))
		}
	}
	dim := len(f.shape)
	o.Grids = [][]int{f.shape}
	var wrong [5]error
	if given("sweep") {
		if dim = f.compile.Dim; !given("pad") {
			o.Pad = 0
		}
		o.Grids, wrong[0] = bench.ParseSweep(f.sweep, cmp.Or(dim, 3))
	}
	if gradients && !given("steps") {
		o.Steps = 200
	}
	o.Compile, wrong[1] = f.compileFlags.options(dim)
	o.Tune, wrong[2] = f.effort()
	o.Storage.Memory, wrong[3] = bytesOf(f.memory)
	if given("against") {
		if o.Against, wrong[4] = bench.FindRival(f.against); wrong[4] != nil {
			wrong[4] = usage("--against: %w", wrong[4])
		}
	}
	return errors.Join(append(wrong[:], err)...)
}
