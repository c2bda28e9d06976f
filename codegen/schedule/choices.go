package schedule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/facts"
)

// Choice is one that Default makes to be fast. It can be left out by its name.
type Choice struct {
	Name string
	Doc  string // one line: what it does
	off  func(*facts.Target)
}

// Choices are those of the default schedule.
var Choices = []Choice{
	{"wavefront", "take several steps, or fields that are updated in turns, in one skewed pass", func(t *facts.Target) { t.L2 = 0 }},
	{"join", "let computes share a nest: temporaries in rings of planes, what layers add", func(t *facts.Target) { t.Join = false }},
	{"slabs", "store memory variables of layers in the layers alone", func(t *facts.Target) { t.Slabs = false }},
	{"vectors", "write rows in the machine's vectors, which all the others here need", func(t *facts.Target) { t.Vector = 0 }},
	{"prefetch", "ask for memory ahead of a vector", func(t *facts.Target) { t.Prefetch = 0 }},
	{"usual", "leave out coefficients where they have their usual values, as a sponge in the interior", func(t *facts.Target) { t.Usual = false }},
}

// Names lists the choices.
func Names() (out []string) {
	for _, c := range Choices {
		out = append(out, c.Name)
	}
	return out
}

// Without are the facts of a target for which Default leaves out some choices. An
// unknown name is an error.
func Without(t facts.Target, names []string) (facts.Target, error) {
	for _, name := range names {
		i := slices.Index(Names(), name)
		if i < 0 {
			return t, fmt.Errorf("the default schedule makes no choice %q: the choices are %s", name, strings.Join(Names(), ", "))
		}
		Choices[i].off(&t)
	}
	return t, nil
}
