package optimize

import (
	"math"
)

// LBFGS minimises a smooth function within bounds (Nocedal 1980; steps are
// projected into the bounds, and what is held there leaves the history alone).
// All of its state is in its fields, so that it can be written and read back:
// the same values told give the same trials, bit by bit.
//
//	o := optimize.NewLBFGS(x)
//	for !o.Done { o.Tell(f(o.Trial)) }
type LBFGS struct {
	Lower, Upper []float64 `json:"-"` // bounds of each variable; nil for none
	Memory       int       // pairs of steps and changes of the gradient
	// First is the largest change of a variable by the first step tried, and no
	// later one changes a variable by more than ten times that.
	First float64
	// Descent goes along the steepest direction at every step, with a first length
	// from the last one (Barzilai and Borwein 1988).
	Descent bool

	Trial []float64 `json:"-"` // where the function is to be evaluated next
	Done  bool      // no step leads further down

	X        []float64 `json:"-"` // the best point so far; nil before the first
	Value    float64
	Gradient []float64 `json:"-"`
	Pairs    []Pair    // latest last
	Steps    int       // that led down

	direction []float64 // of the trial; made anew when it was not kept
	Length    float64   // of the trial along it
	Tries     int       // of this step
	Steepest  bool      // the direction is the steepest one
}

// Pair is a step and the change of the gradient along it.
type Pair struct {
	Step   []float64 `json:"-"`
	Change []float64 `json:"-"`
}

const (
	// sufficient is the part of the decrease that the slope promises with which
	// a step is content.
	sufficient = 1e-4
	// mostTries bounds the trials along one direction.
	mostTries = 12
)

// NewLBFGS begins at x, with a memory of 5 pairs. A step of a hundredth of the
// largest variable, or of a hundredth when all are 0, is tried first.
func NewLBFGS(x []float64) *LBFGS {
	o := &LBFGS{Memory: 5, Trial: append([]float64(nil), x...), First: 0.01}
	if n := size(x); n > 0 {
		o.First = n / 100
	}
	return o
}

// Tell takes the value of the function and its derivatives at Trial, and moves
// Trial on. It reports whether the trial became the best point. A value that is
// no number counts as too high.
func (o *LBFGS) Tell(value float64, gradient []float64) (down bool) {
	if o.X == nil {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			o.Done = true
			return false
		}
		o.X, o.Value, o.Gradient = o.Trial, value, gradient
		o.begin(false)
		return true
	}
	promised := o.promised(o.Trial)
	if value <= o.Value+sufficient*promised && value < o.Value { // false for NaN
		o.accept(value, gradient)
		o.begin(false)
		return true
	}
	// The minimum of the parabola through what is known.
	shorter := 0.5
	if excess := value - o.Value - promised; excess > 0 {
		shorter = min(max(-promised/(2*excess), 0.1), 0.5)
	}
	o.Length *= shorter
	o.Tries++
	o.propose()
	return false
}

// promised is the change of the value that the slope promises at x.
func (o *LBFGS) promised(x []float64) (sum float64) {
	for i := range x {
		sum += o.Gradient[i] * (x[i] - o.X[i])
	}
	return sum
}

// begin looks in a new direction: the one that the history suggests, or the
// steepest one.
func (o *LBFGS) begin(steepest bool) {
	o.Steepest, o.Tries, o.direction = steepest || len(o.Pairs) == 0, 0, nil
	o.direction = o.along()
	o.Length = 1
	if largest := size(o.direction); o.Steepest && largest > 0 {
		o.Length = o.First / largest
	} else if largest > 10*o.First {
		o.Length = 10 * o.First / largest
	}
	o.propose()
}

// propose makes the trial, or turns to the steepest direction, or gives up.
func (o *LBFGS) propose() {
	if o.direction == nil {
		o.direction = o.along()
	}
	x := o.moved()
	if o.Tries < mostTries && o.promised(x) < 0 {
		o.Trial = x
		return
	}
	if o.Steepest {
		o.Done = true
		return
	}
	o.begin(true)
}

// along is the direction of this step.
func (o *LBFGS) along() []float64 {
	steepest := make([]float64, len(o.X))
	for i, g := range o.Gradient {
		if !o.held(i, -g) {
			steepest[i] = -g
		}
	}
	if o.Steepest {
		return steepest
	}
	d := steepest
	alpha := make([]float64, len(o.Pairs))
	for i := len(o.Pairs) - 1; i >= 0 && !o.Descent; i-- {
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
		if o.Descent {
			break
		}
		add(d, alpha[i]-dot(p.Change, d)/dot(p.Step, p.Change), p.Step)
	}
	for i := range d {
		if o.held(i, d[i]) {
			d[i] = 0
		}
	}
	return d
}

// held reports whether variable i lies on a bound that a change leads beyond.
func (o *LBFGS) held(i int, change float64) bool {
	return o.Lower != nil && o.X[i] <= o.Lower[i] && change < 0 || o.Upper != nil && o.X[i] >= o.Upper[i] && change > 0
}

func (o *LBFGS) moved() []float64 {
	x := make([]float64, len(o.X))
	for i := range x {
		x[i] = o.X[i] + o.Length*o.direction[i]
		if o.Lower != nil {
			x[i] = max(x[i], o.Lower[i])
		}
		if o.Upper != nil {
			x[i] = min(x[i], o.Upper[i])
		}
	}
	return x
}

func (o *LBFGS) accept(value float64, gradient []float64) {
	p := Pair{make([]float64, len(o.X)), make([]float64, len(o.X))}
	for i := range o.X {
		p.Step[i], p.Change[i] = o.Trial[i]-o.X[i], gradient[i]-o.Gradient[i]
	}
	// Only what curves upwards says where the minimum is.
	if c := dot(p.Step, p.Change); c > 1e-10*math.Sqrt(dot(p.Step, p.Step)*dot(p.Change, p.Change)) {
		o.Pairs = append(o.Pairs, p)
		o.Pairs = o.Pairs[max(0, len(o.Pairs)-o.Memory):]
	}
	o.X, o.Value, o.Gradient = o.Trial, value, gradient
	o.Steps++
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
