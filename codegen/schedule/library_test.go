package schedule_test

import (
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/schedule"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// The operators of the library and their adjoints keep every bit under random
// legal schedules, with layers and without.
func TestLibraryKeepsEveryBit(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/operators/*.pde")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no operators: %v", err)
	}
	legal := 0
	for _, path := range paths {
		file, err := dsl.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, border := range []int{0, 2} {
			o := codegen.Options{Dim: 2, SpaceOrder: 2, Border: border, Precision: signature.F64}
			problem, err := check.Problem(file, o.Check())
			if err != nil {
				continue // it names its axes
			}
			problems := []*symbolic.Problem{problem}
			if a, err := adjoint.Adjoint(problem); err == nil && border == 0 {
				problems = append(problems, a)
			}
			for _, problem := range problems {
				p, err := codegen.CompileProblem(problem, o)
				if err != nil {
					t.Fatal(err)
				}
				legal += schedule.KeepsEveryBit(t, p.Stencil, 24)
			}
		}
	}
	for _, name := range []string{"tti", "elastic"} {
		file, err := dsl.ParseFile("../../testdata/operators/" + name + ".pde")
		if err != nil {
			t.Fatal(err)
		}
		p, err := codegen.Compile(file, codegen.Options{Dim: 3, SpaceOrder: 4, Precision: signature.F64})
		if err != nil {
			t.Fatal(err)
		}
		schedule.KeepsEveryBit(t, p.Stencil, 0)
	}
	if schedule.Kept == 0 {
		t.Error("the default keeps no temporary in the memory of a thread")
	}
	t.Logf("%d legal schedules, %d fields in slabs", legal, schedule.Slabs)
	if legal < len(paths) || schedule.Slabs < len(paths) {
		t.Errorf("only %d legal schedules and %d fields in slabs for %d operators", legal, schedule.Slabs, len(paths))
	}
}
