package operator

import (
	"context"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/jit"
	"github.com/courant-pde/courant/symbolic"
)

// Operator is a compiled operator. It holds no data and may be bound any
// number of times, by several goroutines at once.
type Operator struct {
	Program *codegen.Program
	// Library is the loaded code; nil when the operator is interpreted.
	Library *jit.Library
}

// Load compiles the operator of a file. Options.Backend spells the code that
// is built and loaded; nil interprets the kernel in Go, slowly. Errors: those
// of dsl.ParseFile, codegen.Compile and jit.Build.
func Load(ctx context.Context, path string, o codegen.Options) (*Operator, error) {
	file, err := dsl.ParseFile(path)
	if err != nil {
		return nil, err
	}
	return Compile(ctx, file, o)
}

// Compile is Load for a file that is parsed.
func Compile(ctx context.Context, file *dsl.File, o codegen.Options) (*Operator, error) {
	program, err := codegen.Compile(file, o)
	if err != nil {
		return nil, err
	}
	return finish(ctx, program)
}

// CompileProblem is Compile for a problem, such as a derived one.
func CompileProblem(ctx context.Context, p *symbolic.Problem, o codegen.Options) (*Operator, error) {
	program, err := codegen.CompileProblem(p, o)
	if err != nil {
		return nil, err
	}
	return finish(ctx, program)
}

// finish builds a program that has source.
func finish(ctx context.Context, program *codegen.Program) (*Operator, error) {
	if program.Source == nil {
		return &Operator{Program: program}, nil
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

// Build makes a compiled program callable with a given compiler and cache.
func Build(ctx context.Context, builder *jit.Builder, program *codegen.Program) (*Operator, error) {
	library, err := builder.Build(ctx, jit.Source{Name: program.Source.Name, C: program.Source.Text}, flags())
	if err != nil {
		return nil, err
	}
	return &Operator{Program: program, Library: library}, nil
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
