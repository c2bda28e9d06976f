package optimize

// Method minimises a function that somebody else evaluates: it asks for a point,
// and is told the value and the derivatives there. All of its state is in its
// fields, so that it can be written and read back: the same values told give the
// same questions, bit by bit.
//
//	for !o.Over() { o.Tell(f(o.Ask())) }
type Method interface {
	// Ask is where the function is to be evaluated next.
	Ask() []float64
	// Tell takes the function's value and derivatives there, and reports whether
	// this completed a step: the first point does, too. A value that is no number
	// counts as too high.
	Tell(value float64, gradient []float64) bool
	// Best is the point that the steps led to; nil before the first.
	Best() []float64
	// At is the function's value there, as far as it is known.
	At() float64
	// Over reports whether no step leads further.
	Over() bool
}

// Ask implements Method.
func (o *LBFGS) Ask() []float64 { return o.Trial }

// Best implements Method.
func (o *LBFGS) Best() []float64 { return o.X }

// At implements Method.
func (o *LBFGS) At() float64 { return o.Value }

// Over implements Method.
func (o *LBFGS) Over() bool { return o.Done }
