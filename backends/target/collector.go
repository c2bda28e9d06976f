package target

import (
	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
)

// Collector is the C target of machines elsewhere. It keeps the source of each operator
// that is compiled for it, to be built and taken there, where nothing can be. Here its
// operators are interpreted, as this machine may be of another kind.
type Collector struct {
	Machine facts.Machine // what those machines have in common
	Sources []*backends.Source
}

// Name is that of the target there.
func (*Collector) Name() string { return c.Target{}.Name() }

// Facts are those of the target there.
func (*Collector) Facts() facts.Target { return c.Target{}.Facts() }

// Emit keeps the source of a kernel, and gives one for the interpreter. Errors: those of
// c.Target.Emit.
func (t *Collector) Emit(k *loop.Kernel) (*backends.Source, error) {
	s, err := c.Target{}.Emit(k)
	if err != nil {
		return nil, err
	}
	t.Sources = append(t.Sources, s)
	return interp.Target{}.Emit(k)
}
