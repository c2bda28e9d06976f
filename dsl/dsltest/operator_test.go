package dsltest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Operators are free of faults, equal for equal numbers, and what their options ask for; all
// together have everything that an operator may have.
func TestOperator(t *testing.T) {
	var all strings.Builder
	derived := 0
	for seed := range uint64(300) {
		o := Options{Dim: 1 + int(seed)%3, Forward: seed%4 > 0, Linear: seed%4 == 1}
		text := Operator(rand.New(rand.NewPCG(seed, 1)), o)
		if again := Operator(rand.New(rand.NewPCG(seed, 1)), o); again != text {
			t.Fatalf("seed %d gives\n%sand then\n%s", seed, text, again)
		}
		all.WriteString(text)
		file, err := dsl.Parse("random.pde", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		p, err := check.Problem(file, check.Options{Dim: o.Dim})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if o.Forward && p.Backward {
			t.Errorf("it steps backward:\n%s", text)
		}
		if reverse, err := adjoint.Adjoint(p); err == nil && o.Linear {
			derived++
			// What is not linear is derived about saved states.
			if slices.ContainsFunc(reverse.Functions, func(f *symbolic.Function) bool { return f.Saved }) {
				t.Errorf("it is not linear:\n%s", text)
			}
		}
	}
	if derived < 50 {
		t.Errorf("only %d linear operators have adjoints", derived)
	}
	for _, part := range []string{
		"order space 2, time 1", "order space 6, time 3", "staggered x\n", "staggered faces", "harmonic", "on its axis", "saved", "folded",
		"odd", "even", "both", "periodic", "zero", "inner", "all but first", "in part every 2", "every 3",
		"solve", "u.forward", "u.backward", "w.dtl(order 1)\n", "w.dt\n", "dt into", "early", "reduce size from norm",
		"laplace", "div", "grad", "transpose", "dot", "hadamard", "sin(m)", "sin(b)", "at(", "(at 1/2)", "weights", "order space/2", ".dx3", ".dzl", "b^2",
	} {
		if !strings.Contains(all.String(), part) {
			t.Errorf("no operator has %q", part)
		}
	}
}
