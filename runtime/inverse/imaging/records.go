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

	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/places"
	"github.com/courant-pde/courant/runtime/seismic/segy"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// shots are where sources and receivers are: as the configuration says, or the
// headers of its records.
func (s *Survey) shots() ([]*survey.Geometry, error) {
	if s.Config.Inversion.Line() {
		return s.openLine()
	}
	return s.Config.Shots(s.Model)
}

// Observed are the records of a shot: those of the configuration's files, or
// modelled in the model. What is not known, such as the samples of dead traces, is
// NaN.
func (s *Survey) Observed(ctx context.Context, shot int) (*field.Array, error) {
	if s.Config.Inversion.Observed == "" {
		return s.Record(ctx, s.Shot(shot), s.truth())
	}
	if s.line != nil {
		return s.gather(s.line, shot, nil)
	}
	path := s.observedPath(shot)
	if segy.Named(path) {
		f, err := s.openRecords(path, s.Config.SEGY.Match == "order")
		var traces []int
		if err == nil {
			traces, err = s.matched(f, shot)
		}
		if err != nil {
			return nil, s.Config.Fault("inversion.observed", fmt.Errorf("%s: %w", path, err))
		}
		return s.gather(f, 0, traces)
	}
	a, err := field.ReadNPY(path)
	if err != nil {
		return nil, err
	}
	if want := s.shape(shot); !slices.Equal(a.Shape, want) {
		return nil, fmt.Errorf("%s has the shape %s; a record of %d steps of %.6g ms has %s", path, field.ShapeString(a.Shape), s.setup.Steps, s.setup.Dt*s.ms(), field.ShapeString(want))
	}
	if at := a.FirstNotFinite(); at != nil {
		return nil, fmt.Errorf("%s: the sample at index %v is not a finite number", path, at)
	}
	return a, nil
}

// observedPath is the file of a shot's records in a folder: SEG-Y, in any spelling
// of its ending, when there is one and no .npy.
func (s *Survey) observedPath(shot int) string {
	folder := s.Config.Resolve(s.Config.Inversion.Observed)
	name := fmt.Sprintf("shot_%04d", shot)
	path := filepath.Join(folder, name+".npy")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path
	}
	found, _ := filepath.Glob(filepath.Join(folder, name+".*"))
	for _, other := range found {
		if segy.Named(other) {
			return other
		}
	}
	return path
}

// observedFiles are all files that hold records.
func (s *Survey) observedFiles() (out []string) {
	switch {
	case s.Config.Inversion.Observed == "":
	case s.line != nil:
		for _, h := range s.line.Headers {
			out = append(out, h.Path)
		}
	default:
		for shot := range s.Shots {
			out = append(out, s.observedPath(shot))
		}
	}
	return out
}

// gather are the records of a file's shot at the time steps of the run: those of
// the given traces, -1 for one that there is not, or of all for nil. What the file
// does not know is NaN: dead traces, mutes, and times before and behind its
// samples.
func (s *Survey) gather(f *segy.File, shot int, which []int) (*field.Array, error) {
	traces := f.Shots[shot].Traces
	if which == nil {
		for k := range traces {
			which = append(which, k)
		}
	}
	every, end := f.Interval, math.Inf(-1)
	for _, t := range traces {
		end = max(end, t.Start+float64(t.Samples-1)*every)
	}
	step := s.setup.Dt * s.ms() // times in files are in ms
	late := s.setup.Shift(s.records[0]) * step
	if need := float64(s.setup.Steps-1) * step; end < need-max(every, step) {
		return nil, s.Config.Fault("time", fmt.Errorf("%s: the records end at %.10g ms, and the run at %.10g ms; set time to at most %.10g", f.Name(traces[0]), end, need, end/s.ms()))
	}
	samples, err := f.Read(shot)
	if err != nil {
		return nil, err
	}
	silent := s.silent(f, shot, samples)
	out := field.New64(s.setup.Steps, len(which))
	column := make([]float64, s.setup.Steps)
	for k, from := range which {
		unknown := func(float64) bool { return true }
		if from >= 0 && !traces[from].Dead && !silent[from] {
			t := traces[from]
			start := t.Start - late // on the clock of the rows
			first, last := start-1e-6*every, start+(float64(t.Samples-1)+1e-6)*every
			if !resample(samples[from], start, every, column, step) {
				// Samples near a cut would need those beyond. Before the shot is silence.
				wide := lobes * max(every, step)
				if last -= wide; t.Start > 0 {
					first += wide
				}
			}
			unknown = func(at float64) bool {
				return at < first || at > last || at+late >= float64(t.MuteStart) && at+late < float64(t.MuteEnd)
			}
		}
		for i, v := range column {
			if unknown(float64(i) * step) {
				v = math.NaN()
			}
			out.F64[i*len(which)+k] = v
		}
	}
	return out, nil
}

// ms is the operator's unit of time in ms.
func (s *Survey) ms() float64 { return s.setup.Problem.Second * 1000 }

// silent marks the traces of a shot that have only zeros while others have not:
// they are dead, whatever their headers say, as no record is silent.
func (s *Survey) silent(f *segy.File, shot int, samples [][]float64) []bool {
	out := make([]bool, len(samples))
	traces := f.Shots[shot].Traces
	first, n, live := 0, 0, 0
	for k, v := range samples {
		if traces[k].Dead {
			continue
		}
		live++
		if out[k] = !slices.ContainsFunc(v, func(x float64) bool { return x != 0 }); out[k] {
			if n++; n == 1 {
				first = k
			}
		}
	}
	switch {
	case n == live:
		clear(out)
	case n > 0:
		s.note("%s: %d of %d traces of its shot have only zeros, this one first; they have no weight", f.Name(traces[first]), n, live)
	}
	return out
}

// WriteRecords writes the records of a shot to a folder as shot_0000.npy, or
// .sgy with the places of source and receivers, unless they are there: made tells.
// Format is npy or sgy. Errors: those of Record, and SEG-Y of places that are not in m.
func (s *Survey) WriteRecords(ctx context.Context, shot int, folder, format string) (path string, made bool, err error) {
	path = filepath.Join(folder, fmt.Sprintf("shot_%04d.%s", shot, format))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, false, err
	}
	if m := s.setup.Problem.Metre; format == "sgy" && m != 1 {
		return path, false, s.Config.Fault("operator", fmt.Errorf("places in SEG-Y are in m, and those of the operator in %g m; write .npy files, or give its file the units m and ms", m))
	}
	a, err := s.Record(ctx, s.Shot(shot), s.truth())
	if err != nil {
		return path, false, err
	}
	part := path + ".part" // whole or not at all
	if format == "sgy" && len(s.records) > 1 {
		return path, false, s.Config.Fault("inversion.records", fmt.Errorf("SEG-Y has the records of one set of receivers, and %d are named: write .npy, or name one", len(s.records)))
	}
	if format == "sgy" && s.setup.Problem.Metre != 1 {
		return path, false, s.Config.Fault("operator", fmt.Errorf("places in SEG-Y are lengths in m, and those of operator %s are not: write .npy", s.setup.Problem.Name))
	}
	if format == "sgy" {
		err = segy.Write(part, s.file(shot, a))
	} else {
		err = field.WriteNPY(part, a)
	}
	if err != nil {
		return path, false, err
	}
	return path, true, os.Rename(part, path)
}

// file are the records of a shot for SEG-Y.
func (s *Survey) file(shot int, a *field.Array) segy.Gather {
	c, u := s.Config, s.setup
	if late := u.Shift(s.records[0]) * u.Dt; late != 0 {
		// At whole steps, as the format has no halves.
		whole, n := field.New64(a.Shape...), a.Shape[1]
		from, to := make([]float64, u.Steps), make([]float64, u.Steps)
		for k := range n {
			for i := range from {
				from[i] = a.At(i*n + k)
			}
			resample(from, late, u.Dt, to, u.Dt)
			for i, v := range to {
				whole.F64[i*n+k] = v
			}
		}
		a = whole
	}
	return segy.Gather{
		About: segy.About{
			Title:    fmt.Sprintf("synthetic records of shot %d", shot),
			Operator: fmt.Sprintf("%s of %s, space order %d", s.op.Forward.Program.Problem.Name, filepath.Base(c.OperatorPath()), s.op.Forward.Program.Problem.Grid.SpaceOrder),
			Wavelet:  fmt.Sprintf("%s, peak %g Hz, centre at %g ms", c.WaveletSection.Name, c.WaveletSection.PeakHz, s.setup.Wavelet.Delay*s.ms()),
			Geometry: fmt.Sprintf("model of %s points, %v m apart, the first at %v m", field.ShapeString(s.Model.Shape()), s.Model.Spacing, s.Model.Origin),
			Step:     fmt.Sprintf("%.10g ms, %d steps", s.setup.Dt*s.ms(), s.setup.Steps),
		},
		Interval: s.setup.Dt * s.ms(), Number: shot + 1, Source: places.Of(s.Shots[shot].Sources)[0], Receivers: places.Of(s.Shots[shot].Of(s.records[0])), Records: a,
	}
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
	width := 0
	for _, set := range s.records {
		width += s.Shots[shot].Of(set).Shape[0]
	}
	return []int{s.setup.Steps, width}
}

// observed are the records of a shot from the store, once some task has put them
// there.
func (s *Survey) observed(ctx context.Context, r *workflow.Run, shot int) (*field.Array, error) {
	return s.shared(ctx, r, dataKey("data", shot), s.shape(shot), func() (*field.Array, error) {
		a, err := s.Observed(ctx, shot)
		if file := new(fs.PathError); err != nil && s.Config.Inversion.Observed != "" && !errors.As(err, &file) {
			err = &unusable{err} // it was read, and will not be another one
		}
		return a, err
	})
}

// shared is an array from the store, which is made when it is not there.
func (s *Survey) shared(ctx context.Context, r *workflow.Run, key string, shape []int, make func() (*field.Array, error)) (*field.Array, error) {
	g, err := r.Read(ctx, key)
	switch {
	case err == nil && len(g.Values) == shape[0]*shape[1]:
		return &field.Array{Shape: shape, F64: g.Values}, nil
	case err != nil && !errors.Is(err, store.ErrNotExist):
		return nil, err
	}
	a, err := make()
	if err != nil {
		return nil, err
	}
	g = &workflow.Object{}
	for i := range a.Len() {
		g.Values = append(g.Values, a.At(i))
	}
	return a, r.Write(ctx, key, g)
}

// recorded are the observed records of a shot: of one shot, or the sum of
// all with its signs, filtered. What is not known of any is NaN, and for the filter
// silence.
func (s *Survey) recorded(ctx context.Context, r *workflow.Run, e Shot, shot int) (*field.Array, error) {
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
	var unknown []int
	for i, v := range out.F64 {
		if math.IsNaN(v) {
			unknown, out.F64[i] = append(unknown, i), 0
		}
	}
	s.filter(e.Band, out.F64, out.Shape[1])
	for _, i := range unknown {
		out.F64[i] = math.NaN()
	}
	return out, err
}

// weighed are observed records with 0 for what is not known (NaN), and their
// weights: 0 there and where the direct wave is muted, and those of the receivers;
// nil where all have weight 1.
func (s *Survey) weighed(e Shot, observed *field.Array) (known, weights *field.Array) {
	known, weights = observed, s.muted(e)
	weigh := func(i int, by float64) {
		if weights == nil {
			weights = &field.Array{Shape: observed.Shape, F64: slices.Repeat([]float64{1}, observed.Len())}
		}
		weights.F64[i] *= by
	}
	receivers := s.receiverWeights(e)
	for i := range observed.Len() {
		if receivers != nil {
			weigh(i, receivers[i%observed.Shape[1]])
		}
		if !math.IsNaN(observed.At(i)) {
			continue
		}
		if known == observed {
			known = &field.Array{Shape: observed.Shape, F64: slices.Clone(observed.Float64())}
		}
		known.F64[i] = 0
		weigh(i, 0)
	}
	return known, weights
}

// receiverWeights are those of all traces that are compared; nil where all are 1. Sets
// with places of their own have none.
func (s *Survey) receiverWeights(e Shot) (out []float64) {
	if e.Weights == nil {
		return nil
	}
	for _, set := range s.records {
		if own := e.Sets[set]; own != nil {
			out = append(out, slices.Repeat([]float64{1}, own.Shape[0])...)
		} else {
			out = append(out, e.Weights.Float64()...)
		}
	}
	return out
}

// ZeroRecord is a record of a shot that is zero.
func (s *Survey) ZeroRecord(shot int) *field.Array { return field.New64(s.shape(shot)...) }
