package bench

import (
	"context"
	"os"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/cost"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/exec/tune"
)

// steps measures time steps: those of the stencil alone, and those with points.
type steps struct {
	*bench
	op      *operator.Operator
	stencil *operator.Run // without sources and receivers
	loop    *operator.Run
}

// prepare measures the way from the file to the first step, once with an
// empty cache and once with a full one, and leaves the operator in b.op.
func (b *steps) prepare(ctx context.Context) error {
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
		b.result.Operator, b.result.SpaceOrder = program.Problem.Name, program.Problem.Grid.SpaceOrder
		if err := b.comparable(); err != nil {
			return err
		}
		var builder *jit.Builder
		if program.Source.Language == backends.C {
			cache, err := jit.OpenCacheIn(dir)
			if err != nil {
				return err
			}
			if builder, err = jit.NewBuilderWith(cache); err != nil {
				return err
			}
			b.result.Compiler = builder.Compiler()
		}
		if b.op, err = operator.Build(ctx, builder, program); err != nil {
			return err
		}
		spent := time.Since(start)
		if err := b.values(program); err != nil { // choosing numbers is no part of the way
			return err
		}
		start = time.Now()
		args := b.args
		args.Steps = program.Signature.FirstStep + program.Signature.LastStep + 1
		b.place(&args, program.Signature, atOnePoint)
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
	if err := b.tune(ctx); err != nil {
		return err
	}
	return b.halfError(ctx)
}

// tune leaves the fastest schedule that is found in b.op.
func (b *steps) tune(ctx context.Context) (err error) {
	if b.Tune == tune.Off {
		return nil
	}
	c := tune.Case{Options: b.Compile, Arguments: b.args, Report: func(t tune.Trial) { b.result.Tuning = append(b.result.Tuning, t) }}
	c.Compile = func(ctx context.Context, o codegen.Options) (*operator.Operator, error) {
		return operator.Load(ctx, b.File, o)
	}
	b.op, err = c.Best(ctx, b.Tune)
	return err
}

// begin makes both runs, with the best tile.
func (b *steps) begin(ctx context.Context) error {
	args := b.args
	args.Steps, args.Kept = 1<<20, keptLevels // no traces, so they cost nothing
	args.Block = b.Block
	args.Points = b.op.NoPoints(args.Steps)
	var err error
	if b.stencil, err = b.op.Bind(args); err != nil {
		return err
	}
	if err := b.stencil.Search(ctx); err != nil {
		return err
	}
	b.result.Block = b.stencil.Block()
	args = b.args
	args.Steps = (b.Steps+1)*b.Repeat + 2
	args.Block = nil
	for _, n := range b.result.Block {
		args.Block = append(args.Block, int(n))
	}
	b.place(&args, b.op.Program.Signature, carpet)
	b.loop, err = b.op.Bind(args)
	return err
}

func (b *steps) turn(ctx context.Context) (t turn, err error) {
	if t.Rate, err = b.rate(ctx, b.stencil); err != nil {
		return t, err
	}
	t.Loop, err = b.rate(ctx, b.loop)
	return t, err
}

// rate times b.Steps steps behind one that brings what fits there back to the caches.
func (b *steps) rate(ctx context.Context, run *operator.Run) (float64, error) {
	if _, err := run.Time(ctx, 1); err != nil {
		return 0, err
	}
	seconds, err := run.Time(ctx, b.Steps)
	return b.points * float64(b.Steps) / seconds / 1e9, err
}

// finish derives the figures that follow from the others.
func (b *steps) finish(f machine.Figures) {
	c := cost.Total(b.op.Program.Stencil, b.op.Program.Schedule)
	r := &Bounds{FlopsPerPoint: c.Flops(), BytesPerPoint: c.Bytes, Peak: f.FMA32}
	if b.Compile.Precision == signature.F64 {
		r.Peak = f.FMA64
	}
	r.Home = machine.Describe().Home(b.points*float64(c.Bytes), b.Threads)
	r.Bandwidth = f.Bandwidth(r.Home)
	r.Bound, r.BoundBy = c.Bound(r.Bandwidth, r.Peak)
	if r.BoundBy == "memory" {
		r.BoundBy = r.Home
	}
	if r.Bound > 0 {
		r.Fraction = b.result.Rate.Median / r.Bound
	}
	b.result.Bounds, b.result.GFlops = r, b.result.Rate.Median*float64(c.Flops())
}

func (b *steps) close() {
	for _, run := range []*operator.Run{b.stencil, b.loop} {
		if run != nil {
			run.Close()
		}
	}
}
