package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
)

// invariants moves costly parts that depend on parameters alone, and so are
// the same in every step, into arrays that are filled once per run.
//
// A part is worth an array when it calls a function, when it divides more than
// once (a harmonic mean), or when it is a divisor and the array does not add
// to what the nest reads: 1/(m + dt*damp) may take the place of damp, when
// damp is read nowhere else. Once it is there, it serves all that divide by the
// same.
//
// Where the divisor is a coefficient and something that is usually zero, as
// m + dt*damp, what the coefficient multiplies is taken out of the quotient:
//
//	(a + m*b)/(m + d)   becomes   a/(m + d) + b - (d/(m + d))*b
//
// so that one array remains where nothing damps. Parts that differ only by their place, such as
// sin(theta) at the points of a stencil, share one array, which is computed as
// far beyond the grid as it is read.
func invariants(p *stencil.Program) {
	h := &hoisting{p: p, made: map[string]*hoisted{}}
	p.Step = stencil.MapComputes(p.Step, func(c *stencil.Compute) *stencil.Compute {
		h.margin = marginOf(c)
		out := *c
		body := stencil.MapBody(stencil.MapBody(c.Body, h.excess), h.costly)
		out.Body = stencil.MapBody(body, func(e expr.Expr) expr.Expr { return h.divisors(body, e) })
		return &out
	})
	// An inverse that one compute has made serves the others too.
	p.Step = stencil.MapComputes(p.Step, func(c *stencil.Compute) *stencil.Compute {
		h.margin = marginOf(c)
		out := *c
		out.Body = stencil.MapBody(c.Body, h.shared)
		return &out
	})
	for _, a := range h.order {
		p.Setup = append(p.Setup, a.compute(p))
	}
}

type hoisting struct {
	p      *stencil.Program
	made   map[string]*hoisted
	order  []*hoisted
	margin [][2]int // of the nest at hand, beyond the first and the last point per axis
}

// hoisted is a part that has become an array.
type hoisted struct {
	array  *signature.Array
	value  expr.Expr
	margin [][2]int
}

// marginOf says how far a compute leaves the grid.
func marginOf(c *stencil.Compute) [][2]int {
	out := make([][2]int, len(c.Box))
	for _, axis := range c.Axes {
		if lo := c.Box[axis].Lo; !lo.End {
			out[axis][0] = max(0, -lo.At)
		}
		if hi := c.Box[axis].Hi; hi.End {
			out[axis][1] = max(0, hi.At)
		}
	}
	return out
}

// array replaces an invariant part by an access to its array.
func (h *hoisting) array(e expr.Expr) expr.Expr {
	place := placeOf(e)
	value := moved(e, place)
	key := expr.Key(value)
	a := h.made[key]
	if a == nil {
		name := h.p.FreeName("p")
		a = &hoisted{array: &signature.Array{Name: name, Role: signature.Precomputed, Axes: axesOf(h.p, e), Buffers: 1, Levels: 1}, value: value, margin: make([][2]int, len(h.p.Axes))}
		h.made[key] = a
		h.order = append(h.order, a)
		h.p.Arrays = append(h.p.Arrays, a.array)
	}
	for axis, o := range place {
		a.margin[axis][0] = max(a.margin[axis][0], h.margin[axis][0]-o)
		a.margin[axis][1] = max(a.margin[axis][1], h.margin[axis][1]+o)
	}
	return &stencil.Access{Field: a.array.Name, Offset: place}
}

// compute fills the array over all points at which it is read.
func (a *hoisted) compute(p *stencil.Program) stencil.Stmt {
	box := make([]signature.Span, len(p.Axes))
	for axis, m := range a.margin {
		box[axis] = signature.Span{Lo: signature.Bound{At: -m[0]}, Hi: signature.Bound{End: true, At: m[1]}}
	}
	here := &stencil.Access{Field: a.array.Name, Offset: make([]int, len(p.Axes))}
	return &stencil.Compute{Axes: a.array.Axes, Box: box, Body: []stencil.Assignment{&stencil.Assign{Target: here, Value: a.value, Note: "the same in every step"}}}
}

// placeOf is the offset of the first access in e, from which the others are
// counted.
func placeOf(e expr.Expr) []int {
	var place []int
	expr.Visit(e, func(e expr.Expr) {
		if a, ok := e.(*stencil.Access); ok && place == nil {
			place = slices.Clone(a.Offset)
		}
	})
	return place
}

// moved is e as seen from a place.
func moved(e expr.Expr, place []int) expr.Expr {
	if a, ok := e.(*stencil.Access); ok {
		c := *a
		c.Offset = slices.Clone(a.Offset)
		for axis, o := range place {
			c.Offset[axis] -= o
		}
		return &c
	}
	return expr.MapOperands(e, func(o expr.Expr) expr.Expr { return moved(o, place) })
}

// axesOf lists the axes along which e varies.
func axesOf(p *stencil.Program, e expr.Expr) []int {
	var axes []int
	expr.Visit(e, func(e expr.Expr) {
		if a, ok := e.(*stencil.Access); ok {
			for _, x := range p.Array(a.Field).Axes {
				if !slices.Contains(axes, x) {
					axes = append(axes, x)
				}
			}
		}
	})
	slices.Sort(axes)
	return axes
}

// costly hoists the largest invariant parts that call or divide.
func (h *hoisting) costly(e expr.Expr) expr.Expr {
	if isInvariant(h.p, e) && isCostly(e) {
		return h.array(e)
	}
	if d, ok := e.(*expr.Div); ok && isInvariant(h.p, d.Y) && isCostly(&expr.Div{X: expr.Const(1), Y: d.Y}) {
		// A divisor that is worth an array is best kept as its inverse.
		return canonicalProduct([]expr.Expr{h.array(&expr.Div{X: expr.Const(1), Y: d.Y}), h.costly(d.X)})
	}
	m, ok := e.(*expr.Mul)
	if !ok {
		return expr.MapOperands(e, h.costly)
	}
	// The costly factors of a product belong together.
	var costly, rest []expr.Expr
	for _, a := range m.Args {
		if isInvariant(h.p, a) && isCostly(a) {
			costly = append(costly, a)
		} else {
			rest = append(rest, h.costly(a))
		}
	}
	if len(costly) > 0 {
		rest = append([]expr.Expr{h.array(expr.Product(costly...))}, rest...)
	}
	return expr.Product(rest...)
}

// isCostly reports whether a part calls a function or divides twice.
func isCostly(e expr.Expr) bool {
	c := expr.CostOf(e)
	return c.Calls > 0 || c.Divs > 1
}

func (h *hoisting) divisors(body []stencil.Assignment, e expr.Expr) expr.Expr {
	d, ok := e.(*expr.Div)
	if ok && isInvariant(h.p, d.Y) && !isInvariant(h.p, d.X) && freesAnArray(body, d) {
		inverse := h.array(&expr.Div{X: expr.Const(1), Y: d.Y})
		return canonicalProduct([]expr.Expr{inverse, h.divisors(body, d.X)})
	}
	return expr.MapOperands(e, func(o expr.Expr) expr.Expr { return h.divisors(body, o) })
}

// shared divides by what is there as an inverse.
func (h *hoisting) shared(e expr.Expr) expr.Expr {
	if d, ok := e.(*expr.Div); ok && isInvariant(h.p, d.Y) && !isInvariant(h.p, d.X) {
		inverse := &expr.Div{X: expr.Const(1), Y: d.Y}
		if h.made[expr.Key(moved(inverse, placeOf(inverse)))] != nil {
			return canonicalProduct([]expr.Expr{h.array(inverse), h.shared(d.X)})
		}
	}
	return expr.MapOperands(e, h.shared)
}

// excess takes what a coefficient multiplies out of a quotient whose divisor is that
// coefficient and something that is usually zero.
func (h *hoisting) excess(e expr.Expr) expr.Expr {
	d, ok := e.(*expr.Div)
	if !ok {
		return expr.MapOperands(e, h.excess)
	}
	below, ok := d.Y.(*expr.Add)
	if !ok || !isInvariant(h.p, d.Y) {
		return d
	}
	above, ok := d.X.(*expr.Add)
	if !ok {
		return d
	}
	for i, m := range below.Args {
		rest := expr.Sum(without(below, i)...)
		if below.Sub[i] || !h.usuallyZero(rest) {
			continue
		}
		var left, out []expr.Expr // what is divided still, and what m multiplied
		for k, term := range above.Args {
			factor, ok := divided(term, m)
			into := &left
			if ok {
				into, term = &out, factor
			}
			*into = append(*into, signed(term, above.Sub[k]))
		}
		if len(out) == 0 || len(left) == 0 {
			continue
		}
		inverse := h.array(&expr.Div{X: expr.Const(1), Y: d.Y})
		share := h.array(&expr.Div{X: rest, Y: d.Y})
		h.p.Array(share.(*stencil.Access).Field).Usual = new(float64)
		b := positiveFirst(canonical(expr.Sum(out...)))
		return expr.Sum(canonicalProduct([]expr.Expr{inverse, expr.Sum(left...)}), b, expr.Subtract(expr.Product(share, b)))
	}
	return d
}

// positiveFirst is a sum that begins with a term that is added, if there is one.
func positiveFirst(e expr.Expr) expr.Expr {
	sum, ok := e.(*expr.Add)
	if !ok {
		return e
	}
	i := max(0, slices.Index(sum.Sub, false))
	return expr.Sum(append([]expr.Expr{signed(sum.Args[i], sum.Sub[i])}, without(sum, i)...)...)
}

// without lists the terms of a sum but one.
func without(sum *expr.Add, i int) (terms []expr.Expr) {
	for k, a := range sum.Args {
		if k != i {
			terms = append(terms, signed(a, sum.Sub[k]))
		}
	}
	return terms
}

// divided is a product without one of its factors.
func divided(e, factor expr.Expr) (expr.Expr, bool) {
	m, ok := e.(*expr.Mul)
	if !ok {
		return nil, false
	}
	i := slices.IndexFunc(m.Args, func(a expr.Expr) bool { return expr.Key(a) == expr.Key(factor) })
	if i < 0 {
		return nil, false
	}
	return expr.Product(slices.Delete(slices.Clone(m.Args), i, i+1)...), true
}

// usuallyZero reports whether a value is zero where all coefficients have their
// usual values.
func (h *hoisting) usuallyZero(e expr.Expr) bool {
	return expr.Usual(e, func(r expr.Read) *float64 { return h.p.Array(r.(*stencil.Access).Field).Usual }) == expr.Const(0)
}

// freesAnArray reports whether some array is read in no other place of the
// body than the divisor of d.
func freesAnArray(body []stencil.Assignment, d *expr.Div) bool {
	count := func(e expr.Expr, reads map[string]int) {
		expr.Visit(e, func(e expr.Expr) {
			if a, ok := e.(*stencil.Access); ok {
				reads[a.Field]++
			}
		})
	}
	all, within := map[string]int{}, map[string]int{}
	for _, s := range body {
		count(stencil.ValueOf(s), all)
	}
	count(d.Y, within)
	for name, n := range within {
		if all[name] == n {
			return true
		}
	}
	return false
}

// isInvariant reports whether e reads parameters and nothing that changes
// during the run.
func isInvariant(p *stencil.Program, e expr.Expr) bool {
	reads, ok := false, true
	expr.Visit(e, func(e expr.Expr) {
		switch x := e.(type) {
		case *stencil.Access:
			a := p.Array(x.Field)
			reads = reads || len(a.Axes) > 0
			ok = ok && a.Role == signature.Param
		case expr.Local:
			ok = ok && isWide(p, string(x))
		}
	})
	return reads && ok
}

// isWide reports whether a local is computed once per run.
func isWide(p *stencil.Program, name string) bool {
	for _, s := range p.Setup {
		if l, ok := s.(*stencil.Let); ok && l.Name == name {
			return true
		}
	}
	return false
}
