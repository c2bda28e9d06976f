package operator

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// lattice is the placement of the grid in space, or of the places half a
// spacing up some of its axes.
type lattice struct {
	axes            []string
	shape           []int
	origin, spacing []float64
	periodic        []bool // nil for no axis
}

// at is the lattice of the places half a spacing up some axes.
func (g *lattice) at(half []bool) *lattice {
	out := *g
	out.origin = slices.Clone(g.origin)
	for a, h := range half {
		if h {
			out.origin[a] += g.spacing[a] / 2
		}
	}
	return &out
}

// wraps reports whether the last node of an axis is followed by the first.
func (g *lattice) wraps(axis int) bool { return g.periodic != nil && g.periodic[axis] }

// last is where an axis ends: at its last node, or one spacing behind it where
// the first one follows.
func (g *lattice) last(axis int) float64 {
	n := g.shape[axis] - 1
	if g.wraps(axis) {
		n++
	}
	return g.origin[axis] + float64(n)*g.spacing[axis]
}

// nearNode is the part of a spacing below which a point is on a node: far
// above the rounding of coordinates, far below what a wave could tell.
const nearNode = 1e-6

// holds reports whether a coordinate lies within the grid.
func (g *lattice) holds(x float64, axis int) bool {
	slack := nearNode * g.spacing[axis]
	return x >= g.origin[axis]-slack && x <= g.last(axis)+slack
}

// outside names the first point that lies outside of the grid, or is empty.
func (g *lattice) outside(name string, at *field.Array) string {
	dim := len(g.shape)
	count := at.Shape[len(at.Shape)-2]
	for i := range at.Len() / dim {
		for a := range dim {
			if g.holds(at.At(i*dim+a), a) {
				continue
			}
			var where []string
			for b := range dim {
				where = append(where, number(at.At(i*dim+b)))
			}
			step := ""
			if len(at.Shape) == 3 {
				step = fmt.Sprintf(" in step %d", i/count)
			}
			return fmt.Sprintf("point %d of %s at (%s)%s lies outside of the grid: %s runs from %s to %s; see the rule for points outside", i%count, name, strings.Join(where, ", "), step, g.axes[a], number(g.origin[a]), number(g.last(a)))
		}
	}
	return ""
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// stencil gives the nodes along one axis that a point interpolates, and their
// weights. Nodes outside the grid are left out: wavefields vanish there.
func (g *lattice) stencil(x float64, axis int, kind Interpolation) (nodes []int64, weights []float64) {
	n := int64(g.shape[axis])
	place := (x - g.origin[axis]) / g.spacing[axis]
	if !g.wraps(axis) {
		place = min(max(place, 0), float64(n-1))
	}
	if kind == Nearest {
		place = math.Round(place)
	}
	first := math.Floor(place)
	f := place - first
	add := func(node int64, w float64) {
		if g.wraps(axis) {
			node = (node%n + n) % n
		}
		if w != 0 && node >= 0 && node < n {
			nodes, weights = append(nodes, node), append(weights, w)
		}
	}
	if kind != Sinc {
		add(int64(first), 1-f)
		add(int64(first)+1, f)
		return nodes, weights
	}
	for k := 1 - sincRadius; k <= sincRadius; k++ {
		add(int64(first)+int64(k), kaiserSinc(float64(k)-f))
	}
	return nodes, weights
}
