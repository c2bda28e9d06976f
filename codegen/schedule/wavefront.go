package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// What a wavefront is chosen by, measured on an Emerald Rapids of two cores: see
// docs/performance.md.
const (
	// A time tile takes so many steps, of stencils that reach no farther in a step:
	// those of order 8 are bound within the core.
	tileSteps, tileReach = 4, 3
	// A pass over systems pays where it goes through at most this part of the arrays
	// that one pass for each compute goes through...
	passShare = 0.75
	// ... and the rows of a block that it reads beyond it are at most this part of it.
	passBeyond = 0.25
	// Rows are taken to be so long, as grids are not known yet.
	usualRow = 320
	// Threads that each take a part of an axis need parts of some length: a machine
	// with more threads is given tiles that they share.
	fewCores = 8
)

// wavefront joins statements of a step that goes over a grid in three dimensions into
// one skewed pass, where that spares memory: blocks of rows stream along the first
// axis, each thread in its own part of the second one. A single compute takes several
// steps in such a pass; computes that are updated in turns, as velocities and
// stresses, take one. It gives nil where neither is legal and worth it; target.Pass
// asks for so many steps whatever it is worth.
func wavefront(p *stencil.Program, single []Group, target facts.Target) []Group {
	worthwhile := target.L2 > 0 && target.Cores >= 1 && target.Cores <= fewCores
	if !worthwhile && target.Pass == 0 || len(p.Axes) != 3 {
		return nil
	}
	var computes []int
	for i, g := range single {
		if c, ok := p.Step[i].(*stencil.Compute); ok && g.Lanes > 1 && len(c.Axes) == 3 {
			if c.When != nil || c.AtAnEnd() {
				return nil
			}
			computes = append(computes, i)
		}
	}
	begin, steps := 0, tileSteps
	if target.Pass > 0 {
		steps = target.Pass
	}
	switch {
	case len(computes) == 0:
		return nil
	case steps > 1 && (len(computes) == 1 || target.Pass > 1):
		if slices.ContainsFunc(p.Arrays, func(a *signature.Array) bool { return a.Keeps() }) {
			return nil // each step writes memory of its own
		}
	default:
		begin, steps = computes[0], 1
	}
	if len(own(p, begin, len(p.Step))) > 0 {
		return nil // temporaries are better kept in rings
	}
	first := single[computes[0]]
	g := Group{Of: p.Labels()[begin:], Steps: steps, Threads: Parts, Lanes: first.Lanes, Prefetch: first.Prefetch}
	for _, i := range computes {
		g.Usual = g.Usual || single[i].Usual
	}
	g.Tiles = []Tile{{Axis: p.Axes[1], Size: target.StreamedRows, Mode: Skew}, {Axis: p.Axes[0], Size: 1, Mode: Skew}}
	pl := &plan{p: p, first: begin, index: indices(begin, len(p.Step)), Group: g}
	if pl.resolve(len(p.Step)) != nil {
		return nil
	}
	w := weigh(pl)
	worth := w.share <= passShare && float64(w.beyond) <= passBeyond*float64(target.StreamedRows)
	if steps > 1 {
		worth = w.bytes <= target.L2 && pl.Tiles[0].Slope <= tileReach
	}
	if !worth && target.Pass == 0 {
		return nil
	}
	return append(slices.Clone(single[:begin]), g)
}

// weight is what a wavefront keeps in the second cache, and what it spares.
type weight struct {
	bytes  int     // of the planes of a block of rows that it has at hand
	beyond int     // rows that it reads beyond a block
	share  float64 // part of the arrays that its computes go through one by one
}

// weigh goes through the accesses of a wavefront's computes.
func weigh(pl *plan) (w weight) {
	p := pl.p
	reach := map[string]*[2][2]int{} // of each field: how far along the first two axes
	apart := 0
	for i := range pl.index {
		c, ok := pl.stmt(i).(*stencil.Compute)
		if !ok {
			continue
		}
		own := map[string]bool{}
		see := func(x *stencil.Access) {
			if a := p.Array(x.Field); a == nil || len(a.Axes) != len(p.Axes) {
				return
			}
			if own[x.Field] = true; reach[x.Field] == nil {
				reach[x.Field] = &[2][2]int{}
			}
			for axis, r := range reach[x.Field] {
				n := x.Offset[axis]
				reach[x.Field][axis] = [2]int{min(r[0], n), max(r[1], n)}
			}
		}
		stencil.Reads(c, see)
		for _, t := range c.Targets() {
			see(t)
		}
		apart += len(own)
	}
	skew := 0
	for i := range pl.index {
		skew = max(skew, pl.Tiles[0].shift(i, pl.steps()-1))
	}
	rows := 0
	for name, r := range reach {
		planes, across := skew+r[0][1]-r[0][0]+1, pl.Tiles[0].Size+r[1][1]-r[1][0]
		rows += max(1, p.Array(name).Buffers) * planes * across
		w.beyond = max(w.beyond, skew+r[1][1], skew-r[1][0])
	}
	w.bytes = rows * usualRow * p.Real.Size()
	w.share = float64(len(reach)) / float64(max(1, apart))
	return w
}
