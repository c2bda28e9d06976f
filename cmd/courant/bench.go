package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	set        []string
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
		Long: `Measures an operator on a grid: the stencil alone, and steps with a source and
a carpet of receivers. Points count the absorbing layer. Each figure is the middle of
the repeats with their range. Bandwidth and peak are measured in the same run, and the
fraction of the bound that they set is given. When other processes took processor
time meanwhile, a warning says so.

--sweep measures several grids of equal sides: 64,128,256 along each axis, or auto,
which chooses sizes that stay in L2, in L3 and in memory. Several orders in --space-order are
measured in turn on each grid. --roofline draws the cases below the measured roofs.

--tune quick or thorough first searches for a faster schedule than the compiler's choice
and says what it tried.

--gradient m measures whole gradients by m of a shot of --steps steps with a line of
receivers: the forward run and the backward run with its image. --memory decides
whether all levels of the wavefields are kept or checkpoints.

--against devito also measures Devito, in turns with Courant, with the Python of
$COURANT_DEVITO_PYTHON or python3: operators named acoustic, tti, elastic and
viscoelastic, and gradients of the first two by m. --against deepwave measures the
gradient of acoustic by vp or m with the Python of $COURANT_DEEPWAVE_PYTHON or python3.

--save keeps the results in a file, and --baseline compares with such a file. With
--slower-than 10 the exit code is 6 when a case is slower by 10 percent or more.`,
		Example: `  courant bench acoustic.pde --shape 320,320,320 --space-order 8 --against devito
  courant bench acoustic.pde --sweep auto --space-order 4,8,12 --roofline roofline.svg
  courant bench acoustic.pde --shape 200,200,200 --gradient m --steps 500 --memory 4GiB
  courant bench acoustic.pde --save before.json
  courant bench acoustic.pde --baseline before.json --slower-than 10`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return isolated(c.Context(), func() error { return f.measure(c, args[0]) })
		},
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
	flags.StringArrayVar(&f.set, "set", nil, "value NAME=NUMBER of a field or scalar (default 1); repeatable")
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

func (f *benchFlags) measure(c *cobra.Command, path string) error {
	o := &f.options
	if err := f.complete(c, path); err != nil {
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
	all, err := bench.Run(c.Context(), *o)
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
			return usage("%s", v.text)
		}
	}
	for i, order := range o.SpaceOrders {
		if order < 1 || slices.Contains(o.SpaceOrders[:i], order) {
			return usage("--space-order %d: orders are even, 2 or more, and none is named twice", order)
		}
	}
	dim := len(f.shape)
	o.Grids = [][]int{f.shape}
	if given("sweep") {
		dim = f.dim
		if !given("pad") {
			o.Pad = 0
		}
		if o.Grids, err = f.grids(); err != nil {
			return err
		}
	}
	if gradients && !given("steps") {
		o.Steps = 200
	}
	if o.Compile, err = f.compileFlags.options(dim); err != nil {
		return err
	}
	if o.Tune, err = f.effort(); err != nil {
		return err
	}
	if o.Set, err = numbers(f.set); err != nil {
		return err
	}
	if o.Storage.Memory, err = bytesOf(f.memory); err != nil {
		return err
	}
	if given("against") {
		if o.Against, err = bench.FindRival(f.against); err != nil {
			return usage("--against: %w", err)
		}
	}
	return nil
}

// grids are those of a sweep; none stands for a choice by the machine.
func (f *benchFlags) grids() (grids [][]int, err error) {
	if f.sweep == "auto" {
		return nil, nil
	}
	dim := f.dim
	if dim == 0 {
		dim = 3
	}
	for text := range strings.SplitSeq(f.sweep, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, usage("--sweep %s: %q is no number of grid points; write for example 64,128,256 or auto", f.sweep, text)
		}
		grids = append(grids, slices.Repeat([]int{n}, max(dim, 0)))
	}
	return grids, nil
}

// numbers reads NAME=NUMBER pairs.
func numbers(texts []string) (map[string]float64, error) {
	list, err := pairs("set", texts)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, p := range list {
		v, err := strconv.ParseFloat(p.value, 64)
		if err != nil {
			return nil, usage("--set %s: %q is not a number", p.name, p.value)
		}
		out[p.name] = v
	}
	return out, nil
}
