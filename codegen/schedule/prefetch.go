package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/stencil"
)

// prefetches lists the elements of which a row asks the memory early: of each
// array the element of its foremost row, which no other statement of the group
// has read before, so many points ahead. The other rows of the array are in the
// cache since they were foremost.
func (a *applier) prefetches(c *stencil.Compute, part []loop.Stmt, step int) []*loop.Ref {
	g := &a.plan.Group
	if b := c.Box[c.Axes[len(c.Axes)-1]]; g.Prefetch == 0 || b.Lo.End == b.Hi.End {
		return nil // or a layer at one end of a row, which ends before it pays
	}
	x := loop.Symbol{Kind: loop.Var, Name: a.p.Axes[c.Axes[len(c.Axes)-1]]}
	var out []*loop.Ref
	see := func(r *loop.Ref) {
		array := a.k.Array(r.Buffer)
		if array == nil || len(r.Index) == 0 || r.Index[len(r.Index)-1].Coef(x) != 1 || !a.foremost(c, r, step) {
			return
		}
		i := slices.IndexFunc(out, func(o *loop.Ref) bool {
			return o.Buffer == r.Buffer && array.Buffer(o.Level) == array.Buffer(r.Level)
		})
		if i < 0 {
			out = append(out, r)
		} else if further(r, out[i]) {
			out[i] = r
		}
	}
	for _, s := range part {
		if v := loop.ValueOf(s); v != nil {
			expr.Visit(v, func(e expr.Expr) {
				if r, ok := e.(*loop.Ref); ok {
					see(r)
				}
			})
		}
		if r := loop.TargetOf(s); r != nil {
			see(r)
		}
	}
	for i, r := range out {
		p := *r
		p.Index = slices.Clone(r.Index)
		n := len(p.Index) - 1
		p.Index[n].Const = g.Prefetch
		out[i] = &p
	}
	return out
}

// further reports whether a row lies behind another one of the same array: along
// the first axis, and where they are level there, along the next.
func further(r, than *loop.Ref) bool {
	for i := range len(r.Index) - 1 {
		if d := r.Index[i].Const - than.Index[i].Const; d != 0 {
			return d > 0
		}
	}
	return false
}

// foremost reports whether a compute is the one of its group that reads furthest
// into an array, so that it meets its values first.
func (a *applier) foremost(c *stencil.Compute, r *loop.Ref, step int) bool {
	pl := a.plan
	array := a.p.Array(r.Buffer)
	axis := c.Axes[0]
	var tile *Tile
	if t := pl.tile(a.p.Axes[axis]); t != nil && t.Mode == Skew {
		tile = t
	}
	type place struct{ statement, step int }
	var first place
	most, found := 0, false
	for s := range pl.steps() {
		for i := range pl.index {
			x, ok := pl.stmt(i).(*stencil.Compute)
			if !ok {
				continue
			}
			see := func(e *stencil.Access) {
				if e.Field != r.Buffer || array.Computed() && array.Buffer(e.Time+s) != array.Buffer(r.Level) {
					return
				}
				reach := e.Offset[axis]
				if tile != nil {
					reach -= tile.shift(i, s)
				}
				if !found || reach > most {
					most, found, first = reach, true, place{i, s}
				}
			}
			stencil.Reads(x, see)
			for _, t := range x.Targets() {
				see(t)
			}
		}
	}
	return !found || first.step == step && pl.stmt(first.statement) == stencil.Stmt(c)
}
