package optimize

import (
	"context"
	"fmt"
	"math"
)

// Function gives a value and its derivatives at x, which it must not keep.
type Function func(ctx context.Context, x []float64) (value float64, gradient []float64, err error)

// LBFGS minimises a function within bounds (Nocedal 1980; the step is projected
// into the bounds, and what is held there leaves the history alone).
type LBFGS struct {
	Lower, Upper []float64 // bounds of each variable; nil for none
	Memory       int       // pairs of steps and changes of the gradient; 0 for 5
	// First is the largest change of a variable by the first step tried, and no
	// later one changes a variable by more than ten times that; 0 for a
	// hundredth of the largest variable.
	First float64

	X        []float64
	Value    float64
	Gradient []float64
	Pairs    []Pair // latest last
}

// Pair is a step and the change of the gradient along it.
type Pair struct{ Step, Change []float64 }

// sufficient is the part of the decrease that the slope promises with which a
// step is content.
const sufficient = 1e-4

// Start evaluates the function at x.
func (o *LBFGS) Start(ctx context.Context, f Function, x []float64) (err error) {
	o.X = append([]float64(nil), x...)
	if o.First == 0 {
		for _, v := range x {
			o.First = max(o.First, math.Abs(v)/100)
		}
	}
	o.Value, o.Gradient, err = f(ctx, o.X)
	if err == nil && (math.IsNaN(o.Value) || math.IsInf(o.Value, 0)) {
		err = fmt.Errorf("the function is %g at the start", o.Value)
	}
	return err
}

// Step takes one step downhill: the function is evaluated until its value is
// lower, most often once. It says false, and leaves everything as it is, when no
// step leads further down.
func (o *LBFGS) Step(ctx context.Context, f Function) (bool, error) {
	for _, direction := range o.directions() {
		length := 1.0
		if largest := size(direction); largest == 0 {
			continue
		} else if len(o.Pairs) == 0 {
			length = o.First / largest
		} else if largest > 10*o.First {
			length = 10 * o.First / largest
		}
		for range 12 {
			x := o.moved(direction, length)
			promised := 0.0
			for i := range x {
				promised += o.Gradient[i] * (x[i] - o.X[i])
			}
			if promised >= 0 {
				break
			}
			value, gradient, err := f(ctx, x)
			if err != nil {
				return false, err
			}
			if value <= o.Value+sufficient*promised && value < o.Value { // false for NaN
				o.accept(x, value, gradient)
				return true, nil
			}
			// The minimum of the parabola through what is known.
			shorter := 0.5
			if excess := value - o.Value - promised; excess > 0 {
				shorter = min(max(-promised/(2*excess), 0.1), 0.5)
			}
			length *= shorter
		}
	}
	return false, nil
}

// directions are the one that the history suggests, and the steepest one.
func (o *LBFGS) directions() [][]float64 {
	steepest := make([]float64, len(o.X))
	for i, g := range o.Gradient {
		if !o.held(i, -g) {
			steepest[i] = -g
		}
	}
	if len(o.Pairs) == 0 {
		return [][]float64{steepest}
	}
	d := append([]float64(nil), steepest...)
	alpha := make([]float64, len(o.Pairs))
	for i := len(o.Pairs) - 1; i >= 0; i-- {
		p := o.Pairs[i]
		alpha[i] = dot(p.Step, d) / dot(p.Step, p.Change)
		add(d, -alpha[i], p.Change)
	}
	last := o.Pairs[len(o.Pairs)-1]
	scale := dot(last.Step, last.Change) / dot(last.Change, last.Change)
	for i := range d {
		d[i] *= scale
	}
	for i, p := range o.Pairs {
		add(d, alpha[i]-dot(p.Change, d)/dot(p.Step, p.Change), p.Step)
	}
	for i := range d {
		if o.held(i, d[i]) {
			d[i] = 0
		}
	}
	scaled := append([]float64(nil), steepest...)
	if n := size(scaled); n > 0 {
		for i := range scaled {
			scaled[i] *= o.First / n
		}
	}
	return [][]float64{d, scaled}
}

// held reports whether variable i lies on a bound that a change leads beyond.
func (o *LBFGS) held(i int, change float64) bool {
	return o.Lower != nil && o.X[i] <= o.Lower[i] && change < 0 || o.Upper != nil && o.X[i] >= o.Upper[i] && change > 0
}

func (o *LBFGS) moved(direction []float64, length float64) []float64 {
	x := make([]float64, len(o.X))
	for i := range x {
		x[i] = o.X[i] + length*direction[i]
		if o.Lower != nil {
			x[i] = max(x[i], o.Lower[i])
		}
		if o.Upper != nil {
			x[i] = min(x[i], o.Upper[i])
		}
	}
	return x
}

func (o *LBFGS) accept(x []float64, value float64, gradient []float64) {
	p := Pair{make([]float64, len(x)), make([]float64, len(x))}
	for i := range x {
		p.Step[i], p.Change[i] = x[i]-o.X[i], gradient[i]-o.Gradient[i]
	}
	// Only what curves upwards says where the minimum is.
	if c := dot(p.Step, p.Change); c > 1e-10*math.Sqrt(dot(p.Step, p.Step)*dot(p.Change, p.Change)) {
		o.Pairs = append(o.Pairs, p)
		memory := o.Memory
		if memory == 0 {
			memory = 5
		}
		o.Pairs = o.Pairs[max(0, len(o.Pairs)-memory):]
	}
	o.X, o.Value, o.Gradient = x, value, gradient
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func add(a []float64, c float64, b []float64) {
	for i := range a {
		a[i] += c * b[i]
	}
}

// size is the largest absolute value.
func size(a []float64) (most float64) {
	for _, v := range a {
		most = max(most, math.Abs(v))
	}
	return most
}
