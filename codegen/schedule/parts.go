package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// Threads that take parts of a skewed axis do not wait for each other while
// they go through the tiles of their parts. A statement ends before the end of
// a part by its skew, and begins behind its beginning by its rise; what lies
// between the two, around the cut of two parts, waits until all parts are done:
//
//	statement 0   ........|........      skew 0, rise 0
//	statement 1   ......--|--......      skew 2, rise 2
//	statement 2   ....----|----....      skew 4, rise 4
//
// Temporal blocking knows this as split or hexagonal tiling; see Grosser et al.,
// "Split tiling for GPUs", GPGPU-6, 2013.

// parted makes the loops over the parts and those over the cuts.
func (a *applier) parted() ([]loop.Stmt, error) {
	pl := a.plan
	axis := pl.axis(pl.Tiles[0].Axis)
	t := a.tiles[axis]
	t.part = t.Axis + "p"
	for slices.Contains(a.p.Axes, t.part) {
		t.part += "_"
	}
	first, reach := 0, 0
	for step := range pl.steps() {
		for i := range pl.index {
			first = max(first, pl.rise(i, step))
			reach = max(reach, pl.rise(i, step)+t.shift(i, step))
		}
	}
	block := loop.Of(loop.Block, t.Axis)
	begin := t.lo.Plus(-first)
	beyond := t.hi.Add(-1, begin).Add(-1, loop.Of(loop.Size, t.Axis))
	// Two cuts must not touch each other: the strip of each is as wide as reach, and
	// what it reads beside it lies in the strip of an earlier statement, or ends where
	// a part does that no cut changes any more.
	a.k.Parts = append(a.k.Parts, signature.Part{Axis: axis, Least: 2*reach + 1, Beyond: beyond.Const})

	body, behind, err := a.statements()
	if err != nil {
		return nil, err
	}
	parts := &loop.For{Var: t.part, Axis: axis, Lo: []loop.Affine{begin}, Hi: []loop.Affine{t.hi}, Step: block, Kind: loop.Threads, Notes: pl.notes(), Body: a.tileLoops(body, 0)}
	out := []loop.Stmt{parts}
	t.cut = true
	body, _, err = a.statements()
	if err != nil {
		return nil, err
	}
	if body = strips(body); len(body) > 0 {
		out = append(out, &loop.For{Var: t.part, Axis: axis, Lo: []loop.Affine{begin.Add(1, block)}, Hi: []loop.Affine{t.hi}, Step: block, Kind: loop.Threads, Notes: []string{"what lies between the parts"}, Body: a.tileLoops(body, 1)})
	}
	return append(out, behind...), nil
}

// rise is how many points of a part's beginning a statement leaves for later, in a
// step of the time tile.
func (pl *plan) rise(statement, step int) int { return pl.rises[statement] + pl.climb*step }

// partOf are the bounds of a statement along the axis of parts: in a tile of a
// part, or at its cut.
func (a *applier) partOf(t *tiling, i, step int) span {
	begin := loop.V(t.part)
	shift, rise := t.shift(i, step), a.plan.rise(i, step)
	if t.cut {
		return span{[]loop.Affine{begin.Plus(-shift)}, []loop.Affine{begin.Plus(rise)}}
	}
	tile := loop.V(t.name)
	return span{
		[]loop.Affine{tile.Plus(-shift), begin.Plus(rise)},
		[]loop.Affine{tile.Plus(t.Size - shift), begin.Add(1, loop.Of(loop.Block, t.Axis)).Plus(-shift)},
	}
}

// strips leaves out loops that have no points at a cut.
func strips(body []loop.Stmt) []loop.Stmt {
	empty := func(lo, hi []loop.Affine) bool {
		for _, l := range lo {
			for _, h := range hi {
				if d := h.Add(-1, l); d.IsConst() && d.Const <= 0 {
					return true
				}
			}
		}
		return false
	}
	var holds func(s loop.Stmt) bool
	holds = func(s loop.Stmt) bool {
		var within []loop.Within
		switch x := s.(type) {
		case *loop.For:
			return !empty(x.Lo, x.Hi) && (len(x.Body) != 1 || holds(x.Body[0]))
		case *loop.If:
			x.Body = strips(x.Body)
			return len(x.Body) > 0
		case *loop.Inject:
			within = x.Within
		case *loop.Sample:
			within = x.Within
		}
		return !slices.ContainsFunc(within, func(w loop.Within) bool { return empty(w.Lo, w.Hi) })
	}
	var out []loop.Stmt
	for _, s := range body {
		if holds(s) {
			out = append(out, s)
		}
	}
	return out
}
