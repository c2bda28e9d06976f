package imaging

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/inverse/optimize"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// at is what x stands for: the unknowns, or for migration their changes.
func (s *State) at(x []float64, migration bool) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = s.Weights[i] * x[i]
		if !migration {
			out[i] += s.Start[i]
		}
	}
	return out
}

// migration reports whether an image is looked for, not a model.
func (s *Survey) migration() bool { return s.Config.Inversion.Method != "fwi" }

// Iterations is the number of steps that are planned: none for the first
// gradient alone.
func (s *Survey) Iterations() int {
	if s.Config.Inversion.Method == "rtm" {
		return 0
	}
	return s.Config.Inversion.Iterations * max(1, len(s.Config.Inversion.Bands))
}

// Begin implements workflow.Algorithm: of the illumination it makes weights.
func (s *Survey) Begin(light *workflow.Object) (workflow.State, error) {
	if s.lit() && len(light.Values) != s.Size() {
		return nil, fmt.Errorf("the illumination has %d numbers, the model %d", len(light.Values), s.Size())
	}
	out := s.newState()
	out.Start, out.Weights, out.Spent, out.Evaluated = s.start(), s.weights(light.Values), light.Seconds, int(light.Tasks)
	return out, s.begun(out, make([]float64, s.Size()))
}

// lit reports whether the illumination is needed.
func (s *Survey) lit() bool { return s.Config.Inversion.Precondition == "illumination" }

// weights of the unknowns: the units in which they are looked for, times what makes
// up for the illumination or the depth.
func (s *Survey) weights(light []float64) (out []float64) {
	most := 0.0
	depths := s.depths()
	for _, z := range depths {
		most = max(most, z)
	}
	n := s.points()
	for k, u := range s.unknowns {
		mean := 0.0
		if light != nil {
			for _, l := range light[k*n : (k+1)*n] {
				mean += l / float64(n)
			}
		}
		for i := range n {
			w := u.scale
			switch s.Config.Inversion.Precondition {
			case "illumination":
				if mean > 0 {
					w *= min(mean/(light[k*n+i]+0.01*mean), 10)
				}
			case "depth":
				w *= depths[i] / most
			}
			if u.mask != nil {
				w *= u.mask[i]
			}
			out = append(out, w)
		}
	}
	return out
}

// begun lets a method begin at x.
func (s *Survey) begun(state *State, x []float64) error {
	c := s.Config.Inversion
	// The first step of a model is a careful one; a problem of least squares takes
	// any.
	step := 0.002
	if s.migration() {
		step = 0.03
	}
	if c.Step > 0 {
		step = c.Step
	}
	lower, upper, err := s.bounds(state)
	if err != nil {
		return err
	}
	switch c.Optimiser {
	case "cg":
		o := optimize.NewCG(x)
		o.First = step
		state.Method = o
	case "lbfgs", "descent":
		o := optimize.NewLBFGS(x)
		o.First, o.Lower, o.Upper, o.Descent = step, lower, upper, c.Optimiser == "descent"
		state.Method = o
	default:
		rule := map[string]optimize.Rule{"sgd": optimize.Plain, "momentum": optimize.Momentum, "adam": optimize.Adam}[c.Optimiser]
		o := optimize.NewStochastic(rule, x, step, c.Decay)
		o.Lower, o.Upper = lower, upper
		state.Method = o
	}
	state.Fresh, state.Draws, state.Steps, state.Work = true, 0, 0, s.work()
	return nil
}

// work is the number of tasks of an evaluation.
func (s *Survey) work() int {
	switch c := s.Config.Inversion; {
	case c.Supershots > 0:
		return c.Supershots
	case c.Batch > 0:
		return c.Batch
	}
	return len(s.Shots)
}

// Next implements workflow.Algorithm.
func (s *Survey) Next(now workflow.State, sum *workflow.Object) (workflow.State, error) {
	state := now.(*State)
	if err := s.fits(state); err != nil {
		return nil, err
	}
	if len(sum.Values) != s.Size() {
		return nil, fmt.Errorf("the gradient has %d numbers, the model %d", len(sum.Values), s.Size())
	}
	state.Evaluated += state.Work
	state.Spent += sum.Seconds
	// Batches and sums with signs stand for all shots.
	scale := 1.0
	if c := s.Config.Inversion; c.Batch > 0 {
		scale = float64(len(s.Shots)) / float64(c.Batch)
	} else if c.Supershots > 0 {
		scale = 1 / float64(c.Supershots)
	}
	by := make([]float64, len(sum.Values))
	for i, g := range sum.Values {
		by[i] = scale * g * state.Weights[i]
	}
	value, fresh := scale*sum.Value, state.Fresh
	stepped := state.Method.Tell(value, by)
	state.Fresh, state.Steepest, state.X = false, nil, state.Method.Solution()
	state.Draws++
	if fresh {
		if !stepped {
			return nil, fmt.Errorf("the misfit of the start is %g", value)
		}
		if value == 0 && state.Band == 0 && !s.counts() {
			return nil, s.Config.Fault("inversion", errNothingCounts)
		}
		if state.First = value; value == 0 {
			state.Steps, state.First = state.Plan, 1 // the start is right, or another band has nothing to add
		}
		if s.migration() && len(state.Updates) == 0 {
			for i, g := range by {
				state.Steepest = append(state.Steepest, -g*state.Weights[i])
			}
		}
	}
	if stepped && !(fresh && state.Band > 0) {
		at := state.Method.Objective()
		state.Updates = append(state.Updates, Update{len(state.Updates), state.Band, at / state.First, at, state.Evaluated, state.Spent})
	}
	if stepped && !fresh {
		state.Steps++
	}
	if state.Over() && state.Band+1 < len(s.Config.Inversion.Bands) {
		state.Band++
		if err := s.begun(state, state.X); err != nil {
			return nil, err
		}
	}
	return state, nil
}

var errNothingCounts = errors.New("the misfit of the start is 0, so that there is nothing to find: no sample of the records counts (see mute_velocity, mute_delay, mask, and whether the records are zero), or the start is the model that made them")

// counts reports whether some sample of given records is not zero and has a weight,
// so that a misfit of 0 says that the start is right.
func (s *Survey) counts() bool {
	for shot := range s.Shots {
		if s.Config.Inversion.Observed == "" {
			break
		}
		a, err := s.Observed(context.Background(), shot)
		if err != nil {
			break
		}
		known, weights := s.weighed(s.Shot(shot), a)
		for i := range known.Len() {
			if known.At(i) != 0 && (weights == nil || weights.At(i) != 0) {
				return true
			}
		}
	}
	return false
}

// newState is an empty state of the survey.
func (s *Survey) newState() *State {
	plan := s.Config.Inversion.Iterations
	if s.Iterations() == 0 {
		plan = 0
	}
	return &State{Plan: plan}
}

// fits refuses a state that is not one of this survey.
func (s *Survey) fits(state *State) error {
	if len(state.Start) != s.Size() || state.Work != s.work() || state.Band >= max(1, len(s.Config.Inversion.Bands)) {
		return fmt.Errorf("the state in the store is that of another survey: %d points, %d tasks, band %d", len(state.Start), state.Work, state.Band)
	}
	return nil
}

// Workflow is the survey's inversion in a store. Its name is made of all that the
// result depends on, so that no two inversions meet; whoever knows it gives it,
// others "".
func (s *Survey) Workflow(st store.Store, name string) (*workflow.Run, error) {
	if name == "" {
		var err error
		if name, err = s.name(); err != nil {
			return nil, err
		}
	}
	form := workflow.Form{Single: s.Config.Inversion.Single, Compressed: s.Config.Inversion.Compress}
	r := &workflow.Run{Store: st, Name: name, Shots: len(s.Shots), Form: form, Algorithm: s, New: func() workflow.State { return s.newState() }}
	// A state has the most arrays; records may be longer than the model.
	r.Most = mostArrays * int64(s.Size())
	for shot := range s.Shots {
		shape := s.shape(shot)
		r.Most = max(r.Most, int64(shape[0])*int64(shape[1]))
	}
	return r, nil
}

// mostArrays is more than any state has of the model's size.
const mostArrays = 64

// name is made of all that the result depends on, and of nothing else: neither of
// how its file is written, nor of what is drawn, nor of the number of iterations,
// where a run with more of them goes on from one with fewer. Files count by what is
// in them.
func (s *Survey) name() (string, error) {
	h := sha256.New()
	c := *s.Config
	c.Operator, c.OperatorName = "", ""
	c.Source, c.Sources, c.Receivers, c.ReceiverSets = survey.SourceConfig{}, survey.SourcesConfig{}, survey.ReceiverConfig{}, nil
	c.Snapshots, c.Picture = survey.SnapshotConfig{}, survey.PictureConfig{}
	c.ModelSection, c.FieldSection, c.Unknowns, c.WaveletSection = survey.ModelConfig{}, nil, nil, survey.WaveletConfig{}
	c.Inversion.Start, c.Inversion.Smooth, c.Inversion.Observed, c.Inversion.Mask, c.Inversion.Compress = "", 0, "", "", false
	if len(c.Inversion.Bands) < 2 { // otherwise they say when the next band begins
		c.Inversion.Iterations = 0
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	h.Write(text)
	if s.judge != nil {
		fmt.Fprintln(h, "misfit", s.judged)
	}
	fmt.Fprintln(h, s.op.Forward.Program.Stencil.String(), s.setup.Steps, s.setup.Dt, s.setup.Sources, s.records, s.Model.Shape(), s.Model.Spacing, s.Model.Origin)
	// What all runs are bound to, but for the unknowns, and these.
	whole, err := s.setup.Arguments(s.setup.Whole())
	if err != nil {
		return "", err
	}
	var arrays []*field.Array
	for _, name := range slices.Sorted(maps.Keys(whole.Constants)) {
		fmt.Fprintln(h, name, whole.Constants[name])
	}
	for _, name := range slices.Sorted(maps.Keys(whole.Fields)) {
		fmt.Fprintln(h, name)
		arrays = append(arrays, whole.Fields[name])
	}
	for _, u := range s.unknowns {
		fmt.Fprintln(h, u.name, u.scale, u.least, u.most, u.mask != nil)
		arrays = append(arrays, field.Vector(u.truth), field.Vector(u.start))
		if u.mask != nil {
			arrays = append(arrays, field.Vector(u.mask))
		}
	}
	for shot, g := range s.Shots {
		arrays = append(arrays, g.Sources, g.Receivers)
		for _, set := range slices.Sorted(maps.Keys(g.Sets)) {
			arrays = append(arrays, g.Sets[set])
		}
		if shot < max(1, s.setup.Wavelet.Shots()) {
			e := s.Shot(shot)
			arrays = append(arrays, field.Vector(s.pulse(e, 0, s.setup.Times(s.setup.Sources[0]))))
		}
	}
	number := make([]byte, 8)
	for _, a := range arrays {
		fmt.Fprintln(h, a.Shape)
		for i := range a.Len() {
			binary.LittleEndian.PutUint64(number, math.Float64bits(a.At(i)))
			h.Write(number)
		}
	}
	for _, path := range s.observedFiles() {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	return fmt.Sprintf("runs/%x", h.Sum(nil)[:8]), nil
}

// Do carries out a task and submits what it gives. Errors say whether another
// attempt may mend them, see batch.ErrPermanent.
func (s *Survey) Do(ctx context.Context, r *workflow.Run, t workflow.Task) error {
	err := s.do(ctx, r, t)
	switch {
	case err == nil || ctx.Err() != nil || errors.Is(err, batch.ErrLeaving):
		return err
	case errors.Is(err, store.ErrAway):
		return batch.Away(err)
	case Permanent(err):
		return batch.Permanent(err)
	}
	return err
}

// Permanent reports whether an error says that what was asked for is wrong, not
// that something failed.
func Permanent(err error) bool {
	var arguments operator.BadArguments
	var config *survey.Fault
	var unsupported *backends.Unsupported
	var wrong *unusable
	return tooFar(err) || errors.Is(err, store.ErrForeign) || errors.As(err, &arguments) || errors.As(err, &config) || errors.As(err, &unsupported) || errors.As(err, &wrong) || dsl.IsUser(err)
}

// unusable is what is wrong with data or tasks.
type unusable struct{ error }

func (e *unusable) Unwrap() error { return e.error }

func (s *Survey) do(ctx context.Context, r *workflow.Run, t workflow.Task) error {
	start := time.Now()
	var state *State
	tasks := len(s.Shots)
	if t.Version > 0 {
		now, err := r.State(ctx, t.Version)
		if err != nil {
			return err
		}
		state = now.(*State)
		if err := s.fits(state); err != nil {
			return &unusable{err}
		}
		tasks = state.Tasks()
	}
	if t.Version < 0 || t.Place < 0 || t.Place >= tasks {
		return &unusable{fmt.Errorf("there is no %s: version %d has the tasks 0 to %d", t, t.Version, tasks-1)}
	}
	if there, err := r.Submitted(ctx, t, tasks); err != nil || there {
		return err
	}
	g := &workflow.Object{Tasks: 1}
	remove := func() {}
	var err error
	switch {
	case state != nil:
		remove, err = goingOn(ctx, r, t, state.Seconds(), func(log *checkpoint.Log) (err error) {
			g.Value, g.Values, err = s.evaluate(ctx, r, state, t, log)
			return err
		})
	case s.lit():
		e := s.Shot(t.Place)
		e.Threads = t.Needs.Threads
		g.Values, err = s.Illumination(ctx, e, s.start())
	}
	if err != nil && state != nil && state.X != nil && tooFar(err) {
		// Where the start could be evaluated, the trial is to blame: a shorter step is
		// looked for.
		g.Value, g.Values, err = math.Inf(1), make([]float64, s.Size()), nil
	}
	if err != nil {
		return err
	}
	g.Seconds = time.Since(start).Seconds()
	if err := r.Submit(ctx, t, tasks, g); err != nil {
		return err
	}
	remove()
	return nil
}

// tooFar reports whether a model is one that cannot be modelled with the time step.
func tooFar(err error) bool {
	var unstable operator.Unstable
	var diverged *operator.Diverged
	var grew *operator.Grew
	return errors.As(err, &unstable) || errors.As(err, &diverged) || errors.As(err, &grew)
}

// shotOf is the shot that a task of a state evaluates: a shot, one of a batch, or a sum
// of all (then shot is -1). What is drawn is drawn anew for every evaluation of a
// stochastic method, and once for others, which compare evaluations.
func (s *Survey) shotOf(state *State, place int) (e Shot, shot int) {
	c := s.Config.Inversion
	draw := 0
	if c.Stochastic() {
		draw = state.Draws
	}
	// Another band draws others.
	seed := c.Seed + uint64(state.Band)<<32
	shot = place
	switch {
	case c.Supershots > 0:
		e, shot = s.encoded(optimize.Signs(seed, len(s.Shots), draw, place)), -1
	case c.Batch > 0:
		shot = optimize.Batch(seed, len(s.Shots), c.Batch, draw)[place]
		fallthrough
	default:
		e = s.Shot(shot)
	}
	if len(c.Bands) > 0 {
		e.Band = state.Band
	}
	return e, shot
}

// evaluate is the misfit that a task is about, and its derivatives.
func (s *Survey) evaluate(ctx context.Context, r *workflow.Run, state *State, t workflow.Task, log *checkpoint.Log) (float64, []float64, error) {
	e, shot := s.shotOf(state, t.Place)
	e.Threads, e.Log = t.Needs.Threads, log
	x := state.at(state.Method.Ask(), s.migration())
	if s.migration() {
		return s.linearised(ctx, r, e, shot, state.Start, x)
	}
	d, err := s.recorded(ctx, r, e, shot)
	if err != nil {
		return 0, nil, err
	}
	return s.Misfit(ctx, e, x, d)
}

// linearised is half the square of J dm - d, but for what is muted, where d is what the observed records
// have beside those of the start, and its derivatives by dm.
func (s *Survey) linearised(ctx context.Context, r *workflow.Run, e Shot, shot int, start, change []float64) (float64, []float64, error) {
	beside := func() (*field.Array, error) {
		d, err := s.recorded(ctx, r, e, shot)
		if err != nil {
			return nil, err
		}
		modelled, err := s.Record(ctx, e, start)
		if err != nil {
			return nil, err
		}
		for i := range d.F64 {
			d.F64[i] -= modelled.At(i)
		}
		return d, nil
	}
	var d *field.Array
	var err error
	if shot >= 0 {
		d, err = s.shared(ctx, r, dataKey("linear", shot), s.shape(shot), beside)
	} else {
		d, err = beside()
	}
	if err != nil {
		return 0, nil, err
	}
	j, err := s.Born(ctx, e, start, change)
	if err != nil {
		return 0, nil, err
	}
	d, weights := s.weighed(e, d)
	value, residual := 0.0, field.New64(d.Shape...)
	for i := range residual.F64 {
		w := 1.0
		if weights != nil {
			w = weights.At(i)
		}
		left := w * (j.At(i) - d.At(i))
		value += left * left / 2
		residual.F64[i] = w * left
	}
	if math.IsNaN(value) {
		return 0, nil, errors.New("the linearised records are no numbers: the modelling is unstable; set a smaller dt")
	}
	g, err := s.Migrate(ctx, e, start, residual)
	return value, g, err
}
