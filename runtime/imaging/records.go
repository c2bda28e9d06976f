package imaging

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/segy"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/runtime/workflow"
)

// shots are where sources and receivers are: as the configuration says, or the
// headers of its records.
func (s *Survey) shots() ([]*survey.Geometry, error) {
	c := s.Config
	if !c.Inversion.Line() {
		return c.Shots(s.Model)
	}
	var err error
	if s.line, err = segy.OpenLine(c.Resolve(c.Inversion.Observed)); err != nil {
		return nil, c.Fault("inversion.observed", err)
	}
	var out []*survey.Geometry
	for _, g := range s.line.Shots {
		of := &survey.Geometry{Sources: s.points([]segy.Place{g.Source}), Receivers: s.points(g.Receivers)}
		if err := of.Check(s.Model); err != nil {
			return nil, c.Fault("inversion.observed", fmt.Errorf("field record %d: %w", g.Number, err))
		}
		out = append(out, of)
	}
	return out, nil
}

// points are places along the axes of the model, the last of which is depth.
func (s *Survey) points(places []segy.Place) *field.Array {
	dim := s.Model.Dim()
	out := field.New64(len(places), dim)
	for i, p := range places {
		copy(out.F64[i*dim:], []float64{p.X, p.Y, p.Depth}[:dim])
		out.F64[(i+1)*dim-1] = p.Depth
	}
	return out
}

// Observed are the records of a shot: those of the configuration's files, or
// modelled in the model.
func (s *Survey) Observed(ctx context.Context, shot int) (*field.Array, error) {
	if s.Config.Inversion.Observed == "" {
		return s.Record(ctx, s.Shot(shot), SquaredSlowness(s.Model))
	}
	var a *field.Array
	path := s.observedPath(shot)
	var err error
	switch {
	case s.line != nil:
		var traces []segy.Trace
		if traces, err = s.line.Read(shot); err == nil {
			a, err = s.gather(path, traces, s.line.Interval)
		}
	case strings.HasSuffix(path, ".sgy"):
		var f *segy.File
		if f, err = segy.ReadFile(path); err == nil {
			a, err = s.gather(path, f.Traces, f.Interval)
		}
	default:
		a, err = field.ReadNPY(path)
	}
	if err != nil {
		return nil, err
	}
	if want := []int{s.steps, s.Shots[shot].Receivers.Shape[0]}; !slices.Equal(a.Shape, want) {
		return nil, fmt.Errorf("%s has the shape %s; a record of %d steps of %g ms has %s", path, field.ShapeString(a.Shape), s.steps, s.dt, field.ShapeString(want))
	}
	if at := a.FirstNotFinite(); at != nil {
		return nil, fmt.Errorf("%s: the sample at index %v is not a finite number", path, at)
	}
	return a, nil
}

// observedPath is the file of a shot's records: SEG-Y when there is one and no
// .npy.
func (s *Survey) observedPath(shot int) string {
	path := s.Config.Resolve(s.Config.Inversion.Observed)
	if s.line != nil {
		return path
	}
	path = filepath.Join(path, fmt.Sprintf("shot_%04d", shot))
	if _, err := os.Stat(path + ".npy"); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(path + ".sgy"); err == nil {
			return path + ".sgy"
		}
	}
	return path + ".npy"
}

// gather are the records of a shot's traces, those of the receivers in their
// order, at the time steps of the run.
func (s *Survey) gather(path string, traces []segy.Trace, interval float64) (*field.Array, error) {
	if len(traces) == 0 {
		return nil, fmt.Errorf("%s has no traces", path)
	}
	end := float64(len(traces[0].Samples)-1) * interval
	if need := float64(s.steps-1) * s.dt; end < need-max(interval, s.dt) {
		return nil, fmt.Errorf("%s: the records end at %g ms, and the run at %g ms; set time to at most %g", path, end, need, end)
	}
	out := field.New64(s.steps, len(traces))
	column := make([]float64, s.steps)
	for k, t := range traces {
		// The file counts microseconds.
		if math.Abs(interval-s.dt) <= 0.0005*1.01 && len(t.Samples) == s.steps {
			for i, v := range t.Samples {
				column[i] = float64(v)
			}
		} else {
			resample(t.Samples, interval, column, s.dt)
		}
		for i, v := range column {
			out.F64[i*len(traces)+k] = v
		}
	}
	return out, nil
}

// WriteRecords writes the records of a shot to a folder as shot_0000.npy, or
// .sgy with the places of source and receivers, unless they are there. Format is
// npy or sgy.
func (s *Survey) WriteRecords(ctx context.Context, shot int, folder, format string) (path string, err error) {
	path = filepath.Join(folder, fmt.Sprintf("shot_%04d.%s", shot, format))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	a, err := s.Record(ctx, s.Shot(shot), SquaredSlowness(s.Model))
	if err != nil {
		return path, err
	}
	part := path + ".part" // whole or not at all
	if format == "sgy" {
		err = segy.WriteFile(part, s.file(shot, a))
	} else {
		err = field.WriteNPY(part, a)
	}
	if err != nil {
		return path, err
	}
	return path, os.Rename(part, path)
}

// file are the records of a shot in SEG-Y.
func (s *Survey) file(shot int, a *field.Array) *segy.File {
	f := &segy.File{Interval: math.Round(s.dt*1000) / 1000, Format: segy.IEEE, Text: "C 1 synthetic records of shot " + fmt.Sprint(shot)}
	dim, n := s.Model.Dim(), a.Shape[1]
	place := func(points *field.Array, i int) segy.Place {
		p := segy.Place{X: points.At(i * dim), Depth: points.At((i+1)*dim - 1)}
		if dim == 3 {
			p.Y = points.At(i*dim + 1)
		}
		return p
	}
	for k := range n {
		t := segy.Trace{Shot: int32(shot), Source: place(s.Shots[shot].Sources, 0), Receiver: place(s.Shots[shot].Receivers, k)}
		for i := range a.Shape[0] {
			t.Samples = append(t.Samples, float32(a.At(i*n+k)))
		}
		f.Traces = append(f.Traces, t)
	}
	return f
}

// Import puts the observed records of all shots into the store, one after the
// other, unless they are there: workers then need no files but the model's.
func (s *Survey) Import(ctx context.Context, r *workflow.Run) error {
	if s.Config.Inversion.Observed == "" {
		return nil // whoever needs them first models them
	}
	for shot := range s.Shots {
		key := dataKey("data", shot)
		there, err := r.Has(ctx, key)
		if err == nil && !there {
			_, err = s.shared(ctx, r, key, s.shape(shot), func() (*field.Array, error) { return s.Observed(ctx, shot) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func dataKey(kind string, shot int) string { return fmt.Sprintf("%s/%05d", kind, shot) }

// shape is that of a shot's records.
func (s *Survey) shape(shot int) []int {
	return []int{s.steps, s.Shots[shot].Receivers.Shape[0]}
}

// observed are the records of a shot from the store, once some task has put them
// there.
func (s *Survey) observed(ctx context.Context, r *workflow.Run, shot int) (*field.Array, error) {
	return s.shared(ctx, r, dataKey("data", shot), s.shape(shot), func() (*field.Array, error) { return s.Observed(ctx, shot) })
}

// shared is an array from the store, which is made when it is not there.
func (s *Survey) shared(ctx context.Context, r *workflow.Run, key string, shape []int, make func() (*field.Array, error)) (*field.Array, error) {
	g, err := r.Read(ctx, key)
	switch {
	case err == nil && len(g.By) == shape[0]*shape[1]:
		return &field.Array{Shape: shape, F64: g.By}, nil
	case err != nil && !errors.Is(err, store.ErrNotExist):
		return nil, err
	}
	a, err := make()
	if err != nil {
		return nil, err
	}
	g = &workflow.Gradient{}
	for i := range a.Len() {
		g.By = append(g.By, a.At(i))
	}
	return a, r.Write(ctx, key, g)
}

// recorded are the observed records of an experiment: of one shot, or the sum of
// all with its signs, filtered.
func (s *Survey) recorded(ctx context.Context, r *workflow.Run, e Experiment, shot int) (*field.Array, error) {
	out := field.New64(s.shape(max(shot, 0))...)
	add := func(shot int, sign float64) error {
		a, err := s.observed(ctx, r, shot)
		if err == nil {
			for i := range out.F64 {
				out.F64[i] += sign * a.At(i)
			}
		}
		return err
	}
	var err error
	if e.Signs == nil {
		err = add(shot, 1)
	}
	for i, sign := range e.Signs {
		if err == nil {
			err = add(i, sign)
		}
	}
	s.filter(e.Band, out.F64, out.Shape[1])
	return out, err
}

// Silence are records of a shot that are zero.
func (s *Survey) Silence(shot int) *field.Array { return field.New64(s.shape(shot)...) }
