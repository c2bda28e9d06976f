package stencil_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen/facts"
	"github.com/courant-pde/courant/codegen/lower"
	"github.com/courant-pde/courant/codegen/pass"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/codegen/stencil"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

// Every operator of the library prints and parses back as it leaves each pass.
func TestOperatorsRoundTrip(t *testing.T) {
	files, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(files) == 0 {
		t.Fatal("no operators", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".pde"), func(t *testing.T) {
			t.Parallel()
			file, err := dsl.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			programs := 0
			for dim := 1; dim <= 3; dim++ {
				for so := 2; so <= 16; so += 2 {
					if testing.Short() && so != 2 && so != 8 {
						continue
					}
					programs += roundTripAll(t, file, check.Options{Dim: dim, SpaceOrder: so})
				}
				if !testing.Short() { // layers
					programs += roundTripAll(t, file, check.Options{Dim: dim, SpaceOrder: 4, Border: 10})
				}
			}
			if programs == 0 {
				t.Error("compiles for no grid")
			}
		})
	}
}

// roundTripAll counts the programs between the passes; 0 for an operator that
// is not meant for such a grid.
func roundTripAll(t *testing.T, file *dsl.File, o check.Options) int {
	problem, err := check.Problem(file, o)
	if err != nil {
		return 0
	}
	discretised, err := lower.Discretise(problem, facts.CPU)
	if err != nil {
		t.Fatal(err)
	}
	p, err := lower.Program(discretised, signature.F32, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	look := func(after string) {
		t.Helper()
		if err := stencil.Verify(p); err != nil {
			t.Fatalf("after %s: %v\n%s", after, err, p)
		}
		roundTrip(t, p)
		n++
	}
	look("lower")
	for _, x := range pass.Table {
		x.Run(p, facts.CPU)
		look(x.Name)
	}
	return n
}
