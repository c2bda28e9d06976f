package verify

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/dsl/dsltest"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// Random programs have right adjoints, or are refused with a reason. Values stay
// near 1 and nonlinear terms are weak; 1e-12 leaves ten times the rounding of
// the library's operators.
func TestRandomAdjoints(t *testing.T) {
	count := 150
	if testing.Short() {
		count = 20
	}
	compared, refused := 0, 0
	reasons := map[string]int{}
	for seed := range count {
		dim := 1 + seed%2
		// Half of them are linear: only those have products by sources and initial states.
		o := dsltest.Options{Dim: dim, Forward: true, Linear: seed%4 < 2}
		text := dsltest.Operator(rand.New(rand.NewPCG(uint64(seed), 31)), o)
		file, err := dsl.Parse("random.pde", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		p, err := check.Problem(file, check.Options{Dim: dim})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		all, err := Adjoint(t.Context(), p, Options{Compile: codegen.Options{Dim: dim, Precision: signature.F64}, Steps: 12, Dt: 0.05, Shape: []int{13, 11}[:dim], Seed: uint64(seed)})
		var refusal *adjoint.Refusal
		switch {
		case errors.As(err, &refusal):
			refused++
			reasons[err.Error()[strings.LastIndex(err.Error(), ": ")+1:]]++
		case err != nil:
			t.Errorf("seed %d: %v\n%s", seed, err, text)
		}
		for _, d := range all {
			if compared++; !(d.Error <= 1e-12) {
				t.Errorf("seed %d: by %s: %.15g and %.15g differ by %.1e\n%s", seed, d.Of, d.Left, d.Right, d.Error, text)
			}
		}
	}
	t.Log(reasons)
	t.Logf("%d products compared, %d programs refused", compared, refused)
	if compared < count {
		t.Errorf("only %d products were compared", compared)
	}
}
