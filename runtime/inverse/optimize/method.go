package optimize

import (
	"fmt"
	"math"
)

// Method minimises a function that somebody else evaluates: it asks for a point,
// and is told the value and the derivatives there. All of its state is in its
// fields, so that it can be written and read back, its arrays apart from its JSON:
// the same values told give the same questions, bit by bit.
//
//	for !o.Converged() { o.Tell(f(o.Ask())) }
type Method interface {
	// Ask is where the function is to be evaluated next.
	Ask() []float64
	// Tell takes the function's value and derivatives there, and reports whether
	// this completed a step: the first point does, too. A value that is no number
	// counts as too high.
	Tell(value float64, gradient []float64) bool
	// Solution is the point that the steps led to; nil before the first.
	Solution() []float64
	// Objective is the function's value there, as far as it is known.
	Objective() float64
	// Converged reports whether no step leads further.
	Converged() bool
	// Arrays are all arrays of the state, in a fixed order, and where they are read
	// into once all else has been.
	Arrays() []*[]float64
	// Check tells what cannot be the state of a method for n variables.
	Check(n int) error
}

// sized refuses arrays that are there and are not of n numbers, all of them numbers.
func sized(n int, all []*[]float64) error {
	for _, a := range all {
		if *a != nil && len(*a) != n {
			return fmt.Errorf("an array of %d numbers for %d variables", len(*a), n)
		}
		for i, v := range *a {
			if math.IsNaN(v) {
				return fmt.Errorf("number %d of an array is none", i)
			}
		}
	}
	return nil
}

// together refuses arrays of which some are there and others are not.
func together(arrays ...[]float64) error {
	for _, a := range arrays {
		if (a == nil) != (arrays[0] == nil) {
			return fmt.Errorf("of %d arrays that come together some are missing", len(arrays))
		}
	}
	return nil
}

// finite refuses numbers that are none or without end.
func finite(numbers ...float64) error {
	for _, v := range numbers {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%g among the numbers of a method", v)
		}
	}
	return nil
}

// Ask implements Method.
func (o *LBFGS) Ask() []float64 { return o.Trial }

// Solution implements Method.
func (o *LBFGS) Solution() []float64 { return o.X }

// Objective implements Method.
func (o *LBFGS) Objective() float64 { return o.Value }

// Converged implements Method.
func (o *LBFGS) Converged() bool { return o.Done }

// Arrays implements Method.
func (o *LBFGS) Arrays() []*[]float64 {
	all := []*[]float64{&o.Lower, &o.Upper, &o.Trial, &o.X, &o.Gradient}
	for i := range o.Pairs {
		all = append(all, &o.Pairs[i].Step, &o.Pairs[i].Change)
	}
	return all
}

// mostMemory is how many pairs are kept at most.
const mostMemory = 1000

// Check implements Method.
func (o *LBFGS) Check(n int) error {
	if o.Memory < 1 || o.Memory > mostMemory || len(o.Pairs) > o.Memory || o.Tries < 0 || o.Steps < 0 || o.Trial == nil {
		return fmt.Errorf("%d of %d pairs, %d tries, %d steps, %d variables of the trial", len(o.Pairs), o.Memory, o.Tries, o.Steps, len(o.Trial))
	}
	if o.X == nil && len(o.Pairs) > 0 || o.X != nil && !o.Steepest && len(o.Pairs) == 0 {
		return fmt.Errorf("%d pairs do not fit to the direction", len(o.Pairs))
	}
	for _, p := range o.Pairs {
		if p.Step == nil || p.Change == nil {
			return fmt.Errorf("half a pair")
		}
	}
	return firstOf(finite(o.First, o.Value, o.Length), together(o.X, o.Gradient), together(o.Lower, o.Upper), sized(n, o.Arrays()))
}

// firstOf is the first error that there is.
func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
