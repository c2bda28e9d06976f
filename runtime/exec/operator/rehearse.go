package operator

import (
	"context"
	"fmt"
	"maps"
	"math"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// StepFor is the time step to take where none is given: Limits.Step with a
// margin, such as Margin, lowered until a rehearsal on the grid itself is
// stable. Steps and points of the arguments are not needed. Errors: those of
// FindLimits, and BadArguments where there is no step.
func (op *Operator) StepFor(ctx context.Context, a Arguments, margin float64) (float64, error) {
	l, err := FindLimits(op.Program, a)
	switch {
	case err != nil:
		return 0, err
	case l.IllPosed:
		return 0, BadArguments{l.Cause}
	case l.Step(margin) == 0:
		return 0, BadArguments{fmt.Sprintf("no stability limit of operator %s is known that a time step could follow from; give one", op.Program.Problem.Name)}
	}
	return op.safe(ctx, a, l, margin), ctx.Err()
}

// safe is a step below the limit that a rehearsal passes. Means of parameters
// between the nodes, and quotients of neighbours, make media that are no node's:
// where densities differ fourfold from node to node, waves grow at steps a fifth
// below the limit of every medium by itself.
func (op *Operator) safe(ctx context.Context, a Arguments, l *Limits, margin float64) float64 {
	dt := l.Step(margin)
	// At half the limit something else is wrong, which a smaller step would not
	// mend.
	for part := 1 - margin; part > 0.5 && ctx.Err() == nil; part *= 0.96 {
		lower := Limits{Critical: l.Critical * part}
		dt = lower.Step(0)
		a.Dt = 1.01 * dt
		if op.rehearse(ctx, a) {
			return dt
		}
	}
	return dt
}

// rehearse carries out some steps from noise, without sources, and reports
// whether nothing grows. A wave at a step d above its own limit grows by
// exp(sqrt(8 d)) in a step: by 10^3 in the forty steps that are watched when d
// is 0.004. What cannot be rehearsed passes.
func (op *Operator) rehearse(ctx context.Context, a Arguments) bool {
	const before, watched, factor = 24, 40, 1e3
	if op.Library == nil && op.interpreted == nil {
		return true // it is not built: see Check
	}
	k := op.Program.Signature
	a.Steps = before + watched + k.FirstStep + k.LastStep + 1
	a.Unstable, a.Progress, a.Kept, a.Warn = true, nil, 8, nil
	a.Points = op.NoPoints(a.Steps)
	a.Fields = maps.Clone(a.Fields)
	if a.Fields == nil {
		a.Fields = map[string]*field.Array{}
	}
	noise := field.NewNoise()
	for _, x := range k.Arrays {
		if !x.Computed() {
			continue
		}
		var shape []int
		for _, axis := range x.Axes {
			shape = append(shape, a.Shape[axis])
		}
		a.Fields[x.Name] = noise.Array(shape...)
	}
	run, err := op.Bind(a)
	if err != nil {
		return true
	}
	defer run.Close()
	sizes := func() (out []float64) {
		for _, s := range run.arrays {
			if s.array.Computed() {
				out = append(out, s.greatest(s.bufferOf(run.Next)))
			}
		}
		return out
	}
	if run.Advance(ctx, run.First+before-1) != nil {
		return ctx.Err() != nil
	}
	early := sizes()
	if run.Advance(ctx, run.Last) != nil {
		return ctx.Err() != nil
	}
	for i, v := range sizes() {
		if v > factor*early[i] && early[i] > 0 || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
