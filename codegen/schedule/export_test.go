package schedule

import (
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/stencil"
)

// Slabs counts the fields that were stored in layers alone.
var Slabs int

// Kept counts the fields that the default keeps in the memory of threads.
var Kept int

// KeepsEveryBit runs a program under the default of a machine with vectors and
// under some random schedules, and fails where one that is legal gives other bits
// than the trivial one. It gives the number of those that were legal.
func KeepsEveryBit(t *testing.T, p *stencil.Program, schedules uint64) int {
	t.Helper()
	legal := 0
	want := outcome(t, p, Trivial(p, facts.CPU), 1, false)
	keeps := func(s *Schedule, reverse bool) error {
		k, resolved, err := Apply(p, s)
		if err != nil {
			return err
		}
		if err := loop.Verify(k); err != nil {
			t.Fatalf("%v\n%s\n%s\n%s", err, p, resolved, k)
		}
		if what := differ(outcome(t, p, s, 1, reverse), want); what != "" {
			t.Fatalf("%s\n%s\n%s\n%s", what, p, resolved, k)
		}
		Slabs += len(resolved.Slabs)
		return nil
	}
	s := Default(p, facts.CPU.On(facts.Machine{Vector: 32, Prefetch: 64}))
	if err := keeps(s, false); err != nil {
		t.Fatalf("the default is refused: %v\n%s\n%s", err, p, s)
	}
	for _, g := range s.Groups {
		Kept += len(g.Local)
	}
	for seed := range schedules {
		if keeps(randomSchedule(p, seed), seed%2 == 1) == nil {
			legal++
		}
	}
	return legal
}
