package imaging

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/optimize"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/workflow"
)

// State is where an inversion stands: what is looked for is x, where m = Start +
// Weights*x is the squared slowness, or for migration its change Weights*x.
// Weights make up for the illumination by the sources, so that all unknowns
// count alike.
type State struct {
	Start, Weights []float64
	Optimiser      *optimize.LBFGS
	Left           int // iterations
	First          float64
	Updates        []Update // the start first
	Evaluations    int      // of all shots
}

// Update is one iteration of an inversion.
type Update struct {
	Iteration   int     `json:"iteration"`
	Misfit      float64 `json:"misfit"`      // by that of the start
	Evaluations int     `json:"evaluations"` // of all shots, since the start
}

// Over implements workflow.State.
func (s *State) Over() bool { return s.Left == 0 || s.Optimiser.Done }

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
	return s.Config.Inversion.Iterations
}

// Begin implements workflow.Algorithm: of the illumination it makes weights and
// bounds.
func (s *Survey) Begin(light *workflow.Gradient) (workflow.State, error) {
	if len(light.By) != s.Size() {
		return nil, fmt.Errorf("the illumination has %d numbers, the model %d", len(light.By), s.Size())
	}
	out := &State{Start: SquaredSlowness(s.Start), Left: s.Config.Inversion.Iterations}
	mean := 0.0
	for _, l := range light.By {
		mean += l / float64(len(light.By))
	}
	for _, l := range light.By {
		out.Weights = append(out.Weights, min(mean/(l+0.01*mean), 10))
	}
	o := optimize.NewLBFGS(make([]float64, s.Size()))
	least, greatest := slices.Max(out.Start), slices.Min(out.Start)
	// The first step of a model is a careful one; a problem of least squares takes
	// any.
	o.First = 0.002 * least
	if s.migration() {
		o.First = 0.03 * least
	} else {
		// Velocities between half the least of the start and, for a stable time
		// step, the greatest divided by the margin.
		for i, m := range out.Start {
			o.Lower = append(o.Lower, (greatest*margin*margin*1.01-m)/out.Weights[i])
			o.Upper = append(o.Upper, (4*least-m)/out.Weights[i])
		}
	}
	out.Optimiser = o
	return out, nil
}

// Next implements workflow.Algorithm.
func (s *Survey) Next(now workflow.State, sum *workflow.Gradient) (workflow.State, error) {
	state := now.(*State)
	state.Evaluations++
	by := make([]float64, len(sum.By))
	for i, g := range sum.By {
		by[i] = g * state.Weights[i]
	}
	first := state.Updates == nil
	down := state.Optimiser.Tell(sum.Value, by)
	if first {
		if !down {
			return nil, fmt.Errorf("the misfit of the start is %g", sum.Value)
		}
		if state.First = sum.Value; state.First == 0 {
			state.Left, state.First = 0, 1 // the start is right
		}
		if s.Iterations() == 0 {
			state.Left = 0
		}
	}
	if down {
		state.Updates = append(state.Updates, Update{len(state.Updates), sum.Value / state.First, state.Evaluations})
		if !first {
			state.Left--
		}
	}
	return state, nil
}

// Workflow is the survey's inversion in a store. The configuration and what it
// names decide its name, so that no two inversions meet.
func (s *Survey) Workflow(st store.Store) (*workflow.Run, error) {
	name, err := s.name()
	if err != nil {
		return nil, err
	}
	return &workflow.Run{Store: st, Name: "runs/" + name, Shots: len(s.Shots), Algorithm: s, New: func() workflow.State { return &State{} }}, nil
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
	for i := range s.Model.Vp.Len() {
		fmt.Fprint(h, s.Model.Vp.At(i), s.Start.Vp.At(i), " ")
	}
	for shot := range s.Shots {
		if s.Config.Inversion.Observed == "" {
			break
		}
		path := s.observedPath(shot)
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
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), nil
}

// Do evaluates a shot and submits what it gives.
func (s *Survey) Do(ctx context.Context, r *workflow.Run, t workflow.Task) error {
	if t.Version == 0 {
		light, err := s.Illumination(ctx, t.Shot, SquaredSlowness(s.Start))
		if err != nil {
			return err
		}
		return r.Submit(ctx, t, &workflow.Gradient{Shots: 1, By: light})
	}
	now, err := r.State(ctx, t.Version)
	if err != nil {
		return err
	}
	state := now.(*State)
	g := &workflow.Gradient{Shots: 1}
	if s.migration() {
		g.Value, g.By, err = s.linearised(ctx, r, t.Shot, state)
	} else {
		var d *field.Array
		if d, err = s.data(ctx, r, t.Shot, s.Observed); err == nil {
			g.Value, g.By, err = s.Misfit(ctx, t.Shot, state.at(state.Optimiser.Trial, false), d)
		}
	}
	if err != nil {
		return err
	}
	return r.Submit(ctx, t, g)
}

// linearised is half the square of J dm - d, where d is what the observed records
// have beside those of the start, and its derivatives by dm.
func (s *Survey) linearised(ctx context.Context, r *workflow.Run, shot int, state *State) (float64, []float64, error) {
	d, err := s.data(ctx, r, shot, func(ctx context.Context, shot int) (*field.Array, error) {
		observed, err := s.Observed(ctx, shot)
		if err != nil {
			return nil, err
		}
		start, err := s.Record(ctx, shot, state.Start)
		if err != nil {
			return nil, err
		}
		out := field.New64(observed.Shape...)
		for i := range out.F64 {
			out.F64[i] = observed.At(i) - start.At(i)
		}
		return out, nil
	})
	if err != nil {
		return 0, nil, err
	}
	j, err := s.Born(ctx, shot, state.Start, state.at(state.Optimiser.Trial, true))
	if err != nil {
		return 0, nil, err
	}
	value, residual := 0.0, field.New64(d.Shape...)
	for i := range residual.F64 {
		residual.F64[i] = j.At(i) - d.At(i)
		value += residual.F64[i] * residual.F64[i] / 2
	}
	g, err := s.Migrate(ctx, shot, state.Start, residual)
	return value, g, err
}

// data are the records that a shot is compared with, from the store once some
// task has made them.
func (s *Survey) data(ctx context.Context, r *workflow.Run, shot int, make func(context.Context, int) (*field.Array, error)) (*field.Array, error) {
	key := fmt.Sprintf("%s/data/%05d", r.Name, shot)
	want := []int{s.steps, s.Shots[shot].Receivers.Shape[0]}
	g, err := r.Read(ctx, key)
	switch {
	case err == nil && len(g.By) == want[0]*want[1]:
		return &field.Array{Shape: want, F64: g.By}, nil
	case err != nil && !errors.Is(err, store.ErrNotExist):
		return nil, err
	}
	a, err := make(ctx, shot)
	if err != nil {
		return nil, err
	}
	g = &workflow.Gradient{}
	for i := range a.Len() {
		g.By = append(g.By, a.At(i))
	}
	return a, r.Write(ctx, key, g)
}
