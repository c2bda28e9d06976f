package operator

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/field"
)

// Interpolation says how values at points between grid nodes are made.
type Interpolation int

// The interpolations. Sinc is band-limited: a sinc windowed by Kaiser's
// function over 4 nodes to either side (Hicks, Geophysics 67, 2002, with
// b = 4.14); Linear uses the nodes of the cell around the point.
const (
	Linear Interpolation = iota
	Sinc
)

// Interpolations are the names of the interpolations, in their order.
var Interpolations = []string{"linear", "sinc"}

func (i Interpolation) String() string { return Interpolations[i] }

const (
	sincRadius = 4
	sincBeta   = 4.14
)

// rows are sparse rows between grid nodes and points: see the ABI's struct
// courant_points for their two meanings.
type rows struct {
	start, node, point []int64
	weight             []float64
}

// lattice is the placement of the grid in space.
type lattice struct {
	axes            []string
	shape           []int
	origin, spacing []float64
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

// outside names the first point that lies outside the grid, or is empty.
func (g *lattice) outside(name string, at *field.Array) string {
	dim := len(g.shape)
	for p := range at.Shape[0] {
		for a := range dim {
			x := at.At(p*dim + a)
			last := g.origin[a] + float64(g.shape[a]-1)*g.spacing[a]
			slack := nearNode * g.spacing[a]
			if x >= g.origin[a]-slack && x <= last+slack {
				continue
			}
			var where []string
			for b := range dim {
				where = append(where, number(at.At(p*dim+b)))
			}
			return fmt.Sprintf("point %d of %s at (%s) lies outside of the grid: %s runs from %s to %s", p, name, strings.Join(where, ", "), g.axes[a], number(g.origin[a]), number(last))
		}
	}
	return ""
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// nearNode is the part of a spacing below which a point is on a node: far
// above the rounding of coordinates, far below what a wave could tell.
const nearNode = 1e-6

// stencil gives the nodes along one axis that a point interpolates, and their
// weights. Nodes outside the grid are left out: wavefields vanish there.
func (g *lattice) stencil(x float64, axis int, kind Interpolation) (nodes []int64, weights []float64) {
	place := (x - g.origin[axis]) / g.spacing[axis]
	place = min(max(place, 0), float64(g.shape[axis]-1))
	first := math.Floor(place)
	f := place - first
	add := func(node int64, w float64) {
		if w != 0 && node >= 0 && node < int64(g.shape[axis]) {
			nodes, weights = append(nodes, node), append(weights, w)
		}
	}
	if kind == Linear {
		add(int64(first), 1-f)
		add(int64(first)+1, f)
		return nodes, weights
	}
	for k := 1 - sincRadius; k <= sincRadius; k++ {
		add(int64(first)+int64(k), kaiserSinc(float64(k)-f))
	}
	return nodes, weights
}

// kaiserSinc is sin(pi x)/(pi x) times Kaiser's window of radius sincRadius.
func kaiserSinc(x float64) float64 {
	q := x / sincRadius
	switch {
	case x == 0:
		return 1
	case x == math.Trunc(x) || math.Abs(q) >= 1:
		return 0
	}
	return math.Sin(math.Pi*x) / (math.Pi * x) * besselI0(sincBeta*math.Sqrt(1-q*q)) / besselI0(sincBeta)
}

// besselI0 is the modified Bessel function of order 0 by its power series,
// which for arguments below 5 ends within 25 terms.
func besselI0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-17*sum; k++ {
		term *= x / (2 * k) * x / (2 * k)
		sum += term
	}
	return sum
}

// visit calls f for every node around every point, points ascending.
func (g *lattice) visit(at *field.Array, kind Interpolation, f func(point int, node []int64, w float64)) {
	dim := len(g.shape)
	node := make([]int64, dim)
	nodes, weights := make([][]int64, dim), make([][]float64, dim)
	for p := range at.Shape[0] {
		for a := range dim {
			nodes[a], weights[a] = g.stencil(at.At(p*dim+a), a, kind)
		}
		var walk func(axis int, w float64)
		walk = func(axis int, w float64) {
			if axis == dim {
				f(p, node, w)
				return
			}
			for i, n := range nodes[axis] {
				node[axis] = n
				walk(axis+1, w*weights[axis][i])
			}
		}
		walk(0, 1)
	}
}

// sampleRows has one row for each point, its entries the nodes around it.
func (g *lattice) sampleRows(at *field.Array, kind Interpolation) *rows {
	r := &rows{start: []int64{0}}
	g.visit(at, kind, func(p int, node []int64, w float64) {
		for len(r.start) < p+2 {
			r.start = append(r.start, r.start[len(r.start)-1])
		}
		r.node = append(r.node, node...)
		r.weight = append(r.weight, w)
		r.start[p+1]++
	})
	return r
}

// injectRows has one row for each node that some point reaches, its entries
// those points in ascending order. Nodes are in the order of memory.
func (g *lattice) injectRows(at *field.Array, kind Interpolation) *rows {
	type entry struct {
		place int64
		point int64
		w     float64
	}
	var all []entry
	g.visit(at, kind, func(p int, node []int64, w float64) {
		place := int64(0)
		for a, n := range node {
			place = place*int64(g.shape[a]) + n
		}
		all = append(all, entry{place, int64(p), w})
	})
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.point, b.point))
	})
	r := &rows{start: []int64{0}}
	dim := len(g.shape)
	for i, e := range all {
		if i == 0 || all[i-1].place != e.place {
			r.start = append(r.start, r.start[len(r.start)-1])
			at, rest := len(r.node), e.place
			r.node = append(r.node, make([]int64, dim)...)
			for a := dim - 1; a >= 0; a-- {
				r.node[at+a] = rest % int64(g.shape[a])
				rest /= int64(g.shape[a])
			}
		}
		r.point = append(r.point, e.point)
		r.weight = append(r.weight, e.w)
		r.start[len(r.start)-1]++
	}
	return r
}
