// Package backends says what a target is. Each target prints kernels in its own folder;
// nothing outside this tree depends on which one is in use.
//
// In: a loop.Kernel. Out: a Source, which is text with its language, or *Unsupported,
// which names what the target lacks. Package backends/target finds a target by its name,
// and backends/abi is the contract between generated code and its caller. Start at
// Target; backends/c implements it for C, backends/interp for the interpreter.
package backends

import (
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
)

// Source is a kernel as a target has it.
type Source struct {
	Name     string            // kernel
	File     string            // suggested file name
	Text     string            // complete source
	Headers  map[string]string // headers that it includes, by name
	Language Language
}

// Language says who can build a source.
type Language int

// The languages of sources.
const (
	C     Language = iota // a C compiler
	Loops                 // nobody needs to: the interpreter reads it
	CUDA                  // a CUDA compiler
)

// Target prints kernels.
type Target interface {
	// Name is what users call the target.
	Name() string
	// Facts are what passes and schedules have to know of it.
	Facts() facts.Target
	// Emit prints k. It fails with an *Unsupported error for what the target
	// cannot do.
	Emit(k *loop.Kernel) (*Source, error)
}

// Unsupported says that a target lacks a capability.
type Unsupported struct {
	Target, Capability string
}

func (e *Unsupported) Error() string {
	return "target " + e.Target + " does not support " + e.Capability
}
