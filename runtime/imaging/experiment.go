package imaging

import (
	"context"
	"math"
	"slices"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/gradient"
	"github.com/courant-pde/courant/runtime/operator"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/symbolic"
)

// Experiment is what is modelled at once: a shot, or a sum of shots.
type Experiment struct {
	*survey.Geometry
	Signs   []float64 // of the sources; nil for 1
	Band    int       // whose filter the wavelet passes; -1 for none
	Threads int       // 0 for those of the survey
}

// Shot is the experiment of one shot, unfiltered.
func (s *Survey) Shot(i int) Experiment { return Experiment{Geometry: s.Shots[i], Band: -1} }

// together is that of all shots at once, with signs, unfiltered. All have the same receivers.
func (s *Survey) together(signs []float64) Experiment {
	dim := s.Model.Dim()
	var at []float64
	for _, g := range s.Shots {
		for i := range dim {
			at = append(at, g.Sources.At(i))
		}
	}
	sources := field.New64(len(s.Shots), dim)
	copy(sources.F64, at)
	return Experiment{Geometry: &survey.Geometry{Sources: sources, Receivers: s.Shots[0].Receivers}, Signs: signs, Band: -1}
}

// region is the part of the model that an experiment sees: all of it, or what is
// within the aperture of its sources and receivers along all axes but depth.
type region struct{ low, shape []int }

func (s *Survey) region(e Experiment) region {
	whole := region{make([]int, s.Model.Dim()), slices.Clone(s.Model.Shape())}
	aperture := s.Config.Inversion.Aperture
	if aperture == 0 {
		return whole
	}
	dim := s.Model.Dim()
	for axis := range dim - 1 {
		least, most := math.Inf(1), math.Inf(-1)
		for _, points := range []*field.Array{e.Sources, e.Receivers} {
			for i := axis; i < points.Len(); i += dim {
				least, most = min(least, points.At(i)), max(most, points.At(i))
			}
		}
		h, from := s.Model.Spacing[axis], s.Model.Origin[axis]
		low := max(int(math.Floor((least-aperture-from)/h)), 0)
		high := min(int(math.Ceil((most+aperture-from)/h)), s.Model.Shape()[axis]-1)
		whole.low[axis], whole.shape[axis] = low, max(high-low+1, 1)
	}
	return whole
}

// each calls f with the places, in the model and in the region, of all points.
func (r region) each(model []int, f func(outside, inside int)) {
	n := 1
	for _, m := range r.shape {
		n *= m
	}
	for inside := range n {
		outside, stride, rest := 0, 1, inside
		for axis := len(model) - 1; axis >= 0; axis-- {
			outside += (r.low[axis] + rest%r.shape[axis]) * stride
			rest /= r.shape[axis]
			stride *= model[axis]
		}
		f(outside, inside)
	}
}

// padded is a region of an array on the model, with absorbing layers.
func (s *Survey) padded(r region, values func(i int) float64) (*field.Array, error) {
	small := field.New64(r.shape...)
	r.each(s.Model.Shape(), func(outside, inside int) { small.F64[inside] = values(outside) })
	return survey.Pad(small, s.Config.Nbl)
}

// back are derivatives by the model's points of those by the padded grid's: zero
// outside the region.
func (s *Survey) back(r region, g *field.Array) []float64 {
	small := survey.Gather(g, s.Config.Nbl).F64
	out := make([]float64, s.Size())
	r.each(s.Model.Shape(), func(outside, inside int) { out[outside] = small[inside] })
	return out
}

// arguments bind an experiment to a squared slowness.
func (s *Survey) arguments(e Experiment, r region, m []float64) (operator.Arguments, error) {
	a := operator.Arguments{Spacing: s.Model.Spacing, Steps: s.steps, Dt: s.dt, Threads: s.threads, Points: map[string]operator.Points{}, Fields: map[string]*field.Array{}}
	if e.Threads > 0 {
		a.Threads = e.Threads
	}
	var err error
	for axis, o := range s.Model.Origin {
		a.Origin = append(a.Origin, o+float64(r.low[axis]-s.Config.Nbl)*s.Model.Spacing[axis])
	}
	for i, name := range operator.Interpolations {
		if name == s.Config.Interpolation {
			a.Interpolation = operator.Interpolation(i)
		}
	}
	if a.Shape, err = survey.PaddedShape(r.shape, s.Config.Nbl); err != nil {
		return a, err
	}
	for _, f := range s.op.Forward.Program.Problem.Functions {
		switch {
		case f.Role != symbolic.Field:
			continue
		case f.Name == "m":
			a.Fields["m"], err = s.padded(r, func(i int) float64 { return m[i] })
		case s.fields[f.Name] != nil:
			a.Fields[f.Name], err = s.padded(r, s.fields[f.Name].At)
		case f.Name == "damp":
			a.Fields["damp"], err = survey.Sponge(a.Shape, s.Config.Nbl, a.Spacing)
		}
		if err != nil {
			return a, err
		}
	}
	for _, q := range s.op.Forward.Program.Problem.Points {
		if !q.Inject {
			a.Points[q.Name] = operator.Points{At: e.Receivers}
			continue
		}
		n := e.Sources.Shape[0]
		traces := field.New64(s.steps, n)
		for t, v := range s.pulse(e.Band) {
			for i := range n {
				if traces.F64[t*n+i] = v; e.Signs != nil {
					traces.F64[t*n+i] *= e.Signs[i]
				}
			}
		}
		a.Points[q.Name] = operator.Points{At: e.Sources, Traces: traces}
	}
	return a, nil
}

// pulse is the wavelet of a band at every time step.
func (s *Survey) pulse(band int) []float64 {
	samples := s.wavelet.Sample(s.steps, s.dt)
	s.filter(band, samples, 1)
	return samples
}

// Record models an experiment in a squared slowness.
func (s *Survey) Record(ctx context.Context, e Experiment, m []float64) (*field.Array, error) {
	a, err := s.arguments(e, s.region(e), m)
	if err != nil {
		return nil, err
	}
	run, err := s.op.Forward.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return run.Traces(s.records), nil
}

// Misfit judges an experiment's records by observed ones, as the configuration
// says, and gives the derivatives by the squared slowness.
func (s *Survey) Misfit(ctx context.Context, e Experiment, m []float64, observed *field.Array) (float64, []float64, error) {
	observed, weights := s.weighed(e, observed)
	data := gradient.Data{Observed: map[string]*field.Array{s.records: observed}}
	if weights != nil {
		data.Weights = map[string]*field.Array{s.records: weights}
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
	return s.gradient(ctx, e, m, misfit)
}

// muted are weights of an experiment's records that take the direct wave out; nil
// when nothing is muted.
func (s *Survey) muted(e Experiment) *field.Array {
	c := s.Config.Inversion
	if c.MuteVelocity == 0 {
		return nil
	}
	dim := s.Model.Dim()
	distances := make([]float64, e.Receivers.Shape[0])
	for i := range distances {
		square := 0.0
		for a := range dim {
			d := e.Receivers.At(i*dim+a) - e.Sources.At(a)
			square += d * d
		}
		distances[i] = math.Sqrt(square)
	}
	return gradient.Mute(s.steps, s.dt, distances, c.MuteVelocity, s.wavelet.Delay+c.MuteDelay, c.MuteTaper)
}

// gradient evaluates a misfit of an experiment.
func (s *Survey) gradient(ctx context.Context, e Experiment, m []float64, misfit gradient.Misfit) (float64, []float64, error) {
	part := s.region(e)
	a, err := s.arguments(e, part, m)
	if err != nil {
		return 0, nil, err
	}
	plan, err := s.op.Plan(a, gradient.Storage{Memory: s.Memory})
	if err != nil {
		return 0, nil, err
	}
	r, err := s.op.Evaluate(ctx, a, misfit, plan)
	if err != nil {
		return 0, nil, err
	}
	out := s.back(part, r.Fields["m"])
	for i, known := range s.known() {
		if known {
			out[i] = 0
		}
	}
	return r.Value, out, nil
}

// Illumination is that of an experiment at the model's points.
func (s *Survey) Illumination(ctx context.Context, e Experiment, m []float64) ([]float64, error) {
	part := s.region(e)
	a, err := s.arguments(e, part, m)
	if err != nil {
		return nil, err
	}
	run, err := s.light.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return s.back(part, run.Field("light_m")), nil
}

// Born is the linearised records of an experiment for a small change of m.
func (s *Survey) Born(ctx context.Context, e Experiment, m, change []float64) (*field.Array, error) {
	part := s.region(e)
	a, err := s.arguments(e, part, m)
	if err != nil {
		return nil, err
	}
	if a.Fields["dm"], err = s.padded(part, func(i int) float64 { return change[i] }); err != nil {
		return nil, err
	}
	run, err := s.born.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return run.Traces(s.records), nil
}

// Migrate is the transpose of Born: what residuals of an experiment's records say
// of the change of m.
func (s *Survey) Migrate(ctx context.Context, e Experiment, m []float64, residual *field.Array) ([]float64, error) {
	_, g, err := s.gradient(ctx, e, m, sends{residual})
	return g, err
}

// sends is a misfit whose derivatives are given.
type sends struct{ traces *field.Array }

func (m sends) Misfit(string, *field.Array) (float64, *field.Array, error) { return 0, m.traces, nil }
