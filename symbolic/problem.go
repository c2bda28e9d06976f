package symbolic

import (
	"fmt"
	"slices"
)

// Grid is the discretisation that a problem is posed on. Its extent and its
// spacings are given at run time.
type Grid struct {
	Axes       []string // names, slowest first; depth last
	SpaceOrder int      // order of accuracy in space, even
	TimeOrder  int      // the number of levels before t+1 that are stored, at least 1
	Periodic   []bool   // per axis: the last point is followed by the first; nil for none
	Uniform    bool     // the spacing is the same along all axes
}

// Dim is the number of space axes.
func (g *Grid) Dim() int { return len(g.Axes) }

// Spacing is the scalar h_x of the given axis; on a uniform grid, that of the
// first axis for all.
func (g *Grid) Spacing(axis int) *Scalar {
	if g.Uniform {
		axis = 0
	}
	return NewScalar("h_" + g.Axes[axis])
}

// TimeStep is the scalar dt.
func TimeStep() *Scalar { return NewScalar("dt") }

// Function is a quantity with a value at every grid point, or, when it spans
// fewer axes, one for all points that share the other coordinates.
type Function struct {
	Name string
	Doc  string // description from the operator file
	Unit string // unit as written, "" if none was given
	Grid *Grid
	Role Role
	Axes []int // the grid axes that it spans, ascending
	// Half says per grid axis that the values lie half a spacing up the axis
	// from the nodes; nil puts them on the nodes.
	Stagger []bool
	// Mean is how the function is brought to places where it has no values.
	Mean Mean
	// Edges says per grid axis, at its first and its last point, what lies
	// beyond; nil for the default everywhere.
	Edges [][2]Edge
	// Default is what a Field is made of, point by point, when the caller does not
	// give it: of other fields at the same place, parameters, Layer and
	// reductions. nil makes it required.
	Default Expr
	// Local says that a Wavefield is computed in regions only and is zero
	// elsewhere.
	Local bool
	// Every is the number of steps from one frame of a History to the next: a
	// Num or a Scalar.
	Every Expr
	// Saved says that all levels of a Wavefield are kept. Those of one that no
	// statement computes are given by the caller.
	Saved bool
	// Folded turns the edges around: updates compute beyond them too, as far as
	// their stencils reach, and what arises there is added to the place within
	// the grid that the edge would have copied there. It is the transpose of
	// the edge.
	Folded bool
}

// Role says what a function is to an operator.
type Role int

// The roles of functions.
const (
	Field     Role = iota // given by the caller, the same in all steps
	Wavefield             // has time levels, which updates compute
	Image                 // one value per point that updates add to in the course of the run
	History               // frames, one every so many steps, that updates write
	Temporary             // computed anew in each step by the compiler's own statements
)

// Mean is a way to bring a function from the places of its values to a place
// halfway between them.
type Mean int

// The means.
const (
	Arithmetic Mean = iota
	Harmonic
)

// Edge is what lies beyond the end of an axis.
type Edge int

// The edges. The mirror stands on the first or the last node: Odd also keeps
// the function zero there.
const (
	Open Edge = iota // zero beyond, for a field its last value
	Even             // the mirror image
	Odd              // the mirror image with its sign changed
	Zero             // zero, for fields too
)

// Varies reports whether f has time levels.
func (f *Function) Varies() bool { return f.Role == Wavefield }

// IsHalf reports whether f lies halfway between the nodes along axis.
func (f *Function) IsStaggered(axis int) bool { return f.Stagger != nil && f.Stagger[axis] }

// Spans reports whether f depends on the position along axis.
func (f *Function) Spans(axis int) bool {
	for _, a := range f.Axes {
		if a == axis {
			return true
		}
	}
	return false
}

// From are the functions that the default value of f reads.
func (f *Function) From() (out []*Function) {
	if f.Default != nil {
		Visit(f.Default, func(e Expr) {
			if x, ok := e.(*Access); ok {
				out = append(out, x.Func)
			}
		})
	}
	return out
}

// Follows reports whether f follows by default values from the function of a name.
func (f *Function) Follows(name string) bool {
	return slices.ContainsFunc(f.From(), func(g *Function) bool { return g.Name == name || g.Follows(name) })
}

// Parameter is a scalar given at run time.
type Parameter struct {
	Name, Doc, Unit string
	// Default is used when the run gives no value: a number, or an expression of
	// other parameters and of reductions of fields. nil makes it required.
	Default Expr
}

// Number is the default of a parameter when that is a plain number.
func (p *Parameter) Number() (value float64, is bool) {
	if p.Default == nil {
		return 0, false
	}
	depends := false
	Visit(p.Default, func(e Expr) {
		switch e.(type) {
		case *Scalar, *Access:
			depends = true
		}
	})
	if depends {
		return 0, false
	}
	v, err := Eval(p.Default, Values{})
	return real(v), err == nil
}

// Points is a set of off-grid points with one trace each: a source or a
// receiver. Its traces have shape (steps, points).
type Points struct {
	Name, Doc, Unit string
	Inject          bool // the traces are read by an Inject, not written by a Sample
	// Shift is the time of row t of the traces, counted from the step t, in steps:
	// 1/2 for what acts between this level and the next.
	Shift float64
}

// Source is the place in an operator file that a statement came from.
type Source struct {
	File string
	Line int
	Text string // the statement on one line
}

func (s Source) String() string { return fmt.Sprintf("%s:%d: %s", s.File, s.Line, s.Text) }

// Problem is one operator of a file on one grid: what `check` makes of the
// syntax and what everything later is derived from.
type Problem struct {
	Name, Doc    string
	Grid         *Grid
	Functions    []*Function
	Parameters   []*Parameter
	Points       []*Points
	Series       []*Series
	Statements   []Statement // in the order in which a step carries them out
	Requirements []*Requirement
	// Backward says that the steps are carried out from the last to the first:
	// each computes level t-1 from those behind it.
	Backward bool
	// Metre and Second are what the units of coordinates and of time are in m and s.
	Metre, Second float64
	// Units are the names of these, of length and time; "" for the default.
	Units [2]string
	// Layers absorb waves around the grid; nil for none.
	Layers *Layers
	// Border is the number of points of the absorbing layers at each end of the
	// grid that has some, see Absorbs; these points belong to the grid.
	Border int
}

// Given reports whether the caller gives all levels of a wavefield.
func (p *Problem) Given(f *Function) bool {
	return f.Saved && !slices.ContainsFunc(p.Statements, func(s Statement) bool {
		u, ok := s.(*Update)
		return ok && u.Target.Func == f
	})
}

// Next is the level that a step computes, counted from the current one.
func (p *Problem) Next() int {
	if p.Backward {
		return -1
	}
	return 1
}

// Region is a box of grid points, in points from the ends of each axis.
type Region struct {
	Name string
	Span []Span // per grid axis
}

// Span is a range of points along an axis, Lo included and Hi not.
type Span struct{ Lo, Hi Bound }

// Bound is a place along an axis: At points from the first one, or, with End,
// from behind the last one.
type Bound struct {
	End bool
	At  int
}

// Series is one number per step that a Reduce makes.
type Series struct {
	Name, Doc string
}

// Requirement is a condition that fields and scalars must fulfil at every point.
// It has no derivatives.
type Requirement struct {
	Left, Right Expr
	Op          string // >=, >, <= or <
	Doc         string // why, as the operator file says
	Text        string // the condition, as the operator file says
	Source      Source
}

// Statement is an Update, an Inject, a Sample or a Reduce. Each may be carried
// out in some steps only: when Every, a Num or a Scalar, is 0, in the last step
// that is carried out; when it is something else than nil, in those
// t that it divides.
type Statement interface{ Origin() Source }

// Update computes a function at every grid point: the next level of a
// wavefield, an image from its value before, the frame of a history. While
// Value is nil the equation Left = Right is still to be solved for Target.
type Update struct {
	Target      *Access
	Left, Right Expr
	Value       Expr
	Region      *Region // nil for the whole grid
	Every       Expr
	Source      Source
}

// Reduce makes one number of the values of an expression at all nodes.
type Reduce struct {
	Series *Series
	Op     string // sum, min, max or norm: the root of the sum of squares
	Value  Expr
	Region *Region // nil for the whole grid
	Every  Expr
	Source Source
}

// Inject adds Value times a point's trace to Target at the grid nodes around
// the point, weighted by the point's interpolation weights:
// target[node] += weight * trace[t+row] * value[node].
type Inject struct {
	Points *Points
	Target *Access
	Value  Expr // what multiplies the trace
	Row    int  // of the trace, counted from t
	Every  Expr
	Source Source
}

// Sample records Value interpolated to the points: trace[t] = sum of
// weight * value[node]. The nodes are those of the place at which Value lies.
type Sample struct {
	Points *Points
	Value  Expr
	Half   []bool // place of Value, as in Function
	Every  Expr
	Source Source
}

// Origin is the place in the operator file.
func (s *Update) Origin() Source { return s.Source }

// Origin is the place in the operator file.
func (s *Inject) Origin() Source { return s.Source }

// Origin is the place in the operator file.
func (s *Reduce) Origin() Source { return s.Source }

// Origin is the place in the operator file.
func (s *Sample) Origin() Source { return s.Source }

// Scalars lists the names of all run-time scalars: dt, the spacings, then the
// operator's parameters.
func (p *Problem) Scalars() []string {
	names := []string{TimeStep().Name}
	for a := range p.Grid.Axes {
		names = append(names, "h_"+p.Grid.Axes[a])
	}
	for _, q := range p.Parameters {
		names = append(names, q.Name)
	}
	return names
}
