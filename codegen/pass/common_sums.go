package pass

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/stencil"
)

// commonSums are sums that several values have in common, up to a factor that is
// fixed during a run, as the planar Laplacian in both equations of a tilted medium:
//
//	m*(a + b + ...)*c   and   n*(d*a + d*b + ... + f)
//
// Factors that went into the weights of each, and terms that joined others, would
// make them different. So a local stands for a common sum while its surroundings
// are factorised, and for each of its places the same sum comes back.
type commonSums struct {
	sums  map[expr.Local]expr.Expr
	forms map[*expr.Add]linear
}

// leastCommon is the number of operations from which a sum is kept in one piece: less
// than that is lost again where its terms no longer join those around it.
const leastCommon = 8

// part takes common sums out of values, the largest first, and leaves locals.
func (s *commonSums) part(steps []stencil.Stmt) []stencil.Stmt {
	s.sums, s.forms = map[expr.Local]expr.Expr{}, map[*expr.Add]linear{}
	candidates, within := s.candidates(steps)
	for _, c := range candidates {
		l := expr.Local(fmt.Sprintf("common %d", len(s.sums)))
		found := 0
		replace := func(e expr.Expr) expr.Expr { return s.replace(e, c, l, &found) }
		parted := slices.Clone(steps)
		for i, x := range steps {
			if within[i][c.terms[0].base] {
				parted[i] = stencil.MapValues([]stencil.Stmt{x}, replace)[0]
			}
		}
		sums := map[expr.Local]expr.Expr{}
		for name, sum := range s.sums {
			sums[name] = replace(sum)
		}
		if found > 1 {
			steps, s.sums = parted, sums
			s.sums[l] = c.whole
		}
	}
	return steps
}

// back puts factorised sums in the places of their locals.
func (s *commonSums) back(e expr.Expr) expr.Expr {
	return expr.MapLeaves(e, func(e expr.Expr) expr.Expr {
		if l, ok := e.(expr.Local); ok && s.sums[l] != nil {
			return s.back(s.sums[l])
		}
		return e
	})
}

// candidates lists sums whose first term occurs more than once, by the number of their
// operations, and the terms of each statement.
func (s *commonSums) candidates(steps []stencil.Stmt) (out []linear, within []map[string]bool) {
	var all []linear
	places := map[string]int{} // of a term
	for _, x := range steps {
		here := map[string]bool{}
		within = append(within, here)
		stencil.Values(x, func(e expr.Expr) {
			expr.Visit(e, func(e expr.Expr) {
				sum, ok := e.(*expr.Add)
				if !ok || isFixed(e) {
					return
				}
				l := s.form(sum)
				for _, t := range l.terms {
					places[t.base]++
					here[t.base] = true
				}
				if expr.CostOf(sum).Flops() >= leastCommon {
					all = append(all, l)
				}
			})
		})
	}
	seen := map[string]bool{}
	for _, l := range all {
		if places[l.terms[0].base] < 2 {
			continue
		}
		if key := expr.Key(l.whole); !seen[key] {
			seen[key] = true
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b linear) int {
		return expr.CostOf(b.whole).Flops() - expr.CostOf(a.whole).Flops()
	})
	return out, within
}

// linear is a sum by its terms.
type linear struct {
	whole expr.Expr
	terms []term
}

// term is a fixed coefficient times what varies.
type term struct {
	coef monomial
	base string // key of what varies
}

func (s *commonSums) form(sum *expr.Add) linear {
	l, known := s.forms[sum]
	if known {
		return l
	}
	l.whole = sum
	for i, a := range sum.Args {
		l.terms = append(l.terms, termOf(a, sum.Sub[i]))
	}
	s.forms[sum] = l
	return l
}

// replace puts factor times a local in the place of the sum and of each sum that has
// all of its terms in one proportion, and counts these.
func (s *commonSums) replace(e expr.Expr, l linear, local expr.Local, found *int) expr.Expr {
	before := *found
	inner := func(o expr.Expr) expr.Expr { return s.replace(o, l, local, found) }
	sum, ok := e.(*expr.Add)
	if ok {
		if factor, taken := l.within(s.form(sum)); taken != nil {
			*found++
			var terms []expr.Expr
			for i, a := range sum.Args {
				if !taken[i] {
					terms = append(terms, signed(inner(a), sum.Sub[i]))
				}
			}
			return expr.Sum(append(terms, signed(canonicalProduct([]expr.Expr{factor.magnitude(), local}), factor.number < 0))...)
		}
	}
	if out := expr.MapOperands(e, inner); *found > before {
		return out
	}
	return e
}

// within finds the terms of l in a sum: the factor that they have there, and which
// they are; nil where some are missing.
func (l linear) within(sum linear) (factor monomial, taken []bool) {
	there := sum.terms
	if len(there) < len(l.terms) {
		return factor, nil
	}
	taken = make([]bool, len(there))
	for n, t := range l.terms {
		i := 0
		for ; i < len(there); i++ {
			if !taken[i] && there[i].base == t.base && (n == 0 || there[i].coef.over(t.coef).equal(factor)) {
				break
			}
		}
		if i == len(there) {
			return factor, nil
		}
		if n == 0 {
			factor = there[i].coef.over(t.coef)
		}
		taken[i] = true
	}
	return factor, taken
}

// monomial is a product of powers.
type monomial struct {
	number float64
	power  map[string]int
	of     map[string]expr.Expr
}

// termOf takes a term of a sum apart.
func termOf(e expr.Expr, minus bool) term {
	coef := monomial{number: 1, power: map[string]int{}, of: map[string]expr.Expr{}}
	if minus {
		coef.number = -1
	}
	base := map[string]int{}
	var gather func(e expr.Expr, sign int)
	gather = func(e expr.Expr, sign int) {
		switch x := e.(type) {
		case expr.Const:
			coef.number *= math.Pow(float64(x), float64(sign))
		case *expr.Mul:
			for _, a := range x.Args {
				gather(a, sign)
			}
		case *expr.Div:
			gather(x.X, sign)
			gather(x.Y, -sign)
		default:
			key := expr.Key(e)
			if isFixed(e) {
				coef.times(key, e, sign)
			} else {
				base[key] += sign
			}
		}
	}
	gather(e, 1)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(base)) {
		fmt.Fprintf(&text, "%s^%d;", key, base[key])
	}
	return term{coef, text.String()}
}

func (m monomial) times(key string, e expr.Expr, power int) {
	m.of[key] = e
	if m.power[key] += power; m.power[key] == 0 {
		delete(m.power, key)
	}
}

func (m monomial) over(n monomial) monomial {
	out := monomial{number: m.number / n.number, power: maps.Clone(m.power), of: maps.Clone(m.of)}
	for key, k := range n.power {
		out.times(key, n.of[key], -k)
	}
	return out
}

// equal allows for the rounding of a few products and quotients of numbers.
func (m monomial) equal(n monomial) bool {
	return math.Abs(m.number-n.number) <= 1e-14*math.Abs(n.number) && maps.Equal(m.power, n.power)
}

// magnitude is the monomial without its sign, as a product or a quotient.
func (m monomial) magnitude() expr.Expr {
	above, below := []expr.Expr{expr.Const(math.Abs(m.number))}, []expr.Expr{}
	for _, key := range slices.Sorted(maps.Keys(m.power)) {
		for range m.power[key] {
			above = append(above, m.of[key])
		}
		for range -m.power[key] {
			below = append(below, m.of[key])
		}
	}
	if len(below) == 0 {
		return canonicalProduct(above)
	}
	return quotient(canonicalProduct(above), canonicalProduct(below))
}
