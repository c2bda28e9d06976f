package pass

import (
	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/stencil"
)

// factorise rewrites sums as combinations of grid values with coefficients
// that are fixed during a run, and collects:
//
//	c*(w*a + w*b) + d*a   becomes   (c*w + d)*a + c*w*b
//	c*a + c*b             becomes   c*(a + b)
//	a/(h*d) + b/d         becomes   ((1/h)*a + b)/d
//
// The coefficients hold numbers and scalars only, so they cost nothing per
// point once scalars are hoisted; what remains of a symmetric stencil is one
// product for each pair of points. Sums that several values have in common stay in
// one piece: see commonSums. Values change only by rounding.
func factorise(p *stencil.Program) {
	var common commonSums
	p.Step = stencil.MapValues(common.part(p.Step), factored)
	for l, sum := range common.sums {
		common.sums[l] = factored(sum)
	}
	p.Step = stencil.MapValues(p.Step, common.back)
	p.Setup = stencil.MapValues(p.Setup, factored)
}

func factored(e expr.Expr) expr.Expr {
	if d, ok := e.(*expr.Div); ok {
		e = lifted(d)
	}
	e = expr.MapOperands(e, factored)
	if sum, ok := e.(*expr.Add); ok {
		var form combination
		form.add(sum, nil, false)
		return form.expr()
	}
	return absorbed(e)
}

// lifted takes the fixed factors out of a divisor, so that divisors that differ by
// them alone are one:
//
//	a/(h*d)   becomes   ((1/h)*a)/d
func lifted(d *expr.Div) expr.Expr {
	m, ok := d.Y.(*expr.Mul)
	if !ok {
		return d
	}
	var fixed, rest []expr.Expr
	for _, a := range m.Args {
		if isFixed(a) {
			fixed = append(fixed, a)
		} else {
			rest = append(rest, a)
		}
	}
	if len(fixed) == 0 || len(rest) == 0 {
		return d
	}
	inverse := &expr.Div{X: expr.Const(1), Y: expr.Product(fixed...)}
	return &expr.Div{X: expr.Product(inverse, d.X), Y: expr.Product(rest...)}
}

// absorbed lets the sum in a product take up the product's fixed factors,
// which cost nothing in its coefficients:
//
//	a*(c*u + d*v)/h   becomes   a*((c/h)*u + (d/h)*v)
func absorbed(e expr.Expr) expr.Expr {
	var fixed, rest []expr.Expr
	var sum *expr.Add
	take := func(e expr.Expr) {
		x, isSum := e.(*expr.Add)
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
	if d, ok := e.(*expr.Div); ok {
		if !isFixed(d.Y) {
			return e
		}
		above, fixed = d.X, []expr.Expr{&expr.Div{X: expr.Const(1), Y: d.Y}}
	}
	if m, ok := above.(*expr.Mul); ok {
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
	return expr.Product(append(rest, form.expr())...)
}

// combination is a sum of coefficient times base. Terms that are divided by one
// thing that varies from point to point share a base.
type combination struct {
	base []expr.Expr
	coef [][]expr.Expr  // terms of each base's coefficient, as for expr.Sum
	over [][]numerator  // of a base that is a divisor; nil for other bases
	at   map[string]int // the number of a base
}

// numerator is what a divisor divides: a value times factors.
type numerator struct {
	value   expr.Expr
	factors []expr.Expr
	minus   bool
}

// add takes the terms of a sum apart, each times outer.
func (f *combination) add(e expr.Expr, outer []expr.Expr, minus bool) {
	switch x := e.(type) {
	case *expr.Add:
		for i, a := range x.Args {
			f.add(a, outer, x.Sub[i] != minus)
		}
		return
	case *expr.Mul:
		var fixed, rest []expr.Expr
		for _, a := range x.Args {
			if isFixed(a) {
				fixed = append(fixed, a)
			} else {
				rest = append(rest, a)
			}
		}
		if len(rest) == 1 && len(fixed) > 0 {
			f.add(rest[0], append(append([]expr.Expr(nil), outer...), fixed...), minus)
			return
		}
		if len(rest) > 0 {
			f.term(expr.Product(rest...), append(append([]expr.Expr(nil), outer...), fixed...), minus)
			return
		}
	case *expr.Div:
		if isFixed(x.Y) {
			f.add(x.X, append(append([]expr.Expr(nil), outer...), &expr.Div{X: expr.Const(1), Y: x.Y}), minus)
			return
		}
		i := f.number("/"+expr.Key(x.Y), x.Y)
		f.over[i] = append(f.over[i], numerator{x.X, outer, minus})
		return
	}
	f.term(e, outer, minus)
}

func (f *combination) term(base expr.Expr, coef []expr.Expr, minus bool) {
	i := f.number(expr.Key(base), base)
	c := canonicalProduct(coef)
	if minus {
		c = expr.Subtract(c)
	}
	f.coef[i] = append(f.coef[i], c)
}

// number is that of a base, a new one where it was not met before.
func (f *combination) number(key string, base expr.Expr) int {
	if f.at == nil {
		f.at = map[string]int{}
	}
	i, ok := f.at[key]
	if !ok {
		i = len(f.base)
		f.at[key] = i
		f.base, f.coef, f.over = append(f.base, base), append(f.coef, nil), append(f.over, nil)
	}
	return i
}

// divide makes quotients of the bases that are divisors.
func (f *combination) divide() {
	for i, parts := range f.over {
		switch {
		case parts == nil:
			continue
		case len(parts) == 1:
			f.base[i] = &expr.Div{X: parts[0].value, Y: f.base[i]}
			f.coef[i] = []expr.Expr{signed(canonicalProduct(parts[0].factors), parts[0].minus)}
		default:
			var above combination
			for _, n := range parts {
				above.add(n.value, n.factors, n.minus)
			}
			f.base[i] = &expr.Div{X: above.expr(), Y: f.base[i]}
			f.coef[i] = []expr.Expr{expr.Const(1)}
		}
	}
}

// expr puts the combination back together, bases of one coefficient grouped,
// in order of first appearance.
func (f *combination) expr() expr.Expr {
	type group struct {
		coef  expr.Expr
		minus bool
		terms []expr.Expr
	}
	f.divide()
	var groups []*group
	at := map[string]*group{}
	for i, base := range f.base {
		coef, minus := canonical(expr.Sum(f.coef[i]...)), false
		if coef == expr.Const(0) {
			continue
		}
		coef, minus = withoutSign(coef)
		key := expr.Key(coef)
		g := at[key]
		if g == nil {
			g = &group{coef: coef, minus: minus}
			at[key] = g
			groups = append(groups, g)
		}
		if minus != g.minus {
			base = expr.Subtract(base)
		}
		g.terms = append(g.terms, base)
	}
	var terms []expr.Expr
	for _, g := range groups {
		if g.coef == expr.Const(1) {
			// Nothing is gained by a group of its own.
			for _, b := range g.terms {
				terms = append(terms, signed(b, g.minus))
			}
			continue
		}
		// Kept as one factor, so that a quotient in it stays apart from the grid.
		terms = append(terms, signed(expr.Product(g.coef, expr.Sum(g.terms...)), g.minus))
	}
	return expr.Sum(terms...)
}

// signed is a term, or the same subtracted.
func signed(e expr.Expr, minus bool) expr.Expr {
	if !minus {
		return e
	}
	return expr.Subtract(e)
}

// withoutSign takes a minus out of a coefficient.
func withoutSign(e expr.Expr) (expr.Expr, bool) {
	switch x := e.(type) {
	case expr.Const:
		if x < 0 {
			return -x, true
		}
	case *expr.Mul:
		if c, ok := x.Args[0].(expr.Const); ok && c < 0 {
			return canonicalProduct(append([]expr.Expr{-c}, x.Args[1:]...)), true
		}
	case *expr.Div:
		if n, minus := withoutSign(x.X); minus {
			return &expr.Div{X: n, Y: x.Y}, true
		}
	case *expr.Add:
		for _, sub := range x.Sub {
			if !sub {
				return e, false
			}
		}
		return expr.Sum(x.Args...), true
	}
	return e, false
}

// isFixed reports whether e is the same at all points during a run.
func isFixed(e expr.Expr) bool {
	fixed := true
	expr.Visit(e, func(e expr.Expr) {
		switch e.(type) {
		case expr.Read, expr.Local:
			fixed = false
		}
	})
	return fixed
}
