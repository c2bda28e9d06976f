package operator

import (
	"context"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/runtime/jit"
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
	op := &Operator{Program: program}
	if program.Source != nil {
		op.Library, err = build(ctx, program.Source)
	}
	return op, err
}

// build makes generated code callable. Multiplications and additions may be
// fused, and code need not keep track of floating-point exceptions; sums keep
// their order, so that results do not depend on the compiler's choices.
func build(ctx context.Context, s *backends.Source) (*jit.Library, error) {
	source := jit.Source{Name: s.Name, C: s.Text}
	flags := jit.DefaultFlags()
	flags.Extra = []string{"-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"}
	return jit.Build(ctx, source, flags)
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
