package schedule

import (
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Variation is another choice that Default could make, which a search tries: it
// changes what Default takes for the facts of the target.
type Variation struct {
	Name   string
	Choice string // of those of Choices, that it varies: where that is left out, so is this
	make   func(*facts.Target)
}

// Varied makes what Default makes with some variations, one on top of the other.
func Varied(all ...Variation) Maker {
	return func(p *stencil.Program, t facts.Target) *Schedule {
		for _, v := range all {
			v.make(&t)
		}
		return Default(p, t)
	}
}

// Variations are those of processors, the ones that most often pay first. Where one
// of them changes nothing for an operator, it makes the same schedule.
var Variations = []Variation{
	{"one pass of 4 steps", "wavefront", func(t *facts.Target) { t.Pass = 4 }},
	{"one pass of 2 steps", "wavefront", func(t *facts.Target) { t.Pass = 2 }},
	{"one pass for each step", "wavefront", func(t *facts.Target) { t.Pass = 1 }},
	{"a pass for each compute", "wavefront", func(t *facts.Target) { t.L2, t.Pass = 0, 0 }},
	{"memory asked for twice as far ahead", "prefetch", func(t *facts.Target) { t.Prefetch *= 2 }},
	{"memory not asked for", "prefetch", func(t *facts.Target) { t.Prefetch = 0 }},
	{"memory asked for 768 bytes ahead", "prefetch", func(t *facts.Target) { t.Prefetch = 768 }},
	{"blocks of half as many rows", "join", func(t *facts.Target) { t.StreamedRows, t.KeptRows = t.StreamedRows/2, t.KeptRows/2 }},
	{"blocks of twice as many rows", "join", func(t *facts.Target) { t.StreamedRows, t.KeptRows = 2*t.StreamedRows, 2*t.KeptRows }},
	{"one pass of 8 steps", "wavefront", func(t *facts.Target) { t.Pass = 8 }},
	{"computes in nests of their own", "join", func(t *facts.Target) { t.Join = false }},
	{"coefficients everywhere", "usual", func(t *facts.Target) { t.Usual = false }},
	{"rows as the C compiler makes them", "vectors", func(t *facts.Target) { t.Vector = 0 }},
}
