package operator

import (
	"context"
	"runtime"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/exec/jit"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/symbolic"
)

// Operator is a compiled operator. It holds no data and may be bound any
// number of times, by several goroutines at once.
type Operator struct {
	Program *codegen.Program
	// Library is the loaded code; nil when the operator is interpreted.
	Library *jit.Library

	interpreted *interp.Program
	spares      *spares
}

// Load compiles the operator of a file. Options.Target makes the code that is
// built and loaded; nil stands for the interpreter, which is slow and needs no
// compiler. Errors: those of dsl.ParseFile, codegen.Compile and jit.Build.
func Load(ctx context.Context, path string, o codegen.Options) (*Operator, error) {
	file, err := dsl.ParseFile(path)
	if err != nil {
		return nil, err
	}
	return Compile(ctx, file, o)
}

// Compile is Load for a file that is parsed.
func Compile(ctx context.Context, file *dsl.File, o codegen.Options) (*Operator, error) {
	program, err := codegen.Compile(file, targeted(o))
	if err != nil {
		return nil, err
	}
	return FromProgram(ctx, program)
}

// CompileProblem is Compile for a problem, such as a derived one.
func CompileProblem(ctx context.Context, p *symbolic.Problem, o codegen.Options) (*Operator, error) {
	program, err := Program(p, o)
	if err != nil {
		return nil, err
	}
	return FromProgram(ctx, program)
}

// Program is what CompileProblem builds of a problem, to be looked at before FromProgram
// builds it. Errors: those of codegen.CompileProblem.
func Program(p *symbolic.Problem, o codegen.Options) (*codegen.Program, error) {
	return codegen.CompileProblem(p, targeted(o))
}

func targeted(o codegen.Options) codegen.Options {
	if o.Target == nil {
		o.Target = interp.Target{}
	}
	if elsewhere, ok := o.Target.(*target.Collector); ok {
		o.Machine = elsewhere.Machine
	} else if o.Machine == (facts.Machine{}) {
		o.Machine = machine.Facts()
	}
	return o
}

// FromProgram builds a program with the compiler and the cache of this machine; what is
// interpreted needs none. Errors: those of jit.NewBuilder and Build.
func FromProgram(ctx context.Context, program *codegen.Program) (*Operator, error) {
	if program.Source.Language != backends.C {
		return Build(ctx, nil, program)
	}
	builder, err := jit.NewBuilder()
	if err != nil {
		return nil, err
	}
	return Build(ctx, builder, program)
}

// flags are what generated code is compiled with. Multiplications and
// additions may be fused, and code need not keep track of floating-point
// exceptions; sums keep their order, so that results do not depend on the
// compiler's choices.
func flags() jit.Flags {
	f := jit.DefaultFlags()
	f.Extra = []string{"-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"}
	return f
}

// Build makes a compiled program callable with a given compiler and cache; what
// is interpreted needs none.
func Build(ctx context.Context, builder *jit.Builder, program *codegen.Program) (*Operator, error) {
	switch program.Source.Language {
	case backends.Loops:
		p, err := interp.Load(program.Source.Text)
		return newOperator(Operator{Program: program, interpreted: p}), err
	case backends.CUDA:
		return nil, &backends.Unsupported{Target: "cuda", Capability: "running: its source is for a CUDA compiler; see `courant gen`"}
	}
	library, err := builder.Build(ctx, jit.Source{Name: program.Source.Name, C: program.Source.Text}, flags())
	if err != nil {
		return nil, err
	}
	return newOperator(Operator{Program: program, Library: library}), nil
}

// newOperator gives an operator a place for the memory that runs leave, which is
// given back when nothing refers to the operator any more.
func newOperator(op Operator) *Operator {
	op.spares = &spares{}
	runtime.AddCleanup(&op, (*spares).release, op.spares)
	return &op
}

// Apply binds the arguments and carries out all steps. The caller closes the
// run. Errors: those of Bind and Run.Advance.
func (op *Operator) Apply(ctx context.Context, a Arguments) (*Run, error) {
	run, err := op.Bind(a)
	if err != nil {
		return nil, err
	}
	if err := run.Advance(ctx, run.Last); err != nil {
		run.Close()
		return nil, err
	}
	return run, nil
}
