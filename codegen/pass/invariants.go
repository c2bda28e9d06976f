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
// damp is read nowhere else. Parts that differ only by their place, such as
// sin(theta) at the points of a stencil, share one array, which is computed as
// far beyond the grid as it is read.
func invariants(p *stencil.Program) {
	h := &hoisting{p: p, made: map[string]*hoisted{}}
	p.Step = stencil.MapComputes(p.Step, func(c *stencil.Compute) *stencil.Compute {
		h.margin = marginOf(c)
		out := *c
		body := stencil.MapBody(c.Body, h.costly)
		out.Body = stencil.MapBody(body, func(e expr.Expr) expr.Expr { return h.divisors(body, e) })
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
		a = &hoisted{array: &signature.Array{Name: name, Role: signature.Scratch, Axes: axesOf(h.p, e), Buffers: 1, Levels: 1}, value: value, margin: make([][2]int, len(h.p.Axes))}
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
