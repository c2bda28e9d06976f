package symbolic

import (
	"hash/maphash"
	"math/big"
)

// Expr is an immutable expression. The set of kinds is closed: Num, Scalar,
// Access, Add, Mul, Pow, Call, Deriv and Place.
type Expr interface {
	// Hash is equal for equal expressions within one process.
	Hash() uint64
	// String prints the expression in the operator language.
	String() string
	rank() int // place of the kind in the canonical order
}

// Num is an exact rational number.
type Num struct {
	val  *big.Rat
	hash uint64
}

// Scalar is a number that is fixed during a run: a parameter of the operator,
// the time step dt, or a grid spacing h_x.
type Scalar struct {
	Name string
	hash uint64
}

// Access is the value of a grid function at a place relative to the current
// grid point and time level.
type Access struct {
	Func   *Function
	Time   int   // levels from t; 0 when the function does not vary in time
	Offset []int // points from the current one, per grid axis
	hash   uint64
}

// Add is a sum of at least two terms.
type Add struct {
	Terms []Expr
	hash  uint64
}

// Mul is a product of at least two factors. A numeric factor stands first.
type Mul struct {
	Factors []Expr
	hash    uint64
}

// Pow is Base raised to Exp.
type Pow struct {
	Base, Exp Expr
	hash      uint64
}

// Call is an elementary function of its arguments.
type Call struct {
	Fn   string
	Args []Expr
	hash uint64
}

// Deriv is a derivative that is not yet discretised.
type Deriv struct {
	Of    Expr
	Axis  int // grid axis, or TimeAxis
	Order int // order of the derivative, at least 1
	Scheme
	hash uint64
}

// Place is the value of an expression between the nodes or on them, wherever it
// is used: brought from there by its mean.
type Place struct {
	Of   Expr
	Half []bool // per grid axis: half a spacing up the axis from the nodes
	hash uint64
}

// Scheme says what a derivative asks of its stencil. The zero value leaves
// all to the conventions of the field; see fd.Rule.
type Scheme struct {
	// Accuracy is the order of accuracy asked for; 0 takes the grid's.
	Accuracy int
	Side     Side
	// Half is where the derivative is evaluated, in half points up the axis
	// from the current one: -1, 0 or 1. The result counts as a value at the
	// current point.
	Half int
	// Weights are the stencil itself, from its lowest point to its highest,
	// when the operator states it; the points lie about the place of
	// evaluation as evenly as they can.
	Weights []*big.Rat
}

// TimeAxis stands for time where a grid axis is expected.
const TimeAxis = -1

// Side says where the points of a derivative's stencil lie.
type Side int

// The sides of a stencil.
const (
	Default Side = iota // the field's convention; see fd.Points
	Centred             // as many points on either side
	LeftOf              // the centred stencil moved one point down the axis
	RightOf             // the centred stencil moved one point up the axis
)

var seed = maphash.MakeSeed()

// mix folds parts into one hash; the order of the parts counts.
func mix(kind uint64, parts ...uint64) uint64 {
	h := kind * 0x9e3779b97f4a7c15
	for _, p := range parts {
		h ^= p + 0x9e3779b97f4a7c15 + (h << 12) + (h >> 4)
		h *= 0xff51afd7ed558ccd
		h ^= h >> 32
	}
	return h
}

func (e *Num) Hash() uint64    { return e.hash }
func (e *Scalar) Hash() uint64 { return e.hash }
func (e *Access) Hash() uint64 { return e.hash }
func (e *Add) Hash() uint64    { return e.hash }
func (e *Mul) Hash() uint64    { return e.hash }
func (e *Pow) Hash() uint64    { return e.hash }
func (e *Call) Hash() uint64   { return e.hash }
func (e *Deriv) Hash() uint64  { return e.hash }
func (e *Place) Hash() uint64  { return e.hash }

func (*Num) rank() int    { return 0 }
func (*Scalar) rank() int { return 1 }
func (*Access) rank() int { return 2 }
func (*Pow) rank() int    { return 3 }
func (*Call) rank() int   { return 4 }
func (*Deriv) rank() int  { return 5 }
func (*Mul) rank() int    { return 6 }
func (*Add) rank() int    { return 7 }
func (*Place) rank() int  { return 8 }

// Rat returns a copy of the number's exact value.
func (e *Num) Rat() *big.Rat { return new(big.Rat).Set(e.val) }

// Float returns the nearest float64.
func (e *Num) Float() float64 { f, _ := e.val.Float64(); return f }

// IsInt reports whether the number is an integer that fits an int, and which.
func (e *Num) IsInt() (int, bool) {
	if !e.val.IsInt() || !e.val.Num().IsInt64() {
		return 0, false
	}
	return int(e.val.Num().Int64()), true
}

// Rational is the number r.
func Rational(r *big.Rat) *Num {
	v := new(big.Rat).Set(r)
	return &Num{val: v, hash: mix(1, maphash.Bytes(seed, v.Num().Bytes()), uint64(v.Sign()+1), maphash.Bytes(seed, v.Denom().Bytes()))}
}

// Int is the number n.
func Int(n int) *Num { return Rational(new(big.Rat).SetInt64(int64(n))) }

// Frac is the number a/b; b must not be zero.
func Frac(a, b int) *Num { return Rational(big.NewRat(int64(a), int64(b))) }

// NewScalar is the run-time scalar of that name.
func NewScalar(name string) *Scalar {
	return &Scalar{Name: name, hash: mix(2, maphash.String(seed, name))}
}

// At is f at time level t+time and at the given offset from the current
// point. A nil offset is the point itself. The offset is copied; along axes
// that f does not span it is dropped, as is time when f does not vary.
func (f *Function) At(time int, offset []int) *Access {
	off := make([]int, f.Grid.Dim())
	copy(off, offset)
	for a := range off {
		if !f.Spans(a) {
			off[a] = 0
		}
	}
	if !f.Varies() {
		time = 0
	}
	h := mix(3, maphash.String(seed, f.Name), uint64(time+1<<20))
	for _, o := range off {
		h = mix(h, uint64(o+1<<20))
	}
	return &Access{Func: f, Time: time, Offset: off, hash: h}
}

// Here is f at the current point and time level.
func (f *Function) Here() *Access { return f.At(0, nil) }

// NewDeriv is the derivative of e; see Deriv for the arguments. The weights of
// the scheme must not be changed later.
func NewDeriv(e Expr, axis, order int, s Scheme) *Deriv {
	h := mix(8, e.Hash(), uint64(axis+2), uint64(order), uint64(s.Accuracy), uint64(s.Side), uint64(s.Half+2))
	for _, w := range s.Weights {
		h = mix(h, maphash.String(seed, w.RatString()))
	}
	return &Deriv{Of: e, Axis: axis, Order: order, Scheme: s, hash: h}
}

// NewPlace is e at a place, given by the axes along which that lies between the
// nodes; a number is the same everywhere.
func NewPlace(e Expr, half []bool) Expr {
	if _, ok := e.(*Num); ok {
		return e
	}
	h := mix(9, e.Hash())
	for _, b := range half {
		h *= 3
		if b {
			h++
		}
	}
	return &Place{Of: e, Half: half, hash: h}
}

// Equal reports whether a and b are the same expression.
func Equal(a, b Expr) bool { return a == b || (a.Hash() == b.Hash() && Compare(a, b) == 0) }

func isNum(e Expr, n int64) bool {
	v, ok := e.(*Num)
	return ok && v.val.IsInt() && v.val.Num().IsInt64() && v.val.Num().Int64() == n
}

// IsZero reports whether e is the number 0.
func IsZero(e Expr) bool { return isNum(e, 0) }

// IsOne reports whether e is the number 1.
func IsOne(e Expr) bool { return isNum(e, 1) }
