package pass

import (
	"github.com/courant-pde/courant/codegen/ir"
)

// factorise rewrites sums as combinations of grid values with coefficients
// that are fixed during a run, and collects:
//
//	c*(w*a + w*b) + d*a   becomes   (c*w + d)*a + c*w*b
//	c*a + c*b             becomes   c*(a + b)
//
// The coefficients hold numbers and scalars only, so they cost nothing per
// point once scalars are hoisted; what remains of a symmetric stencil is one
// product for each pair of points. Values change only by rounding.
func factorise(k *ir.Kernel) {
	k.Step = ir.MapValues(k.Step, factored)
	k.Prepare = ir.MapValues(k.Prepare, factored)
}

func factored(e ir.Expr) ir.Expr {
	e = ir.MapOperands(e, factored)
	if sum, ok := e.(*ir.Add); ok {
		var form combination
		form.add(sum, nil, false)
		return form.expr()
	}
	return absorbed(e)
}

// absorbed lets the sum in a product take up the product's fixed factors,
// which cost nothing in its coefficients:
//
//	a*(c*u + d*v)/h   becomes   a*((c/h)*u + (d/h)*v)
func absorbed(e ir.Expr) ir.Expr {
	var fixed, rest []ir.Expr
	var sum *ir.Add
	take := func(e ir.Expr) {
		x, isSum := e.(*ir.Add)
		switch {
		case isFixed(e):
			fixed = append(fixed, e)
		case isSum && sum == nil:
			sum = x
		default:
			rest = append(rest, e)
		}
	}
	above := e
	if d, ok := e.(*ir.Div); ok {
		if !isFixed(d.Y) {
			return e
		}
		above, fixed = d.X, []ir.Expr{&ir.Div{X: ir.Const(1), Y: d.Y}}
	}
	if m, ok := above.(*ir.Mul); ok {
		for _, a := range m.Args {
			take(a)
		}
	} else {
		take(above)
	}
	if sum == nil || len(fixed) == 0 {
		return e
	}
	var form combination
	form.add(sum, fixed, false)
	return ir.Product(append(rest, form.expr())...)
}

// combination is a sum of coefficient times base.
type combination struct {
	base []ir.Expr
	coef [][]ir.Expr // terms of each base's coefficient, as for ir.Sum
	at   map[string]int
}

// add takes the terms of a sum apart, each times outer.
func (f *combination) add(e ir.Expr, outer []ir.Expr, minus bool) {
	switch x := e.(type) {
	case *ir.Add:
		for i, a := range x.Args {
			f.add(a, outer, x.Sub[i] != minus)
		}
		return
	case *ir.Mul:
		var fixed, rest []ir.Expr
		for _, a := range x.Args {
			if isFixed(a) {
				fixed = append(fixed, a)
			} else {
				rest = append(rest, a)
			}
		}
		if len(rest) == 1 && len(fixed) > 0 {
			f.add(rest[0], append(append([]ir.Expr(nil), outer...), fixed...), minus)
			return
		}
		if len(rest) > 0 {
			f.term(ir.Product(rest...), append(append([]ir.Expr(nil), outer...), fixed...), minus)
			return
		}
	case *ir.Div:
		if isFixed(x.Y) {
			f.add(x.X, append(append([]ir.Expr(nil), outer...), &ir.Div{X: ir.Const(1), Y: x.Y}), minus)
			return
		}
	}
	f.term(e, outer, minus)
}

func (f *combination) term(base ir.Expr, coef []ir.Expr, minus bool) {
	if f.at == nil {
		f.at = map[string]int{}
	}
	key := ir.Key(base)
	i, ok := f.at[key]
	if !ok {
		i = len(f.base)
		f.at[key] = i
		f.base = append(f.base, base)
		f.coef = append(f.coef, nil)
	}
	c := canonicalProduct(coef)
	if minus {
		c = ir.Subtract(c)
	}
	f.coef[i] = append(f.coef[i], c)
}

// expr puts the combination back together, bases of one coefficient grouped,
// in order of first appearance.
func (f *combination) expr() ir.Expr {
	type group struct {
		coef  ir.Expr
		minus bool
		terms []ir.Expr
	}
	var groups []*group
	at := map[string]*group{}
	for i, base := range f.base {
		coef, minus := canonical(ir.Sum(f.coef[i]...)), false
		if coef == ir.Const(0) {
			continue
		}
		coef, minus = withoutSign(coef)
		key := ir.Key(coef)
		g := at[key]
		if g == nil {
			g = &group{coef: coef, minus: minus}
			at[key] = g
			groups = append(groups, g)
		}
		if minus != g.minus {
			base = ir.Subtract(base)
		}
		g.terms = append(g.terms, base)
	}
	var terms []ir.Expr
	for _, g := range groups {
		if g.coef == ir.Const(1) {
			// Nothing is gained by a group of its own.
			for _, b := range g.terms {
				terms = append(terms, signed(b, g.minus))
			}
			continue
		}
		// Kept as one factor, so that a quotient in it stays apart from the grid.
		terms = append(terms, signed(ir.Product(g.coef, ir.Sum(g.terms...)), g.minus))
	}
	return ir.Sum(terms...)
}

// signed is a term, or the same subtracted.
func signed(e ir.Expr, minus bool) ir.Expr {
	if !minus {
		return e
	}
	return ir.Subtract(e)
}

// withoutSign takes a minus out of a coefficient.
func withoutSign(e ir.Expr) (ir.Expr, bool) {
	switch x := e.(type) {
	case ir.Const:
		if x < 0 {
			return -x, true
		}
	case *ir.Mul:
		if c, ok := x.Args[0].(ir.Const); ok && c < 0 {
			return canonicalProduct(append([]ir.Expr{-c}, x.Args[1:]...)), true
		}
	case *ir.Div:
		if n, minus := withoutSign(x.X); minus {
			return &ir.Div{X: n, Y: x.Y}, true
		}
	case *ir.Add:
		for _, sub := range x.Sub {
			if !sub {
				return e, false
			}
		}
		return ir.Sum(x.Args...), true
	}
	return e, false
}

// isFixed reports whether e is the same at all points during a run.
func isFixed(e ir.Expr) bool {
	fixed := true
	ir.VisitExpr(e, func(e ir.Expr) {
		switch e.(type) {
		case *ir.Access, ir.Local:
			fixed = false
		}
	})
	return fixed
}
