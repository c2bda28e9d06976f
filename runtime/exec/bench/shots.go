package bench

import (
	"context"
	"slices"
	"time"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/symbolic"
)

// GradientCost is what the whole gradient of a shot takes, the forward run and the
// backward run with the image.
type GradientCost struct {
	Seconds   Spread  `json:"seconds"`
	Forward   Spread  `json:"forward_s"`
	Backward  Spread  `json:"backward_s"`
	Kept      string  `json:"kept"`      // how the wavefields are kept
	Bytes     int64   `json:"bytes"`     // of memory held
	Recompute float64 `json:"recompute"` // forward steps carried out by the steps of the shot
}

// shots measures whole gradients of a shot with a source and a line of receivers,
// whose observed traces are zeros.
type shots struct {
	*bench
	op     *gradient.Operator
	misfit gradient.Misfit
	plan   gradient.Plan
	cost   GradientCost

	seconds, forward, backward []float64
}

func (b *shots) prepare(ctx context.Context) error {
	file, err := dsl.ParseFile(b.File)
	if err != nil {
		return err
	}
	problem, err := check.Problem(file, b.Compile.Check())
	if err != nil {
		return err
	}
	b.result.Operator, b.result.SpaceOrder = problem.Name, problem.Grid.SpaceOrder
	if err := b.comparable(); err != nil {
		return err
	}
	if b.op, err = gradient.Compile(ctx, problem, gradient.Options{Compile: b.Compile, Wrt: b.result.Gradient}); err != nil {
		return err
	}
	program := b.op.Forward.Program
	if err := b.values(program); err != nil {
		return err
	}
	b.giveFields(problem)
	b.args.Steps = b.Steps + program.Signature.FirstStep + program.Signature.LastStep
	b.place(&b.args, program.Signature, onALine)
	data := gradient.Data{Observed: map[string]*field.Array{}}
	for _, p := range program.Signature.Points {
		if !p.Inject {
			data.Observed[p.Traces] = field.New64(b.args.Steps, b.args.Points[p.Traces].Count())
		}
	}
	b.misfit = gradient.L2{Data: data}
	if builder, err := jit.NewBuilder(); err == nil {
		b.result.Compiler = builder.Compiler()
	}
	return nil
}

// giveFields gives the fields to differentiate by as arrays, leaves out those that
// follow from them, and gives what these need.
func (b *shots) giveFields(p *symbolic.Problem) {
	wrt := b.result.Gradient
	b.args.Fields = map[string]*field.Array{}
	for _, f := range p.Functions {
		if f.Role != symbolic.Field {
			continue
		}
		value, has := b.args.Constants[f.Name]
		if !has {
			value = 1
		}
		_, set := b.Set[f.Name]
		switch {
		case slices.Contains(wrt, f.Name):
			a := field.New64(b.args.Shape...)
			for i := range a.F64 {
				a.F64[i] = value
			}
			b.args.Fields[f.Name] = a
			delete(b.args.Constants, f.Name)
		case !set && f.Default != nil && follows(f.Default, wrt):
			delete(b.args.Constants, f.Name)
		case f.Default == nil:
			b.args.Constants[f.Name] = value
		}
	}
}

// follows reports whether an expression depends on one of some fields, also by way of
// the default values of others.
func follows(e symbolic.Expr, names []string) bool {
	if a, ok := e.(*symbolic.Access); ok {
		return slices.Contains(names, a.Func.Name) || a.Func.Default != nil && follows(a.Func.Default, names)
	}
	return slices.ContainsFunc(symbolic.Children(e), func(part symbolic.Expr) bool { return follows(part, names) })
}

// begin evaluates one gradient, as the first one has to get its memory.
func (b *shots) begin(ctx context.Context) error {
	var err error
	if b.plan, err = b.op.Plan(b.args, b.Storage); err != nil {
		return err
	}
	_, err = b.op.Evaluate(ctx, b.args, b.misfit, b.plan)
	return err
}

func (b *shots) turn(ctx context.Context) (turn, error) {
	start := time.Now()
	r, err := b.op.Evaluate(ctx, b.args, b.misfit, b.plan)
	if err != nil {
		return turn{}, err
	}
	seconds := time.Since(start).Seconds()
	b.seconds = append(b.seconds, seconds)
	b.forward = append(b.forward, r.Report.Forward.Seconds())
	b.backward = append(b.backward, r.Report.Backward.Seconds())
	b.cost.Bytes, b.cost.Recompute = r.Report.Bytes, r.Report.Recompute()
	return turn{Rate: b.points * float64(b.Steps) / seconds / 1e9}, nil
}

func (b *shots) finish(machine.Figures) {
	b.cost.Kept = b.plan.String()
	b.cost.Seconds, b.cost.Forward, b.cost.Backward = spreadOf(b.seconds), spreadOf(b.forward), spreadOf(b.backward)
	b.result.Cost = &b.cost
}

func (b *shots) close() {}
