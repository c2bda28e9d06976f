// Package ir is the loop-nest representation between the mathematics of a
// problem and the source of a target: what a step computes, in which loops,
// on which buffers.
//
// A kernel has a part that runs once (Prepare) and the statements of a time
// step (Step). Statements are loops over the grid, assignments to arrays and
// to locals, sparse loops that inject and sample, and halo exchanges. Loops
// carry their properties as data; nothing here names a target.
//
// What it does not model: control flow other than counted loops, pointers,
// integer data, aliasing between arrays. Every access is an array, a time
// level and constant offsets from the loop's point.
package ir

import (
	"slices"
	"strconv"
)

// Type is the type of a number.
type Type int

// The types of numbers. Real arithmetic on the grid is in the kernel's type;
// scalars that are computed once per run are always F64.
const (
	F32 Type = iota
	F64
)

func (t Type) String() string { return [...]string{"f32", "f64"}[t] }

// Size is the number of bytes of a number.
func (t Type) Size() int { return [...]int{4, 8}[t] }

// Kernel is one operator, ready to be transformed and spelt for a target.
type Kernel struct {
	Name    string
	Doc     string
	Real    Type
	Axes    []string // space axes, slowest first
	Halo    []int    // points that the accesses need around the grid, per axis
	Scalars []string // run-time scalars in the order of the ABI
	Arrays  []*Array
	Points  []*Points
	Series  []*Series
	Prepare []Stmt
	Step    []Stmt
	// FirstStep and LastStep bound the time loop: t runs from FirstStep to
	// steps-1-LastStep, both included, for traces of so many steps.
	FirstStep, LastStep int
	// TimeTile is the number of steps that a tile of the grid takes before the
	// next tile is begun; 0 when every step covers the whole grid. Results do
	// not depend on it.
	TimeTile int
	// Backward says that the operator's own steps run the other way: while t
	// counts up, its step is n = mirror - t, with a number of the ABI. Levels
	// of wavefields count in the direction of t; traces, series, frames,
	// conditions and levels that the caller gives belong to n, which is t when
	// the operator steps forward.
	Backward bool
}

// Role says who fills an array.
type Role int

// The roles of arrays.
const (
	Param   Role = iota // given by the caller, constant during the run
	State               // a wavefield with time buffers
	Scratch             // computed by Prepare
	Image               // one value per point that steps add to; zero, or given, at first
	History             // frames, the one of step n is number n/Every
	Temp                // computed by each step before it is read
	Given               // levels of a wavefield that the caller gives, level l in buffer l mod their number
)

func (r Role) String() string {
	return [...]string{"param", "state", "scratch", "image", "history", "temp", "given"}[r]
}

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
	Name string
	Role Role
	Axes []int // axes of the kernel that it spans, ascending
	// Buffers is the number of time buffers; level t lives in buffer t mod
	// Buffers. 1 for arrays that do not vary in time.
	Buffers int
	// Levels is the number of time levels that a step involves (t+1 and
	// back); fewer Buffers than Levels means that t+1 overwrites the oldest.
	Levels int
	// Kept says that all levels stay: the ABI tells the number of time buffers.
	Kept bool
	// Folded says that an exchange works the other way: it adds each value in
	// the halo to the one that its edge would have copied there, and clears it.
	Folded bool
	// Resident says that the array lives in the memory of a device during the
	// run, and is copied there before it and back behind it.
	Resident bool
	// Half says per kernel axis that values lie half a spacing up the axis from
	// the nodes; nil for an array on the nodes.
	Half []bool
	// Edges is what the halo holds, per kernel axis at its first and last
	// point; nil where all are Open.
	Edges [][2]Edge
	// Every is the number of steps from one frame of a History to the next: a
	// Const or a Scalar.
	Every Expr
	Doc   string
}

// Points is a set of off-grid points with traces, as seen from the nodes or
// from a place between them. Sets of one name but other places share their
// traces.
type Points struct {
	Name   string // of this set
	Traces string // of the set in the operator file whose points and traces these are
	Inject bool
	Half   []bool // place, as for arrays
	Doc    string
}

// Series is one number per step that a Reduce makes.
type Series struct{ Name, Doc string }

// Stmt is a statement: *Loop, *Let, *Assign, *Inject, *Sample, *Reduce, *Every,
// *HaloExchange, *Row or *Sweep.
type Stmt interface{ stmt() }

// Loop counts Var from Lo to Hi (exclusive) in steps of Step.
type Loop struct {
	Var    string
	Axis   int // the kernel axis that it runs along
	Lo, Hi Bound
	Step   Bound
	Props  Props
	Body   []Stmt
}

// Props are the properties of a loop.
type Props struct {
	Parallel int  // number of perfectly nested loops shared among threads, 0 for none
	Vector   bool // iterations may run in lanes
	Block    bool // counts blocks rather than points
}

// Bound is a loop bound or step:
//
//	0, 4, -2, 1, size, size-4, block, xb, min(xb+block, size-4)
type Bound struct {
	Kind BoundKind
	Var  string // for BlockEnd and At
	// Shift is a number of points added to Zero or Size; for BlockEnd, to the
	// end that bounds the last block.
	Shift int
	// FromZero makes the end that bounds the last block of a BlockEnd count
	// from the first point rather than from size.
	FromZero bool
}

// BoundKind lists the bounds that loops have.
type BoundKind int

// The bounds of loops along an axis.
const (
	Zero     BoundKind = iota // 0 plus Shift
	One                       // 1
	Size                      // the axis's number of points plus Shift
	BlockLen                  // the axis's block length
	At                        // the value of Var
	BlockEnd                  // Var plus the block length, at most the end of Var's loop
)

// Let names a value for the rest of the block. Its type is the kernel's real
// type on the grid; Wide asks for F64, for scalars computed once per run. The
// result is rounded to the kernel's type, for other wide locals too.
type Let struct {
	Name  string
	Wide  bool
	Value Expr
}

// Assign stores a value at one place of an array.
type Assign struct {
	Target *Access
	Value  Expr
	Note   string // equation that it carries out, for readers of the source
}

// Inject adds weight * trace[n+Row] * Value to Target at the nodes around
// points.
type Inject struct {
	Points string
	Row    int
	Target *Access
	Value  Expr
	Note   string
}

// Sample writes trace[t] = sum of weight * Value over the nodes of a point.
type Sample struct {
	Points string
	Value  Expr
	Note   string
}

// Reduce makes one number, of step t, out of the values of an expression at
// the points of a box: "sum", "min", "max" or "norm", the root of the sum of
// squares. Sums are taken in double precision, along the first axis last, so
// that they do not depend on the number of threads.
type Reduce struct {
	Series string
	Op     string
	Lo, Hi []Bound // per axis; Zero or Size, shifted
	Value  Expr
	Note   string
}

// Every carries out its body in those steps n that a whole number of steps
// divides: a Const or a Scalar.
// A Const of 0 stands for the last step of the run alone.
type Every struct {
	Steps Expr
	Body  []Stmt
}

// HaloExchange brings the halo of one time level up to date, Width points on
// either side along every axis: what belongs to another rank, and beyond the
// ends of the grid what the array's edges say.
type HaloExchange struct {
	Array string
	Time  int
	Width []int
}

// Row names the address of an array's first element along the innermost axis
// of the loops around it, so that accesses become one-dimensional.
type Row struct {
	Name  string
	Array string
	Time  int
}

// Sweep cuts the body of an innermost loop into sweeps: a target may carry out
// what stands before it for many iterations, then what stands behind it. That
// changes no result, as iterations are independent; it limits the number of
// rows that are touched in turn. Locals pass from one sweep to the next.
type Sweep struct{}

func (*Loop) stmt()         {}
func (*Let) stmt()          {}
func (*Assign) stmt()       {}
func (*Inject) stmt()       {}
func (*Sample) stmt()       {}
func (*Reduce) stmt()       {}
func (*Every) stmt()        {}
func (*HaloExchange) stmt() {}
func (*Row) stmt()          {}
func (*Sweep) stmt()        {}

// Expr is an expression: Const, Scalar, Local, *Access, *Add, *Mul, *Div or
// *Call.
type Expr interface{ expr() }

// Const is a number.
type Const float64

// Scalar is a run-time scalar of the ABI.
type Scalar string

// Local is the value of a Let.
type Local string

// Access reads, or as a target writes, an array at constant offsets from the
// point of the loops around it.
type Access struct {
	Array  string
	Time   int
	Offset []int  // per kernel axis
	Row    string // name of the Row it goes through once linearised, or ""
}

// Add is a sum, evaluated from left to right. Sub marks the terms that are
// subtracted.
type Add struct {
	Args []Expr
	Sub  []bool
}

// Mul is a product, evaluated from left to right.
type Mul struct{ Args []Expr }

// Div is X/Y.
type Div struct{ X, Y Expr }

// Call is an elementary function.
type Call struct {
	Fn   string
	Args []Expr
}

func (Const) expr()   {}
func (Scalar) expr()  {}
func (Local) expr()   {}
func (*Access) expr() {}
func (*Add) expr()    {}
func (*Mul) expr()    {}
func (*Div) expr()    {}
func (*Call) expr()   {}

// Array finds an array by name, nil when there is none.
func (k *Kernel) Array(name string) *Array {
	for _, a := range k.Arrays {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Buffer is the time buffer, from 0, that holds level t+time when t is a
// multiple of Buffers: two levels share a place exactly when it is the same.
func (a *Array) Buffer(time int) int {
	n := a.Buffers
	if a.Keeps() {
		n = keptLevels
	}
	return ((time % n) + n) % n
}

// keptLevels is more than the levels that a step can involve.
const keptLevels = 32

// Keeps reports whether the ABI tells the number of time buffers.
func (a *Array) Keeps() bool { return a.Kept || a.Role == Given }

// PointSet finds points by name, nil when there are none.
func (k *Kernel) PointSet(name string) *Points {
	for _, p := range k.Points {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Spans reports whether the array depends on the position along axis.
func (a *Array) Spans(axis int) bool {
	for _, x := range a.Axes {
		if x == axis {
			return true
		}
	}
	return false
}

// FreeName returns prefix with the lowest number that makes a name unused by
// arrays, points and scalars.
func (k *Kernel) FreeName(prefix string) string {
	for n := 0; ; n++ {
		name := prefix + strconv.Itoa(n)
		if k.Array(name) == nil && k.PointSet(name) == nil && !slices.Contains(k.Scalars, name) {
			return name
		}
	}
}
