package check

import (
	"math/big"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// value is what an expression means: one part, one per axis for a vector, or
// one per pair of axes for a matrix, row by row.
type value struct {
	part []symbolic.Expr
	rank int
	unit unit
	zero bool // the number 0, which has any unit, or a vector of it
	size int  // bounds the operations that are left once derivatives are stencils
}

// maxSize bounds value.size: definitions doubled again and again, or nested
// derivatives, would fill the memory within a few lines.
const maxSize = 500_000

// operators are the differential operators that are written like functions.
var operators = []string{"laplace", "biharmonic", "div", "grad", "curl"}

// ranks are the words for values by their rank.
var ranks = []string{"a scalar", "a vector", "a matrix"}

// maxBits bounds the size of exact numbers, which powers blow up.
const maxBits = 4096

func (v *value) scalar() symbolic.Expr { return v.part[0] }

// nothing reports whether v is the plain number 0.
func (v *value) nothing() bool { return v.zero && v.rank == 0 }

func one(e symbolic.Expr, u unit) *value {
	return &value{part: []symbolic.Expr{e}, unit: u, size: 1}
}

// sized sets the size of a value that was made of others.
func (v *value) sized(n int) *value {
	v.size = n
	return v
}

// each applies f to every part.
func (v *value) each(u unit, f func(symbolic.Expr) symbolic.Expr) *value {
	out := &value{rank: v.rank, unit: u, zero: v.zero, size: v.size}
	for _, p := range v.part {
		out.part = append(out.part, f(p))
	}
	return out
}

// varies reports whether v changes along some of the axes.
func (v *value) varies(axes ...int) bool {
	for _, p := range v.part {
		for _, a := range axes {
			if symbolic.Varies(p, a) {
				return true
			}
		}
	}
	return false
}

// bounded refuses values that are too large to go on with.
func (c *checker) bounded(at dsl.Expr, v *value) bool {
	if v.size > maxSize {
		c.fail(at, "use fewer nested definitions and derivatives", "this expands to more than %d operations", maxSize)
		return false
	}
	for _, p := range v.part {
		if !numbersInRange(p) {
			c.fail(at, "numbers must lie within 1e-300 and 1e300", "a number in this expression is out of range")
			return false
		}
	}
	return true
}

// numbersInRange looks at the numbers that arithmetic may have just made: e
// itself, and the coefficients of e or of its terms.
func numbersInRange(e symbolic.Expr) bool {
	switch x := e.(type) {
	case *symbolic.Num:
		r := x.Rat()
		f := new(big.Float).SetRat(r)
		return r.Num().BitLen() <= maxBits && r.Denom().BitLen() <= maxBits && (r.Sign() == 0 || -997 < f.MantExp(nil) && f.MantExp(nil) < 997)
	case *symbolic.Mul:
		n, ok := x.Factors[0].(*symbolic.Num)
		return !ok || numbersInRange(n)
	case *symbolic.Add:
		for _, t := range x.Terms {
			if _, nested := t.(*symbolic.Add); !nested && !numbersInRange(t) {
				return false
			}
		}
	}
	return true
}

// alike checks that two values may be added, compared or assigned.
func (c *checker) alike(at dsl.Expr, what string, a, b *value) bool {
	if a.rank != b.rank {
		if a.nothing() || b.nothing() {
			return true
		}
		if a.rank < b.rank {
			a, b = b, a
		}
		hint := "take a component, or make both vectors"
		if a.rank == 2 {
			hint = "take a component, or multiply by identity"
		}
		c.fail(at, hint, "%s are %s and %s", what, ranks[a.rank], ranks[b.rank])
		return false
	}
	if a.zero || b.zero {
		return true
	}
	if !a.unit.sameDimension(b.unit) {
		c.fail(at, "check the units where the names are declared, and the powers in this expression", "%s differ in dimension: %s and %s", what, a.unit, b.unit)
		return false
	}
	if !a.unit.sameScale(b.unit) {
		c.fail(at, "coordinates and dt are in m and ms unless the operator says, for example, units m, s", "%s differ by the factor %.4g: %s and %s", what, a.unit.times(b.unit.to(-1)).factor, a.unit, b.unit)
		return false
	}
	return true
}
