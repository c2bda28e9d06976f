package symbolic

import (
	"hash/maphash"
	"math/big"
	"slices"
)

// Sum adds terms: nested sums are flattened, like terms collected.
func Sum(terms ...Expr) Expr {
	constant := new(big.Rat)
	c := collector{index: map[uint64][]int{}}
	var gather func(terms []Expr)
	gather = func(terms []Expr) {
		for _, t := range terms {
			switch x := t.(type) {
			case *Num:
				constant.Add(constant, x.val)
			case *Add:
				gather(x.Terms)
			default:
				coef, rest := SplitCoefficient(t)
				c.add(rest, coef)
			}
		}
	}
	gather(terms)
	var out []Expr
	again := false
	for _, i := range c.order() {
		if c.amount[i].Sign() != 0 {
			t := Product(Rational(c.amount[i]), c.parts[i])
			// The multiples of a sum may add up to the sum itself.
			_, isSum := t.(*Add)
			again = again || isSum
			out = append(out, t)
		}
	}
	if again && (len(out) > 1 || constant.Sign() != 0) {
		return Sum(append(out, Rational(constant))...)
	}
	if constant.Sign() != 0 {
		out = append([]Expr{Rational(constant)}, out...)
	}
	switch len(out) {
	case 0:
		return Int(0)
	case 1:
		return out[0]
	}
	return &Add{Terms: out, hash: hashAll(7, out)}
}

// Product multiplies factors: nested products are flattened, powers of one
// base collected. A sum times a number stays as it is.
func Product(factors ...Expr) Expr {
	number := big.NewRat(1, 1)
	c := collector{index: map[uint64][]int{}}
	var symbolicPowers []Expr
	var gather func(factors []Expr)
	gather = func(factors []Expr) {
		for _, f := range factors {
			switch x := f.(type) {
			case *Num:
				number.Mul(number, x.val)
			case *Mul:
				gather(x.Factors)
			case *Pow:
				if n, ok := x.Exp.(*Num); ok {
					c.add(x.Base, n.val)
				} else {
					symbolicPowers = append(symbolicPowers, x)
				}
			default:
				c.add(f, big.NewRat(1, 1))
			}
		}
	}
	gather(factors)
	if number.Sign() == 0 {
		return Int(0)
	}
	var out []Expr
	again := false
	for i, base := range c.parts {
		switch p := Power(base, Rational(c.amount[i])).(type) {
		case *Num:
			number.Mul(number, p.val)
		default:
			// A power of a product or of a power may have factors to collect.
			_, isMul := p.(*Mul)
			q, isPow := p.(*Pow)
			again = again || isMul || (isPow && !Equal(q.Base, base))
			out = append(out, p)
		}
	}
	out = append(out, symbolicPowers...)
	if again {
		return Product(append(out, Rational(number))...)
	}
	slices.SortFunc(out, Compare)
	if number.Cmp(big.NewRat(1, 1)) != 0 || len(out) == 0 {
		out = append([]Expr{Rational(number)}, out...)
	}
	if len(out) == 1 {
		return out[0]
	}
	return &Mul{Factors: out, hash: hashAll(6, out)}
}

// Power raises base to exp. Integer powers of products are distributed over
// their factors; powers of numbers are computed when they are exact.
func Power(base, exp Expr) Expr {
	n, isNumber := exp.(*Num)
	if isNumber {
		if n.val.Sign() == 0 {
			return Int(1)
		}
		if IsOne(n) {
			return base
		}
		k, isInt := n.IsInt()
		switch b := base.(type) {
		case *Num:
			if IsOne(b) {
				return b
			}
			if isInt && abs(k) <= 64 && (k > 0 || b.val.Sign() != 0) {
				return Rational(ratPow(b.val, k))
			}
		case *Pow:
			// (b^e)^k = b^(e k) holds for every integer k.
			if e, ok := b.Exp.(*Num); ok && isInt {
				return Power(b.Base, Rational(new(big.Rat).Mul(e.val, n.val)))
			}
		case *Mul:
			if isInt {
				out := make([]Expr, len(b.Factors))
				for i, f := range b.Factors {
					out[i] = Power(f, exp)
				}
				return Product(out...)
			}
		}
	}
	return &Pow{Base: base, Exp: exp, hash: mix(4, base.Hash(), exp.Hash())}
}

// Apply is the elementary function fn of args; Functions lists the names.
func Apply(fn string, args ...Expr) Expr {
	if fn == "sqrt" {
		return Power(args[0], Frac(1, 2))
	}
	return &Call{Fn: fn, Args: args, hash: mix(5, maphash.String(seed, fn), hashAll(0, args))}
}

// Neg is -e; a sum is negated term by term.
func Neg(e Expr) Expr {
	if s, ok := e.(*Add); ok {
		return Sum(mapAll(s.Terms, Neg)...)
	}
	return Product(Int(-1), e)
}

// Sub is a-b.
func Sub(a, b Expr) Expr { return Sum(a, Neg(b)) }

// Quotient is a/b.
func Quotient(a, b Expr) Expr { return Product(a, Power(b, Int(-1))) }

// SplitCoefficient writes e as number times rest.
func SplitCoefficient(e Expr) (*big.Rat, Expr) {
	m, ok := e.(*Mul)
	if !ok {
		return big.NewRat(1, 1), e
	}
	n, ok := m.Factors[0].(*Num)
	if !ok {
		return big.NewRat(1, 1), e
	}
	if len(m.Factors) == 2 {
		return n.val, m.Factors[1]
	}
	rest := m.Factors[1:]
	return n.val, &Mul{Factors: rest, hash: hashAll(6, rest)}
}

// collector adds up amounts of equal parts, keeping their first order.
type collector struct {
	parts  []Expr
	amount []*big.Rat
	index  map[uint64][]int
}

func (c *collector) add(part Expr, amount *big.Rat) {
	for _, i := range c.index[part.Hash()] {
		if Equal(c.parts[i], part) {
			c.amount[i].Add(c.amount[i], amount)
			return
		}
	}
	c.index[part.Hash()] = append(c.index[part.Hash()], len(c.parts))
	c.parts = append(c.parts, part)
	c.amount = append(c.amount, new(big.Rat).Set(amount))
}

// order lists the parts' places in canonical order, so that a sum keeps its
// order when only coefficients differ.
func (c *collector) order() []int {
	place := make([]int, len(c.parts))
	for i := range place {
		place[i] = i
	}
	slices.SortFunc(place, func(i, j int) int { return Compare(c.parts[i], c.parts[j]) })
	return place
}

func hashAll(kind uint64, es []Expr) uint64 {
	h := mix(kind)
	for _, e := range es {
		h = mix(h, e.Hash())
	}
	return h
}

func ratPow(r *big.Rat, k int) *big.Rat {
	out := big.NewRat(1, 1)
	for range abs(k) {
		out.Mul(out, r)
	}
	if k < 0 {
		out.Inv(out)
	}
	return out
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
