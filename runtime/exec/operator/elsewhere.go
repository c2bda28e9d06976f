package operator

import (
	"context"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/runtime/exec/jit"
)

// CompileFor compiles sources that a target.Collector has kept for machines of a level,
// into a folder in which they find them there ($COURANT_KERNELS). Those that are in it are
// not compiled again. Errors: those of jit.NewBuilderFor and jit.Builder.Compile.
func CompileFor(ctx context.Context, l jit.Level, folder string, sources []*backends.Source) error {
	b, err := jit.NewBuilderFor(l, folder)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if _, err := b.Compile(ctx, jit.Source{Name: s.Name, C: s.Text}, flags()); err != nil {
			return err
		}
	}
	return nil
}
