package imaging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/seismic/modelling"
	"github.com/courant-pde/courant/runtime/seismic/segy"
	"github.com/courant-pde/courant/runtime/seismic/survey"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Survey is the shots of a configuration, ready to be modelled and
// differentiated. What is looked for are fields of the operator at the points of
// the model, one behind the other in a single row of numbers.
type Survey struct {
	Config *survey.Config
	Model  *survey.Model // what the records are made with when none are given
	Start  *survey.Model // where the inversion begins, as far as the model's field goes
	Shots  []*survey.Geometry
	// Memory is what the gradient of a shot may take, in bytes; 0 for three
	// quarters of what is free.
	Memory int64
	// Notes tell of what is doubtful in the configuration and the records, and what of
	// them is left out.
	Notes []string

	setup        *modelling.Setup
	unknowns     []*unknown
	records      []string // names of the sets of receivers that are compared
	op           *gradient.Operator
	illumination *gradient.Illumination
	born         *gradient.Born
	scatter      *gradient.Operator                  // makes images by inverse scattering; nil for derivatives
	line         *segy.File                          // of the observed records; nil when they are elsewhere
	judge        func(gradient.Data) gradient.Misfit // in place of the configuration's misfit; may be nil
	judged       string                              // its name
	noting       sync.Mutex
}

// NewSurvey reads what a configuration names and compiles its operator with
// its derivatives. Errors: those of the configuration and of compiling, and for
// unknowns and records that the operator does not have.
func NewSurvey(ctx context.Context, c *survey.Config, backend backends.Target, threads int) (s *Survey, err error) {
	return newSurvey(ctx, c, nil, backend, threads)
}

// newSurvey is NewSurvey of shots that are known; nil for those of the configuration.
func newSurvey(ctx context.Context, c *survey.Config, shots []*survey.Geometry, backend backends.Target, threads int) (s *Survey, err error) {
	s = &Survey{Config: c, Shots: shots}
	s.setup, err = modelling.Open(c, backend)
	if s.Model = s.setup.Model; s.Model == nil {
		return nil, err
	}
	s.setup.Threads = threads
	// What is wrong is said in one go.
	faults := []error{err}
	for _, read := range []func() error{
		func() (err error) {
			if s.Shots == nil {
				s.Shots, err = s.shots()
			}
			return err
		},
		s.wavelets,
		s.readable,
		s.check,
	} {
		faults = append(faults, read())
	}
	if err == nil {
		faults = append(faults, s.compared())
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for _, w := range s.setup.Warnings(s.Shots[0]) {
		s.note("%s", w)
	}
	names, err := s.named()
	if err != nil {
		return nil, err
	}
	if err := s.compile(ctx, names); err != nil {
		return nil, err
	}
	if err := s.find(names); err != nil {
		return nil, err
	}
	return s, s.discretise(ctx)
}

// discretise finds a step that is stable in both models, and leaves room for
// faster ones.
func (s *Survey) discretise(ctx context.Context) error {
	receivers := s.Shots[0].Receivers.Shape[0]
	best := s.setup.Dt
	for _, x := range [][]float64{s.truth(), s.start()} {
		at := s.setup.With(s.fields(x))
		if err := at.Discretise(ctx, s.op.Forward, 1-margin, receivers); err != nil {
			return err
		}
		if best == 0 || at.Dt < best {
			best = at.Dt
		}
	}
	s.setup.Dt, s.setup.Steps = best, survey.Steps(0, s.Config.Time, best)
	return nil
}

// margin is the part of the critical time step that is taken: an inversion may
// find faster models by as much.
const margin = 0.85

// compared finds the receivers whose records are compared.
func (s *Survey) compared() error {
	all := s.setup.Records
	if len(all) == 0 {
		return s.Config.Fault("operator", fmt.Errorf("operator %s records nothing", s.setup.Problem.Name))
	}
	if s.records = s.Config.Inversion.Records; s.records == nil {
		s.records = all[:1]
	}
	for i, name := range s.records {
		switch {
		case !slices.Contains(all, name):
			return s.Config.Fault("inversion.records", fmt.Errorf("operator %s has no receivers %s; it has %s", s.setup.Problem.Name, name, strings.Join(all, ", ")))
		case slices.Contains(s.records[:i], name):
			return s.Config.Fault("inversion.records", fmt.Errorf("%s is named twice", name))
		case len(s.records) > 1 && s.Config.Inversion.Line():
			return s.Config.Fault("inversion.records", fmt.Errorf("a SEG-Y line has the records of one set of receivers"))
		}
	}
	return nil
}

// wavelets checks that there are as many wavelets as shots, or one.
func (s *Survey) wavelets() error {
	if n := s.setup.Wavelet.Shots(); n > 0 && n != len(s.Shots) {
		return s.Config.Fault("wavelet.file", fmt.Errorf("it has wavelets for %d shots, and there are %d", n, len(s.Shots)))
	}
	return nil
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
		same := identical(g.Receivers, s.Shots[0].Receivers)
		for name, at := range g.Sets {
			same = same && identical(at, s.Shots[0].Sets[name])
		}
		if !same {
			return s.Config.Fault("inversion.supershots", fmt.Errorf("shot %d has other receivers than shot 0; shots can be summed only where all have the same", k))
		}
	}
	return nil
}

// identical reports whether places are the same.
func identical(a, b *field.Array) bool {
	return slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Float64(), b.Float64())
}

func (s *Survey) compile(ctx context.Context, unknowns []string) (err error) {
	o := gradient.Options{Compile: s.setup.Options, Wrt: unknowns}
	if s.Config.Inversion.Condition == "inverse-scattering" {
		if err := s.scattering(ctx, unknowns); err != nil {
			return err
		}
	}
	if s.op, err = gradient.Compile(ctx, s.setup.Problem, o); err != nil {
		return err
	}
	if s.illumination, err = gradient.CompileIllumination(ctx, s.setup.Problem, o); err != nil || !s.migration() {
		return err
	}
	s.born, err = gradient.CompileBorn(ctx, s.setup.Problem, o)
	return err
}

// scattering compiles the imaging condition of inverse scattering, for which it
// finds the squared slowness by its unit.
func (s *Survey) scattering(ctx context.Context, unknowns []string) error {
	c := s.Config
	if len(unknowns) > 1 {
		return c.Fault("inversion.condition", fmt.Errorf("inverse scattering makes one image, and %d unknowns are named", len(unknowns)))
	}
	reads := s.setup.Problem.Reads()
	for _, f := range s.setup.Problem.Functions {
		if f.Role != symbolic.Field || !reads[f] || !check.SquaredSlowness(f.Unit) {
			continue
		}
		var err error
		s.scatter, err = gradient.Compile(ctx, s.setup.Problem, gradient.Options{Compile: s.setup.Options, Condition: adjoint.InverseScattering, Slowness: f.Name})
		if err != nil {
			return c.Fault("inversion.condition", err)
		}
		return nil
	}
	return c.Fault("inversion.condition", fmt.Errorf("inverse scattering needs a field of squared slowness, with a unit such as [s^2/km^2], which operator %s has not; leave condition out", s.setup.Problem.Name))
}
