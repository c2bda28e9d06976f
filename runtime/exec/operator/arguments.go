package operator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Arguments bind an operator to a grid and to data.
type Arguments struct {
	Shape   []int     // grid points per axis, without halo
	Spacing []float64 // distance of grid points per axis, such as m
	Origin  []float64 // coordinates of the first grid point; nil for zeros
	Steps   int       // nt: rows of the traces; levels run from 0 to Steps-1
	Dt      float64   // time step, such as ms

	// Fields hold an array for each field, of the grid's shape along the axes
	// that the field spans. An array for a wavefield is its initial state:
	// one level for all, or, with a leading axis, the levels before the first
	// step. Wavefields that are not named start at zero. An array without axes
	// is one value everywhere, and may also set a scalar.
	Fields map[string]*field.Array
	// Constants set scalars, and fields that have one value everywhere.
	Constants map[string]float64
	// Points place sources and receivers. Receivers that are not named record
	// nothing.
	Points        map[string]Points
	Interpolation Interpolation // how points between grid nodes are reached
	Outside       Outside       // what becomes of points outside of the grid

	// Kept is the number of levels that saved wavefields keep, 0 for all: level
	// l is kept until level l+Kept is computed.
	Kept int
	// Levels are those of saved wavefields that the operator does not compute,
	// shared with the run that keeps them. Others are arrays in Fields, of
	// shape (Steps, ...).
	Levels map[string]*Levels

	// Beside is a run, nil for none, that computes the same with the same fields and
	// keeps other levels: this one uses its parameters, what follows from them alone,
	// and its records, so that either may carry out any of the steps. It must be
	// closed last.
	Beside *Run

	Threads  int   // 0 for one per core
	Block    []int // extent of a tile per axis; nil to find it by measuring
	Unstable bool  // run although Dt is above the stability limit, or a requirement of the file does not hold

	// Warn is told what is computed but probably not meant: before the first
	// step, and of records behind the last; nil tells nobody.
	Warn func(text string)

	// Progress is told after every group of steps how many of all steps are
	// done; nil tells nobody.
	Progress func(done, all int)
}

// Points are off-grid points with one trace each. They are placed by At, or
// tied to given nodes by Nodes and Weights.
type Points struct {
	// At are coordinates, shape (points, axes), or (Steps, points, axes) for
	// points that move.
	At *field.Array
	// Nodes are the nodes that each point is tied to, shape (points, k, axes),
	// as indices from the first one of the place where the points act; Weights
	// say how much each counts, shape (points, k).
	Nodes, Weights *field.Array
	Traces         *field.Array // shape (Steps, points); only for sources
}

// Count is the number of points.
func (p Points) Count() int {
	switch {
	case p.Weights != nil:
		return p.Weights.Shape[0]
	case p.At != nil:
		return p.At.Shape[len(p.At.Shape)-2]
	}
	return 0
}

// NoPoints are the points of a run of so many time levels without sources and receivers.
func (op *Operator) NoPoints(steps int) map[string]Points {
	none := map[string]Points{}
	for _, q := range op.Program.Problem.Points {
		if q.Inject {
			none[q.Name] = Points{At: field.New64(0, len(op.Program.Signature.Axes)), Traces: field.New64(steps, 0)}
		}
	}
	return none
}

// Outside is a rule for points that lie outside of the grid.
type Outside int

// The rules: an error, no effect and traces of zeros, or the nearest place of
// the grid instead.
const (
	Refuse Outside = iota
	Drop
	Clamp
)

// Outsides are the names of the rules, in their order.
var Outsides = []string{"refuse", "drop", "clamp"}

// ParseOutside reads the name of a rule. Error: BadArguments, there is none such.
func ParseOutside(name string) (Outside, error) {
	if i := slices.Index(Outsides, name); i >= 0 {
		return Outside(i), nil
	}
	return Refuse, BadArguments{fmt.Sprintf("there is no rule %q for points outside of the grid; there are %s", name, strings.Join(Outsides, ", "))}
}

// BadArguments lists everything that is wrong with the arguments of a run.
type BadArguments []string

func (e BadArguments) Error() string { return strings.Join(e, "\n") }

// faults collects what is wrong.
type faults struct{ list BadArguments }

func (f *faults) add(format string, args ...any) {
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return f.list
}
