package optimize

import (
	"errors"
	"math"
)

// CG minimises a quadratic function by conjugate gradients (Hestenes and Stiefel
// 1952), with one evaluation a step: the gradient is linear, so that one at a
// point along the direction gives that at the minimum along it. For least squares
// it makes the steps of LSQR.
type CG struct {
	// First is the largest change of a variable by the first point asked for.
	First float64

	X, Gradient []float64 `json:"-"` // at the best point; nil before the first
	Value       float64
	Trial       []float64 `json:"-"`
	Direction   []float64 `json:"-"`
	Probe       float64   // the trial is X + Probe*Direction
	Steps       int
	Done        bool
}

// NewCG begins at x.
func NewCG(x []float64) *CG {
	o := &CG{Trial: append([]float64(nil), x...), First: 0.01}
	if n := size(x); n > 0 {
		o.First = n / 100
	}
	return o
}

// Tell implements Method.
func (o *CG) Tell(value float64, gradient []float64) bool {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		o.Done = true
		return false
	}
	if o.X == nil {
		o.X, o.Value, o.Gradient = o.Trial, value, gradient
		o.Direction = make([]float64, len(gradient))
		add(o.Direction, -1, gradient)
		if largest := size(gradient); largest > 0 {
			o.Probe = o.First / largest
		}
		o.propose()
		return true
	}
	// Curvature times direction.
	bent := append([]float64(nil), gradient...)
	add(bent, -1, o.Gradient)
	slope, curvature := dot(o.Gradient, o.Direction), dot(bent, o.Direction)/o.Probe
	if !(curvature > 0) || !(slope < 0) {
		o.Done = true
		return false
	}
	length := -slope / curvature
	before := dot(o.Gradient, o.Gradient)
	x := append([]float64(nil), o.X...)
	add(x, length, o.Direction)
	g := append([]float64(nil), o.Gradient...)
	add(g, length/o.Probe, bent)
	o.X, o.Gradient, o.Value = x, g, o.Value+length*slope/2
	along := dot(g, g) / before
	for i := range o.Direction {
		o.Direction[i] = along*o.Direction[i] - g[i]
	}
	o.Probe = length
	o.Steps++
	o.propose()
	return true
}

func (o *CG) propose() {
	if size(o.Gradient) == 0 {
		o.Done = true
		return
	}
	o.Trial = append([]float64(nil), o.X...)
	add(o.Trial, o.Probe, o.Direction)
}

// Ask implements Method.
func (o *CG) Ask() []float64 { return o.Trial }

// Solution implements Method.
func (o *CG) Solution() []float64 { return o.X }

// Objective implements Method.
func (o *CG) Objective() float64 { return o.Value }

// Converged implements Method.
func (o *CG) Converged() bool { return o.Done }

// Arrays implements Method.
func (o *CG) Arrays() []*[]float64 {
	return []*[]float64{&o.X, &o.Gradient, &o.Trial, &o.Direction}
}

// Check implements Method.
func (o *CG) Check(n int) error {
	if o.Trial == nil || o.Steps < 0 {
		return errors.New("no trial, or a negative number of steps")
	}
	return firstOf(finite(o.First, o.Value, o.Probe), together(o.X, o.Gradient, o.Direction), sized(n, o.Arrays()))
}
