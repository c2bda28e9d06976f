package imaging

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

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
	// Notes tell of what is doubtful in the records, and what of them is left out.
	Notes []string

	op      *gradient.Operator
	light   *operator.Operator
	born    *operator.Operator
	fields  map[string]*field.Array // further parameters, at the model's points
	mask    *field.Array            // nil for all
	line    *segy.File              // of the observed records; nil when they are elsewhere
	wavelet survey.Wavelet
	dt      float64
	room    float64 // the velocities of the start by those that the time step allows
	steps   int
	threads int
	records string // name of the receivers
	noting  sync.Mutex
}

// NewSurvey reads what a configuration names and compiles its operator with
// its derivatives. Errors: those of the configuration and of compiling, and for
// an operator without a field m of squared slowness.
func NewSurvey(ctx context.Context, c *survey.Config, backend backends.Backend, threads int) (s *Survey, err error) {
	s = &Survey{Config: c, threads: threads}
	if s.Model, err = c.Model(); err != nil {
		return nil, err
	}
	// What is wrong is said in one go.
	var faults []error
	for _, read := range []func() error{
		func() (err error) { s.Start, err = s.begin(); return err },
		func() (err error) { s.Shots, err = s.shots(); return err },
		func() (err error) { s.wavelet, err = c.Wavelet(); return err },
		func() (err error) { s.fields, err = c.Fields(s.Model); return err },
		func() (err error) { s.mask, err = s.readMask(); return err },
		s.check,
	} {
		faults = append(faults, read())
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if err := s.compile(ctx, backend); err != nil {
		return nil, err
	}
	return s, s.discretise(ctx)
}

// discretise finds a step that is stable in every model between the fastest of
// both, and what room it leaves.
func (s *Survey) discretise(ctx context.Context) error {
	c := s.Config
	s.dt = c.Dt
	critical := math.NaN() // of the start
	for _, m := range []*survey.Model{s.Model, s.Start} {
		whole := region{make([]int, s.Model.Dim()), s.Model.Shape()}
		a, err := s.arguments(s.Shot(0), whole, m.SquaredSlowness().Float64())
		if err != nil {
			return err
		}
		if c.Dt == 0 {
			dt, err := s.op.Forward.StepFor(ctx, a, 1-margin)
			if err != nil {
				return err
			}
			if s.dt == 0 || dt < s.dt {
				s.dt = dt
			}
		}
		if m == s.Start {
			limits, err := operator.FindLimits(s.op.Forward.Program, a)
			if err != nil {
				return err
			}
			critical = limits.Critical
		}
	}
	s.room = margin
	if critical > 0 && !math.IsInf(critical, 0) {
		s.room = min(s.dt/critical, 1) // it falls as velocities rise
	}
	s.steps = survey.Steps(0, c.Time, s.dt)
	return nil
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
		if err != nil {
			return nil, s.Config.Fault("inversion.start", err)
		}
		return m, nil
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

// depths are those of the model's points below its top.
func (s *Survey) depths() []float64 {
	shape := s.Model.Shape()
	last := len(shape) - 1
	out := make([]float64, s.Model.Vp.Len())
	for k := range out {
		out[k] = float64(k%shape[last]) * s.Model.Spacing[last]
	}
	return out
}

// known marks the points above the depth that stays as it is.
func (s *Survey) known() []bool {
	out := make([]bool, s.Model.Vp.Len())
	for k, z := range s.depths() {
		out[k] = z < s.Config.Inversion.Water
	}
	return out
}

// readMask reads the weights of the unknowns.
func (s *Survey) readMask() (*field.Array, error) {
	name := s.Config.Inversion.Mask
	if name == "" {
		return nil, nil
	}
	a, err := field.ReadNPY(s.Config.Resolve(name))
	if err == nil && !slices.Equal(a.Shape, s.Model.Shape()) {
		err = fmt.Errorf("%s has the shape %s, the model %s", name, field.ShapeString(a.Shape), field.ShapeString(s.Model.Shape()))
	}
	if err != nil {
		return nil, s.Config.Fault("inversion.mask", err)
	}
	for i := range a.Len() {
		if v := a.At(i); !(v >= 0 && v <= 1) {
			return nil, s.Config.Fault("inversion.mask", fmt.Errorf("%s has the weight %g; weights are from 0 to 1", name, v))
		}
	}
	return a, nil
}

// check compares what the configuration says with the shots that there are.
func (s *Survey) check() error {
	i := s.Config.Inversion
	if len(s.Shots) == 0 {
		return nil // which is a fault already
	}
	if i.Batch > len(s.Shots) {
		return s.Config.Fault("inversion.batch", fmt.Errorf("a batch of %d shots cannot be drawn from %d", i.Batch, len(s.Shots)))
	}
	if i.Supershots == 0 {
		return nil
	}
	for k, g := range s.Shots {
		first, same := s.Shots[0].Receivers, slices.Equal(g.Receivers.Shape, s.Shots[0].Receivers.Shape)
		for n := 0; same && n < first.Len(); n++ {
			same = g.Receivers.At(n) == first.At(n)
		}
		if !same {
			return s.Config.Fault("inversion.supershots", fmt.Errorf("shot %d has other receivers than shot 0; shots can be summed only where all have the same", k))
		}
	}
	return nil
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
	if err := s.suits(p); err != nil {
		return err
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

// suits finds the field that is looked for, the receivers, and whether all other
// parameters are given.
func (s *Survey) suits(p *symbolic.Problem) error {
	c := s.Config
	named := map[string]bool{}
	var missing []string
	for _, f := range p.Functions {
		if f.Role != symbolic.Field {
			continue
		}
		named[f.Name] = true
		if f.Default != nil || !p.Reads()[f] {
			continue // it follows from others, or is not needed
		}
		if f.Name != "m" && f.Name != "damp" && s.fields[f.Name] == nil {
			missing = append(missing, f.Name)
		}
	}
	var faults []error
	if !named["m"] {
		faults = append(faults, c.Fault("operator", fmt.Errorf("operator %s has no field m; what is looked for is the squared slowness: write the equation with m = 1/vp^2", p.Name)))
	}
	if len(missing) > 0 {
		faults = append(faults, c.Fault("operator", fmt.Errorf("operator %s has further fields, which [fields] must give: %s", p.Name, strings.Join(missing, ", "))))
	}
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		if !named[name] || name == "m" {
			faults = append(faults, c.Fault("fields."+name, fmt.Errorf("operator %s has no field %s that could be given", p.Name, name)))
		}
	}
	for _, q := range p.Points {
		if q.Inject {
			continue
		}
		if s.records != "" {
			faults = append(faults, c.Fault("operator", fmt.Errorf("operator %s has several sets of receivers; the records of one are inverted", p.Name)))
		}
		s.records = q.Name
	}
	if s.records == "" {
		faults = append(faults, c.Fault("operator", fmt.Errorf("operator %s records nothing", p.Name)))
	}
	return errors.Join(faults...)
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
