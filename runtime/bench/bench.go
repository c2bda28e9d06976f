// Package bench measures how fast an operator runs, and how close that is to
// what the machine can do.
package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/jit"
	"github.com/courant-pde/courant/runtime/machine"
	"github.com/courant-pde/courant/runtime/operator"
	"github.com/courant-pde/courant/symbolic/stability"
)

// Options say what to measure.
type Options struct {
	File    string
	Compile codegen.Options // its Dim is the number of axes of Shape
	Target  string          // name of Compile.Target, for the result
	Shape   []int           // interior points per axis
	Layer   int             // points of absorbing layer on every side (nbl)
	Steps   int             // steps of one measurement
	Repeat  int             // measurements; the fastest counts
	Threads int             // 0 for one per core
	Block   []int           // tile; nil to search
	// Set gives values to fields and scalars; all others are 1.
	Set map[string]float64
}

// Result is one measurement, as `courant bench --json` prints it. A gigabyte
// is 1e9 bytes, a gigapoint 1e9 updates of a grid point, absorbing layers
// included.
type Result struct {
	Operator string  `json:"operator"`
	Target   string  `json:"target"`
	Shape    []int   `json:"shape"`
	Layer    int     `json:"nbl"`
	Order    int     `json:"so"`
	DType    string  `json:"dtype"`
	Threads  int     `json:"threads"`
	Steps    int     `json:"steps"`
	Repeat   int     `json:"repeat"`
	Block    []int64 `json:"block"`

	Rate     float64 `json:"gpts_per_s"`      // the stencil alone
	LoopRate float64 `json:"loop_gpts_per_s"` // with a source and a carpet of receivers
	GFlops   float64 `json:"gflops"`

	FlopsPerPoint int     `json:"flops_per_point"`
	BytesPerPoint int     `json:"bytes_per_point"`
	Bandwidth     float64 `json:"bandwidth_gb_s"`   // measured in this run, in place
	Triad         float64 `json:"triad_gb_s"`       // measured in this run
	Peak          float64 `json:"peak_gflop_s"`     // measured in this run
	Bound         float64 `json:"bound_gpts_per_s"` // what bandwidth and peak allow
	BoundBy       string  `json:"bound_by"`         // "memory" or "arithmetic"
	Fraction      float64 `json:"fraction_of_bound"`

	FrontEnd  float64 `json:"front_end_s"`          // file to C, passes included
	FirstStep float64 `json:"time_to_first_step_s"` // file to the end of the first step, nothing cached
	WarmStep  float64 `json:"warm_time_to_first_step_s"`

	CPU      string `json:"cpu"`
	Compiler string `json:"compiler,omitempty"`

	Devito  *Devito `json:"devito,omitempty"`
	Missing string  `json:"devito_missing,omitempty"`      // why Devito could not be measured
	Speedup float64 `json:"speedup_over_devito,omitempty"` // median over the turns of the ratio of gpts_per_s
}

// bench is one measurement under way.
type bench struct {
	Options
	op     *operator.Operator
	args   operator.Arguments
	result *Result
	points float64 // grid points, layers included
}

// Run measures. With against, Devito is measured in turns, if it is there.
func Run(ctx context.Context, o Options, against *Rival) (*Result, error) {
	if o.Steps < 1 || o.Repeat < 1 {
		return nil, operator.BadArguments{fmt.Sprintf("%d steps, %d times: both must be at least 1", o.Steps, o.Repeat)}
	}
	for _, n := range o.Shape {
		if n < 1 {
			return nil, operator.BadArguments{fmt.Sprintf("a grid of %d points along an axis; it must be at least 1", n)}
		}
	}
	if o.Layer < 0 {
		return nil, operator.BadArguments{fmt.Sprintf("an absorbing layer of %d points; it must be 0 or more", o.Layer)}
	}
	o.Compile.Uniform = true // the benchmark chooses one spacing
	o.Compile.Machine = machine.Facts()
	b := &bench{Options: o, points: 1}
	b.args = operator.Arguments{Threads: o.Threads, Constants: map[string]float64{}}
	for _, n := range o.Shape {
		b.args.Shape = append(b.args.Shape, n+2*o.Layer)
		b.args.Spacing = append(b.args.Spacing, 10)
		b.args.Origin = append(b.args.Origin, -10*float64(o.Layer))
		b.points *= float64(n + 2*o.Layer)
	}
	if b.args.Threads == 0 {
		b.args.Threads = machine.Describe().Cores
	}
	b.result = &Result{Target: o.Target, Shape: o.Shape, Layer: o.Layer, DType: o.Compile.Real.String(), Threads: b.args.Threads, Steps: o.Steps, Repeat: o.Repeat, CPU: machine.Describe().CPU}
	for _, stage := range []func(context.Context) error{b.firstStep, b.machine, b.stencil} {
		if err := stage(ctx); err != nil {
			return nil, err
		}
	}
	if against != nil {
		var missing *missingError
		if err := b.rival(ctx, against); errors.As(err, &missing) {
			b.result.Missing = missing.Error()
		} else if err != nil {
			return nil, err
		}
	}
	if err := b.loop(ctx); err != nil {
		return nil, err
	}
	b.rates()
	return b.result, nil
}

// firstStep measures the way from the file to the first step, once with an
// empty cache and once with a full one, and leaves the operator in b.op.
func (b *bench) firstStep(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "courant-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, seconds := range []*float64{&b.result.FirstStep, &b.result.WarmStep} {
		start := time.Now()
		file, err := dsl.ParseFile(b.File)
		if err != nil {
			return err
		}
		program, err := codegen.Compile(file, b.Compile)
		if err != nil {
			return err
		}
		b.result.FrontEnd = time.Since(start).Seconds()
		b.result.Operator, b.result.Order = program.Problem.Name, program.Problem.Grid.SpaceOrder
		var builder *jit.Builder
		if program.Source.Language == backends.C {
			cache, err := jit.OpenCacheIn(dir)
			if err != nil {
				return err
			}
			if builder, err = jit.NewBuilderWith(cache); err != nil {
				return err
			}
			b.result.Compiler = builder.Toolchain.String()
		}
		if b.op, err = operator.Build(ctx, builder, program); err != nil {
			return err
		}
		spent := time.Since(start)
		b.values(program) // choosing numbers is no part of the way
		start = time.Now()
		args := b.args
		args.Steps = program.Signature.FirstStep + program.Signature.LastStep + 1
		b.place(&args, false)
		run, err := b.op.Bind(args)
		if err != nil {
			return err
		}
		err = run.Advance(ctx, run.First)
		run.Close()
		if err != nil {
			return err
		}
		*seconds = (spent + time.Since(start)).Seconds()
	}
	return nil
}

// values gives fields and scalars numbers, and a time step that is stable
// with them. Speed does not depend on them.
func (b *bench) values(p *codegen.Program) {
	for _, a := range p.Signature.Arrays {
		if a.Role == signature.Param || a.Given() {
			b.args.Constants[a.Name] = 1
		}
	}
	for _, q := range p.Problem.Parameters {
		if _, number := q.Number(); !number {
			b.args.Constants[q.Name] = 1
		}
	}
	for name, v := range b.Set {
		b.args.Constants[name] = v
	}
	m := stability.Medium{Fields: b.args.Constants, Scalars: map[string]float64{}}
	for name, v := range b.args.Constants {
		m.Scalars[name] = v
	}
	for i, x := range p.Signature.Axes {
		m.Scalars["h_"+x] = b.args.Spacing[i]
	}
	for _, q := range p.Problem.Parameters {
		if v, number := q.Number(); number && m.Scalars[q.Name] == 0 {
			m.Scalars[q.Name] = v
		}
	}
	limit, err := stability.Limit(p.Discretised, []stability.Medium{m})
	b.args.Dt = limit / 2
	if err != nil || !(limit > 0) || math.IsInf(limit, 0) {
		b.args.Dt = 1e-3 // nothing is known; the wavefields stay small
		b.args.Unstable = true
	}
}

// keptLevels is the number of levels that saved wavefields keep: more than a step
// reads, few enough for any grid.
const keptLevels = 8

// place adds a source in the middle, and with carpet a receiver above every
// interior point of the surface, none of them on a node.
func (b *bench) place(args *operator.Arguments, carpet bool) {
	args.Points = map[string]operator.Points{}
	args.Kept = keptLevels
	dim := len(b.Shape)
	for _, p := range b.op.Program.Signature.Points {
		n := 1
		if !p.Inject && carpet {
			for _, s := range b.Shape[:dim-1] {
				n *= s
			}
		}
		at := field.New64(n, dim)
		for i := range n {
			rest := i
			for a := dim - 1; a >= 0; a-- {
				x := float64(b.Shape[a]-1) / 2
				if !p.Inject && carpet {
					x = float64(min(2, b.Shape[a]-1))
					if a < dim-1 {
						x = float64(rest % b.Shape[a])
						rest /= b.Shape[a]
					}
				}
				if x+0.3 < float64(b.Shape[a]-1) {
					x += 0.3
				}
				at.F64[i*dim+a] = 10 * x
			}
		}
		points := operator.Points{At: at}
		if p.Inject {
			points.Traces = field.New64(args.Steps, 1)
			for t := range points.Traces.F64 {
				points.Traces.F64[t] = math.Sin(float64(t))
			}
		}
		args.Points[p.Traces] = points
	}
}

// machine measures bandwidth and peak.
func (b *bench) machine(ctx context.Context) error {
	f, err := machine.Measure(ctx, b.args.Threads, true)
	if err != nil {
		return err
	}
	r := b.result
	r.Bandwidth, r.Triad, r.Peak = f.InPlace, f.Triad, f.FMA32
	if b.Compile.Real == signature.F64 {
		r.Peak = f.FMA64
	}
	return nil
}

// bindStencil makes a run without sources and receivers, with the best tile.
func (b *bench) bindStencil(ctx context.Context) (*operator.Run, error) {
	args := b.args
	args.Steps, args.Kept = 1<<20, keptLevels // no traces, so they cost nothing
	args.Block = b.Block
	args.Points = map[string]operator.Points{}
	for _, p := range b.op.Program.Signature.Points {
		none := operator.Points{At: field.New64(0, len(b.Shape))}
		if p.Inject {
			none.Traces = field.New64(args.Steps, 0)
		}
		args.Points[p.Traces] = none
	}
	run, err := b.op.Bind(args)
	if err != nil {
		return nil, err
	}
	if err := run.Search(ctx); err != nil {
		run.Close()
		return nil, err
	}
	b.result.Block = run.Block()
	return run, nil
}

// stencil measures the steps alone.
func (b *bench) stencil(ctx context.Context) error {
	run, err := b.bindStencil(ctx)
	if err != nil {
		return err
	}
	defer run.Close()
	for range b.Repeat {
		if err := b.measure(ctx, run, &b.result.Rate); err != nil {
			return err
		}
	}
	return nil
}

// loop measures steps with sources and receivers.
func (b *bench) loop(ctx context.Context) error {
	args := b.args
	args.Steps = b.Steps*(b.Repeat+1) + 2
	for _, n := range b.result.Block {
		args.Block = append(args.Block, int(n))
	}
	b.place(&args, true)
	run, err := b.op.Bind(args)
	if err != nil {
		return err
	}
	defer run.Close()
	var warm float64
	if err := b.measure(ctx, run, &warm); err != nil {
		return err
	}
	for range b.Repeat {
		if err := b.measure(ctx, run, &b.result.LoopRate); err != nil {
			return err
		}
	}
	return nil
}

// measure times b.Steps steps and keeps the best rate.
func (b *bench) measure(ctx context.Context, run *operator.Run, best *float64) error {
	seconds, err := run.Time(ctx, b.Steps)
	if err != nil {
		return err
	}
	*best = max(*best, b.points*float64(b.Steps)/seconds/1e9)
	return nil
}

// rates derives the figures that follow from the others.
func (b *bench) rates() {
	r := b.result
	c := cost.Total(b.op.Program.Stencil, b.op.Program.Schedule)
	r.FlopsPerPoint, r.BytesPerPoint = c.Flops(), c.Bytes
	r.GFlops = r.Rate * float64(c.Flops())
	r.Bound, r.BoundBy = c.Bound(r.Bandwidth, r.Peak)
	if r.Bound > 0 {
		r.Fraction = r.Rate / r.Bound
	}
}
