package modelling

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic"
)

// Region is a box of the model: its first point and its number of points per axis.
type Region struct{ Low, Shape []int }

// Whole is all of the model.
func (s *Setup) Whole() Region {
	return Region{make([]int, s.Model.Dim()), slices.Clone(s.Model.Shape())}
}

// Each calls f with the places, in the model and in the region, of all points.
func (r Region) Each(model []int, f func(outside, inside int)) {
	n := 1
	for _, m := range r.Shape {
		n *= m
	}
	for inside := range n {
		outside, stride, rest := 0, 1, inside
		for axis := len(model) - 1; axis >= 0; axis-- {
			outside += (r.Low[axis] + rest%r.Shape[axis]) * stride
			rest /= r.Shape[axis]
			stride *= model[axis]
		}
		f(outside, inside)
	}
}

// With is the setup with other values of some fields, at the model's points.
func (s *Setup) With(values map[string]*field.Array) *Setup {
	out := *s
	out.overrides = maps.Clone(s.overrides)
	if out.overrides == nil {
		out.overrides = map[string]*field.Array{}
	}
	maps.Copy(out.overrides, values)
	return &out
}

// Arguments bind a region of the model, with its border, without points. Errors:
// grids that are too large.
func (s *Setup) Arguments(r Region) (operator.Arguments, error) {
	a := operator.Arguments{Spacing: s.Model.Spacing, Steps: s.Steps, Dt: s.Dt, Threads: s.Threads,
		Fields: map[string]*field.Array{}, Constants: maps.Clone(s.constants), Points: map[string]operator.Points{}}
	for axis, o := range s.Model.Origin {
		a.Origin = append(a.Origin, o+float64(r.Low[axis]-s.Border.Low[axis])*s.Model.Spacing[axis])
	}
	for i, name := range operator.Interpolations {
		if name == s.Config.Interpolation {
			a.Interpolation = operator.Interpolation(i)
		}
	}
	var err error
	if a.Shape, err = s.Border.Shape(r.Shape); err != nil {
		return a, s.Config.Fault("model.shape", err)
	}
	for name, whole := range s.bordered {
		f := s.fieldOf(name)
		low, shape := []int{}, []int{}
		for _, axis := range f.Axes {
			low, shape = append(low, r.Low[axis]), append(shape, a.Shape[axis])
		}
		a.Fields[name] = Region{low, shape}.part(whole)
	}
	for _, values := range []map[string]*field.Array{s.fields, s.overrides} {
		for name, whole := range values {
			f := s.fieldOf(name)
			low, shape := []int{}, []int{}
			for _, axis := range f.Axes {
				low, shape = append(low, r.Low[axis]), append(shape, r.Shape[axis])
			}
			if a.Fields[name], err = s.Border.Along(f.Axes).Pad(Region{low, shape}.part(whole)); err != nil {
				return a, err
			}
			delete(a.Constants, name)
		}
	}
	return a, nil
}

// part is what an array has in a region of it.
func (r Region) part(whole *field.Array) *field.Array {
	if slices.Equal(r.Shape, whole.Shape) {
		return whole
	}
	out := field.New64(r.Shape...)
	if whole.F32 != nil {
		out = field.New32(r.Shape...)
	}
	r.Each(whole.Shape, func(outside, inside int) { out.Set(inside, whole.At(outside)) })
	return out
}

// Back are derivatives by the model's points of those by the points of a region
// with its border, which goes on as the model or, of an image, is zero. They are zero
// outside of the region.
func (s *Setup) Back(r Region, g *field.Array, image bool) *field.Array {
	small := s.Border.Gather(g)
	if image {
		small = s.Border.Crop(g)
	}
	out := field.New64(s.Model.Shape()...)
	r.Each(s.Model.Shape(), func(outside, inside int) { out.F64[outside] = small.At(inside) })
	return out
}

// Values are those of a field of the operator at the model's points, whatever they
// follow from. Errors: those of operator.Complete.
func (s *Setup) Values(op *operator.Operator, name string) (*field.Array, error) {
	a, err := s.Arguments(s.Whole())
	if err != nil {
		return nil, err
	}
	if a, err = op.Complete(a); err != nil {
		return nil, s.Blame(err)
	}
	v, err := op.Values(a, s.fieldOf(name).Here())
	if err != nil {
		return nil, err
	}
	return s.Border.Crop(v), nil
}

// Freeze keeps what follows from the whole of some field, such as the damping of
// layers from the fastest wave, as it is for given values of fields in a region:
// what is differentiated must not depend on it.
func (s *Setup) Freeze(op *operator.Operator, a operator.Arguments, r Region, values map[string]*field.Array) (operator.Arguments, error) {
	b, err := s.With(values).Arguments(r)
	if err == nil {
		b, err = op.Complete(b)
	}
	if err != nil {
		return a, err
	}
	a.Fields, a.Constants = maps.Clone(a.Fields), maps.Clone(a.Constants)
	keep := func(name string, e symbolic.Expr) {
		if e == nil || s.Given(name) || !s.reduces(e, map[string]bool{}) {
			return
		}
		if v, ok := b.Constants[name]; ok {
			a.Constants[name] = v
		} else if v := b.Fields[name]; v != nil {
			a.Fields[name] = v
		}
	}
	for _, f := range s.Problem.Functions {
		keep(f.Name, f.Default)
	}
	for _, q := range s.Problem.Parameters {
		keep(q.Name, q.Default)
	}
	return a, nil
}

// reduces reports whether a default value follows from all points of some field.
func (s *Setup) reduces(e symbolic.Expr, seen map[string]bool) bool {
	found := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		found = found || symbolic.IsReduction(e)
		if x, ok := e.(*symbolic.Scalar); ok && !seen[x.Name] {
			seen[x.Name] = true
			for _, q := range s.Problem.Parameters {
				found = found || q.Name == x.Name && q.Default != nil && s.reduces(q.Default, seen)
			}
		}
	})
	return found
}

// Discretise finds the time step, that of the configuration or below the limit of
// the operator in the model by a margin, and the number of steps. Errors: a step of the
// configuration that is above the limit, those of operator.StepFor, and records that are
// too long for the memory.
func (s *Setup) Discretise(ctx context.Context, op *operator.Operator, margin float64, receivers int) error {
	if s.Dt = s.Config.Dt; s.Dt == 0 {
		a, err := s.Arguments(s.Whole())
		if err != nil {
			return err
		}
		if s.Dt, err = op.StepFor(ctx, a, margin); err != nil {
			return s.Blame(err)
		}
	}
	s.Steps = survey.Steps(0, s.Config.Time, s.Dt)
	if least := s.Problem.Grid.TimeOrder + 1; s.Steps < least {
		return s.Config.Fault("time", fmt.Errorf("a record of %g has %d time levels %.3g apart, and the operator needs %d to take a step; the unit is the operator's, as a rule ms", s.Config.Time, s.Steps, s.Dt, least))
	}
	if err := machine.Room(float64(s.Steps) * (16 + 4*float64(receivers))); err != nil {
		return s.Config.Fault("time", fmt.Errorf("%d steps of %g with %d receivers: %w", s.Steps, s.Dt, receivers, err))
	}
	if s.Config.Dt == 0 {
		return nil
	}
	a, err := s.Arguments(s.Whole())
	if err != nil {
		return err
	}
	a.Points = op.NoPoints(s.Steps)
	return s.Blame(operator.Check(op.Program, a))
}

// Place adds sources, which emit pulses, and the receivers of a shot to arguments.
// pulse gives what source i of a set emits at a time.
func (s *Setup) Place(a *operator.Arguments, g *survey.Geometry, pulse func(source int, times []float64) []float64) {
	for _, q := range s.Problem.Points {
		if !q.Inject {
			a.Points[q.Name] = operator.Points{At: g.Of(q.Name)}
			continue
		}
		if !slices.Contains(s.Sources, q.Name) {
			continue
		}
		n := g.Sources.Shape[0]
		traces := field.New64(s.Steps, n)
		times := s.Times(q.Name)
		for i := range n {
			for t, v := range pulse(i, times) {
				traces.F64[t*n+i] = v
			}
		}
		a.Points[q.Name] = operator.Points{At: g.Sources, Traces: traces}
	}
}

// Shift is the part of a step by which the rows of the traces of a set of points lie
// behind whole steps.
func (s *Setup) Shift(set string) float64 {
	for _, q := range s.Problem.Points {
		if q.Name == set {
			return q.Shift
		}
	}
	return 0
}

// Times are those that the rows of the traces of a set of points belong to: whole
// steps, or half a step off, as the operator's file says.
func (s *Setup) Times(set string) []float64 {
	shift := s.Shift(set)
	out := make([]float64, s.Steps)
	for t := range out {
		out[t] = (float64(t) + shift) * s.Dt
	}
	return out
}
