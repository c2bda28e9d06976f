package loop

import (
	"fmt"
	"slices"
)

// On a device blocks of threads take tiles, and the threads of a block the points
// of one. The host counts the blocks before they run, and a thread finds its points
// by the order of the loops.

// device checks where loops stand that blocks share, or the threads of a block.
func (v *verifier) device(l *For, s scope) error {
	inner := within(l, l.Kind)
	alone := len(l.Body) == 1 && l.Body[0] == Stmt(inner)
	switch {
	case l.Kind != Grid && l.Kind != InBlock:
		return nil
	case l.Kind == Grid && s.nested:
		return fmt.Errorf("loop %s: blocks take tiles of a whole step, not within another loop or a condition", l.Var)
	case l.Kind == InBlock && !s.grid:
		return fmt.Errorf("loop %s is shared by the threads of a block, and there are no blocks", l.Var)
	case inner != nil && !alone:
		return fmt.Errorf("loop %s: loop %s, which is shared as it is, does not stand alone in it", l.Var, inner.Var)
	case l.Rest != nil || l.Kind == InBlock && !l.Step.Equal(Int(1)):
		return fmt.Errorf("loop %s: a block takes a tile, and a thread one point, without a rest", l.Var)
	case l.Kind == Grid && (len(l.Lo) > 1 || len(l.Hi) > 1 || moves(l.Lo[0]) || moves(l.Hi[0])):
		return fmt.Errorf("loop %s: its bounds are not known before the blocks are counted", l.Var)
	}
	return nil
}

// within is the first loop of a kind within one, nil for none.
func within(l *For, kind Kind) *For {
	var found *For
	Visit(l.Body, func(s Stmt) {
		if x, ok := s.(*For); ok && x.Kind == kind && found == nil {
			found = x
		}
	})
	return found
}

// moves reports whether a form depends on a loop in a step.
func moves(a Affine) bool {
	return slices.ContainsFunc(a.Terms, func(t Term) bool { return t.Kind == Var && t.Name != "t" })
}
