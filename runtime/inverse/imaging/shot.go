package imaging

import (
	"context"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/checkpoint"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/modelling"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// Shot is what is modelled at once: one shot of the survey, or several at once whose
// sources are encoded by signs.
type Shot struct {
	Log *checkpoint.Log // of the progress; nil for one that is not kept
	*survey.Geometry
	Signs   []float64 // of the sources; nil for 1
	Band    int       // whose filter the wavelet passes; -1 for none
	Index   int       // whose wavelet the source emits
	Threads int       // 0 for those of the survey
}

// Shot is shot i, unfiltered.
func (s *Survey) Shot(i int) Shot { return Shot{Geometry: s.Shots[i], Band: -1, Index: i} }

// encoded is the shot of all shots at once, with signs, unfiltered. All have the same receivers.
func (s *Survey) encoded(signs []float64) Shot {
	dim := s.Model.Dim()
	var at []float64
	for _, g := range s.Shots {
		for i := range dim {
			at = append(at, g.Sources.At(i))
		}
	}
	sources := field.New64(len(s.Shots), dim)
	copy(sources.F64, at)
	all := *s.Shots[0]
	all.Sources = sources
	return Shot{Geometry: &all, Signs: signs, Band: -1}
}

// region is the part of the model that a shot sees: all of it, or what is
// within the aperture of its sources and receivers along all axes but depth.
func (s *Survey) region(e Shot) modelling.Region {
	out := s.setup.Whole()
	aperture := s.Config.Inversion.Aperture
	if aperture == 0 {
		return out
	}
	dim := s.Model.Dim()
	all := []*field.Array{e.Sources, e.Receivers}
	for _, at := range e.Sets {
		all = append(all, at)
	}
	for axis := range dim - 1 {
		least, most := math.Inf(1), math.Inf(-1)
		for _, points := range all {
			for i := axis; i < points.Len(); i += dim {
				least, most = min(least, points.At(i)), max(most, points.At(i))
			}
		}
		h, from := s.Model.Spacing[axis], s.Model.Origin[axis]
		low := max(int(math.Floor((least-aperture-from)/h)), 0)
		high := min(int(math.Ceil((most+aperture-from)/h)), s.Model.Shape()[axis]-1)
		out.Low[axis], out.Shape[axis] = low, max(high-low+1, 1)
	}
	return out
}

// arguments bind a shot to values of the unknowns.
func (s *Survey) arguments(e Shot, r modelling.Region, x []float64) (operator.Arguments, error) {
	with := s.setup.With(s.fields(x))
	a, err := with.Arguments(r)
	if err != nil {
		return a, err
	}
	if a, err = with.Freeze(s.op.Forward, a, r, s.fields(s.truth())); err != nil {
		return a, s.setup.Blame(err)
	}
	if e.Threads > 0 {
		a.Threads = e.Threads
	}
	with.Place(&a, e.Geometry, func(source int, times []float64) []float64 {
		out := s.pulse(e, source, times)
		for i := range out {
			if e.Signs != nil {
				out[i] *= e.Signs[source]
			}
		}
		return out
	})
	return a, nil
}

// pulse is what a source of a shot emits at some times.
func (s *Survey) pulse(e Shot, source int, times []float64) []float64 {
	shot := e.Index
	if e.Signs != nil {
		shot = source
	}
	w := s.setup.Wavelet.For(max(shot, 0))
	out := make([]float64, len(times))
	for i, t := range times {
		out[i] = w.At(t)
	}
	s.filter(e.Band, out, 1)
	return out
}

// Record models a shot: the traces of all sets of receivers that are
// compared, side by side.
func (s *Survey) Record(ctx context.Context, e Shot, x []float64) (*field.Array, error) {
	a, err := s.arguments(e, s.region(e), x)
	if err != nil {
		return nil, err
	}
	run, err := s.op.Forward.Apply(ctx, a)
	if err != nil {
		return nil, s.setup.Blame(err)
	}
	defer run.Close()
	return s.side(run.Traces), nil
}

// side puts the traces of all sets that are compared side by side.
func (s *Survey) side(of func(set string) *field.Array) *field.Array {
	if len(s.records) == 1 {
		return of(s.records[0])
	}
	width := 0
	for _, set := range s.records {
		width += of(set).Shape[1]
	}
	out := field.New64(s.setup.Steps, width)
	first := 0
	for _, set := range s.records {
		part := of(set)
		n := part.Shape[1]
		for t := range s.setup.Steps {
			for k := range n {
				out.F64[t*width+first+k] = part.At(t*n + k)
			}
		}
		first += n
	}
	return out
}

// apart takes what side joined apart, by the names of the sets.
func (s *Survey) apart(e Shot, all *field.Array) map[string]*field.Array {
	if len(s.records) == 1 {
		return map[string]*field.Array{s.records[0]: all}
	}
	out := map[string]*field.Array{}
	width, first := all.Shape[1], 0
	for _, set := range s.records {
		n := e.Of(set).Shape[0]
		part := field.New64(all.Shape[0], n)
		for t := range all.Shape[0] {
			for k := range n {
				part.F64[t*n+k] = all.At(t*width + first + k)
			}
		}
		out[set], first = part, first+n
	}
	return out
}

// JudgeBy has records judged by a misfit of the caller's own in place of the
// configuration's; nil takes that back. Its name is part of the run's: runs that share
// a store do not meet if their misfits differ.
func (s *Survey) JudgeBy(name string, misfit func(gradient.Data) gradient.Misfit) {
	s.judged, s.judge = name, misfit
}

// Misfit judges a shot's records by observed ones, as JudgeBy or the
// configuration says, and gives the derivatives by the unknowns.
func (s *Survey) Misfit(ctx context.Context, e Shot, x []float64, observed *field.Array) (float64, []float64, error) {
	observed, weights := s.weighed(e, observed)
	data := gradient.Data{Observed: s.apart(e, observed)}
	if weights != nil {
		data.Weights = s.apart(e, weights)
	}
	if s.judge != nil {
		return s.gradient(ctx, e, x, s.judge(data))
	}
	var misfit gradient.Misfit = gradient.L2{Data: data}
	switch s.Config.Inversion.Misfit {
	case "huber":
		most := 0.0
		for i := range observed.Len() {
			most = max(most, math.Abs(observed.At(i)))
		}
		if most > 0 { // otherwise there is nothing to compare with
			misfit = gradient.Huber{Data: data, Threshold: s.Config.Inversion.Threshold * most}
		}
	case "correlation":
		misfit = gradient.Correlation{Data: data}
	case "envelope":
		misfit = gradient.Envelope{Data: data}
	}
	return s.gradient(ctx, e, x, misfit)
}

// mute is what is taken out of records: what arrives before a direct wave of some
// velocity, in the units of the operator, and so long behind it; weights rise over
// the taper. It is 0 for nothing.
func (s *Survey) mute() (velocity, delay, taper float64) {
	c := s.Config.Inversion
	// Velocities are in km/s, whatever the operator's units are.
	unit := 1000 * s.setup.Problem.Second / s.setup.Problem.Metre
	if c.MuteVelocity != nil {
		return *c.MuteVelocity * unit, c.MuteDelay, c.MuteTaper
	}
	if !s.migration() || c.Supershots > 0 || s.Start.Speed == 0 || s.setup.Main == "" {
		return 0, 0, 0
	}
	slowest := math.Inf(1)
	dim := s.Model.Dim()
	for _, g := range s.Shots {
		for i := range g.Sources.Shape[0] {
			place := 0
			for a := range dim {
				n := s.Model.Shape()[a]
				at := (g.Sources.At(i*dim+a) - s.Model.Origin[a]) / s.Model.Spacing[a]
				place = place*n + min(max(int(math.Round(at)), 0), n-1)
			}
			slowest = min(slowest, s.Start.Values.At(place))
		}
	}
	period := 1 / s.setup.Wavelet.Peak
	return slowest * s.Start.Speed / 1000 * unit, 2.5 * period, period
}

// muted are weights of a shot's records that take the direct wave out; nil
// when nothing is muted.
func (s *Survey) muted(e Shot) *field.Array {
	velocity, delay, taper := s.mute()
	if velocity == 0 {
		return nil
	}
	dim := s.Model.Dim()
	var distances []float64
	for _, set := range s.records {
		at := e.Of(set)
		for i := range at.Shape[0] {
			square := 0.0
			for a := range dim {
				d := at.At(i*dim+a) - e.Sources.At(a)
				square += d * d
			}
			distances = append(distances, math.Sqrt(square))
		}
	}
	return gradient.Mute(s.setup.Steps, s.setup.Dt, distances, velocity, s.setup.Wavelet.Delay+delay, taper)
}

// gradient evaluates a misfit of a shot.
func (s *Survey) gradient(ctx context.Context, e Shot, x []float64, misfit gradient.Misfit) (float64, []float64, error) {
	part := s.region(e)
	a, err := s.arguments(e, part, x)
	if err != nil {
		return 0, nil, err
	}
	for _, set := range s.setup.Records {
		if !slices.Contains(s.records, set) {
			delete(a.Points, set)
		}
	}
	op := s.op
	if s.scatter != nil {
		op = s.scatter
	}
	plan, err := op.Plan(a, gradient.Storage{Memory: s.Memory})
	if err != nil {
		return 0, nil, err
	}
	r, err := op.EvaluateFrom(ctx, a, misfit, plan, e.Log)
	if err != nil {
		return 0, nil, s.setup.Blame(err)
	}
	fields := r.Fields
	if s.scatter != nil { // takes the place of the derivative, which points the other way
		image := r.Images["rtm"]
		for i := range image.F64 {
			image.F64[i] = -image.F64[i]
		}
		fields = map[string]*field.Array{s.unknowns[0].name: image}
	}
	out := s.back(part, fields)
	known := s.known()
	for i := range out {
		if known[i%len(known)] {
			out[i] = 0
		}
	}
	return r.Value, out, nil
}

// back are derivatives on the grid of a shot at the model's points.
func (s *Survey) back(part modelling.Region, fields map[string]*field.Array) []float64 {
	out := map[string]*field.Array{}
	for name, g := range fields {
		out[name] = s.setup.Back(part, g, s.migration())
	}
	return s.joined(out)
}

// Illumination is that of a shot at the model's points, by each unknown.
func (s *Survey) Illumination(ctx context.Context, e Shot, x []float64) ([]float64, error) {
	part := s.region(e)
	a, err := s.arguments(e, part, x)
	if err != nil {
		return nil, err
	}
	light, err := s.illumination.Apply(ctx, a)
	if err != nil {
		return nil, s.setup.Blame(err)
	}
	return s.back(part, light), nil
}

// Born is the linearised records of a shot for a small change of the
// unknowns.
func (s *Survey) Born(ctx context.Context, e Shot, x, change []float64) (*field.Array, error) {
	if kept := e.Log.Result("born"); kept != nil {
		return restored(kept)
	}
	part := s.region(e)
	a, err := s.arguments(e, part, x)
	if err != nil {
		return nil, err
	}
	changes := map[string]*field.Array{}
	for name, c := range s.fields(change) {
		small := field.New64(part.Shape...)
		part.Each(s.Model.Shape(), func(outside, inside int) { small.F64[inside] = c.F64[outside] })
		if changes[name], err = s.setup.Border.Surround(small); err != nil {
			return nil, err
		}
	}
	run, err := s.born.Bind(a, changes)
	if err != nil {
		return nil, s.setup.Blame(err)
	}
	defer run.Close()
	if err := e.Log.Advance(ctx, "born", run); err != nil {
		return nil, s.setup.Blame(err)
	}
	out := s.side(run.Traces)
	if e.Log != nil {
		kept, err := stored(out)
		if err != nil {
			return nil, err
		}
		e.Log.Finish("born", kept)
	}
	return out, nil
}

// Migrate is the transpose of Born: what residuals of a shot's records say
// of the change of the unknowns.
func (s *Survey) Migrate(ctx context.Context, e Shot, x []float64, residual *field.Array) ([]float64, error) {
	_, g, err := s.gradient(ctx, e, x, sends(s.apart(e, residual)))
	return g, err
}

// sends is a misfit whose derivatives are given.
type sends map[string]*field.Array

func (m sends) Misfit(set string, _ *field.Array) (float64, *field.Array, error) {
	return 0, m[set], nil
}
