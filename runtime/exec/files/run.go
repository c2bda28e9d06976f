// Package files runs an operator on arrays in .npy files. It is what `courant apply` and
// `courant gradient` call.
//
// In: a Run: the operator's file, the grid and the time step, and which files hold fields,
// coordinates and traces, as NAME=FILE.npy. Out: the files of the results, and what is to
// be said of them. Run.Check finds everything that is wrong with names, numbers and files
// at once, and nothing is computed then. Start at Run.Apply and its example; package
// operator is what to call for arrays in memory.
package files

import (
	"context"
	"errors"
	"slices"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/exec/tune"
	"github.com/courant-pde/courant/symbolic"
)

// Run is a run of an operator on files.
type Run struct {
	Operator string // path of the operator's file
	// Compile says how; Dim and Uniform follow from the grid.
	Compile codegen.Options
	// Arguments have the grid, the time and how to run; one spacing stands for all axes.
	// Fields, Constants and Points are those of Set and Points.
	Arguments operator.Arguments
	Set       []string // fields and scalars: NAME=FILE.npy or NAME=NUMBER
	// Points are receivers, NAME=COORDINATES.npy, and sources, NAME=COORDINATES.npy:TRACES.npy;
	// NODES.npy+WEIGHTS.npy in place of coordinates ties points to nodes.
	Points []string
	Out    []string         // results: NAME=FILE.npy
	Tune   tune.Effort      // how long to search for a faster schedule first
	Tried  func(tune.Trial) // is told what a search tries; may be nil
	// Compare runs again in single precision and finds what Compile.Half does to each
	// result.
	Compare bool
}

// Report is what is to be said of a run, besides its results.
type Report struct {
	Roundings []operator.Rounding // of parameters in half precision
	// Errors are, for each result, the norm of its difference to that in single precision
	// by its norm; for Run.Compare alone.
	Errors []ResultError
}

// ResultError is what half precision does to one result.
type ResultError struct {
	Result string
	Error  float64
}

// Check finds what is wrong with a run, without running or building anything. Errors:
// dsl.Errors of the operator's file joined with operator.BadArguments with all faults.
func (r Run) Check() error { return r.open(results).check() }

// Apply carries out all steps and writes the results. Errors: those of Check,
// operator.Load and operator.Apply, and files that cannot be written.
func (r Run) Apply(ctx context.Context) (*Report, error) {
	j := r.open(results)
	if j.wrong() {
		return nil, j.check()
	}
	op, err := j.load(ctx, j.Compile, r.Tune)
	if bad := (codegen.BadOption{}); errors.As(err, &bad) {
		return nil, j.check() // says it with all that is wrong besides
	}
	if err != nil {
		return nil, err
	}
	if len(j.outputs) == 0 {
		j.warn("nothing is written; name results with --out, such as --out rec=rec.npy")
	}
	if text := r.Compile.Idle(op.Program.Problem); text != "" {
		j.warn(text)
	}
	run, err := op.Apply(ctx, j.Arguments)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	for _, o := range j.outputs {
		if err := field.WriteNPY(o.value, run.Result(o.name)); err != nil {
			return nil, err
		}
	}
	report := &Report{Roundings: run.Roundings()}
	if r.Compare {
		report.Errors, err = j.compare(ctx, run)
	}
	return report, err
}

// compare finds how far the results of a run in half precision are from those in single
// precision.
func (j *job) compare(ctx context.Context, half *operator.Run) (out []ResultError, err error) {
	o, a := j.Compile, j.Arguments
	o.Half, a.Warn = nil, nil
	op, err := j.load(ctx, o, tune.Off)
	if err != nil {
		return nil, err
	}
	single, err := op.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer single.Close()
	for _, o := range j.outputs {
		out = append(out, ResultError{o.name, field.Difference(half.Result(o.name), single.Result(o.name))})
	}
	return out, nil
}

// results are the names that a run of a problem has results of.
func results(p *symbolic.Problem) (names []string) {
	reads := p.Reads()
	for _, f := range p.Functions {
		if !f.Local && (reads[f] || f.Role != symbolic.Field) {
			names = append(names, f.Name)
		}
	}
	for _, q := range p.Points {
		if !q.Inject {
			names = append(names, q.Name)
		}
	}
	for _, s := range p.Series {
		names = append(names, s.Name)
	}
	return names
}

// job is a run whose files are read.
type job struct {
	Run
	faults
	file    *dsl.File
	problem *symbolic.Problem
	broken  error // what is wrong with the operator's file
	outputs []pair
	unread  []string // names whose files could not be read
}

// open reads the files of a run. Known are the names of the results that it can have.
func (r Run) open(known func(*symbolic.Problem) []string) *job {
	j := &job{Run: r}
	a := &j.Arguments
	if len(a.Spacing) == 1 && len(a.Shape) > 1 {
		a.Spacing = slices.Repeat(a.Spacing, len(a.Shape))
	}
	j.Compile.Dim = len(a.Shape)
	j.Compile.Uniform = len(a.Spacing) > 0 && slices.Max(a.Spacing) == slices.Min(a.Spacing)
	j.read()
	if j.Compare && (len(j.Compile.Half) == 0 || len(j.Out) == 0) {
		j.add("--half-error compares results of --out that --half changes; give both")
	}
	if j.file, j.broken = dsl.ParseFile(r.Operator); j.broken == nil {
		j.problem, j.broken = check.Problem(j.file, j.Compile.Check())
	}
	if j.broken != nil {
		j.outputs = j.written(nil)
		return j
	}
	j.outputs = j.written(known(j.problem))
	j.addAll(operator.Overridden(j.problem, j.Arguments))
	return j
}

// wrong reports whether something is wrong already.
func (j *job) wrong() bool { return j.broken != nil || len(j.list) > 0 }

// check finds all that is wrong.
func (j *job) check() error {
	if j.broken != nil {
		return errors.Join(j.broken, j.err())
	}
	o := j.Compile
	o.Target = nil // nothing is built
	program, err := codegen.Compile(j.file, o)
	if bad := (codegen.BadOption{}); errors.As(err, &bad) {
		j.add("%s", err)
		o.Half = nil
		program, err = codegen.Compile(j.file, o)
	}
	if err != nil {
		return errors.Join(err, j.err())
	}
	j.addAll(operator.Check(program, j.standIns()))
	return j.err()
}

// load compiles the operator, with the schedule that a search finds.
func (j *job) load(ctx context.Context, o codegen.Options, effort tune.Effort) (*operator.Operator, error) {
	compile := func(ctx context.Context, o codegen.Options) (*operator.Operator, error) {
		return operator.Compile(ctx, j.file, o)
	}
	return tune.Case{Compile: compile, Options: o, Arguments: j.Arguments, Report: j.Tried}.Best(ctx, effort)
}

func (j *job) warn(text string) {
	if j.Arguments.Warn != nil {
		j.Arguments.Warn(text)
	}
}
