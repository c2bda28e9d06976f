package operator

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/dsltest"
)

// Random programs give the same results interpreted, without any pass, and as
// C with any subset of the passes. Values stay near 1; a program is made of at
// most some hundred operations of up to 10 times that, over 8 steps, which
// differ in rounding only: 1e-10 leaves a hundred times that.
func TestRandomPrograms(t *testing.T) {
	count := 60
	if testing.Short() {
		count = 10
	}
	for seed := range count {
		r := rand.New(rand.NewPCG(uint64(seed), 77))
		dim := 1 + seed%3
		source := dsltest.Operator(r, dsltest.Options{Dim: dim})
		file, err := dsl.Parse("random.pde", source)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		o := codegen.Options{Dim: dim, Uniform: r.IntN(2) == 0, Precision: signature.F64}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("%v\n%s", p, source)
				}
			}()
			plain := o
			plain.Passes.Disable = pass.Names()
			oracle, err := Compile(t.Context(), file, plain)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			a := randomArguments(t, oracle.Program, r)
			a.Dt = 0.01
			if o.Uniform {
				a.Spacing = spacings(dim, 1)
				a.Origin = nil
				for _, p := range a.Points {
					for i := range p.At.F64 {
						p.At.F64[i] = r.Float64() * float64(a.Shape[i%dim]-1)
					}
				}
			}
			want := outcome(t, oracle, a)
			o.Target = c.Target{}
			for _, p := range pass.Names() {
				if r.IntN(3) == 0 {
					o.Passes.Disable = append(o.Passes.Disable, p)
				}
			}
			op, err := Compile(t.Context(), file, o)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			compare(t, fmt.Sprintf("without %v", o.Passes.Disable), outcome(t, op, a), want, 1e-10)
			if t.Failed() {
				t.Logf("\n%s", source)
			}
		})
	}
}
