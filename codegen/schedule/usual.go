package schedule

import (
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// usual is the body of a compute where coefficients have their usual values, as away
// from a sponge: it reads those no more. The values are the same, as nothing is left
// out but products with 1 and sums with 0. nil where the group does not ask for it,
// or nothing is spared.
func (a *applier) usual(c *stencil.Compute, step int) []loop.Stmt {
	if !a.plan.Usual || !spares(a.p, c) {
		return nil
	}
	body := stencil.MapBody(c.Body, func(e expr.Expr) expr.Expr {
		return expr.Usual(e, func(r expr.Read) *float64 { return a.p.Array(r.(*stencil.Access).Field).Usual })
	})
	short := *c
	short.Body = nil
	for i := len(body) - 1; i >= 0; i-- { // without locals that nothing reads any more
		if l, ok := body[i].(*stencil.Let); ok && uses(&short, l.Name) == 0 {
			continue
		}
		short.Body = append([]stencil.Assignment{body[i]}, short.Body...)
	}
	a.asks(c)
	part := a.parts(&short, step)
	return slices.Concat(part...)
}

// spares reports whether a compute reads coefficients that have usual values.
func spares(p *stencil.Program, c *stencil.Compute) bool {
	found := false
	stencil.Reads(c, func(x *stencil.Access) { found = found || p.Array(x.Field).Usual != nil })
	return found
}

// asks notes in the signature what the caller has to look at to find the box.
func (a *applier) asks(c *stencil.Compute) {
	stencil.Reads(c, func(x *stencil.Access) {
		if a.p.Array(x.Field).Usual == nil {
			return
		}
		i := slices.IndexFunc(a.k.Usual, func(u signature.Usual) bool { return u.Array == x.Field })
		if i < 0 {
			i = len(a.k.Usual)
			a.k.Usual = append(a.k.Usual, signature.Usual{Array: x.Field, Reach: make([][2]int, len(a.p.Axes))})
		}
		for axis, o := range x.Offset {
			r := &a.k.Usual[i].Reach[axis]
			r[0], r[1] = max(r[0], -o), max(r[1], o)
		}
	})
}
