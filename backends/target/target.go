// Package target lists the targets that kernels can be run on.
package target

import (
	"fmt"
	"strings"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/interp"
)

// all are the targets, the default first.
var all = []backends.Target{c.Target{}, interp.Target{}}

// Names lists the targets, the default first.
func Names() []string {
	var names []string
	for _, b := range all {
		names = append(names, b.Name())
	}
	return names
}

// Find gives a target by name.
func Find(name string) (backends.Target, error) {
	for _, b := range all {
		if b.Name() == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("there is no target %q; the targets are %s", name, strings.Join(Names(), ", "))
}
