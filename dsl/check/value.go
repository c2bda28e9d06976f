package check

import (
	"math/big"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// rank is the number of indices of a value.
type rank int

const (
	number rank = iota
	vector
	matrix
)

func (r rank) String() string { return []string{"a scalar", "a vector", "a matrix"}[r] }

// value is what an expression means: one part, one per axis for a vector, or
// for a matrix its rows, one after the other.
type value struct {
	part []symbolic.Expr
	rank rank
	unit unit
	zero bool // the number 0, which has any unit, or a vector or matrix of it
	size int  // bounds the operations of a part once derivatives are stencils
}

// maxSize bounds value.size: definitions doubled again and again, or nested
// derivatives, would fill the memory within a few lines.
const maxSize = 500_000

// maxBits bounds the size of exact numbers, which powers blow up.
const maxBits = 4096

func (v *value) scalar() symbolic.Expr { return v.part[0] }

// nothing reports whether v is the plain number 0.
func (v *value) nothing() bool { return v.zero && v.rank == number }

// made is a value of the given rank whose parts f makes of their indices.
func (c *grid) made(r rank, u unit, size int, f func(i, j int) symbolic.Expr) *value {
	out := &value{rank: r, unit: u, size: size}
	rows, columns := 1, 1
	if r > number {
		rows = c.dim
	}
	if r > vector {
		columns = c.dim
	}
	for i := range rows {
		for j := range columns {
			out.part = append(out.part, f(i, j))
		}
	}
	return out
}

// at is the part of a matrix in row i and column j.
func (c *grid) at(m *value, i, j int) symbolic.Expr { return m.part[i*c.dim+j] }

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
func (c *report) bounded(at dsl.Expr, v *value) bool {
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
func (c *report) alike(at dsl.Expr, what string, a, b *value) bool {
	if a.rank != b.rank {
		if a.nothing() || b.nothing() {
			return true
		}
		hint := "take a component of the vector, or make both vectors"
		if max(a.rank, b.rank) == matrix {
			hint = "take a component of the matrix, such as .xx, or make both matrices"
		}
		c.fail(at, hint, "%s are %s and %s", what, max(a.rank, b.rank), min(a.rank, b.rank))
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
