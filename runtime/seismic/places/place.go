// Package places knows where sources and receivers are, and reads their places from text
// files: tables (CSV) and the Shell Processing Support format (SPS, SEG Technical
// Standards Committee, revision 2.1, 2006, and its first version).
//
// In: the path of a file. Out: Points, which are places with weights and names, and
// their coordinates along the axes of a model, by Points.Coordinates; for a model in two
// dimensions along a Line, which Fit finds. Start at Read.
//
// Lengths are in m; X grows eastwards and Y northwards; depth is positive downwards from
// the vertical datum.
package places

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Place is where a source or a receiver is.
type Place struct{ X, Y, Depth float64 }

// Points are places in the order of a file.
type Points struct {
	Places  []Place
	Weights []float64 // of what is recorded there; nil where the file has none
	Names   []Name    // nil where the file has none
	Ignored []string  // columns that mean nothing here
}

// Name is what a survey calls a point.
type Name struct {
	Line, Point string
	Index       string
}

// Read reads a file of places: SPS when its ending begins with s, r or x, such as
// .sps, .s01 or .rps, and a table otherwise. Errors: those of ReadSPS and ReadCSV.
func Read(path string) (*Points, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case strings.HasPrefix(ext, ".s"), strings.HasPrefix(ext, ".r"):
		return ReadSPS(path)
	case strings.HasPrefix(ext, ".x"):
		return nil, fmt.Errorf("%s has relations of sources and receivers by its name; give the file of sources (.s) or receivers (.r)", path)
	}
	return ReadCSV(path)
}

// Coordinates are the places along the axes of a model, as (number, dim): x, y and
// depth in three dimensions, the position along a line and depth in two, depth in
// one. A nil line is for points that have no y, whose position is x. Errors: another
// number of axes, and points with y without a line.
func (p *Points) Coordinates(dim int, l *Line) (*field.Array, error) {
	if dim < 1 || dim > 3 {
		return nil, fmt.Errorf("a model has 1, 2 or 3 axes, not %d", dim)
	}
	out := field.New64(len(p.Places), dim)
	for i, at := range p.Places {
		along := at.X
		if l != nil {
			along = l.Along(at)
		} else if dim == 2 && at.Y != p.Places[0].Y {
			return nil, errors.New("the points differ in y, and the model has two axes: they need a line to be projected on")
		}
		switch row := out.F64[i*dim : (i+1)*dim]; dim {
		case 1:
			row[0] = at.Depth
		case 2:
			row[0], row[1] = along, at.Depth
		case 3:
			row[0], row[1], row[2] = at.X, at.Y, at.Depth
		}
	}
	return out, nil
}

// Of are the places of coordinates along the axes of a model, (number, dim), where
// dim is 1, 2 or 3 and depth is last.
func Of(coordinates *field.Array) []Place {
	dim := coordinates.Shape[1]
	out := make([]Place, coordinates.Shape[0])
	for i := range out {
		out[i].Depth = coordinates.At((i+1)*dim - 1)
		if dim > 1 {
			out[i].X = coordinates.At(i * dim)
		}
		if dim > 2 {
			out[i].Y = coordinates.At(i*dim + 1)
		}
	}
	return out
}

// faults collects what is wrong in a file, with lines.
type faults struct {
	path  string
	found []error
	more  int
}

func (f *faults) add(line int, format string, args ...any) {
	const most = 20
	if len(f.found) == most {
		f.more++
		return
	}
	f.found = append(f.found, fmt.Errorf("%s:%d: %s", f.path, line, fmt.Sprintf(format, args...)))
}

func (f *faults) err() error {
	if f.more > 0 {
		f.found = append(f.found, fmt.Errorf("%s: and %d more faults", f.path, f.more))
	}
	return errors.Join(f.found...)
}
