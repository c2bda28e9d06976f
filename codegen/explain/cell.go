package explain

import "slices"

// spot is a place in one cell of the grid, in half spacings from its first
// node: 0, 1 or 2 for each axis of the problem.
type spot [3]int

// inSpace says where a spot is drawn: the first axis to the right, the last
// one down, the one between away from the reader.
func (s spot) inSpace(dim int) (right, back, down int) {
	switch dim {
	case 1:
		return s[0], 0, 0
	case 2:
		return s[0], 0, s[1]
	}
	return s[0], s[1], s[2]
}

// cellEdge is an edge of a cell between two of its corners.
type cellEdge struct {
	from, to spot
	hidden   bool // behind the faces that the reader sees
}

// cellEdges lists the edges of a cell, the hidden ones first.
func cellEdges(dim int) []cellEdge {
	var out []cellEdge
	for _, from := range cellSpots(dim) {
		for axis := range dim {
			to := from
			to[axis] = 2
			if from[axis] != 0 || slices.Contains(from[:], 1) {
				continue
			}
			// One corner touches none of the faces in front, on top and to the right.
			corner := spot{0, 2, 2}
			out = append(out, cellEdge{from, to, dim == 3 && (from == corner || to == corner)})
		}
	}
	slices.SortStableFunc(out, func(a, b cellEdge) int {
		switch {
		case a.hidden == b.hidden:
			return 0
		case a.hidden:
			return -1
		}
		return 1
	})
	return out
}

// cellSpots lists the spots of a cell, those far away first.
func cellSpots(dim int) []spot {
	n := 1
	for range dim {
		n *= 3
	}
	var out []spot
	for i := range n {
		out = append(out, spot{i % 3, i / 3 % 3, i / 9})
	}
	slices.SortStableFunc(out, func(a, b spot) int {
		_, backA, _ := a.inSpace(dim)
		_, backB, _ := b.inSpace(dim)
		return backB - backA
	})
	return out
}

// half says which axes a spot lies between the nodes of.
func (s spot) half(dim int) []bool {
	out := make([]bool, dim)
	for axis := range out {
		out[axis] = s[axis] == 1
	}
	return out
}

// placeAt finds the place that a spot is, nil where no function lies.
func placeAt(places []Place, half []bool) *Place {
	for i := range places {
		if slices.Equal(places[i].Half, half) {
			return &places[i]
		}
	}
	return nil
}
