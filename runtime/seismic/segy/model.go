package segy

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/places"
)

// Model is a grid of values, such as velocities, of a file with a trace for each
// place of the map and a sample for each depth.
type Model struct {
	Values  *field.Array // shape (x, depth) or (x, y, depth), in the file's unit
	Origin  []float64    // of the first value, m; x is the position along Line in two dimensions
	Spacing []float64    // m
	Line    *Line        // nil in three dimensions
	Unit    float64      // m of a unit of length in the file: 1, or that of a foot
	// Geographic is the longitude and the latitude that coordinates are counted from,
	// in degrees; nil when they are lengths in the file.
	Geographic *[2]float64
}

// ReadModel reads a grid from the files of a path. Places are the coordinates of the
// ensembles (181, 185) or, where these are all the same, of the receivers (81, 85)
// or the sources (73, 77); the words receiver_x and receiver_y of how give others.
// Traces may stand in any order. In three dimensions their rows are along x and y;
// in two they are on a straight line of any azimuth. Depths are those of delay and
// interval, of which a ms stands for a m, or a ft, as is usual: an interval of 5000
// in the header is 5 m; Interval of how gives another, in m. Errors: what is refused
// in the headers; places of no regular grid, within a tenth of its spacing, with the
// first that is missing or twice there; traces of unequal length or depth.
func ReadModel(path string, how Reading) (*Model, error) {
	f, err := openMap(path, how)
	if err != nil {
		return nil, err
	}
	traces := f.Shots[0].Traces
	first := traces[0]
	for _, t := range traces {
		switch {
		case t.Dead:
			err = fmt.Errorf("%s: the trace is dead, and a model needs all", f.Name(t))
		case t.Samples != first.Samples || t.Start != first.Start:
			err = fmt.Errorf("%s: %d samples from %g m on, and the first trace has %d from %g m on", f.Name(t), t.Samples, t.Start, first.Samples, first.Start)
		default:
			continue
		}
		return nil, err
	}
	m := &Model{Unit: f.Headers[0].Unit, Geographic: f.Geographic}
	m.Origin, m.Spacing = []float64{first.Start * m.Unit}, []float64{f.Interval * m.Unit}
	if how.Interval > 0 {
		m.Spacing[0] = how.Interval
	}
	if m.Values, err = m.grid(f, traces, first.Samples); err != nil {
		return nil, err
	}
	return m, nil
}

// openMap opens a file with the places of its traces as receivers of one shot.
func openMap(path string, how Reading) (*File, error) {
	none := Word{Byte: -1}
	w := &how.Words
	given := w.ReceiverX != Word{} || w.ReceiverY != Word{}
	for _, word := range []*Word{&w.Record, &w.Point, &w.Offset, &w.ReceiverElevation, &w.SourceElevation, &w.SourceDepth, &w.SourceX, &w.SourceY, &w.MuteStart, &w.MuteEnd} {
		*word = none
	}
	how.Unplaced = true
	tries := [][2]Word{{{Byte: 181, Kind: Int32}, {Byte: 185, Kind: Int32}}, {{Byte: 81}, {Byte: 85}}, {{Byte: 73}, {Byte: 77}}}
	if given {
		tries = [][2]Word{{w.ReceiverX, w.ReceiverY}}
	}
	for _, try := range tries {
		w.ReceiverX, w.ReceiverY = try[0], try[1]
		f, err := Open(path, how)
		if err != nil {
			return nil, err
		}
		for _, t := range f.Shots[0].Traces {
			if t.Receiver != f.Shots[0].Traces[0].Receiver {
				return f, nil
			}
		}
	}
	return nil, fmt.Errorf("%s: all traces stand at one place: the headers do not say where they are; say in words, as receiver_x and receiver_y, which bytes do", path)
}

// grid finds where traces stand in a regular grid, and reads their samples into it.
func (m *Model) grid(f *File, traces []Trace, samples int) (*field.Array, error) {
	xs, ys := make([]float64, len(traces)), make([]float64, len(traces))
	for i, t := range traces {
		xs[i], ys[i] = t.Receiver.X, t.Receiver.Y
	}
	nx, ny := distinct(xs), distinct(ys)
	axes := [][]float64{xs, ys}
	shape := []int{nx, ny, samples}
	if nx == 1 || ny == 1 || nx*ny != len(traces) {
		l := places.Fit(f.receivers())
		l.Measure(f.receivers(), f.Pairs())
		for i, t := range traces {
			xs[i] = l.Along(t.Receiver)
		}
		n := len(traces)
		if step := (l.To - l.From) / float64(n-1); l.Off > 0.5*step {
			return nil, fmt.Errorf("%s: %d traces are no regular grid: %d values of x and %d of y have no trace for each pair, and places are up to %.4g m off a straight line", f.Headers[0].Path, n, nx, ny, l.Off)
		}
		m.Line, axes, shape = &l, axes[:1], []int{n, samples}
	}
	cells := make([]int, len(traces)) // of the traces
	var origin, spacing []float64
	for a, at := range axes {
		first := slices.Min(at)
		step := (slices.Max(at) - first) / float64(shape[a]-1)
		origin, spacing = append(origin, first), append(spacing, step)
		for i, v := range at {
			k := math.Round((v - first) / step)
			if off := math.Abs(v - first - k*step); !(off <= 0.1*step) {
				return nil, fmt.Errorf("%s: stands at %.8g m, %.4g m off a regular grid of %d places %.8g m apart from %.8g m on; a place may be missing", f.Name(traces[i]), v, off, shape[a], step, first)
			}
			cells[i] = cells[i]*shape[a] + int(k)
		}
	}
	taken := make([]int, len(traces)) // by traces, from 1
	for i, c := range cells {
		if other := taken[c]; other > 0 {
			return nil, fmt.Errorf("%s: stands where %s does", f.Name(traces[i]), f.Name(traces[other-1]))
		}
		taken[c] = i + 1
	}
	m.Origin, m.Spacing = append(origin, m.Origin...), append(spacing, m.Spacing...)
	out := field.New32(shape...)
	if slices.ContainsFunc(f.Headers, func(h *Header) bool { return h.Format == Double || h.Format == Whole4 }) {
		out = field.New64(shape...)
	}
	err := f.visit(0, func(k int, v []float64) {
		for i, x := range v {
			out.Set(cells[k]*samples+i, x)
		}
	})
	if err == nil && out.FirstNotFinite() != nil {
		err = errors.New("a value does not fit single precision")
	}
	return out, err
}

// distinct counts the different values.
func distinct(values []float64) int {
	seen := map[float64]bool{}
	for _, v := range values {
		seen[v] = true
	}
	return len(seen)
}

// receivers are the places of all receivers.
func (f *File) receivers() func(yield func(Place) bool) {
	return func(yield func(Place) bool) {
		for _, r := range f.Pairs() {
			if !yield(r) {
				return
			}
		}
	}
}
