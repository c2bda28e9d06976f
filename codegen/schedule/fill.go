package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// fill makes loops of a fill: axis by axis, each over all there is along the
// others; transposed, all of it the other way round.
func (a *applier) fill(f *stencil.Fill, i, step int) []loop.Stmt {
	array := *a.k.Array(f.Field)
	array.Edges = f.Edges
	var out []loop.Stmt
	axes := slices.Clone(array.Axes)
	if f.Transposed {
		slices.Reverse(axes)
	}
	for _, axis := range axes {
		if f.Edges[axis] == [2]signature.Edge{} {
			continue
		}
		rules := array.Rules(axis, f.Width[axis])
		if f.Transposed {
			slices.Reverse(rules)
		}
		for n, r := range rules {
			l := a.copies(f, &array, axis, r, i, step)
			if n > 0 {
				l.Notes = nil
			}
			out = append(out, l)
		}
	}
	return out
}

// copies makes the loops of one rule: k just outside of the last axis.
func (a *applier) copies(f *stencil.Fill, array *signature.Array, axis int, r signature.Rule, i, step int) *loop.For {
	k := "k"
	for slices.Contains(a.p.Axes, k) {
		k += "_"
	}
	x := a.p.Axes[axis]
	position := func(p signature.Position) loop.Affine {
		out := loop.Affine{}
		if p.End {
			out = loop.Of(loop.Size, x)
		}
		return out.Add(p.K, loop.V(k)).Plus(p.At)
	}
	at := func(p signature.Position) *loop.Ref {
		ref := &loop.Ref{Buffer: f.Field, Level: f.Time}
		if array.Computed() {
			ref.Level += step
		}
		for _, other := range array.Axes {
			if other == axis {
				ref.Index = append(ref.Index, position(p))
			} else {
				ref.Index = append(ref.Index, loop.V(a.p.Axes[other]))
			}
		}
		return ref
	}
	var body []loop.Stmt
	each := slices.Clone(r.Each)
	if f.Transposed {
		slices.Reverse(each)
	}
	for _, c := range each {
		signed := func(e expr.Expr) expr.Expr {
			if c.Sign < 0 {
				return expr.Subtract(e)
			}
			return e
		}
		switch {
		case c.Sign == 0:
			body = append(body, &loop.Store{To: at(c.To), Value: expr.Const(0)})
		case f.Transposed:
			body = append(body, &loop.Store{To: at(c.From), Value: expr.Sum(at(c.From), signed(at(c.To)))}, &loop.Store{To: at(c.To), Value: expr.Const(0)})
		default:
			body = append(body, &loop.Store{To: at(c.To), Value: expr.Sum(signed(at(c.From)))})
		}
	}
	var others []int
	for _, o := range array.Axes {
		if o != axis {
			others = append(others, o)
		}
	}
	over := func(o int, body []loop.Stmt) *loop.For {
		b := a.part(o, a.box(f, o), i, step)
		return &loop.For{Var: a.p.Axes[o], Axis: o, Lo: b.lo, Hi: b.hi, Step: loop.Int(1), Body: body}
	}
	if n := len(others); n > 0 {
		body = []loop.Stmt{over(others[n-1], body)}
	}
	l := &loop.For{Var: k, Axis: -1, Lo: []loop.Affine{loop.Int(r.Lo)}, Step: loop.Int(1), Down: f.Transposed, Body: body}
	for _, hi := range r.Hi {
		l.Hi = append(l.Hi, position(hi).Plus(1))
	}
	kind := loop.Single
	for n := len(others) - 2; n >= 0; n-- {
		l, kind = over(others[n], []loop.Stmt{l}), loop.Threads
	}
	inside := len(a.plan.Tiles) > 0 && a.plan.Threads != Points
	if !inside {
		l.Kind = kind
	}
	l.Notes = []string{"what lies beyond the ends of " + x + " for " + f.Field}
	if f.Transposed {
		l.Notes = []string{"what arose beyond the ends of " + x + " of " + f.Field}
	}
	return l
}
