package pass

import (
	"slices"

	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/codegen/lower"
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
func invariants(k *ir.Kernel) {
	h := &hoisting{k: k, made: map[string]*hoisted{}}
	k.Step = ir.MapNests(k.Step, func(nest *ir.Loop) ir.Stmt {
		h.margin = marginOf(k, nest)
		return ir.MapInnermost(nest, func(body []ir.Stmt) []ir.Stmt {
			body = ir.MapValues(body, h.costly)
			return ir.MapValues(body, func(e ir.Expr) ir.Expr { return h.divisors(body, e) })
		})
	})
	for _, p := range h.order {
		k.Prepare = append(k.Prepare, p.nest(k))
	}
}

type hoisting struct {
	k      *ir.Kernel
	made   map[string]*hoisted
	order  []*hoisted
	margin [][2]int // of the nest at hand, beyond the first and the last point per axis
}

// hoisted is a part that has become an array.
type hoisted struct {
	array  *ir.Array
	value  ir.Expr
	margin [][2]int
}

// marginOf says how far a nest's loops leave the grid.
func marginOf(k *ir.Kernel, nest *ir.Loop) [][2]int {
	out := make([][2]int, len(k.Axes))
	ir.VisitStmts([]ir.Stmt{nest}, func(s ir.Stmt) {
		if l, ok := s.(*ir.Loop); ok {
			if l.Lo.Kind == ir.Zero {
				out[l.Axis][0] = max(0, -l.Lo.Shift)
			}
			if l.Hi.Kind == ir.Size {
				out[l.Axis][1] = max(0, l.Hi.Shift)
			}
		}
	})
	return out
}

// array replaces an invariant part by an access to its array.
func (h *hoisting) array(e ir.Expr) ir.Expr {
	place := placeOf(e)
	value := moved(e, place)
	key := ir.Key(value)
	p := h.made[key]
	if p == nil {
		name := h.k.FreeName("p")
		p = &hoisted{array: &ir.Array{Name: name, Role: ir.Scratch, Axes: axesOf(h.k, e), Buffers: 1, Levels: 1}, value: value, margin: make([][2]int, len(h.k.Axes))}
		h.made[key] = p
		h.order = append(h.order, p)
		h.k.Arrays = append(h.k.Arrays, p.array)
	}
	for axis, o := range place {
		p.margin[axis][0] = max(p.margin[axis][0], h.margin[axis][0]-o)
		p.margin[axis][1] = max(p.margin[axis][1], h.margin[axis][1]+o)
	}
	return &ir.Access{Array: p.array.Name, Offset: place}
}

// nest computes the array over all points at which it is read.
func (p *hoisted) nest(k *ir.Kernel) ir.Stmt {
	lo, hi := make([]ir.Bound, len(k.Axes)), make([]ir.Bound, len(k.Axes))
	for axis, m := range p.margin {
		lo[axis] = ir.Bound{Kind: ir.Zero, Shift: -m[0]}
		hi[axis] = ir.Bound{Kind: ir.Size, Shift: m[1]}
	}
	here := &ir.Access{Array: p.array.Name, Offset: make([]int, len(k.Axes))}
	return lower.NestOver(k, p.array.Axes, lo, hi, &ir.Assign{Target: here, Value: p.value, Note: "the same in every step"})
}

// placeOf is the offset of the first access in e, from which the others are
// counted.
func placeOf(e ir.Expr) []int {
	var place []int
	ir.VisitExpr(e, func(e ir.Expr) {
		if a, ok := e.(*ir.Access); ok && place == nil {
			place = slices.Clone(a.Offset)
		}
	})
	return place
}

// moved is e as seen from a place.
func moved(e ir.Expr, place []int) ir.Expr {
	if a, ok := e.(*ir.Access); ok {
		c := *a
		c.Offset = slices.Clone(a.Offset)
		for axis, o := range place {
			c.Offset[axis] -= o
		}
		return &c
	}
	return ir.MapOperands(e, func(o ir.Expr) ir.Expr { return moved(o, place) })
}

// axesOf lists the axes along which e varies.
func axesOf(k *ir.Kernel, e ir.Expr) []int {
	var axes []int
	ir.VisitExpr(e, func(e ir.Expr) {
		if a, ok := e.(*ir.Access); ok {
			for _, x := range k.Array(a.Array).Axes {
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
func (h *hoisting) costly(e ir.Expr) ir.Expr {
	if isInvariant(h.k, e) && isCostly(e) {
		return h.array(e)
	}
	if d, ok := e.(*ir.Div); ok && isInvariant(h.k, d.Y) && isCostly(&ir.Div{X: ir.Const(1), Y: d.Y}) {
		// A divisor that is worth an array is best kept as its inverse.
		return canonicalProduct([]ir.Expr{h.array(&ir.Div{X: ir.Const(1), Y: d.Y}), h.costly(d.X)})
	}
	m, ok := e.(*ir.Mul)
	if !ok {
		return ir.MapOperands(e, h.costly)
	}
	// The costly factors of a product belong together.
	var costly, rest []ir.Expr
	for _, a := range m.Args {
		if isInvariant(h.k, a) && isCostly(a) {
			costly = append(costly, a)
		} else {
			rest = append(rest, h.costly(a))
		}
	}
	if len(costly) > 0 {
		rest = append([]ir.Expr{h.array(ir.Product(costly...))}, rest...)
	}
	return ir.Product(rest...)
}

// isCostly reports whether a part calls a function or divides twice.
func isCostly(e ir.Expr) bool {
	c := ir.CostOf(e)
	return c.Calls > 0 || c.Divs > 1
}

func (h *hoisting) divisors(body []ir.Stmt, e ir.Expr) ir.Expr {
	d, ok := e.(*ir.Div)
	if ok && isInvariant(h.k, d.Y) && !isInvariant(h.k, d.X) && freesAnArray(body, d) {
		inverse := h.array(&ir.Div{X: ir.Const(1), Y: d.Y})
		return canonicalProduct([]ir.Expr{inverse, h.divisors(body, d.X)})
	}
	return ir.MapOperands(e, func(o ir.Expr) ir.Expr { return h.divisors(body, o) })
}

// freesAnArray reports whether some array is read in no other place of the
// body than the divisor of d.
func freesAnArray(body []ir.Stmt, d *ir.Div) bool {
	count := func(e ir.Expr, reads map[string]int) {
		ir.VisitExpr(e, func(e ir.Expr) {
			if a, ok := e.(*ir.Access); ok {
				reads[a.Array]++
			}
		})
	}
	all, within := map[string]int{}, map[string]int{}
	for _, s := range body {
		if v := ir.Value(s); v != nil {
			count(v, all)
		}
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
func isInvariant(k *ir.Kernel, e ir.Expr) bool {
	reads, ok := false, true
	ir.VisitExpr(e, func(e ir.Expr) {
		switch x := e.(type) {
		case *ir.Access:
			a := k.Array(x.Array)
			reads = reads || len(a.Axes) > 0
			ok = ok && a.Role == ir.Param
		case ir.Local:
			ok = ok && isWide(k, string(x))
		}
	})
	return reads && ok
}

// isWide reports whether a local is computed once per run.
func isWide(k *ir.Kernel, name string) bool {
	for _, s := range k.Prepare {
		if l, ok := s.(*ir.Let); ok && l.Name == name {
			return true
		}
	}
	return false
}
