// Package signature says what an operator takes and gives: arrays, scalars, points,
// series, the steps that it carries out and the grid that it needs. It is all that the
// runtime, the bindings and the benchmarks know of compiled code; how loops look is the
// business of the compiler alone.
//
// In: declarations and statements, from which the compiler fills an Operator. Out: that
// Operator, part of every stencil program and kernel, with its text form. Start at
// Operator, then at Requirements, which says what a caller has to provide beyond the
// arrays.
package signature

import (
	"fmt"
	"slices"
	"strconv"
)

// Real is the type of grid values.
type Real int

// The types of grid values. Operators compute with F32 or F64; F16, IEEE 754
// binary16, is for storage alone.
const (
	F32 Real = iota
	F64
	F16
)

func (t Real) String() string { return [...]string{"f32", "f64", "f16"}[t] }

// ParseReal reads the name of a type that operators compute with; nothing is F32. Error:
// there is none such.
func ParseReal(name string) (Real, error) {
	switch name {
	case "f32", "float32", "":
		return F32, nil
	case "f64", "float64":
		return F64, nil
	}
	return F32, fmt.Errorf("there is no precision %q; it is f32 or f64", name)
}

// Size is the number of bytes of a number.
func (t Real) Size() int { return [...]int{4, 8, 2}[t] }

// Operator is the signature of one operator.
type Operator struct {
	Name    string
	Doc     string
	Real    Real
	Axes    []string // space axes, slowest first
	Halo    []int    // points that accesses need around the grid, per axis
	Scalars []string // run-time scalars in the order of the ABI
	Arrays  []*Array
	Points  []*Points
	Series  []*Series
	// FirstStep and LastStep bound the time loop: t runs from FirstStep to
	// steps-1-LastStep, both included, for traces of so many steps.
	FirstStep, LastStep int
	// Backward says that the operator's own steps run the other way: while t
	// counts up, its step is n = mirror - t, with a number of the ABI. Levels
	// of wavefields count in the direction of t; traces, series, frames,
	// conditions and levels that the caller gives belong to n, which is t when
	// the operator steps forward.
	Backward bool

	Requirements
}

// Requirements follow from an operator's statements: what the caller has to
// provide beyond the arrays themselves.
type Requirements struct {
	Boxes   []Box   // of the statements of a step that do not cover the whole grid
	Rhythms []Steps // numbers of steps that conditions and frames go by, each once
	// Ahead is the number of rows behind its own that a step reads of the
	// traces of sources.
	Ahead int
	// Reads is the range of levels, counted from its own step, that a step
	// reads of wavefields that the caller gives.
	Reads [2]int
	// Overwritten are the wavefields whose every level is assigned at all points of
	// the grid before anything reads it: but for the levels that a run begins with,
	// it does not matter what memory holds.
	Overwritten []string
	// Usual are the coefficients whose usual values spare work in a box that the
	// caller finds: all of them have them there, and as far around it as Reach says.
	Usual []Usual
	// Tiled are the axes along which the extent of tiles is chosen at run time.
	Tiled []int
	// Parts are the axes that are cut into parts, one for each thread at best. Their
	// extent takes the place of a tile's.
	Parts []Part
}

// Usual is a coefficient that is read so many points in front of a point and behind
// it, per axis.
type Usual struct {
	Array string
	Reach [][2]int
}

// Part is an axis that is cut into parts: each of at least so many points, all
// together as many as the axis has and some beyond.
type Part struct{ Axis, Least, Beyond int }

// Role says who fills an array.
type Role int

// The roles of arrays.
const (
	Param       Role = iota // given by the caller, constant during the run
	State                   // a wavefield with time levels
	Precomputed             // computed once, before the first step
	Image                   // one value per point that steps add to; zero, or given, at first
	History                 // frames, the one of step n is number n/Every
	Temporary               // computed by each step before it is read
)

func (r Role) String() string {
	return [...]string{"param", "state", "precomputed", "image", "history", "temporary"}[r]
}

// Storage says which time levels of a wavefield are kept.
type Storage int

// The storages of wavefields.
const (
	Rotating Storage = iota // as many levels as steps need: level t in buffer t mod Buffers
	Saved                   // all levels of a run; the ABI tells the number of time buffers
	Input                   // as Saved, and the caller gives them: the operator only reads
)

func (s Storage) String() string { return [...]string{"rotating", "saved", "input"}[s] }

// Edge is what the halo holds beyond the end of an axis.
type Edge int

// The edges. The mirror stands on the first or the last node; Odd also keeps
// the node on it at zero. See Array.Half for arrays between the nodes.
const (
	Open    Edge = iota // zero; for parameters the last value
	Even                // the mirror image
	Odd                 // the mirror image with its sign changed
	Nothing             // zero, for parameters too
	Wrap                // the other end of the axis
	Last                // the last value
)

// Mirrors reports whether an end holds a mirror image.
func (e Edge) Mirrors() bool { return e == Even || e == Odd }

func (e Edge) String() string { return [...]string{"open", "even", "odd", "zero", "wrap", "last"}[e] }

// Array is a grid array with a halo.
type Array struct {
	Name    string
	Role    Role
	Storage Storage
	Axes    []int // axes of the operator that it spans, ascending
	// Levels is the number of time levels that a step involves (t+1 and back),
	// Buffers the number that are stored: when it is smaller, t+1 overwrites
	// the oldest. Both are 1 for arrays that do not vary in time, and for
	// wavefields that the caller gives.
	Levels, Buffers int
	// Local says that a wavefield is zero where no statement computes it.
	Local bool
	// Half says per axis that values lie half a spacing up the axis from the
	// nodes; nil for an array on the nodes.
	Stagger []bool
	// Edges is what the halo holds, per axis at its first and last point; nil
	// where all are Open.
	Edges [][2]Edge
	// Halo is the array's own halo, per axis in front of the first point and
	// behind the last one; nil for that of the operator. Arrays over all axes
	// without one share their strides.
	Halo [][2]int
	// Slabs says per axis that only points near the ends are stored; nil for an
	// array over the whole grid.
	Slabs []Slabs
	// Usual is the value of a coefficient at most points, where it is 0 or 1, as that
	// of a sponge where it damps nothing; nil when there is none.
	Usual *float64
	// Every is the number of steps from one frame of a History to the next.
	Every Steps
	// Narrow says that steps find the values in half precision. Those of a wavefield
	// are rounded whenever they are stored; those of parameters, and of what is
	// computed once, are kept as they are until all of that is computed, and then
	// stored as multiples of a unit that the caller chooses, a power of two.
	Narrow bool
	Doc    string
}

// Slabs are the stored parts of an axis: the points [0, First) and [n-Last, n),
// one behind the other, with Gap points of zeros between them. The zero value
// stores the whole axis.
type Slabs struct{ First, Last, Gap int }

// Whole reports whether the whole axis is stored.
func (s Slabs) Whole() bool { return s == Slabs{} }

// Extent is the number of stored points of an axis of n.
func (s Slabs) Extent(n int) int {
	if s.Whole() {
		return n
	}
	return s.First + s.Gap + s.Last
}

// Steps is a number of steps: a number, or a scalar of the run. The zero value
// is none.
type Steps struct {
	Number int
	Scalar string
}

// IsZero reports whether there is no number of steps.
func (s Steps) IsZero() bool { return s == Steps{} }

// Points is a set of off-grid points with traces, as seen from the nodes or
// from a place between them. Sets of one name but other places share their
// traces.
type Points struct {
	Name    string // of this set
	Traces  string // of the set in the operator file whose points and traces these are
	Inject  bool
	Stagger []bool // place, as for arrays
	// Staged says that samples of several steps are taken before they are
	// added up: the ABI gives memory for that many steps. 0 for none.
	Staged int
	// Tiled says that tiles find their nodes by their place on the grid.
	Tiled bool
	Doc   string
}

// Series is one number per step.
type Series struct{ Name, Doc string }

// Bound is an end of a box along an axis: At points behind the first point of
// the grid, or, for End, behind its last one plus one. Negative At stay in
// front of them.
type Bound struct {
	End bool
	At  int
}

func (b Bound) String() string {
	switch {
	case !b.End:
		return strconv.Itoa(b.At)
	case b.At == 0:
		return "size"
	case b.At > 0:
		return "size+" + strconv.Itoa(b.At)
	}
	return "size" + strconv.Itoa(b.At)
}

// Box is the points that a statement covers, and the statement in words.
type Box struct {
	Span []Span // per axis
	Note string
}

// Span is a half-open range of an axis.
type Span struct{ Lo, Hi Bound }

func (s Span) String() string { return s.Lo.String() + " .. " + s.Hi.String() }

// Whole is the span of a whole axis.
var Whole = Span{Hi: Bound{End: true}}

// StoredIn is the type in which steps find the values of an array.
func (o *Operator) StoredIn(a *Array) Real {
	if a.Narrow {
		return F16
	}
	return o.Real
}

// Array finds an array by name, nil when there is none.
func (o *Operator) Array(name string) *Array {
	for _, a := range o.Arrays {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// PointSet finds points by name, nil when there are none.
func (o *Operator) PointSet(name string) *Points {
	for _, p := range o.Points {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// FreeName returns prefix with the lowest number that makes a name unused by
// arrays, points and scalars.
func (o *Operator) FreeName(prefix string) string {
	for n := 0; ; n++ {
		name := prefix + strconv.Itoa(n)
		if o.Array(name) == nil && o.PointSet(name) == nil && !slices.Contains(o.Scalars, name) {
			return name
		}
	}
}

// HaloOf is the halo of an array along an axis, in front of the first point
// and behind the last one.
func (o *Operator) HaloOf(a *Array, axis int) [2]int {
	if a.Halo != nil {
		return a.Halo[axis]
	}
	return [2]int{o.Halo[axis], o.Halo[axis]}
}

// Spans reports whether the array depends on the position along axis.
func (a *Array) Spans(axis int) bool { return slices.Contains(a.Axes, axis) }

// Keeps reports whether the ABI tells the number of time buffers.
func (a *Array) Keeps() bool { return a.Storage != Rotating }

// Computed reports whether the array is a wavefield that steps compute.
func (a *Array) Computed() bool { return a.Role == State && a.Storage != Input }

// Relative names a level in identifiers: 2 as p2, -1 as m1, the current one as
// nothing.
func Relative(level int) string {
	switch {
	case level > 0:
		return "p" + strconv.Itoa(level)
	case level < 0:
		return "m" + strconv.Itoa(-level)
	}
	return ""
}

// CanNarrow reports whether an array in single precision may be stored in half of it:
// parameters, what is computed once, and wavefields that keep no more levels than
// steps need.
func (a *Array) CanNarrow() bool {
	return a.Role == Param || a.Role == Precomputed || a.Role == State && a.Storage == Rotating
}

// Given reports whether the array is a wavefield whose levels the caller
// gives.
func (a *Array) Given() bool { return a.Storage == Input }

// Buffer is the time buffer that holds level t+time when t is a multiple of
// the number of buffers: two levels share a place exactly when it is the same.
// Where all levels are kept, it is the level itself.
func (a *Array) Buffer(time int) int {
	if a.Keeps() {
		return time
	}
	return ((time % a.Buffers) + a.Buffers) % a.Buffers
}

// CommonStrides reports whether the array shares the strides of all arrays
// over all axes.
func (o *Operator) CommonStrides(a *Array) bool {
	return len(a.Axes) == len(o.Axes) && a.Halo == nil && a.Slabs == nil
}
