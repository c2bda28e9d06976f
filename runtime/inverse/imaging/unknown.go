package imaging

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic"
)

// unknown is a field that is looked for.
type unknown struct {
	name, label  string
	speed        float64 // what 1 of it is in m/s; 0 for what is no velocity
	truth, start []float64
	mask         []float64 // weights from 0 to 1; nil for all
	scale        float64   // unit in which it is looked for
	least, most  float64   // bounds; infinite for none
	down, up     float64   // factors that the time step leaves room for; 0 while not known
}

// named are the fields that the configuration looks for.
func (s *Survey) named() ([]string, error) {
	c := s.Config
	names := c.Inversion.Unknowns
	if names == nil {
		if s.setup.Main == "" {
			return nil, c.Fault("inversion", fmt.Errorf("operator %s has no velocity that the model could give: say what is looked for, unknowns = [\"NAME\"]", s.setup.Problem.Name))
		}
		names = []string{s.setup.Main}
	}
	var all []string
	for _, f := range s.setup.Problem.Functions {
		if f.Role == symbolic.Field && len(f.Axes) == s.Model.Dim() {
			all = append(all, f.Name)
		}
	}
	var faults []error
	for i, name := range names {
		if !slices.Contains(all, name) {
			faults = append(faults, c.Fault("inversion.unknowns", fmt.Errorf("operator %s has no field %s on all axes that could be looked for; it has %s", s.setup.Problem.Name, name, strings.Join(all, ", "))))
		} else if slices.Contains(names[:i], name) {
			faults = append(faults, c.Fault("inversion.unknowns", fmt.Errorf("%s is named twice", name)))
		}
	}
	given := operator.Arguments{Constants: map[string]float64{}}
	for _, name := range names {
		given.Constants[name] = 1
	}
	if err := operator.Overridden(s.setup.Problem, given); err != nil {
		faults = append(faults, c.Fault("inversion.unknowns", err))
	}
	for name := range c.Unknowns {
		if !slices.Contains(names, name) {
			faults = append(faults, c.Fault("unknowns."+name, fmt.Errorf("%s is not among the unknowns: %s", name, strings.Join(names, ", "))))
		}
	}
	return names, errors.Join(faults...)
}

// find reads the unknowns: what they are, where they begin, and how far they may go.
func (s *Survey) find(names []string) error {
	c := s.Config
	shared, err := s.mask(c.Inversion.Mask, "inversion.mask")
	if err != nil {
		return err
	}
	var faults []error
	for _, name := range names {
		about := c.Unknowns[name]
		u := &unknown{name: name, label: name, mask: shared, least: math.Inf(-1), most: math.Inf(1), scale: about.Scale}
		for _, f := range s.setup.Problem.Functions {
			if f.Name != name {
				continue
			}
			u.speed = check.Speed(f.Unit)
			if f.Doc != "" {
				u.label = f.Doc
			}
			if f.Unit != "" {
				u.label += " [" + f.Unit + "]"
			}
		}
		values, err := s.setup.Values(s.op.Forward, name)
		if err != nil {
			return err
		}
		u.truth = values.Float64()
		if about.Mask != "" {
			if u.mask, err = s.mask(about.Mask, "unknowns."+name+".mask"); err != nil {
				faults = append(faults, err)
			}
		}
		if u.start, err = s.begin(u, about); err != nil {
			faults = append(faults, err)
			continue
		}
		greatest := 0.0
		for _, v := range u.start {
			greatest = max(greatest, math.Abs(v))
		}
		if greatest == 0 {
			greatest = 1
		}
		if u.scale == 0 {
			u.scale = 1
		}
		u.scale *= greatest
		least, most := about.Least, about.Greatest
		if name == s.setup.Main || len(names) == 1 {
			if least == nil && c.Inversion.Least > 0 {
				least = &c.Inversion.Least
			}
			if most == nil && c.Inversion.Greatest > 0 {
				most = &c.Inversion.Greatest
			}
		}
		if least != nil {
			u.least = *least
		}
		if most != nil {
			u.most = *most
		}
		if !(u.least < u.most) {
			faults = append(faults, c.Fault("unknowns."+name+".greatest", fmt.Errorf("%g is not above the least value, %g", u.most, u.least)))
		}
		s.unknowns = append(s.unknowns, u)
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	main := *s.Model
	main.Values = &field.Array{Shape: s.Model.Shape(), F64: slices.Clone(s.Model.Values.Float64())}
	for _, u := range s.unknowns {
		if u.name == s.setup.Main {
			main.Values.F64 = u.start
		}
	}
	s.Start = &main
	return nil
}

// mask reads weights of unknowns; nil for no file.
func (s *Survey) mask(name, key string) ([]float64, error) {
	if name == "" {
		return nil, nil
	}
	a, err := s.atPoints(name, key)
	if err != nil {
		return nil, err
	}
	for i := range a.Len() {
		if v := a.At(i); !(v >= 0 && v <= 1) {
			return nil, s.Config.Fault(key, fmt.Errorf("%s has the weight %g; weights are from 0 to 1", name, v))
		}
	}
	return a.Float64(), nil
}

// atPoints reads an array at the model's points.
func (s *Survey) atPoints(file, key string) (*field.Array, error) {
	a, err := field.ReadNPY(s.Config.Resolve(file))
	if err == nil && !slices.Equal(a.Shape, s.Model.Shape()) {
		err = fmt.Errorf("%s has the shape %s, the model %s", file, field.ShapeString(a.Shape), field.ShapeString(s.Model.Shape()))
	}
	if err == nil {
		if at := a.FirstNotFinite(); at != nil {
			err = fmt.Errorf("%s: the value at index %v is not a finite number", file, at)
		}
	}
	if err != nil {
		return nil, s.Config.Fault(key, err)
	}
	return a, nil
}

// readable finds what is wrong with the files of the unknowns, before anything is
// compiled.
func (s *Survey) readable() error {
	c := s.Config
	var faults []error
	start := func(file, key string) {
		if file != "" {
			_, err := s.atPoints(file, key)
			faults = append(faults, err)
		}
	}
	weights := func(file, key string) {
		_, err := s.mask(file, key)
		faults = append(faults, err)
	}
	start(c.Inversion.Start, "inversion.start")
	weights(c.Inversion.Mask, "inversion.mask")
	for name, u := range c.Unknowns {
		start(u.Start, "unknowns."+name+".start")
		weights(u.Mask, "unknowns."+name+".mask")
	}
	return errors.Join(faults...)
}

// begin is what an unknown begins with.
func (s *Survey) begin(u *unknown, about survey.UnknownConfig) ([]float64, error) {
	c := s.Config
	file, key := about.Start, "unknowns."+u.name+".start"
	if file == "" && (u.name == s.setup.Main || c.Inversion.Unknowns == nil || len(c.Inversion.Unknowns) == 1) {
		file, key = c.Inversion.Start, "inversion.start"
	}
	if file != "" {
		a, err := s.atPoints(file, key)
		if err != nil {
			return nil, err
		}
		m := survey.Model{Values: a, Origin: s.Model.Origin, Spacing: s.Model.Spacing, Speed: u.speed}
		if err := m.Check(); err != nil {
			return nil, c.Fault(key, err)
		}
		return a.Float64(), nil
	}
	smooth := c.Inversion.Smooth
	if about.Smooth != nil {
		smooth = *about.Smooth
	}
	if smooth == 0 {
		return slices.Clone(u.truth), nil
	}
	var widths []float64
	for _, h := range s.Model.Spacing {
		widths = append(widths, smooth/h)
	}
	// Of a velocity the slowness is smoothed, so that travel times stay.
	turn := func(v float64) float64 { return v }
	if u.speed > 0 && slices.Min(u.truth) > 0 {
		turn = func(v float64) float64 { return 1 / v }
	}
	rough := field.New64(s.Model.Shape()...)
	for i, v := range u.truth {
		rough.F64[i] = turn(v)
	}
	out := gradient.Smooth(rough, widths).F64
	for i, known := range s.known() {
		if out[i] = turn(out[i]); known {
			out[i] = u.truth[i]
		}
	}
	return out, nil
}

// depths are those of the model's points below its top.
func (s *Survey) depths() []float64 {
	shape := s.Model.Shape()
	last := len(shape) - 1
	out := make([]float64, s.points())
	for k := range out {
		out[k] = float64(k%shape[last]) * s.Model.Spacing[last]
	}
	return out
}

// known marks the points above the depth that stays as it is.
func (s *Survey) known() []bool {
	out := make([]bool, s.points())
	for k, z := range s.depths() {
		out[k] = z < s.Config.Inversion.Water
	}
	return out
}

// points is the number of points of the model.
func (s *Survey) points() int { return s.Model.Values.Len() }

// Size is the number of unknown numbers.
func (s *Survey) Size() int { return len(s.unknowns) * s.points() }

// truth are the unknowns of the model that records are made with.
func (s *Survey) truth() (out []float64) {
	for _, u := range s.unknowns {
		out = append(out, u.truth...)
	}
	return out
}

// Beginning are the unknowns that the inversion begins with.
func (s *Survey) Beginning() []float64 { return s.start() }

func (s *Survey) start() (out []float64) {
	for _, u := range s.unknowns {
		out = append(out, u.start...)
	}
	return out
}

// fields are the unknowns as arrays at the model's points, by their names.
func (s *Survey) fields(x []float64) map[string]*field.Array {
	out := map[string]*field.Array{}
	n := s.points()
	for k, u := range s.unknowns {
		out[u.name] = &field.Array{Shape: s.Model.Shape(), F64: x[k*n : (k+1)*n]}
	}
	return out
}

// joined are arrays at the model's points as one row of numbers.
func (s *Survey) joined(fields map[string]*field.Array) (out []float64) {
	for _, u := range s.unknowns {
		out = append(out, fields[u.name].F64...)
	}
	return out
}

// room is by what factors an unknown may be multiplied, all over the model, for the
// time step to stay stable: at most four either way.
func (s *Survey) room(u *unknown) (down, up float64, err error) {
	stable := func(factor float64) (bool, error) {
		values := make([]float64, len(u.start))
		for i, v := range u.start {
			values[i] = factor * v
		}
		a, err := s.setup.With(map[string]*field.Array{u.name: {Shape: s.Model.Shape(), F64: values}}).Arguments(s.setup.Whole())
		if err != nil {
			return false, err
		}
		l, err := operator.FindLimits(s.op.Forward.Program, a)
		if bad := (operator.BadArguments)(nil); errors.As(err, &bad) {
			return false, nil // such a medium is not possible
		}
		if err != nil {
			return false, err
		}
		return !(l.Critical < s.setup.Dt), nil
	}
	search := func(far float64) (float64, error) {
		if ok, err := stable(far); ok || err != nil {
			return far, err
		}
		near := 1.0
		for range 7 {
			middle := math.Sqrt(near * far)
			ok, err := stable(middle)
			if err != nil {
				return 1, err
			}
			if ok {
				near = middle
			} else {
				far = middle
			}
		}
		return near, nil
	}
	if down, err = search(0.25); err != nil {
		return 1, 1, err
	}
	up, err = search(4)
	return down, up, err
}

// bounds of x: those of the configuration, and for unknowns that are positive what
// leaves the time step stable. None for migration.
func (s *Survey) bounds(state *State) (lower, upper []float64, err error) {
	if s.migration() {
		return nil, nil, nil
	}
	n := s.points()
	for k, u := range s.unknowns {
		least, most := u.least, u.most
		if low, high := slices.Min(u.start), slices.Max(u.start); low > 0 {
			if u.up == 0 {
				if u.down, u.up, err = s.room(u); err != nil {
					return nil, nil, err
				}
			}
			least, most = max(least, low*u.down), min(most, high*u.up)
		}
		for i := range n {
			v, w := state.Start[k*n+i], state.Weights[k*n+i]
			if w == 0 {
				lower, upper = append(lower, 0), append(upper, 0)
				continue
			}
			// Where the start is beyond the bounds, it stays.
			lower, upper = append(lower, min(least-v, 0)/w), append(upper, max(most-v, 0)/w)
		}
	}
	return lower, upper, nil
}
