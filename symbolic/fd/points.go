package fd

import (
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/courant-pde/courant/symbolic"
)

// Stencil is a one-dimensional finite-difference formula: the value at the
// point plus Offset[i] counts Weight[i], all divided by spacing^Order. It is
// shared and must not be changed.
type Stencil struct {
	Order  int
	Offset []int
	Weight []*big.Rat
}

// Rule builds the stencil for a derivative by the conventions of the field.
// The place where the derivative is taken lies half half-points up the axis
// from the operand's value of offset 0: 0 where both share a place, 1 or -1
// from nodes to the places between them or back.
//
//   - the points run from ceil(place-r) to floor(place+r) with r = accuracy/2,
//     moved by one for a one-sided derivative;
//   - a first derivative of accuracy 2 with no side given has accuracy 1: it is
//     the forward difference, in time as in space. Ask for a side to get the
//     centred one. Between nodes and half places this changes nothing;
//   - between places, points are added in pairs until there are enough for the
//     derivative;
//   - accuracy 1 on one place reads the point and the next one up the axis.
//
// It fails when the accuracy is not positive, or gives too few points for the
// derivative.
func Rule(order, accuracy int, side symbolic.Side, half int) (*Stencil, error) {
	key := ruleKey{order, accuracy, side, half}
	if s, ok := rules.Load(key); ok {
		return s.(*Stencil), nil
	}
	s, err := rule(order, accuracy, side, half)
	if err == nil {
		rules.Store(key, s)
	}
	return s, err
}

// rules keeps what Rule has built: an operator asks for the same weights for
// each of its derivatives, and exact ones of a high order take milliseconds.
var rules sync.Map

type ruleKey struct {
	order, accuracy int
	side            symbolic.Side
	half            int
}

func rule(order, accuracy int, side symbolic.Side, half int) (*Stencil, error) {
	if accuracy < 1 {
		return nil, fmt.Errorf("order of accuracy %d: it must be at least 1", accuracy)
	}
	if order == 1 && accuracy == 2 && side == symbolic.Default {
		accuracy = 1
	}
	lo, hi := -floorHalf(accuracy-half), floorHalf(half+accuracy) // ceil(x) is -floor(-x)
	if lo == hi {
		hi++
	}
	for half%2 != 0 && hi-lo < order { // a second derivative of order 2 between places
		lo, hi = lo-1, hi+1
	}
	s := &Stencil{Order: order}
	var points []*big.Rat
	for o := lo + shift(side); o <= hi+shift(side); o++ {
		s.Offset = append(s.Offset, o)
		points = append(points, big.NewRat(int64(o), 1))
	}
	w, err := Weights(order, points, big.NewRat(int64(half), 2))
	if err != nil {
		return nil, fmt.Errorf("accuracy %d: %w", accuracy, err)
	}
	s.Weight = w
	return s, nil
}

// stated is the stencil of given weights: as many points as weights, as evenly
// about the place as they can lie.
func stated(order int, weights []*big.Rat, side symbolic.Side, half int) *Stencil {
	s := &Stencil{Order: order, Weight: weights}
	lo := -floorHalf(len(weights) - 1 - half) // the middle of the points is at half/2
	for i := range weights {
		s.Offset = append(s.Offset, lo+shift(side)+i)
	}
	return s
}

func shift(side symbolic.Side) int {
	switch side {
	case symbolic.LeftOf:
		return -1
	case symbolic.RightOf:
		return 1
	}
	return 0
}

// floorHalf is n/2, rounded down.
func floorHalf(n int) int { return (n - n&1) / 2 }

// StencilOf is the stencil that the grid prescribes for a derivative that is
// taken at the place where its operand lies.
func StencilOf(d *symbolic.Deriv, g *symbolic.Grid) (*Stencil, error) { return StencilBetween(d, g, 0) }

// StencilBetween is the stencil of d when its result is wanted half half-points up
// the axis from its operand.
func StencilBetween(d *symbolic.Deriv, g *symbolic.Grid, half int) (*Stencil, error) {
	if d.Weights != nil {
		return stated(d.Order, slices.Clone(d.Weights), d.Side, half+d.Half), nil
	}
	accuracy := d.Accuracy
	if accuracy == 0 {
		accuracy = g.SpaceOrder
		if d.Axis == symbolic.TimeAxis {
			accuracy = g.TimeOrder
		}
	}
	s, err := Rule(d.Order, accuracy, d.Side, half+d.Half)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d, err)
	}
	return s, nil
}

// Apply is the weighted sum of e at the stencil's points along axis, without
// the division by the spacing.
func (s *Stencil) Apply(e symbolic.Expr, axis int) symbolic.Expr {
	terms := make([]symbolic.Expr, len(s.Offset))
	for i, o := range s.Offset {
		terms[i] = symbolic.Product(symbolic.Rational(s.Weight[i]), symbolic.Shift(e, axis, o))
	}
	return symbolic.Sum(terms...)
}

// SumAbs is the sum of the weights' absolute values, the largest amplification
// of any wave by the stencil.
func (s *Stencil) SumAbs() float64 {
	sum := new(big.Rat)
	for _, w := range s.Weight {
		sum.Add(sum, new(big.Rat).Abs(w))
	}
	f, _ := sum.Float64()
	return f
}
