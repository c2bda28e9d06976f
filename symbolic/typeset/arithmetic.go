package typeset

import (
	"math/big"
	"slices"

	"github.com/courant-pde/courant/symbolic"
)

func (n notation) sum(x *symbolic.Add) *Formula {
	terms := x.Terms
	if !n.places {
		terms = conventional(terms)
	}
	var parts []*Formula
	for i, t := range terms {
		way := "+"
		if coefficient(t).Sign() < 0 {
			way, t = "-", symbolic.Neg(t)
		}
		switch {
		case i > 0:
			parts = append(parts, glyph(lineBreak, ""), sign(way))
		case way == "-":
			parts = append(parts, glyph(prefix, way))
		}
		parts = append(parts, n.set(t, bindProduct))
	}
	return line(parts...)
}

// conventional orders the terms of an equation as one writes it: derivatives
// in time first, a positive term in front.
func conventional(terms []symbolic.Expr) []symbolic.Expr {
	order := func(t symbolic.Expr) int {
		highest := 0
		symbolic.Visit(t, func(e symbolic.Expr) {
			if d, ok := e.(*symbolic.Deriv); ok && d.Axis == symbolic.TimeAxis {
				highest = max(highest, d.Order)
			}
		})
		return highest
	}
	terms = slices.Clone(terms)
	slices.SortStableFunc(terms, func(a, b symbolic.Expr) int { return order(b) - order(a) })
	for i, t := range terms {
		if coefficient(t).Sign() > 0 {
			copy(terms[1:i+1], terms[:i])
			terms[0] = t
			break
		}
	}
	return terms
}

// coefficient is the number that a term begins with.
func coefficient(t symbolic.Expr) *big.Rat {
	if v, ok := t.(*symbolic.Num); ok {
		return v.Rat()
	}
	c, _ := symbolic.SplitCoefficient(t)
	return c
}

// product puts divisors below a line. Sums too long to stand on it follow.
func (n notation) product(x *symbolic.Mul) (*Formula, int) {
	factors, bind, negative := x.Factors, bindProduct, false
	front := big.NewRat(1, 1)
	if v, ok := factors[0].(*symbolic.Num); ok {
		front.Abs(v.Rat())
		factors = factors[1:]
		if negative = v.Rat().Sign() < 0; negative {
			bind = bindSum
		}
	}
	var above, below []symbolic.Expr
	for _, f := range factors {
		if p, ok := f.(*symbolic.Pow); ok {
			if e, ok := p.Exp.(*symbolic.Num); ok && e.Rat().Sign() < 0 {
				below = append(below, symbolic.Power(p.Base, symbolic.Rational(new(big.Rat).Neg(e.Rat()))))
				continue
			}
		}
		above = append(above, f)
	}
	var behind []*Formula
	if len(below) > 0 {
		if !front.IsInt() && len(front.Denom().String()) == 1 {
			below = append([]symbolic.Expr{symbolic.Rational(new(big.Rat).SetInt(front.Denom()))}, below...)
			front.SetInt(front.Num())
		}
		above, behind = n.short(above, stacked, nil)
		inverse := line(glyph(prefix, "-"), glyph(number, "1"))
		var more []*Formula
		below, more = n.short(below, lengthy, inverse)
		behind = append(behind, more...)
	}
	if number := symbolic.Rational(front); !symbolic.IsOne(number) {
		above = append([]symbolic.Expr{number}, above...)
	}
	var all []*Formula
	switch {
	case len(below) > 0:
		all = append(all, over(n.factors(above), n.factors(below)))
		if !negative && behind == nil {
			bind = bindUnary
		}
	case len(above) > 0 || behind == nil:
		all = append(all, n.factors(above))
	}
	for i, s := range behind {
		if i > 0 {
			all = append(all, glyph(lineBreak, ""))
		}
		if len(all) > 0 {
			all = append(all, sign(""))
		}
		all = append(all, s)
	}
	f := line(all...)
	if negative {
		f = line(glyph(prefix, "-"), f)
	}
	return f, bind
}

// short are the factors that fit above or below a line of some width. Sums
// that do not, and above the line derivatives, which have lines of their own,
// are laid out by themselves, raised to a power unless that is nil.
func (n notation) short(factors []symbolic.Expr, width float64, power *Formula) (fit []symbolic.Expr, others []*Formula) {
	used := 0.0
	for _, f := range factors {
		w := n.set(f, bindSum).width()
		s, ok := f.(*symbolic.Add)
		_, derivative := f.(*symbolic.Deriv)
		switch {
		case ok && used+w > width:
			others = append(others, breakable(n.sum(s), power))
		case ok && power == nil && n.sum(s).high():
			others = append(others, parenthesised(n.sum(s)))
		case derivative && power == nil:
			others = append(others, n.set(f, bindUnary))
		default:
			fit, used = append(fit, f), used+w
		}
	}
	return fit, others
}

// factors stand side by side; no factors are 1, and one that stands alone
// needs no parentheses.
func (n notation) factors(factors []symbolic.Expr) *Formula {
	switch len(factors) {
	case 0:
		return glyph(number, "1")
	case 1:
		return n.set(factors[0], bindSum)
	}
	var all []*Formula
	for i, f := range factors {
		if i > 0 {
			if all[len(all)-1].kind == shut {
				all = append(all, glyph(lineBreak, ""))
			}
			all = append(all, sign(""))
		}
		all = append(all, n.set(f, bindUnary).pieces()...)
	}
	return line(all...)
}

func (n notation) power(x *symbolic.Pow) (*Formula, int) {
	v, isNumber := x.Exp.(*symbolic.Num)
	switch {
	case isNumber && v.Rat().Cmp(big.NewRat(1, 2)) == 0:
		return &Formula{kind: root, parts: []*Formula{n.set(x.Base, bindSum)}}, bindAtom
	case isNumber && v.Rat().Sign() < 0:
		return over(glyph(number, "1"), n.set(symbolic.Power(x.Base, symbolic.Rational(new(big.Rat).Neg(v.Rat()))), bindSum)), bindPower
	}
	exponent := n.set(x.Exp, bindSum)
	if c, ok := x.Base.(*symbolic.Call); ok && isNumber && v.Rat().IsInt() && c.Fn != "abs" {
		return n.call(c, exponent), bindPower
	}
	base := n.set(x.Base, bindAtom)
	if base.kind == script && base.parts[2] != nil {
		base = fenced("()", base)
	}
	return indexed(base, nil, exponent), bindPower
}

// call is an elementary function, raised to a power unless that is nil.
func (n notation) call(x *symbolic.Call, power *Formula) *Formula {
	args := make([]*Formula, len(x.Args))
	for i, a := range x.Args {
		args[i] = n.set(a, bindSum)
	}
	if x.Fn == "abs" {
		return fenced("||", list(args))
	}
	fn := indexed(glyph(function, x.Fn), nil, power)
	if len(args) == 1 && (args[0].kind == letter || args[0].kind == script) {
		return line(fn, sign("of"), args[0])
	}
	return line(fn, fenced("()", list(args)))
}
