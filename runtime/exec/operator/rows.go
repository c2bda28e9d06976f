package operator

import (
	"cmp"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// rows are sparse rows between grid nodes and points: see the ABI's struct
// courant_points for their two meanings.
type rows struct {
	first              []int64 // of each step, and one more; nil when points rest
	start, node, point []int64
	weight             []float64
}

// spread calls f for every node that every point is tied to, points ascending.
type spread func(f func(point int, node []int64, w float64))

// spreads gives one spread for all steps, or one for each step when the points
// move.
func (g *lattice) spreads(p Points, steps int, kind Interpolation, outside Outside, nodes *lattice) []spread {
	switch {
	case p.Weights != nil:
		return []spread{tied(p)}
	case len(p.At.Shape) == 2:
		return []spread{g.around(p.At, 0, kind, outside, nodes)}
	}
	out := make([]spread, steps)
	for t := range out {
		out[t] = g.around(p.At, t*p.Count(), kind, outside, nodes)
	}
	return out
}

// tied spreads points to given nodes.
func tied(p Points) spread {
	k, dim := p.Nodes.Shape[1], p.Nodes.Shape[2]
	return func(f func(int, []int64, float64)) {
		node := make([]int64, dim)
		for i := range p.Weights.Len() {
			for a := range node {
				node[a] = int64(p.Nodes.At(i*dim + a))
			}
			if w := p.Weights.At(i); w != 0 {
				f(i/k, node, w)
			}
		}
	}
}

// around spreads points by interpolation. at holds their coordinates, from row
// from on. nodes is the grid's own lattice, by which points lie outside.
func (g *lattice) around(at *field.Array, from int, kind Interpolation, outside Outside, nodes *lattice) spread {
	dim := len(g.shape)
	count := at.Shape[len(at.Shape)-2]
	return func(f func(int, []int64, float64)) {
		node := make([]int64, dim)
		along, weights := make([][]int64, dim), make([][]float64, dim)
		for p := range count {
			inside := true
			for a := range dim {
				x := at.At((from+p)*dim + a)
				inside = inside && nodes.holds(x, a)
				if outside == Clamp {
					x = min(max(x, nodes.origin[a]), nodes.last(a))
				}
				along[a], weights[a] = g.stencil(x, a, kind)
			}
			if !inside && outside == Drop {
				continue
			}
			var walk func(axis int, w float64)
			walk = func(axis int, w float64) {
				if axis == dim {
					f(p, node, w)
					return
				}
				for i, n := range along[axis] {
					node[axis] = n
					walk(axis+1, w*weights[axis][i])
				}
			}
			walk(0, 1)
		}
	}
}

// sampleRows has one row for each point, its entries the nodes around it; with
// several spreads, the rows of each in turn.
func sampleRows(all []spread, count int) *rows {
	r := newRows(len(all))
	for _, each := range all {
		base := len(r.start)
		for range count {
			r.start = append(r.start, 0)
		}
		each(func(p int, node []int64, w float64) {
			r.node = append(r.node, node...)
			r.weight = append(r.weight, w)
			r.start[base+p]++
		})
		for i := range count {
			r.start[base+i] += r.start[base+i-1]
		}
		r.step()
	}
	return r
}

// newRows has no rows yet; those of several spreads are counted by steps.
func newRows(spreads int) *rows {
	r := &rows{start: []int64{0}}
	if spreads > 1 {
		r.first = []int64{0}
	}
	return r
}

// step ends the rows of one spread.
func (r *rows) step() {
	if r.first != nil {
		r.first = append(r.first, int64(len(r.start)-1))
	}
}

// injectRows has one row for each node that some point reaches, its entries
// those points in ascending order. Nodes are in the order of memory.
func (g *lattice) injectRows(all []spread) *rows {
	type entry struct {
		place int64
		point int64
		w     float64
	}
	dim := len(g.shape)
	r := newRows(len(all))
	for _, each := range all {
		var entries []entry
		each(func(p int, node []int64, w float64) {
			place := int64(0)
			for a, n := range node {
				place = place*int64(g.shape[a]) + n
			}
			entries = append(entries, entry{place, int64(p), w})
		})
		slices.SortStableFunc(entries, func(a, b entry) int {
			return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.point, b.point))
		})
		for i, e := range entries {
			if i == 0 || entries[i-1].place != e.place {
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
		r.step()
	}
	return r
}

// inOrder sorts the nodes of each step, the first axis first, so that a tile finds
// its own. It gives the node of each entry, and the number of nodes that are not there
// already: where points rest, entries of one node share it, and the last one stands for
// what is left of the list.
func (r *rows) inOrder(dim int) (order []int64, nodes int) {
	entries := make([]int64, len(r.weight)) // those of the nodes in order
	for e := range entries {
		entries[e] = int64(e)
	}
	steps := [][]int64{entries}
	if r.first != nil {
		steps = nil
		for t := range len(r.first) - 1 {
			steps = append(steps, entries[r.start[r.first[t]]:r.start[r.first[t+1]]])
		}
	}
	at := func(e int64) []int64 { return r.node[int(e)*dim : (int(e)+1)*dim] }
	for _, s := range steps {
		slices.SortFunc(s, func(a, b int64) int { return cmp.Or(slices.Compare(at(a), at(b)), cmp.Compare(a, b)) })
	}
	node, order := make([]int64, 0, len(r.node)), make([]int64, len(entries))
	for k, e := range entries {
		if r.first != nil || k == 0 || !slices.Equal(at(e), at(entries[k-1])) {
			node = append(node, at(e)...)
		}
		order[e] = int64(len(node)/dim - 1)
	}
	nodes = len(node) / dim
	for len(node) < len(r.node) {
		node = append(node, node[len(node)-dim:]...)
	}
	r.node = node
	return order, nodes
}
