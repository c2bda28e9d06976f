package fd

import (
	"fmt"
	"math/big"
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

// Rule builds the stencil for a derivative of a quantity that lives on the
// grid points, by the conventions of the field:
//
//   - the points run from ceil(-r) to floor(r) with r = accuracy/2, moved by
//     one for a one-sided derivative;
//   - a first derivative of accuracy 2 with no side given has accuracy 1: it is
//     the forward difference, in time as in space. Ask for a side to get the
//     centred one.
//
// It fails when the accuracy is not a positive even number, or gives too few
// points for the derivative.
func Rule(order, accuracy int, side symbolic.Side) (*Stencil, error) {
	key := ruleKey{order, accuracy, side}
	if s, ok := rules.Load(key); ok {
		return s.(*Stencil), nil
	}
	s, err := rule(order, accuracy, side)
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
}

func rule(order, accuracy int, side symbolic.Side) (*Stencil, error) {
	if accuracy < 1 {
		return nil, fmt.Errorf("order of accuracy %d: it must be at least 1", accuracy)
	}
	if order == 1 && accuracy == 2 && side == symbolic.Default {
		accuracy = 1
	}
	lo, hi := -(accuracy / 2), accuracy/2 // ceil(-r), floor(r)
	if lo == hi {
		hi++
	}
	switch side {
	case symbolic.LeftOf:
		lo, hi = lo-1, hi-1
	case symbolic.RightOf:
		lo, hi = lo+1, hi+1
	}
	s := &Stencil{Order: order}
	var points []*big.Rat
	for o := lo; o <= hi; o++ {
		s.Offset = append(s.Offset, o)
		points = append(points, big.NewRat(int64(o), 1))
	}
	w, err := Weights(order, points, new(big.Rat))
	if err != nil {
		return nil, fmt.Errorf("accuracy %d: %w", accuracy, err)
	}
	s.Weight = w
	return s, nil
}
