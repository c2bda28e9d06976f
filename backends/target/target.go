// Package target lists the targets that kernels can be run on.
package target

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
)

// Interpreter is the name of the target that has no backend: the kernel is
// walked in Go, slowly.
const Interpreter = "interp"

// all are the backends, the default first.
var all = []backends.Backend{c.Backend{}}

// Names lists the targets, the default first.
func Names() []string {
	var names []string
	for _, b := range all {
		names = append(names, b.Name())
	}
	return append(names, Interpreter)
}

// Find gives the backend of a target; nil, without an error, for Interpreter.
func Find(name string) (backends.Backend, error) {
	for _, b := range all {
		if b.Name() == name {
			return b, nil
		}
	}
	if name == Interpreter {
		return nil, nil
	}
	return nil, fmt.Errorf("there is no target %q; the targets are %s", name, strings.Join(Names(), ", "))
}
