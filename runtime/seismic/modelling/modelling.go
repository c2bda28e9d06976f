// Package modelling brings a configuration and the operator that it names together: it
// finds which fields the operator needs and where they come from, surrounds the model
// with absorbing layers, and makes the arguments of a run.
//
// In: a survey.Config and a backend. Out: a Setup: the problem with its layers, to be
// compiled, the time step, and the operator.Arguments of each shot. Start at OpenShot and
// the example, which goes from a configuration to a record; package shot does the same
// with files and pictures, and Open is for surveys.
//
// What an operator needs is in its file alone: fields without default values, the ends
// that absorb, the sets of points and the times of their traces. No name of a field is
// known here.
package modelling

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic"
)

// Setup is a configuration with its operator, ready to be compiled and bound.
type Setup struct {
	Config  *survey.Config
	Options codegen.Options
	Problem *symbolic.Problem // with its absorbing layers
	Model   *survey.Model     // without border; what the configuration's [model] gives
	Main    string            // the field that the model gives; "" when it is the grid alone
	Wavelet survey.Wavelet
	Border  survey.Border
	// Sources are the sets of sources that act, Records the sets of receivers.
	Sources, Records []string
	Dt               float64 // set by Discretise, as Steps
	Steps            int
	Threads          int

	fields    map[string]*field.Array // at the model's points along the field's axes
	bordered  map[string]*field.Array // given with the border
	constants map[string]float64
	declared  []string                // fields and scalars of the file
	overrides map[string]*field.Array // other values than those of the configuration
}

// Open reads what a configuration names, but for places of sources and receivers.
// Errors: all that is wrong with it and with the operator's file; with an error, the
// setup serves to judge places by its model alone, which may be nil.
func Open(c *survey.Config, backend backends.Target) (*Setup, error) {
	s := &Setup{Config: c, fields: map[string]*field.Array{}, bordered: map[string]*field.Array{}, constants: map[string]float64{}}
	file, err := dsl.ParseFile(c.OperatorPath())
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = c.Fault("operator", fmt.Errorf("there is no file %s; paths are relative to the configuration", c.OperatorPath()))
		}
		// Without it the model is taken for velocities, so that places can be judged.
		var bad error
		s.Model, bad = c.Model(survey.KilometresPerSecond)
		if missing := new(fs.PathError); errors.As(err, &missing) {
			err = c.Fault("operator", err)
		}
		return s, errors.Join(err, bad)
	}
	// The number of axes is that of the model, which is read as what it is for. The
	// unit of its field is the same on all grids.
	speed, faults := s.main(file)
	if s.Model, err = c.Model(speed); err != nil {
		return s, errors.Join(faults, err)
	}
	s.Options = codegen.Options{Target: backend, Operator: c.OperatorName, Dim: s.Model.Dim(), SpaceOrder: c.SpaceOrder,
		Uniform: slices.Max(s.Model.Spacing) == slices.Min(s.Model.Spacing)}
	if c.Precision == "f64" {
		s.Options.Precision = signature.F64
	}
	if s.Problem, err = check.Problem(file, s.Options.Check()); err != nil {
		return s, errors.Join(faults, err)
	}
	for _, f := range s.Problem.Functions {
		if f.Role == symbolic.Field {
			s.declared = append(s.declared, f.Name)
		}
	}
	for _, q := range s.Problem.Parameters {
		s.declared = append(s.declared, q.Name)
	}
	s.Border = survey.Around(s.points(), s.Problem.Absorbs())
	if s.Options.Border = s.points(); s.Options.Border > 0 {
		if s.Problem, err = check.Problem(file, s.Options.Check()); err != nil {
			return s, errors.Join(faults, err)
		}
	}
	s.Wavelet, err = c.Wavelet(s.Problem.Second)
	faults = errors.Join(faults, err, s.read(), s.sets())
	if faults == nil { // otherwise what is missing may be what is wrong
		faults = s.complete()
	}
	return s, faults
}

// points is the width of the border.
func (s *Setup) points() int {
	switch {
	case s.Config.Border != nil && (s.Problem.Absorbing() || *s.Config.Border == 0):
		return *s.Config.Border
	case s.Problem.Layers != nil:
		return 20
	case s.Problem.Absorbing():
		return 40
	}
	return 0
}

// main finds the field that the model gives, and what 1 of it is in m/s: the one
// that the configuration names, or the first whose unit is a velocity.
func (s *Setup) main(file *dsl.File) (speed float64, err error) {
	want := s.Config.ModelSection.Field
	var p *symbolic.Problem
	for _, dim := range []int{2, 3, 1} {
		if p, err = check.Problem(file, check.Options{Operator: s.Config.OperatorName, Dim: dim, SpaceOrder: s.Config.SpaceOrder}); err == nil {
			break
		}
	}
	if err != nil {
		return 1000, nil // which is said for the model's own number of axes
	}
	var names []string
	for _, f := range p.Functions {
		if f.Role != symbolic.Field {
			continue
		}
		names = append(names, f.Name)
		v := check.Speed(f.Unit)
		if f.Name == want || want == "" && s.Main == "" && v > 0 {
			s.Main, speed = f.Name, v
		}
	}
	if want != "" && s.Main == "" {
		return 0, s.Config.Fault("model.field", fmt.Errorf("operator %s has no field %s; %s", p.Name, want, alternatives(want, names)))
	}
	if m := s.Config.ModelSection; s.Main != "" && speed == 0 && m.Synthetic != "" && (m.Synthetic != "constant" || m.From == 0) {
		return 0, s.Config.Fault("model.synthetic", fmt.Errorf("computed models are velocities, which %s is not: give file, or \"constant\" with its value as from", s.Main))
	}
	if s.Main == "" {
		speed = 1000 // the grid alone; its values are taken for a velocity
	}
	return speed, nil
}

func alternatives(name string, known []string) string {
	if len(known) == 0 {
		return "it has none"
	}
	if s := dsl.Suggest(name, known); s != "" {
		return "did you mean " + s + "?"
	}
	return "it has " + strings.Join(known, ", ")
}

// fieldOf is a field of the operator by its name, nil when there is none.
func (s *Setup) fieldOf(name string) *symbolic.Function {
	i := slices.IndexFunc(s.Problem.Functions, func(f *symbolic.Function) bool { return f.Name == name && f.Role == symbolic.Field })
	if i < 0 {
		return nil
	}
	return s.Problem.Functions[i]
}

// read takes the fields and scalars of the configuration.
func (s *Setup) read() error {
	var faults []error
	fault := func(name, format string, args ...any) {
		faults = append(faults, s.Config.Fault("fields."+name, fmt.Errorf(format, args...)))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Config.FieldSection)) {
		number, a, err := s.Config.Array(name)
		f := s.fieldOf(name)
		isScalar := slices.ContainsFunc(s.Problem.Parameters, func(q *symbolic.Parameter) bool { return q.Name == name }) || name == "peak_frequency"
		switch {
		case err != nil:
			faults = append(faults, err)
		case f == nil && !isScalar:
			fault(name, "operator %s has no field or scalar %s; %s", s.Problem.Name, name, alternatives(name, s.declared))
		case name == s.Main && s.Config.ModelSection.Field != "":
			fault(name, "[model] gives %s already", name)
		case a == nil:
			s.constants[name] = number
		case isScalar && a.Len() == 1:
			s.constants[name] = a.At(0)
		case isScalar:
			fault(name, "%s is a scalar, and the file has shape %s", name, field.ShapeString(a.Shape))
		default:
			inner, outer := []int{}, []int{}
			for _, axis := range f.Axes {
				n := s.Model.Shape()[axis]
				inner, outer = append(inner, n), append(outer, n+s.Border.Low[axis]+s.Border.High[axis])
			}
			switch {
			case slices.Equal(a.Shape, inner):
				s.fields[name] = a
			case slices.Equal(a.Shape, outer):
				s.bordered[name] = a
			default:
				fault(name, "the file has shape %s; on the model's points it is %s, with the border %s", field.ShapeString(a.Shape), field.ShapeString(inner), field.ShapeString(outer))
			}
		}
	}
	if _, given := s.constants[s.Main]; s.Main != "" && !given && s.fields[s.Main] == nil && s.bordered[s.Main] == nil {
		f := s.fieldOf(s.Main)
		if len(f.Axes) == s.Model.Dim() {
			s.fields[s.Main] = s.Model.Values
		} else {
			faults = append(faults, s.Config.Fault("model.field", fmt.Errorf("%s varies along some axes only; give it in [fields]", s.Main)))
		}
		if s.Model.Label = f.Name; f.Doc != "" {
			s.Model.Label = f.Doc
		}
		if f.Unit != "" {
			s.Model.Label += " [" + f.Unit + "]"
		}
	} else {
		s.Model.Label = "model"
	}
	if _, given := s.constants["peak_frequency"]; !given {
		s.constants["peak_frequency"] = s.Wavelet.Peak
	}
	return errors.Join(faults...)
}

// Given reports whether a field or scalar has values of its own.
func (s *Setup) Given(name string) bool {
	_, constant := s.constants[name]
	return constant || s.fields[name] != nil || s.bordered[name] != nil || s.overrides[name] != nil
}

// sets finds the sets of sources that act and those of receivers.
func (s *Setup) sets() error {
	var faults []error
	var sources []string
	for _, q := range s.Problem.Points {
		if q.Inject {
			sources = append(sources, q.Name)
		} else {
			s.Records = append(s.Records, q.Name)
		}
	}
	if s.Sources = s.Config.Source.Into; s.Sources == nil && len(sources) > 0 {
		s.Sources = sources[:1]
	}
	for _, name := range s.Sources {
		if !slices.Contains(sources, name) {
			faults = append(faults, s.Config.Fault("source.into", fmt.Errorf("operator %s has no sources %s; %s", s.Problem.Name, name, alternatives(name, sources))))
		}
	}
	if len(sources) == 0 {
		faults = append(faults, s.Config.Fault("operator", fmt.Errorf("operator %s injects nothing, so that no source can act", s.Problem.Name)))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Config.ReceiverSets)) {
		if !slices.Contains(s.Records, name) {
			faults = append(faults, s.Config.Fault("receiver_sets."+name, fmt.Errorf("operator %s has no receivers %s; %s", s.Problem.Name, name, alternatives(name, s.Records))))
		}
	}
	return errors.Join(faults...)
}

// complete finds what the operator needs and nobody gives.
func (s *Setup) complete() error {
	reads := s.Problem.Reads()
	seen := map[string]bool{}
	var faults []error
	miss := func(kind, name, doc, unit, needs string) {
		or := ""
		if kind == "field" && s.Main == "" {
			or = fmt.Sprintf("; or let [model] give it, field = %q", name)
		}
		if doc != "" {
			name += " (" + doc + ")"
		}
		if unit != "" {
			name += " [" + unit + "]"
		}
		faults = append(faults, s.Config.Fault("operator", fmt.Errorf("operator %s needs the %s %s%s: give it in [fields], a number or the path of a .npy file%s", s.Problem.Name, kind, name, needs, or)))
	}
	var need func(f *symbolic.Function, needs string)
	inside := func(e symbolic.Expr, of string) {
		symbolic.Visit(e, func(e symbolic.Expr) {
			switch x := e.(type) {
			case *symbolic.Access:
				need(x.Func, fmt.Sprintf(", from which %s follows", of))
			case *symbolic.Scalar:
				for _, q := range s.Problem.Parameters {
					if q.Name == x.Name && q.Default == nil && !s.Given(q.Name) && !seen[q.Name] {
						seen[q.Name] = true
						miss("scalar", q.Name, q.Doc, q.Unit, "")
					}
				}
			}
		})
	}
	need = func(f *symbolic.Function, needs string) {
		if seen[f.Name] || s.Given(f.Name) {
			return
		}
		seen[f.Name] = true
		if f.Default == nil {
			miss("field", f.Name, f.Doc, f.Unit, needs)
			return
		}
		inside(f.Default, f.Name)
	}
	for _, f := range s.Problem.Functions {
		if f.Role == symbolic.Field && reads[f] {
			need(f, "")
		}
	}
	for _, q := range s.Problem.Parameters {
		switch {
		case s.Given(q.Name) || seen[q.Name]:
		case q.Default == nil:
			seen[q.Name] = true
			miss("scalar", q.Name, q.Doc, q.Unit, "")
		default:
			inside(q.Default, q.Name)
		}
	}
	return errors.Join(faults...)
}

// tiny tells of a model that no wave fits in, as one whose spacing is in km where
// the unit is m: less than half of a wave of the peak frequency.
func (s *Setup) tiny() []string {
	if s.Model.Speed == 0 || s.Main == "" || s.Wavelet.Peak <= 0 {
		return nil
	}
	slowest, _ := s.Model.Values.Range()
	wave := slowest * s.Model.Speed * s.Problem.Second / s.Wavelet.Peak // m
	long := 0.0
	for axis, n := range s.Model.Shape() {
		long = max(long, float64(n-1)*s.Model.Spacing[axis]*s.Problem.Metre)
	}
	if long >= wave/2 {
		return nil
	}
	return []string{s.Config.Fault("model.spacing", fmt.Errorf("the model is %.3g m long, and a wave of the peak frequency %.3g m: check spacing, in units of %g m, and peak_hz", long, wave, s.Problem.Metre)).Error()}
}

// Blame puts the place in the configuration before what is wrong with the arguments
// that were made of it.
func (s *Setup) Blame(err error) error {
	if placed := new(survey.Fault); errors.As(err, &placed) {
		return err
	}
	if bad := (operator.BadArguments)(nil); !errors.As(err, &bad) {
		return err
	}
	if slow := (operator.Unstable{}); errors.As(err, &slow) && s.Config.Dt > 0 {
		return s.Config.Fault("dt", err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Config.FieldSection)) {
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(err.Error()) {
			return s.Config.Fault("fields."+name, err)
		}
	}
	return s.Config.Fault("model", err)
}

// Warnings says what can be computed but is probably not meant.
func (s *Setup) Warnings(g *survey.Geometry) []string {
	out := append(s.Config.Warnings(s.Wavelet, g), s.tiny()...)
	absorbs := s.Problem.Absorbs()
	ends := 0
	for _, axis := range absorbs {
		for _, end := range axis {
			if end {
				ends++
			}
		}
	}
	switch n := s.Config.Border; {
	case ends == 0:
	case !s.Problem.Absorbing():
		text := fmt.Sprintf("operator %s has no absorbing layers, so that waves come back from the ends of the model; to absorb them, import \"definitions/layers.pde\" and add absorb damping(SPEED), shift, see docs/language.md", s.Problem.Name)
		if n != nil && *n > 0 {
			text += "; border has no effect"
		}
		out = append(out, text)
	case s.points() == 0:
		out = append(out, "without a border the ends of the model reflect: set border, or leave it out")
	case s.points() < 10:
		out = append(out, fmt.Sprintf("a border of %d points absorbs little; 10 to 40 are usual", s.points()))
	}
	return out
}
