// Package backends says what a target is. Each target spells a kernel in its
// own folder; nothing outside this tree depends on which one is in use.
package backends

import "github.com/courant-pde/courant/codegen/ir"

// Source is a kernel spelt for a target.
type Source struct {
	Name    string            // kernel
	File    string            // suggested file name
	Text    string            // complete source
	Headers map[string]string // headers that it includes, by name
}

// Backend spells kernels for one target.
type Backend interface {
	// Name is what users call the target.
	Name() string
	// Emit spells k. It fails with an *Unsupported error for what the target
	// cannot do.
	Emit(k *ir.Kernel) (*Source, error)
}

// Unsupported says that a target lacks a capability.
type Unsupported struct {
	Backend, Capability string
}

func (e *Unsupported) Error() string {
	return "target " + e.Backend + " does not support " + e.Capability
}
