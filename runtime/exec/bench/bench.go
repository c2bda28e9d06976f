// Package bench measures how fast an operator runs, and how close that is to what the
// machine can do. It is what `courant bench` calls.
//
// In: Options: an operator file, grids, orders, threads, and perhaps a Rival to be
// measured in turns. Out: Results: for each case points a second, operations and bytes a
// point, and the rate that bandwidth and arithmetic of the machine allow. Start at Run;
// docs/performance.md has results.
package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/exec/tune"
)

// Options say what to measure: each order on each grid.
type Options struct {
	File        string
	Compile     codegen.Options
	Target      string  // name of Compile.Target, for the result
	Grids       [][]int // interior points per axis; none chooses grids that fit the caches, see Fitting
	SpaceOrders []int   // of accuracy in space; none, or 0, is the file's
	Pad         int     // points of absorbing layer that a sponge takes on every side
	Steps       int     // steps of one measurement
	Repeat      int     // measurements
	Threads     int     // 0 for one per core
	Block       []int   // tile; nil to search
	Tune        tune.Effort
	// Set gives values to fields and scalars; all others are 1.
	Set map[string]float64
	// Gradient names fields: whole gradients by them are measured in place of steps.
	Gradient []string
	Storage  gradient.Storage // of a gradient
	Against  *Rival           // measured in turns; nil for none
}

// Results are all measurements of a command, as `courant bench --json` prints them.
type Results struct {
	Machine  machine.Figures `json:"machine"` // measured in this run
	Cases    []*Result       `json:"cases"`
	Baseline *Comparison     `json:"baseline,omitempty"`
}

// Result is one measurement. A gigabyte is 1e9 bytes, a gigapoint 1e9 updates of a
// grid point, absorbing layers included.
type Result struct {
	Operator   string   `json:"operator"`
	Gradient   []string `json:"gradient,omitempty"` // fields: what was measured is a whole gradient by them
	Target     string   `json:"target"`
	Shape      []int    `json:"shape"`
	Pad        int      `json:"pad"`
	SpaceOrder int      `json:"space_order"`
	Precision  string   `json:"precision"`
	Threads    int      `json:"threads"`
	Steps      int      `json:"steps"`
	Repeat     int      `json:"repeat"`
	Block      []int64  `json:"block,omitempty"`
	// Tuning lists the schedules that were tried in a search for the fastest one.
	Tuning []tune.Trial `json:"tuning,omitempty"`

	Half *HalfPrecision `json:"half_precision,omitempty"`

	// Rate is that of the stencil alone, or the steps of the shot by the time of its
	// whole gradient.
	Rate     Spread  `json:"gpts_per_s"`
	LoopRate *Spread `json:"loop_gpts_per_s,omitempty"` // with a source and a carpet of receivers
	GFlops   float64 `json:"gflops,omitempty"`          // by the median

	*Bounds
	Cost *GradientCost `json:"gradient_cost,omitempty"`

	FrontEnd  float64 `json:"front_end_s,omitempty"`          // file to C, passes included
	FirstStep float64 `json:"time_to_first_step_s,omitempty"` // file to the end of the first step, nothing cached
	WarmStep  float64 `json:"warm_time_to_first_step_s,omitempty"`

	CPU      string        `json:"cpu"`
	Compiler string        `json:"compiler,omitempty"`
	Load     *machine.Load `json:"load,omitempty"` // what else ran meanwhile; missing where the system does not tell

	Rival   *Rivalry `json:"rival,omitempty"`
	Missing string   `json:"rival_missing,omitempty"` // why the rival could not be measured
}

// Bounds are what the machine allows a stencil.
type Bounds struct {
	FlopsPerPoint int     `json:"flops_per_point"`
	BytesPerPoint int     `json:"bytes_per_point"`
	Home          string  `json:"home"`             // where the arrays stay: L2, L3 or memory
	Bandwidth     float64 `json:"bandwidth_gb_s"`   // of that, measured in this run, in place
	Peak          float64 `json:"peak_gflop_s"`     // measured in this run
	Bound         float64 `json:"bound_gpts_per_s"` // what bandwidth and peak allow
	BoundBy       string  `json:"bound_by"`         // the home, or "arithmetic"
	Fraction      float64 `json:"fraction_of_bound"`
}

// Case names what was measured, whatever it was measured on.
func (r *Result) Case() string {
	text := r.Operator
	if r.Gradient != nil {
		text = fmt.Sprintf("gradient of %s by %s, %d steps", r.Operator, strings.Join(r.Gradient, ", "), r.Steps)
	}
	if r.Target != "c" {
		text += " in " + r.Target
	}
	if r.Half != nil {
		text += " with " + strings.Join(r.Half.Stored, ", ") + " in half precision"
	}
	return fmt.Sprintf("%s, order %d, %s, %s", text, r.SpaceOrder, r.Precision, r.grid())
}

// grid is the shape with the layers: 320 x 320 + 40.
func (r *Result) grid() string {
	var sides []string
	for _, n := range r.Shape {
		sides = append(sides, strconv.Itoa(n))
	}
	text := strings.Join(sides, " x ")
	if r.Pad > 0 {
		text += fmt.Sprintf(" + %d", r.Pad)
	}
	return text
}

// bench is one measurement under way.
type bench struct {
	Options
	args   operator.Arguments
	shape  []int
	result *Result
	points float64 // grid points, layers included
	watch  *machine.Watch
}

// Run measures each order on each grid, and the rival in turns with Courant, if it
// is there.
func Run(ctx context.Context, o Options) (*Results, error) {
	all := &Results{}
	if err := all.run(ctx, o); err != nil {
		return nil, err
	}
	return all, nil
}

func (all *Results) run(ctx context.Context, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.Threads == 0 {
		o.Threads = machine.Describe().Cores
	}
	o.Compile.Uniform = true // the benchmark chooses one spacing
	o.Compile.Machine = machine.Facts()
	if len(o.SpaceOrders) == 0 {
		o.SpaceOrders = []int{o.Compile.SpaceOrder}
	}
	if len(o.Grids) == 0 {
		var err error
		if o.Grids, err = fitting(o); err != nil {
			return err
		}
	}
	known := all.Machine.Threads > 0
	var finish []func(machine.Figures)
	for _, order := range o.SpaceOrders {
		for _, shape := range o.Grids {
			f, err := all.measure(ctx, o, order, shape)
			if err != nil {
				return err
			}
			finish = append(finish, f)
		}
	}
	if !known {
		// Before the first case and behind the last: the better one is the bound.
		again, err := machine.Measure(ctx, o.Threads, true)
		if err != nil {
			return err
		}
		all.Machine = all.Machine.Best(again)
	}
	for _, f := range finish {
		f(all.Machine)
	}
	return nil
}

// check finds what is wrong with the options alone.
func (o *Options) check() error {
	if o.Steps < 1 || o.Repeat < 1 {
		return operator.BadArguments{fmt.Sprintf("%d steps, %d times: both must be at least 1", o.Steps, o.Repeat)}
	}
	for _, shape := range o.Grids {
		for _, n := range shape {
			if n < 1 {
				return operator.BadArguments{fmt.Sprintf("a grid of %d points along an axis; it must be at least 1", n)}
			}
		}
	}
	if len(o.Gradient) > 0 && len(o.Compile.Half) > 0 {
		return operator.BadArguments{"gradients are not measured in half precision: they are exact only where the forward and the backward run read the same numbers; leave out one of the two"}
	}
	for i, order := range o.SpaceOrders {
		if order < 0 || slices.Contains(o.SpaceOrders[:i], order) {
			return operator.BadArguments{fmt.Sprintf("--space-order %d: orders are even, 2 or more, and none is named twice", order)}
		}
	}
	if o.Pad < 0 {
		return operator.BadArguments{fmt.Sprintf("an absorbing layer of %d points; it must be 0 or more", o.Pad)}
	}
	return nil
}

// measure adds the result of one order on one grid. What it gives derives the figures
// that depend on those of the machine.
func (all *Results) measure(ctx context.Context, o Options, order int, shape []int) (finish func(machine.Figures), err error) {
	o.Compile.SpaceOrder, o.Compile.Dim = order, len(shape)
	b := &bench{Options: o, shape: shape, points: 1}
	b.args = operator.Arguments{Threads: o.Threads, Constants: map[string]float64{}}
	for _, n := range shape {
		b.args.Shape = append(b.args.Shape, n+2*o.Pad)
		b.args.Spacing = append(b.args.Spacing, 10)
		b.args.Origin = append(b.args.Origin, -10*float64(o.Pad))
		b.points *= float64(n + 2*o.Pad)
	}
	b.result = &Result{Target: o.Target, Shape: shape, Pad: o.Pad, Precision: o.Compile.Precision.String(), Threads: o.Threads, Steps: o.Steps, Repeat: o.Repeat, CPU: machine.Describe().CPU}
	var t task = &steps{bench: b}
	if len(o.Gradient) > 0 {
		b.result.Gradient = o.Gradient
		t = &shots{bench: b}
	}
	defer t.close()
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	if all.Machine.Threads == 0 {
		if all.Machine, err = machine.Measure(ctx, o.Threads, true); err != nil {
			return nil, err
		}
	}
	b.watch = machine.StartWatch()
	if err := b.turns(ctx, t); err != nil {
		return nil, err
	}
	b.result.Load = b.watch.Load()
	all.Cases = append(all.Cases, b.result)
	return t.finish, nil
}

// task is a kind of measurement.
type task interface {
	prepare(ctx context.Context) error // compiles
	begin(ctx context.Context) error   // takes the memory and does what is not measured
	turn(ctx context.Context) (turn, error)
	finish(f machine.Figures)
	close()
}

// turn is one measurement, in gigapoints a second: of the stencil, or of a whole
// gradient, and of steps with points, 0 for a gradient.
type turn struct {
	Rate float64 `json:"gpts_per_s"`
	Loop float64 `json:"loop_gpts_per_s"`
}

// turns measures in turns: Courant, the rival, Courant, ... The machine may be
// shared, so only turns that follow one another are comparable.
func (b *bench) turns(ctx context.Context, t task) error {
	var rival *process
	if b.Against != nil {
		var err error
		var missing *missingError
		if rival, err = b.start(ctx); errors.As(err, &missing) {
			b.result.Missing = missing.Error()
		} else if err != nil {
			return err
		}
	}
	if rival != nil {
		defer rival.stop()
	}
	if err := t.begin(ctx); err != nil {
		return err
	}
	var ours, theirs []turn
	for range b.Repeat {
		one, err := t.turn(ctx)
		if err != nil {
			return err
		}
		ours = append(ours, one)
		if rival == nil {
			continue
		}
		if one, err = rival.turn(); err != nil {
			return err
		}
		theirs = append(theirs, one)
	}
	b.result.Rate, b.result.LoopRate = spreadsOf(ours)
	if rival != nil {
		b.result.Rival = rival.ready.rivalry(b.Against.Name, ours, theirs)
	}
	return nil
}

// spreadsOf are those of the rates, and of the rates with points, if there are any.
func spreadsOf(turns []turn) (rate Spread, loop *Spread) {
	var rates, loops []float64
	for _, t := range turns {
		rates = append(rates, t.Rate)
		if t.Loop > 0 {
			loops = append(loops, t.Loop)
		}
	}
	if len(loops) > 0 {
		l := spreadOf(loops)
		loop = &l
	}
	return spreadOf(rates), loop
}
