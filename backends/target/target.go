// Package target lists the targets that kernels can be made for.
package target

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/backends"
	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/cuda"
	"github.com/courant-pde/courant/backends/interp"
)

// all are the targets, the default first; printed are those whose source is
// written and not run here.
var (
	all     = []backends.Target{c.Target{}, interp.Target{}}
	printed = []backends.Target{cuda.Target{}}
)

// Names lists the targets that run operators, the default first.
func Names() []string { return names(all) }

// Sources lists the targets whose source can be written.
func Sources() []string { return names(slices.Concat(all, printed)) }

func names(targets []backends.Target) []string {
	var out []string
	for _, t := range targets {
		out = append(out, t.Name())
	}
	return out
}

// Find gives a target by name.
func Find(name string) (backends.Target, error) {
	for _, t := range slices.Concat(all, printed) {
		if t.Name() == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("there is no target %q; the targets are %s", name, strings.Join(Names(), ", "))
}
