package gradient

import (
	"context"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Result is the value of a misfit and its derivatives.
type Result struct {
	Value   float64
	Records map[string]*field.Array // traces of the receivers, shape (steps, points)
	// Fields are the derivatives by the fields, of their shapes.
	Fields map[string]*field.Array
	// Images are those of an imaging condition, by name, on the whole grid.
	Images map[string]*field.Array
	// Sources are the derivatives by the traces of the sources, shape (steps,
	// points).
	Sources map[string]*field.Array
	// Places are the derivatives by the coordinates of the sources, shape (points,
	// axes); nil when they were not asked for.
	Places map[string]*field.Array
	// Initial are the derivatives by the initial states of the wavefields, shape
	// (levels, grid), in the order in which arguments give levels; nil when they
	// were not asked for.
	Initial map[string]*field.Array
	Report  Report
}

// Report says what a gradient took.
type Report struct {
	Plan     Plan
	Bytes    int64         // peak of the memory that the runs held
	Steps    int           // forward steps carried out
	Forward  time.Duration // time of these
	Backward time.Duration
}

// Recompute is the number of forward steps by the steps of the run.
func (r Report) Recompute() float64 { return float64(r.Steps) / float64(max(r.Plan.Steps, 1)) }

func (r Report) String() string {
	return fmt.Sprintf("%d forward steps in %.2f s, %.2f a step (%.2f planned); backward %.2f s; %s of memory held, %s planned",
		r.Steps, r.Forward.Seconds(), r.Recompute(), r.Plan.Recompute, r.Backward.Seconds(), mebibytes(r.Bytes), mebibytes(r.Plan.Bytes))
}

// Summary is what `courant gradient --json` prints of a result.
type Summary struct {
	Value     float64 `json:"value"`
	Plan      Plan    `json:"plan"`
	Bytes     int64   `json:"bytes"`
	Peak      int64   `json:"peak_bytes,omitempty"` // of the process, where the system tells
	Steps     int     `json:"forward_steps"`
	Recompute float64 `json:"recompute"`
	Forward   float64 `json:"forward_s"`
	Backward  float64 `json:"backward_s"`
}

// Summary is the value and what it took.
func (r *Result) Summary() Summary {
	p := r.Report
	return Summary{r.Value, p.Plan, p.Bytes, machine.PeakMemory(), p.Steps, p.Recompute(), p.Forward.Seconds(), p.Backward.Seconds()}
}

// Plan chooses how the wavefields are kept. Errors: those of the arguments, and
// a storage that is too small, which says what is needed.
func (op *Operator) Plan(a operator.Arguments, s Storage) (Plan, error) {
	if s.Keep == Sampled && s.Every < 0 {
		return Plan{}, fmt.Errorf("levels cannot be kept every %d steps", s.Every)
	}
	a, err := op.Forward.Complete(a)
	if err != nil {
		return Plan{}, err
	}
	forth, err := op.taped.Needs(a)
	if err != nil {
		return Plan{}, err
	}
	b, err := op.backwardArguments(a, placeholders(op, a))
	if err != nil {
		return Plan{}, err
	}
	back, err := op.backward.Needs(b)
	if err != nil {
		return Plan{}, err
	}
	first, last := op.reads()
	k := op.taped.Program.Signature
	shells := int64(0)
	if s.Keep == Boundary {
		r, err := op.newReversal(context.Background(), a)
		if err != nil {
			return Plan{}, err
		}
		run, err := r.op.Needs(op.reversedArguments(a))
		if err != nil {
			return Plan{}, err
		}
		shells = r.bytes(a.Steps, forth.Real) + run.Fixed
	}
	z := sizes{
		steps: a.Steps - k.FirstStep - k.LastStep, fixed: process + forth.Fixed + back.Fixed, level: forth.Level, state: forth.State, needed: forth.Level,
		real: forth.Real, back: max(-first, k.FirstStep), ahead: last + 1, shells: shells,
	}
	free := machine.Describe().Available + op.taped.Spare()
	p, err := plan(s, z, free)
	if err != nil || p.Keep != Checkpoints || !op.hasPlain(a) {
		return p, err
	}
	run, err := op.Forward.Needs(a)
	if err != nil {
		return Plan{}, err
	}
	z.plain = run.Own
	return plan(s, z, free)
}

// reversedArguments are those of the forward run without its records.
func (op *Operator) reversedArguments(a operator.Arguments) operator.Arguments {
	a.Fields, a.Constants, a.Points = maps.Clone(a.Fields), maps.Clone(a.Constants), maps.Clone(a.Points)
	a.Kept, a.Unstable = 0, true
	for _, q := range op.Forward.Program.Problem.Points {
		if !q.Inject {
			delete(a.Points, q.Name)
		}
	}
	return a
}

// process is what the process takes besides the arrays of the runs.
const process = 48 << 20

// placeholders stand for the traces of the receivers while memory is counted.
func placeholders(op *Operator, a operator.Arguments) map[string]*field.Array {
	out := map[string]*field.Array{}
	for _, q := range op.Forward.Program.Problem.Points {
		if p, ok := a.Points[q.Name]; ok && !q.Inject {
			out[q.Name] = field.New32(a.Steps, p.Count())
		}
	}
	return out
}

// Evaluate runs forward, lets the misfit judge the records, and runs backward.
// Errors: those of the arguments, of the runs and of the misfit, and when ctx
// ends.
func (op *Operator) Evaluate(ctx context.Context, a operator.Arguments, m Misfit, p Plan) (*Result, error) {
	return op.EvaluateFrom(ctx, a, m, p, nil)
}

// EvaluateFrom is Evaluate that keeps its progress in a log, as the stage "gradient", and
// goes on from what is kept there, by the plan of whoever kept it: with the same result
// bit by bit. Plans that keep all levels or checkpoints do; others begin anew. Errors:
// those of Evaluate and of checkpoint.Log.
func (op *Operator) EvaluateFrom(ctx context.Context, a operator.Arguments, m Misfit, p Plan, log *checkpoint.Log) (*Result, error) {
	var from position
	if log.About(stage, &from) {
		p = from.Plan
	}
	if len(op.reading()) == 0 {
		p.Keep, p.Segments, p.Levels = All, 1, 0
	}
	given := a
	a, err := op.Forward.Complete(a)
	if err != nil {
		return nil, err
	}
	a.Kept = p.Levels
	forward, err := op.taped.Bind(a)
	if err != nil {
		return nil, err
	}
	defer forward.Close()
	t := &tape{op: op, plan: p, forward: forward, states: map[int]*state{}, log: log, kept: map[string]bool{}, taped: -1}
	defer t.close()
	if p.Plain {
		beside := a
		beside.Beside, beside.Kept, beside.Warn = forward, 0, nil
		if t.plain, err = op.Forward.Bind(beside); err != nil {
			return nil, err
		}
		defer t.plain.Close()
		t.hold(t.plain.Bytes())
	}
	if p.Keep == Boundary {
		if t.reversal, err = op.newReversal(ctx, a); err != nil {
			return nil, err
		}
		t.arguments = op.reversedArguments(a)
	}
	if p.Keep == Checkpoints {
		t.schedule = newSchedule(p.Segments)
	}
	t.before, t.after = op.reads()
	out := &Result{Records: map[string]*field.Array{}, Fields: map[string]*field.Array{}, Sources: map[string]*field.Array{}}
	defer func() {
		if t.backward != nil {
			t.backward.Close()
		}
	}()
	turn := func() error { return t.turn(ctx, a, m, out) }
	if _, err := log.Resume(stage, func(present io.Reader) error { return t.resume(from, present, turn) }); err != nil {
		return nil, err
	}
	if t.backward == nil {
		if err := t.record(ctx); err != nil {
			return nil, err
		}
		if err := turn(); err != nil {
			return nil, err
		}
	}
	if err := t.playBack(ctx); err != nil {
		return nil, err
	}
	for _, w := range op.chain.wrt {
		g := field.New64(a.Shape...)
		err := op.chain.weigh(op.Forward, given, a, w, func(read string, slope *field.Array) {
			by := t.backward.Field("g_" + read)
			for i := range g.F64 {
				if slope == nil {
					g.F64[i] += by.At(i)
				} else {
					g.F64[i] += by.At(i) * slope.F64[i]
				}
			}
		})
		if err != nil {
			return nil, err
		}
		out.Fields[w] = op.overAxes(w, g, a)
	}
	if op.condition {
		out.Images = map[string]*field.Array{}
		for _, x := range op.backward.Program.Signature.Arrays {
			if x.Role == signature.Image {
				out.Images[x.Name] = copied(t.backward.Field(x.Name))
			}
		}
	}
	out.Initial = op.initial(t.backward, a)
	for _, q := range op.Forward.Program.Problem.Points {
		for k := 1; q.Inject && k <= mostParts; k++ {
			d := t.backward.Traces(adjoint.Part(q.Name, k))
			if d == nil || d.Shape[1] == 0 {
				continue
			}
			if op.places {
				if out.Places == nil {
					out.Places = map[string]*field.Array{}
				}
				traces, places := byPlace(d, a.Points[q.Name])
				out.Sources[q.Name], out.Places[q.Name] = plus(out.Sources[q.Name], traces), plus(out.Places[q.Name], places)
			} else {
				out.Sources[q.Name] = plus(out.Sources[q.Name], copied(d))
			}
		}
	}
	out.Report = Report{Plan: p, Bytes: process + forward.Bytes() + t.backward.Bytes() + t.most, Steps: t.steps, Forward: t.forth, Backward: t.back}
	return out, nil
}

// turn lets the misfit judge the records, and makes the backward run of that.
func (t *tape) turn(ctx context.Context, a operator.Arguments, m Misfit, out *Result) error {
	op := t.op
	adjoints := map[string]*field.Array{}
	for _, q := range op.Forward.Program.Problem.Points {
		if _, placed := a.Points[q.Name]; q.Inject || !placed {
			continue
		}
		record := t.forward.Traces(q.Name)
		value, d, err := m.Misfit(q.Name, record)
		if err != nil {
			return err
		}
		out.Value += value
		out.Records[q.Name], adjoints[q.Name] = copied(record), d
	}
	b, err := op.backwardArguments(a, adjoints)
	if err != nil {
		return err
	}
	b.Warn = nil // what it would say of residuals reads as if of a forward run
	if a.Warn != nil && allZero(adjoints) {
		a.Warn("the records are as observed, so that all derivatives are zero")
	}
	backward := op.backward
	if t.plan.Keep == Sampled {
		if backward, err = op.sampled(ctx, t.plan.Every); err != nil {
			return err
		}
	}
	b.Levels = map[string]*operator.Levels{}
	for _, name := range op.reading() {
		b.Levels[name] = t.forward.Levels(name)
	}
	t.backward, err = backward.Bind(b)
	return err
}

// allZero reports whether no residual differs from zero.
func allZero(residuals map[string]*field.Array) bool {
	for _, r := range residuals {
		if least, most := r.Range(); least != 0 || most != 0 {
			return false
		}
	}
	return true
}

// byPlace takes what was sampled at the sources and at their slopes apart: the
// derivatives by the traces, and, with these, by the coordinates.
func byPlace(d *field.Array, p operator.Points) (traces, places *field.Array) {
	n := p.Count()
	steps, dim := d.Shape[0], d.Shape[1]/n-1
	traces, places = field.New64(steps, n), field.New64(n, dim)
	for t := range steps {
		for i := range n {
			traces.F64[t*n+i] = d.At(t*d.Shape[1] + i)
			for axis := range dim {
				places.F64[i*dim+axis] += p.Traces.At(t*n+i) * d.At(t*d.Shape[1]+(1+axis)*n+i)
			}
		}
	}
	return traces, places
}

// initial are the derivatives by initial states, nil when they are not there.
func (op *Operator) initial(r *operator.Run, a operator.Arguments) map[string]*field.Array {
	var out map[string]*field.Array
	levels := op.taped.Program.Signature.FirstStep + 1
	for _, x := range op.taped.Program.Signature.Arrays {
		for before := range levels {
			g := r.Field(adjoint.InitialImage(x.Name, before))
			if !x.Computed() || g == nil {
				continue
			}
			if out == nil {
				out = map[string]*field.Array{}
			}
			if out[x.Name] == nil {
				out[x.Name] = field.New64(append([]int{levels}, a.Shape...)...)
			}
			for i := range g.Len() {
				out[x.Name].F64[(levels-1-before)*g.Len()+i] = g.At(i)
			}
		}
	}
	return out
}

// reading are the wavefields of the forward run that the backward run reads.
func (op *Operator) reading() (names []string) {
	for _, x := range op.backward.Program.Signature.Arrays {
		if x.Given() {
			names = append(names, x.Name)
		}
	}
	return names
}

// plus adds b to a, which may be nil.
func plus(a, b *field.Array) *field.Array {
	if a == nil {
		return b
	}
	for i := range a.F64 {
		a.F64[i] += b.F64[i]
	}
	return a
}

func copied(a *field.Array) *field.Array {
	out := field.New64(a.Shape...)
	for i := range out.F64 {
		out.F64[i] = a.At(i)
	}
	return out
}

// overAxes is the derivative by a field of the shape that the field has: the
// image's sum along the axes that it does not span, or over all points when it
// is given as one number.
func (op *Operator) overAxes(name string, g *field.Array, a operator.Arguments) *field.Array {
	var axes []int
	for _, f := range op.Forward.Program.Problem.Functions {
		if f.Name == name {
			axes = f.Axes
		}
	}
	if x := a.Fields[name]; x == nil || len(x.Shape) == 0 {
		axes = nil
	}
	if len(axes) == len(g.Shape) {
		return g
	}
	shape := []int{}
	for _, x := range axes {
		shape = append(shape, a.Shape[x])
	}
	out := field.New64(shape...)
	for i := range g.Len() {
		at, place := g.Index(i), 0
		for _, x := range axes {
			place = place*a.Shape[x] + at[x]
		}
		out.F64[place] += g.At(i)
	}
	return out
}
