package symbolic

import "fmt"

// Grid is the discretisation that a problem is posed on. Its extent and its
// spacings are given at run time.
type Grid struct {
	Axes       []string // names, slowest first; depth last
	SpaceOrder int      // order of accuracy in space, even
	TimeOrder  int      // 1 or 2: the levels before t+1 that an update may need
}

// Dim is the number of space axes.
func (g *Grid) Dim() int { return len(g.Axes) }

// Spacing is the scalar h_x of the given axis.
func (g *Grid) Spacing(axis int) *Scalar { return NewScalar("h_" + g.Axes[axis]) }

// TimeStep is the scalar dt.
func TimeStep() *Scalar { return NewScalar("dt") }

// Function is a quantity with a value at every grid point, or, when it spans
// fewer axes, one for all points that share the other coordinates.
type Function struct {
	Name string
	Doc  string // description from the operator file
	Unit string // unit as written, "" if none was given
	Grid *Grid
	// Varies says that the function has time levels: it is a wavefield.
	Varies bool
	Axes   []int // the grid axes that it spans, ascending
}

// Spans reports whether f depends on the position along axis.
func (f *Function) Spans(axis int) bool {
	for _, a := range f.Axes {
		if a == axis {
			return true
		}
	}
	return false
}

// Parameter is a scalar given at run time.
type Parameter struct {
	Name, Doc, Unit string
	// Default is used when the run gives no value; nil makes it required.
	Default *float64
}

// Points is a set of off-grid points with one trace each: a source or a
// receiver. Its traces have shape (steps, points).
type Points struct {
	Name, Doc, Unit string
	Inject          bool // the traces are read by an Inject, not written by a Sample
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
	Name, Doc  string
	Grid       *Grid
	Functions  []*Function
	Parameters []*Parameter
	Points     []*Points
	Statements []Statement // in the order in which a step carries them out
}

// Statement is an Update, an Inject or a Sample.
type Statement interface{ Origin() Source }

// Update computes a time level from others, at every grid point. While Value
// is nil the equation Left = Right is still to be solved for Target.
type Update struct {
	Target      *Access
	Left, Right Expr
	Value       Expr
	Source      Source
}

// Inject adds Value times a point's trace to Target at the grid nodes around
// the point, weighted by the point's interpolation weights:
// target[node] += weight * trace[t] * value[node].
type Inject struct {
	Points *Points
	Target *Access
	Value  Expr // what multiplies the trace
	Source Source
}

// Sample records Value interpolated to the points: trace[t] = sum of
// weight * value[node].
type Sample struct {
	Points *Points
	Value  Expr
	Source Source
}

// Origin is the place in the operator file.
func (s *Update) Origin() Source { return s.Source }

// Origin is the place in the operator file.
func (s *Inject) Origin() Source { return s.Source }

// Origin is the place in the operator file.
func (s *Sample) Origin() Source { return s.Source }

// Scalars lists the names of all run-time scalars: dt, the spacings, then the
// operator's parameters.
func (p *Problem) Scalars() []string {
	names := []string{TimeStep().Name}
	for a := range p.Grid.Axes {
		names = append(names, p.Grid.Spacing(a).Name)
	}
	for _, q := range p.Parameters {
		names = append(names, q.Name)
	}
	return names
}
