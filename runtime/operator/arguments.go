package operator

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/runtime/field"
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

	Threads  int   // 0 for one per core
	Block    []int // extent of a tile per axis; nil to find it by measuring
	Unstable bool  // run even when Dt is above the stability limit

	// Progress is told after every group of steps how many of all steps are
	// done; nil tells nobody.
	Progress func(done, all int)
}

// Points are off-grid points with one trace each.
type Points struct {
	At     *field.Array // coordinates, shape (points, axes)
	Traces *field.Array // shape (Steps, points); only for sources
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
