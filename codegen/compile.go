// Package codegen is the front door of the compiler: Compile is the whole pipeline from
// an operator file to the source of a target.
//
// In: a dsl.File, or with CompileProblem a symbolic.Problem, and Options such as the
// target. Out: a Program, which has the result of every stage, among them the kernel,
// its signature and its source. Running it is the business of runtime/exec/operator.
// Start at Compile and its example; docs/tour.md shows the stages on one equation.
package codegen

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
)

// Options say what to compile an operator for.
type Options struct {
	Operator   string // operator of the file; may be empty when there is just one
	Dim        int    // space axes of the grid: 1, 2 or 3; 0 for as many as the operator names, or 3
	SpaceOrder int    // overrides the file's order in space unless 0
	Border     int    // points of the absorbing layers at the ends of the grid
	Uniform    bool   // the grid's spacing is the same along all axes: fewer coefficients

	Precision signature.Real  // type of grid values
	Target    backends.Target // nil makes no source
	Passes    pass.Options
	// Half names fields that are stored in half precision, which changes results: see
	// stencil.Program.Narrow.
	Half    []string
	Machine facts.Machine // on which the operator runs; zero fits all
	// Schedule says how the program is carried out; nil stands for
	// schedule.Default.
	Schedule schedule.Maker
	// Disable names choices that schedule.Default leaves out: see schedule.Choices.
	Disable []string
	// Halo is the least width of the halo, per axis, beside what the operator
	// needs: operators of the same halo share arrays. It may be nil.
	Halo  []int
	Stage func(name string, d time.Duration) // observes the stages, may be nil
}

// Check are the options of the first stage.
func (o Options) Check() check.Options {
	return check.Options{Operator: o.Operator, Dim: o.Dim, SpaceOrder: o.SpaceOrder, Uniform: o.Uniform, Border: o.Border}
}

// LeaveOut leaves out passes and choices of the default schedule by their names. Error:
// a BadOption for a name of neither.
func (o *Options) LeaveOut(names ...string) error {
	for _, name := range names {
		switch {
		case slices.Contains(pass.Names(), name):
			o.Passes.Disable = append(o.Passes.Disable, name)
		case slices.Contains(schedule.Names(), name):
			o.Disable = append(o.Disable, name)
		default:
			return BadOption{fmt.Errorf("there is no optimisation %q to disable; they are %s", name, strings.Join(Optimisations(), ", "))}
		}
	}
	return nil
}

// Optimisations are the names that LeaveOut takes.
func Optimisations() []string { return append(pass.Names(), schedule.Names()...) }

// Idle says what of the options has no effect on a problem, "" for nothing.
func (o Options) Idle(p *symbolic.Problem) string {
	if o.Border > 0 && p.Layers == nil {
		return fmt.Sprintf("operator %s has no absorb statement, so that --border has no effect and waves reflect at the ends of the grid", p.Name)
	}
	return ""
}

// Program is an operator on its way through the compiler: each field is the
// result of one stage.
type Program struct {
	Problem     *symbolic.Problem   // as the file states it
	Discretised *symbolic.Problem   // stencils in place of derivatives, equations solved
	Stencil     *stencil.Program    // what is computed, after the passes
	Schedule    *schedule.Schedule  // how it is carried out
	Kernel      *loop.Kernel        // the loops of both
	Signature   *signature.Operator // what the kernel takes and gives
	Source      *backends.Source    // nil without a target
	Target      facts.Target        // what the stages had to know of it
}

// Compile takes one operator of a parsed file through all stages. The error
// is a dsl.Errors when the file is at fault, a *schedule.Illegal when the
// schedule does not fit it, a BadOption when half precision does not, and a
// *backends.Unsupported when the target cannot do it.
func Compile(file *dsl.File, o Options) (*Program, error) {
	p := &Program{}
	// Names, dimensions, orders, units: the syntax becomes mathematics.
	check := stage{"check", func() (err error) { p.Problem, err = check.Problem(file, o.Check()); return }}
	if err := p.through(o, check); err != nil {
		return nil, err
	}
	return p, nil
}

// CompileProblem takes a problem, such as a derived one, through the stages
// behind check. The options that check reads do not matter.
func CompileProblem(problem *symbolic.Problem, o Options) (*Program, error) {
	p := &Program{Problem: problem}
	if err := p.through(o); err != nil {
		return nil, err
	}
	return p, nil
}

// BadOption says what is wrong with the options for an operator.
type BadOption struct{ error }

// narrow stores fields in half precision.
func (p *Program) narrow(names []string) error {
	err := p.Stencil.Narrow(names)
	if unknown := (*stencil.NotNarrow)(nil); errors.As(err, &unknown) {
		if hint := dsl.DidYouMean(unknown.Name, unknown.Able); hint != "" {
			err = fmt.Errorf("%w; %s", err, hint)
		}
	}
	if err != nil {
		return BadOption{err}
	}
	return nil
}

type stage struct {
	name string
	run  func() error
}

// through carries out some stages and then those that all programs share.
func (p *Program) through(o Options, first ...stage) error {
	target, err := schedule.Without(o.facts(), o.Disable)
	if err != nil {
		return err
	}
	p.Target = target
	stages := append(first, []stage{
		// Derivatives become stencils, equations become explicit updates.
		{"discretise", func() (err error) { p.Discretised, err = lower.Discretise(p.Problem, p.Target); return }},
		// Updates become computes over boxes of the grid, one each.
		{"lower", func() (err error) { p.Stencil, err = lower.Program(p.Discretised, o.Precision, o.Halo); return }},
		// Fewer operations for the same values: see pass.Table for the order and its
		// reasons.
		{"passes", func() error { return pass.Run(p.Stencil, p.Target, o.Passes) }},
		// Fields that the caller wants so are stored in half precision.
		{"store", func() error { return p.narrow(o.Half) }},
		// What is computed, and how, become loops.
		{"schedule", func() (err error) { return p.apply(o) }},
		// Loops become text.
		{"emit", func() (err error) {
			if o.Target != nil {
				p.Source, err = o.Target.Emit(p.Kernel)
			}
			return
		}},
	}...)
	for _, s := range stages {
		start := time.Now()
		if err := s.run(); err != nil {
			return positioned(err)
		}
		if o.Stage != nil {
			o.Stage(s.name, time.Since(start))
		}
	}
	return nil
}

// facts are those of the target.
func (o Options) facts() facts.Target {
	if o.Target == nil {
		return facts.CPU.On(o.Machine)
	}
	return o.Target.Facts().On(o.Machine)
}

// apply makes loops of the stencil program. Loops that the verifier refuses are
// a fault of the compiler, which with a schedule of the caller's is an error.
func (p *Program) apply(o Options) (err error) {
	p.Stencil.Require()
	schedules := o.Schedule
	if schedules == nil {
		schedules = schedule.Default
	}
	if p.Kernel, p.Schedule, err = schedule.Apply(p.Stencil, schedules(p.Stencil, p.Target)); err != nil {
		return err
	}
	p.Signature = &p.Kernel.Operator
	if err := loop.Verify(p.Kernel); err != nil {
		if o.Schedule != nil {
			return fmt.Errorf("the compiler made wrong loops of this schedule, which is a fault of its own; please report it with the schedule and the operator file: %w", err)
		}
		panic(fmt.Sprintf("a wrong kernel: %v\n%s\n%s", err, p.Schedule, p.Kernel))
	}
	return nil
}

// positioned gives a fault of lowering the form of all other faults of a file.
func positioned(err error) error {
	var fault *lower.Fault
	if !errors.As(err, &fault) {
		return err
	}
	at := fault.Source
	e := &dsl.Error{Pos: dsl.Pos{Filename: at.File, Line: at.Line, Column: 1}, Line: at.Text, Width: len([]rune(at.Text)), Message: fault.Err.Error()}
	return dsl.Errors{e}
}
