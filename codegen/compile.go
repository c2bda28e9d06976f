// Package codegen is the front door of the compiler: Compile is the whole
// pipeline from an operator file to the source of a target.
package codegen

import (
	"errors"
	"time"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
)

// Options say what to compile an operator for.
type Options struct {
	check.Options                  // operator, number of axes, order in space
	Real          ir.Type          // type of grid values
	Backend       backends.Backend // nil makes no source, for the interpreter
	Passes        pass.Options
	// Halo is the least width of the halo, per axis, beside what the operator
	// needs: operators of the same halo share arrays. It may be nil.
	Halo  []int
	Stage func(name string, d time.Duration) // observes the stages, may be nil
}

// Program is an operator on its way through the compiler: each field is the
// result of one stage.
type Program struct {
	Problem     *symbolic.Problem // as the file states it
	Discretised *symbolic.Problem // stencils in place of derivatives, equations solved
	Kernel      *ir.Kernel        // after the passes
	Source      *backends.Source  // nil without a backend
}

// Compile takes one operator of a parsed file through all stages. The error
// is a dsl.Errors when the file is at fault, and a *backends.Unsupported when
// the target cannot do it.
func Compile(file *dsl.File, o Options) (*Program, error) {
	p := &Program{}
	// Names, dimensions, orders, units: the syntax becomes mathematics.
	check := stage{"check", func() (err error) { p.Problem, err = check.Problem(file, o.Options); return }}
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

type stage struct {
	name string
	run  func() error
}

// through carries out some stages and then those that all programs share.
func (p *Program) through(o Options, first ...stage) error {
	stages := append(first, []stage{
		// Derivatives become stencils, equations become explicit updates.
		{"discretise", func() (err error) { p.Discretised, err = lower.Discretise(p.Problem); return }},
		// Updates become loops over the grid, one nest each.
		{"lower", func() (err error) { p.Kernel, err = lower.Kernel(p.Discretised, o.Real, o.Halo); return }},
		// Nests become fast nests: see pass.Table for the order and its reasons.
		{"passes", func() error { return pass.Run(p.Kernel, o.Passes) }},
		// Nests become text.
		{"emit", func() (err error) {
			if o.Backend != nil {
				p.Source, err = o.Backend.Emit(p.Kernel)
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
