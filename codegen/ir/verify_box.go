package ir

// isEnd reports whether a bound is counted from an end of the axis.
func isEnd(b Bound) bool { return b.Kind == Zero || b.Kind == Size }

// extent is how far something reaches beyond the grid along one axis, at the
// first and at the last point; negative for what stays inside. It is far
// inside, at least 0, where the distance depends on the size of the grid.
type extent struct{ first, last int }

// within reports whether the extent stays within n points beyond the grid.
func (e extent) within(n int) bool { return e.first <= n && e.last <= n }

// reach is the extent of an access at an offset from the point of the loops.
func reach(loops []*Loop, axis, offset int) extent {
	e := box(loops, axis)
	return extent{e.first - offset, e.last + offset}
}

// box is the extent of the points of the loops.
func box(loops []*Loop, axis int) extent {
	e := extent{}
	for _, l := range loops {
		// The loop over points within a block has the block loop's ends.
		if l.Axis == axis && isEnd(l.Lo) {
			if l.Lo.Kind == Zero {
				e.first = -l.Lo.Shift
			}
			if l.Hi.Kind == Size {
				e.last = l.Hi.Shift
			}
		}
	}
	return e
}
