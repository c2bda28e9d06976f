package optimize

import (
	"fmt"
	"math"
)

// Stochastic takes a step at every evaluation, along gradients of parts of the
// function that change from one to the next: it never looks whether a step led
// down.
type Stochastic struct {
	Rule         Rule
	Step         float64   // largest change of a variable by the first step
	Decay        float64   // step k has the length Step/(1 + Decay*k)
	Lower, Upper []float64 `json:"-"`

	X     []float64 `json:"-"` // where the next part is to be evaluated
	Last  []float64 `json:"-"` // where one was evaluated last
	Value float64   // of it there
	Mean  []float64 `json:"-"`
	Power []float64 `json:"-"` // mean of the squares, of Adam
	Scale float64   // of the first gradient
	Steps int
	Done  bool
}

// Rule is how gradients make steps.
type Rule int

// The rules: along the gradient; along its running mean, of which each gradient
// is a tenth (Polyak 1964); and along that divided by the running size of each
// component (Adam, Kingma and Ba 2015).
const (
	Plain Rule = iota
	Momentum
	Adam
)

const (
	meanKept  = 0.9
	powerKept = 0.999
	// leastPower keeps Adam from dividing by nothing, as a part of the largest
	// component of the first gradient.
	leastPower = 1e-4
)

// NewStochastic begins at x.
func NewStochastic(rule Rule, x []float64, step, decay float64) *Stochastic {
	return &Stochastic{Rule: rule, Step: step, Decay: decay, X: append([]float64(nil), x...)}
}

// Tell implements Method.
func (o *Stochastic) Tell(value float64, gradient []float64) bool {
	largest := size(gradient)
	if math.IsNaN(value) || math.IsInf(value, 0) || math.IsNaN(largest) {
		o.Done = true
		return false
	}
	if o.Value, o.Last = value, o.X; o.Scale == 0 {
		o.Scale = largest
	}
	if o.Scale == 0 {
		o.Done = true // there is nothing to gain
		return true
	}
	if o.Mean == nil && o.Rule != Plain {
		o.Mean, o.Power = make([]float64, len(gradient)), make([]float64, len(gradient))
	}
	length := o.Step / (1 + o.Decay*float64(o.Steps))
	o.Steps++
	x := append([]float64(nil), o.X...)
	for i, g := range gradient {
		g /= o.Scale
		switch o.Rule {
		case Momentum:
			o.Mean[i] = meanKept*o.Mean[i] + (1-meanKept)*g
			g = o.Mean[i] / (1 - math.Pow(meanKept, float64(o.Steps)))
		case Adam:
			o.Mean[i] = meanKept*o.Mean[i] + (1-meanKept)*g
			o.Power[i] = powerKept*o.Power[i] + (1-powerKept)*g*g
			mean, power := o.Mean[i]/(1-math.Pow(meanKept, float64(o.Steps))), o.Power[i]/(1-math.Pow(powerKept, float64(o.Steps)))
			g = mean / (math.Sqrt(power) + leastPower)
		}
		x[i] -= length * g
		if o.Lower != nil {
			x[i] = max(x[i], o.Lower[i])
		}
		if o.Upper != nil {
			x[i] = min(x[i], o.Upper[i])
		}
	}
	o.X = x
	return true
}

// Ask implements Method.
func (o *Stochastic) Ask() []float64 { return o.X }

// Solution implements Method.
func (o *Stochastic) Solution() []float64 { return o.Last }

// Objective implements Method.
func (o *Stochastic) Objective() float64 { return o.Value }

// Converged implements Method.
func (o *Stochastic) Converged() bool { return o.Done }

// Arrays implements Method.
func (o *Stochastic) Arrays() []*[]float64 {
	return []*[]float64{&o.Lower, &o.Upper, &o.X, &o.Last, &o.Mean, &o.Power}
}

// Check implements Method.
func (o *Stochastic) Check(n int) error {
	if o.Rule < Plain || o.Rule > Adam || o.Steps < 0 || o.X == nil || o.Last == nil && o.Steps > 0 {
		return fmt.Errorf("rule %d, %d steps, %d variables", o.Rule, o.Steps, len(o.X))
	}
	if o.Scale < 0 || o.Rule != Plain && o.Steps > 0 && o.Mean == nil {
		return fmt.Errorf("the scale %g, or no mean after %d steps", o.Scale, o.Steps)
	}
	return firstOf(finite(o.Step, o.Decay, o.Value, o.Scale), together(o.Lower, o.Upper), together(o.Mean, o.Power), sized(n, o.Arrays()))
}
