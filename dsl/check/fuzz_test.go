package check

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/symbolic"
)

// Checking never panics, on a grid of any dimension; a program is either
// rejected with faults that have a place, or gives a problem that updates
// every wavefield.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"../../testdata/operators/*.pde", "../../testdata/rejected/*.pde"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(source))
		}
	}
	f.Add(elastic)
	f.Fuzz(func(t *testing.T, source string) {
		file, err := dsl.Parse("fuzz.pde", source)
		if err != nil {
			return
		}
		for dim := 1; dim <= 3; dim++ {
			p, err := Problem(file, Options{Dim: dim})
			if err != nil {
				faults, ok := err.(dsl.Errors)
				if !ok || len(faults) == 0 || faults[0].Pos.Line < 1 || faults[0].Message == "" {
					t.Fatalf("%q: fault without a place: %v", source, err)
				}
				_ = err.Error()
				continue
			}
			updated := map[*symbolic.Function]bool{}
			for _, s := range p.Statements {
				if u, ok := s.(*symbolic.Update); ok {
					updated[u.Target.Func] = true
				}
			}
			for _, g := range p.Functions {
				if (g.Varies() || g.Role == symbolic.Image) && !updated[g] {
					t.Fatalf("%q: %s is not updated", source, g.Name)
				}
			}
		}
	})
}
