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

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/gradient"
	"github.com/courant-pde/courant/runtime/operator"
	"github.com/courant-pde/courant/runtime/segy"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Survey is the shots of a configuration, ready to be modelled and
// differentiated. The unknown is the squared slowness, field m of the operator,
// at the points of the model without its absorbing layers.
type Survey struct {
	Config *survey.Config
	Model  *survey.Model // what the records are made with when none are given
	Start  *survey.Model // where the inversion begins
	Shots  []*survey.Geometry
	// Memory is what the gradient of a shot may take, in bytes; 0 for three
	// quarters of what is free.
	Memory int64

	op      *gradient.Operator
	light   *operator.Operator
	born    *operator.Operator
	wavelet survey.Wavelet
	dt      float64
	steps   int
	threads int
	records string // name of the receivers
}

// NewSurvey reads what a configuration names and compiles its operator with
// its derivatives. Errors: those of the configuration and of compiling, and for
// an operator without a field m of squared slowness.
func NewSurvey(ctx context.Context, c *survey.Config, backend backends.Backend, threads int) (s *Survey, err error) {
	s = &Survey{Config: c, threads: threads}
	if s.Model, err = c.Model(); err != nil {
		return nil, err
	}
	if s.Start, err = s.begin(); err != nil {
		return nil, err
	}
	if s.Shots, err = c.Shots(s.Model); err != nil {
		return nil, err
	}
	if s.wavelet, err = c.Wavelet(); err != nil {
		return nil, err
	}
	if err := s.compile(ctx, backend); err != nil {
		return nil, err
	}
	padded, err := s.Model.Padded(c.Nbl)
	if err != nil {
		return nil, err
	}
	// A step that is stable in every model between the fastest of both.
	fastest, err := s.Start.Padded(c.Nbl)
	if err != nil {
		return nil, err
	}
	s.dt = c.Dt
	for _, m := range []*survey.Model{padded, fastest} {
		limit, err := survey.CriticalDt(m, s.op.Forward.Program.Problem.Grid.SpaceOrder, 0)
		if err != nil {
			return nil, err
		}
		if limit *= margin; c.Dt == 0 && (s.dt == 0 || limit < s.dt) {
			s.dt = limit
		}
	}
	s.steps = survey.Steps(0, c.Time, s.dt)
	return s, nil
}

// margin is the part of the critical time step that is taken: an inversion may
// find velocities above those of the model by as much.
const margin = 0.85

// begin is the model with which the inversion begins.
func (s *Survey) begin() (*survey.Model, error) {
	i := s.Config.Inversion
	if i.Start != "" {
		m, err := survey.ReadModel(s.Config.Resolve(i.Start), s.Model.Origin, s.Model.Spacing)
		if err == nil && !slices.Equal(m.Shape(), s.Model.Shape()) {
			err = fmt.Errorf("%s has the shape %s, the model %s", i.Start, field.ShapeString(m.Shape()), field.ShapeString(s.Model.Shape()))
		}
		return m, err
	}
	var widths []float64
	for _, h := range s.Model.Spacing {
		widths = append(widths, i.Smooth/h)
	}
	// Slowness is smoothed, so that travel times stay.
	slowness := field.New64(s.Model.Shape()...)
	for k := range slowness.F64 {
		slowness.F64[k] = 1 / s.Model.Vp.At(k)
	}
	smooth := gradient.Smooth(slowness, widths)
	for k, known := range s.known() {
		if smooth.F64[k] = 1 / smooth.F64[k]; known {
			smooth.F64[k] = s.Model.Vp.At(k)
		}
	}
	return survey.NewModel(smooth, s.Model.Origin, s.Model.Spacing)
}

// known marks the points above the depth that stays as it is.
func (s *Survey) known() []bool {
	shape := s.Model.Shape()
	out := make([]bool, s.Model.Vp.Len())
	depth := len(shape) - 1
	for k := range out {
		z := float64(k%shape[depth]) * s.Model.Spacing[depth]
		out[k] = z < s.Config.Inversion.Water
	}
	return out
}

func (s *Survey) compile(ctx context.Context, backend backends.Backend) error {
	c := s.Config
	o := codegen.Options{Options: check.Options{Operator: c.OperatorName, Dim: s.Model.Dim(), SpaceOrder: c.SpaceOrder, Uniform: slices.Max(s.Model.Spacing) == slices.Min(s.Model.Spacing)}, Backend: backend}
	if c.Dtype == "f64" {
		o.Real = ir.F64
	}
	file, err := dsl.ParseFile(c.OperatorPath())
	if err != nil {
		return err
	}
	p, err := check.Problem(file, o.Options)
	if err != nil {
		return err
	}
	for _, f := range p.Functions {
		if f.Role == symbolic.Field && f.Name != "m" && f.Name != "damp" {
			return fmt.Errorf("operator %s has the field %s; only operators with the fields m, squared slowness, and damp, the sponge, can be inverted from a configuration so far", p.Name, f.Name)
		}
	}
	for _, q := range p.Points {
		if !q.Inject {
			if s.records != "" {
				return fmt.Errorf("operator %s has several sets of receivers; the records of one are inverted", p.Name)
			}
			s.records = q.Name
		}
	}
	if s.op, err = gradient.Compile(ctx, p, gradient.Options{Options: o, Wrt: []string{"m"}}); err != nil {
		return err
	}
	light, err := adjoint.Illumination(p, "m")
	if err != nil {
		return err
	}
	if s.light, err = operator.CompileProblem(ctx, light, o); err != nil {
		return err
	}
	if !s.migration() {
		return nil
	}
	linear, err := adjoint.Linearise(p, "m")
	if err != nil {
		return err
	}
	s.born, err = operator.CompileProblem(ctx, linear, o)
	return err
}

// Size is the number of unknowns.
func (s *Survey) Size() int { return s.Model.Vp.Len() }

// SquaredSlowness is that of a model, in s^2/km^2.
func SquaredSlowness(m *survey.Model) []float64 {
	out := make([]float64, m.Vp.Len())
	for i := range out {
		out[i] = 1 / (m.Vp.At(i) * m.Vp.At(i))
	}
	return out
}

// Velocity is the model of a squared slowness.
func (s *Survey) Velocity(m []float64) (*survey.Model, error) {
	vp := field.New64(s.Model.Shape()...)
	for i, v := range m {
		vp.F64[i] = 1 / math.Sqrt(v)
	}
	return survey.NewModel(vp, s.Model.Origin, s.Model.Spacing)
}

// arguments bind a shot to a squared slowness.
func (s *Survey) arguments(shot int, m []float64) (operator.Arguments, error) {
	a := operator.Arguments{Spacing: s.Model.Spacing, Steps: s.steps, Dt: s.dt, Threads: s.threads, Points: map[string]operator.Points{}}
	padded, err := s.padded(m)
	if err != nil {
		return a, err
	}
	a.Shape = padded.Shape
	for axis, o := range s.Model.Origin {
		a.Origin = append(a.Origin, o-float64(s.Config.Nbl)*s.Model.Spacing[axis])
	}
	damp, err := survey.Sponge(a.Shape, s.Config.Nbl, a.Spacing)
	if err != nil {
		return a, err
	}
	a.Fields = map[string]*field.Array{"m": padded, "damp": damp}
	for i, name := range operator.Interpolations {
		if name == s.Config.Interpolation {
			a.Interpolation = operator.Interpolation(i)
		}
	}
	for _, q := range s.op.Forward.Program.Problem.Points {
		if !q.Inject {
			a.Points[q.Name] = operator.Points{At: s.Shots[shot].Receivers}
			continue
		}
		n := s.Shots[shot].Sources.Shape[0]
		traces := field.New64(s.steps, n)
		for t, v := range s.wavelet.Sample(s.steps, s.dt) {
			for i := range n {
				traces.F64[t*n+i] = v
			}
		}
		a.Points[q.Name] = operator.Points{At: s.Shots[shot].Sources, Traces: traces}
	}
	if slices.IndexFunc(s.op.Forward.Program.Problem.Functions, func(f *symbolic.Function) bool { return f.Name == "damp" }) < 0 {
		delete(a.Fields, "damp")
	}
	return a, nil
}

func (s *Survey) padded(m []float64) (*field.Array, error) {
	small := field.New64(s.Model.Shape()...)
	copy(small.F64, m)
	return survey.Pad(small, s.Config.Nbl)
}

// Observed are the records of a shot: those of the configuration's folder, or
// modelled in the model.
func (s *Survey) Observed(ctx context.Context, shot int) (*field.Array, error) {
	if s.Config.Inversion.Observed != "" {
		path := s.observedPath(shot)
		want := []int{s.steps, s.Shots[shot].Receivers.Shape[0]}
		var a *field.Array
		var err error
		if strings.HasSuffix(path, ".sgy") {
			a, err = s.gather(path)
		} else {
			a, err = field.ReadNPY(path)
		}
		if err == nil && !slices.Equal(a.Shape, want) {
			err = fmt.Errorf("%s has the shape %s; a record of %d steps of %g ms has %s", path, field.ShapeString(a.Shape), s.steps, s.dt, field.ShapeString(want))
		}
		return a, err
	}
	return s.Record(ctx, shot, SquaredSlowness(s.Model))
}

// observedPath is the file of a shot's records: SEG-Y when there is one and no
// .npy.
func (s *Survey) observedPath(shot int) string {
	path := filepath.Join(s.Config.Resolve(s.Config.Inversion.Observed), fmt.Sprintf("shot_%04d", shot))
	if _, err := os.Stat(path + ".npy"); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(path + ".sgy"); err == nil {
			return path + ".sgy"
		}
	}
	return path + ".npy"
}

// gather reads the records of a shot from a SEG-Y file, whose traces are those of
// the receivers in their order.
func (s *Survey) gather(path string) (*field.Array, error) {
	f, err := segy.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// The file counts microseconds.
	if math.Abs(f.Interval-s.dt) > 0.0005*1.01 {
		return nil, fmt.Errorf("%s has a sample every %g ms, and the run a step every %g ms; resample the records, or set dt", path, f.Interval, s.dt)
	}
	samples := 0
	if len(f.Traces) > 0 {
		samples = len(f.Traces[0].Samples)
	}
	out := field.New32(samples, len(f.Traces))
	for k, t := range f.Traces {
		for i, v := range t.Samples {
			out.F32[i*len(f.Traces)+k] = v
		}
	}
	return out, nil
}

// Record models a shot in a squared slowness.
func (s *Survey) Record(ctx context.Context, shot int, m []float64) (*field.Array, error) {
	a, err := s.arguments(shot, m)
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

// Misfit is half the square of the distance of a shot's records to observed
// ones, and its derivatives by the squared slowness.
func (s *Survey) Misfit(ctx context.Context, shot int, m []float64, observed *field.Array) (float64, []float64, error) {
	a, err := s.arguments(shot, m)
	if err != nil {
		return 0, nil, err
	}
	plan, err := s.op.Plan(a, gradient.Storage{Memory: s.Memory})
	if err != nil {
		return 0, nil, err
	}
	r, err := s.op.Evaluate(ctx, a, gradient.L2{Data: gradient.Data{Observed: map[string]*field.Array{s.records: observed}}}, plan)
	if err != nil {
		return 0, nil, err
	}
	return r.Value, s.within(r.Fields["m"]), nil
}

// within are derivatives by the model's points of those by the padded grid's,
// with zeros where the model is known.
func (s *Survey) within(g *field.Array) []float64 {
	out := survey.Gather(g, s.Config.Nbl).F64
	for i, known := range s.known() {
		if known {
			out[i] = 0
		}
	}
	return out
}

// Illumination is that of a shot at the model's points.
func (s *Survey) Illumination(ctx context.Context, shot int, m []float64) ([]float64, error) {
	a, err := s.arguments(shot, m)
	if err != nil {
		return nil, err
	}
	run, err := s.light.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return survey.Gather(run.Field("light_m"), s.Config.Nbl).F64, nil
}

// Born is the linearised records of a shot for a small change of m.
func (s *Survey) Born(ctx context.Context, shot int, m, change []float64) (*field.Array, error) {
	a, err := s.arguments(shot, m)
	if err != nil {
		return nil, err
	}
	if a.Fields["dm"], err = s.padded(change); err != nil {
		return nil, err
	}
	run, err := s.born.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return run.Traces(s.records), nil
}

// Migrate is the transpose of Born: what residuals of a shot's records say of
// the change of m.
func (s *Survey) Migrate(ctx context.Context, shot int, m []float64, residual *field.Array) ([]float64, error) {
	a, err := s.arguments(shot, m)
	if err != nil {
		return nil, err
	}
	plan, err := s.op.Plan(a, gradient.Storage{Memory: s.Memory})
	if err != nil {
		return nil, err
	}
	r, err := s.op.Evaluate(ctx, a, sends{residual}, plan)
	if err != nil {
		return nil, err
	}
	return s.within(r.Fields["m"]), nil
}

// sends is a misfit whose derivatives are given.
type sends struct{ traces *field.Array }

func (m sends) Misfit(string, *field.Array) (float64, *field.Array, error) { return 0, m.traces, nil }
