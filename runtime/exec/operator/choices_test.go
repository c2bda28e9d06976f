package operator

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/backends/interp"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
)

// Each choice of the default schedule can be left out by its name, has another
// schedule then, and the same bits; the interpreter agrees.
func TestChoices(t *testing.T) {
	tested := map[string]bool{}
	for _, v := range []struct {
		name    string
		border  int
		choices []string
	}{
		{"acoustic", 0, []string{"wavefront", "vectors", "prefetch", "usual"}},
		{"acoustic", 3, []string{"join", "slabs"}},
		{"elastic", 0, []string{"wavefront"}},
		{"tti", 0, []string{"join"}},
	} {
		file, err := dsl.ParseFile("../../../testdata/operators/" + v.name + ".pde")
		if err != nil {
			t.Fatal(err)
		}
		o := codegen.Options{Dim: 3, SpaceOrder: 4, Border: v.border, Precision: signature.F64, Target: c.Target{}, Machine: facts.Machine{Vector: 64, Prefetch: 768, L2: 2 << 20, Cores: 2}}
		all := exact(t, file, o)
		a := randomArguments(t, all.Program, rand.New(rand.NewPCG(1, 2)))
		a.Threads = 2
		want := outcome(t, all, a)
		for _, name := range v.choices {
			tested[name] = true
			o.Disable = []string{name}
			less := exact(t, file, o)
			if less.Program.Schedule.String() == all.Program.Schedule.String() {
				t.Errorf("%s has the same schedule without %s", v.name, name)
			}
			compare(t, fmt.Sprintf("%s without %s", v.name, name), outcome(t, less, a), want, 0)
		}
		o.Disable, o.Target = nil, interp.Target{}
		interpreted, err := Compile(t.Context(), file, o)
		if err != nil {
			t.Fatal(err)
		}
		// Sines and cosines of Go's library and C's may differ by an ulp of 2e-16, which
		// a few dozen operations on them carry on.
		compare(t, v.name+" interpreted", outcome(t, interpreted, a), want, 1e-14)
	}
	for _, name := range schedule.Names() {
		if !tested[name] {
			t.Errorf("nothing is compared without %s", name)
		}
	}
}
