package operator

import (
	"slices"
)

// The greatest numbers with which sizes are still computed in whole numbers of
// 64 bits: a grid of 2^50 points and 2^31 steps are more than any machine runs.
const (
	mostPoints = 1 << 50
	mostSteps  = 1 << 31
)

// sizes refuses grids and lengths whose memory could not even be computed.
func (b *binder) sizes() {
	points := 1.0
	for _, n := range b.a.Shape {
		points *= float64(n)
	}
	if points > mostPoints {
		b.add("a grid of %v points does not fit any address space", b.a.Shape)
		b.lattice = nil // nothing can be said of such a grid
	}
	if b.a.Steps > mostSteps {
		b.add("%d time levels are more than can be run; at most %d", b.a.Steps, mostSteps)
		b.lattice = nil
	}
}

// slabs refuses an axis of one point with nothing between its mirrors: there
// the mirror images follow from no value. On all other axes shorter than the
// stencil, periodic ones and those between mirrors, the images of images are
// taken.
func (b *binder) slabs() {
	var refused []int
	for _, x := range b.k.Arrays {
		for axis, e := range x.Edges {
			half := x.Stagger != nil && x.Stagger[axis]
			if x.Spans(axis) && b.a.Shape[axis] == 1 && e[1].Mirrors() && (e[0].Mirrors() || half) && !slices.Contains(refused, axis) {
				refused = append(refused, axis)
				b.add("axis %s has one point, and %s is mirrored there; give it 2 points or more, or leave the axis out", b.k.Axes[axis], x.Name)
			}
		}
	}
}
