package imaging

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/optimize"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/workflow"
)

func init() {
	for _, m := range []optimize.Method{&optimize.LBFGS{}, &optimize.CG{}, &optimize.Stochastic{}} {
		gob.Register(m)
	}
}

// State is where an inversion stands: what is looked for is x, where m = Start +
// Weights*x is the squared slowness, or for migration its change Weights*x.
// Weights make up for the illumination by the sources, so that all unknowns
// count alike.
type State struct {
	Start, Weights []float64
	X              []float64 // the best so far; nil before the first evaluation
	Method         optimize.Method
	Band           int
	Left           int  // iterations of the band
	Fresh          bool // the method has been told nothing
	Draws          int  // evaluations that the method was told
	First          float64
	Updates        []Update  // the start first
	Evaluated      int       // tasks since the start
	Spent          float64   // seconds that they took
	Work           int       // tasks of the next evaluation
	Steepest       []float64 // what the first gradient says of the image; nil later
}

// Update is one iteration of an inversion.
type Update struct {
	Iteration int     `json:"iteration"`
	Band      int     `json:"band"`
	Misfit    float64 `json:"misfit"`  // by that of the start, of the band
	Tasks     int     `json:"tasks"`   // evaluated since the start
	Seconds   float64 `json:"seconds"` // that they took
}

// Over implements workflow.State.
func (s *State) Over() bool { return s.Left == 0 || s.Method.Over() }

// Tasks implements workflow.State.
func (s *State) Tasks() int { return s.Work }

// Seconds implements workflow.State.
func (s *State) Seconds() float64 { return s.Spent }

// at is what x stands for: a squared slowness, or for migration its change.
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
func (s *Survey) Begin(light *workflow.Gradient) (workflow.State, error) {
	if s.lit() && len(light.By) != s.Size() {
		return nil, fmt.Errorf("the illumination has %d numbers, the model %d", len(light.By), s.Size())
	}
	out := &State{Start: SquaredSlowness(s.Start), Weights: s.weights(light.By), Left: s.Config.Inversion.Iterations, Spent: light.Seconds, Evaluated: int(light.Tasks)}
	s.begun(out, make([]float64, s.Size()))
	return out, nil
}

// lit reports whether the illumination is needed.
func (s *Survey) lit() bool { return s.Config.Inversion.Precondition == "illumination" }

// weights of the unknowns.
func (s *Survey) weights(light []float64) []float64 {
	out := slices.Repeat([]float64{1}, s.Size())
	mean, most := 0.0, 0.0
	for _, l := range light {
		mean += l / float64(len(light))
	}
	depths := s.depths()
	for _, z := range depths {
		most = max(most, z)
	}
	for i := range out {
		switch s.Config.Inversion.Precondition {
		case "illumination":
			out[i] = min(mean/(light[i]+0.01*mean), 10)
		case "depth":
			out[i] = depths[i] / most
		}
		if s.mask != nil {
			out[i] *= s.mask.At(i)
		}
	}
	return out
}

// begun lets a method begin at x.
func (s *Survey) begun(state *State, x []float64) {
	c := s.Config.Inversion
	slowest, fastest := slices.Max(state.Start), slices.Min(state.Start)
	// The first step of a model is a careful one; a problem of least squares takes
	// any.
	step := 0.002 * slowest
	if s.migration() {
		step = 0.03 * slowest
	}
	if c.Step > 0 {
		step = c.Step * slowest
	}
	lower, upper := s.bounds(state, slowest, fastest)
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
	state.Fresh, state.Draws, state.Work = true, 0, len(s.Shots)
	if c.Batch > 0 {
		state.Work = c.Batch
	}
	if c.Supershots > 0 {
		state.Work = c.Supershots
	}
}

// bounds of x, of velocities: those of the configuration, or between half the
// least of the start and what leaves the time step stable. None for migration.
func (s *Survey) bounds(state *State, slowest, fastest float64) (lower, upper []float64) {
	if s.migration() {
		return nil, nil
	}
	least, most := fastest*margin*margin*1.01, 4*slowest
	if v := s.Config.Inversion.Greatest; v > 0 {
		least = max(least, 1/(v*v))
	}
	if v := s.Config.Inversion.Least; v > 0 {
		most = 1 / (v * v)
	}
	for i, m := range state.Start {
		w := state.Weights[i]
		if w == 0 {
			lower, upper = append(lower, 0), append(upper, 0)
			continue
		}
		// Where the start is beyond the bounds, it stays.
		lower, upper = append(lower, min(least-m, 0)/w), append(upper, max(most-m, 0)/w)
	}
	return lower, upper
}

// Next implements workflow.Algorithm.
func (s *Survey) Next(now workflow.State, sum *workflow.Gradient) (workflow.State, error) {
	state := now.(*State)
	state.Evaluated += state.Work
	state.Spent += sum.Seconds
	// Batches and sums with signs stand for all shots.
	scale := 1.0
	if c := s.Config.Inversion; c.Batch > 0 {
		scale = float64(len(s.Shots)) / float64(c.Batch)
	} else if c.Supershots > 0 {
		scale = 1 / float64(c.Supershots)
	}
	by := make([]float64, len(sum.By))
	for i, g := range sum.By {
		by[i] = scale * g * state.Weights[i]
	}
	value, fresh := scale*sum.Value, state.Fresh
	stepped := state.Method.Tell(value, by)
	state.Fresh, state.Steepest, state.X = false, nil, state.Method.Best()
	state.Draws++
	if fresh {
		if !stepped {
			return nil, fmt.Errorf("the misfit of the start is %g", value)
		}
		if state.First = value; state.First == 0 {
			state.Left, state.First = 0, 1 // the start is right
		}
		if s.Iterations() == 0 {
			state.Left = 0
		}
		if s.migration() && len(state.Updates) == 0 {
			for i, g := range by {
				state.Steepest = append(state.Steepest, -g*state.Weights[i])
			}
		}
	}
	if stepped && !(fresh && state.Band > 0) {
		state.Updates = append(state.Updates, Update{len(state.Updates), state.Band, state.Method.At() / state.First, state.Evaluated, state.Spent})
	}
	if stepped && !fresh {
		state.Left--
	}
	if state.Over() && state.Band+1 < len(s.Config.Inversion.Bands) {
		state.Band++
		state.Left = s.Config.Inversion.Iterations
		s.begun(state, state.X)
	}
	return state, nil
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
	return &workflow.Run{Store: st, Name: name, Shots: len(s.Shots), Form: form, Algorithm: s, New: func() workflow.State { return &State{} }}, nil
}

// name is made of all that the result depends on.
func (s *Survey) name() (string, error) {
	h := sha256.New()
	text, err := os.ReadFile(s.Config.Path())
	if err != nil {
		return "", err
	}
	h.Write(text)
	fmt.Fprintln(h, s.op.Forward.Program.Kernel.String(), s.steps, s.dt, s.Model.Vp.Shape)
	arrays := []*field.Array{s.Model.Vp, s.Start.Vp}
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		arrays = append(arrays, s.fields[name])
	}
	if s.mask != nil {
		arrays = append(arrays, s.mask)
	}
	for _, a := range arrays {
		for i := range a.Len() {
			if err := binary.Write(h, binary.LittleEndian, a.At(i)); err != nil {
				return "", err
			}
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

// Do carries out a task and submits what it gives.
func (s *Survey) Do(ctx context.Context, r *workflow.Run, t workflow.Task) error {
	start := time.Now()
	var state *State
	tasks := len(s.Shots)
	if t.Version > 0 {
		now, err := r.State(ctx, t.Version)
		if err != nil {
			return err
		}
		state = now.(*State)
		tasks = state.Tasks()
	}
	if there, err := r.Submitted(ctx, t, tasks); err != nil || there {
		return err
	}
	g := &workflow.Gradient{Tasks: 1}
	var err error
	switch {
	case state != nil:
		g.Value, g.By, err = s.evaluate(ctx, r, state, t)
	case s.lit():
		e := s.Shot(t.Place)
		e.Threads = t.Needs.Threads
		g.By, err = s.Illumination(ctx, e, SquaredSlowness(s.Start))
	}
	if err != nil {
		return err
	}
	g.Seconds = time.Since(start).Seconds()
	return r.Submit(ctx, t, tasks, g)
}

// experiment is what a task of a state evaluates: a shot, one of a batch, or a sum
// of all (then shot is -1). What is drawn is drawn anew for every evaluation of a
// stochastic method, and once for others, which compare evaluations.
func (s *Survey) experiment(state *State, place int) (e Experiment, shot int) {
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
		e, shot = s.together(optimize.Signs(seed, len(s.Shots), draw, place)), -1
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
func (s *Survey) evaluate(ctx context.Context, r *workflow.Run, state *State, t workflow.Task) (float64, []float64, error) {
	e, shot := s.experiment(state, t.Place)
	e.Threads = t.Needs.Threads
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
func (s *Survey) linearised(ctx context.Context, r *workflow.Run, e Experiment, shot int, start, change []float64) (float64, []float64, error) {
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
