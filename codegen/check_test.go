package codegen_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/dsl"
)

// Operators are right or not one by one, and an import by its full path is read from there,
// so that files of a user need no copy of the library's definitions.
func TestCheck(t *testing.T) {
	definitions, err := filepath.Abs("../testdata/operators/definitions/layers.pde")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mine.pde")
	text := "import \"" + filepath.ToSlash(definitions) + `"

operator mine {
    field     c  [km/s]
    wavefield u
    absorb damping(max(c)), shift
    solve u.dt2 = c^2*laplace(u) for u.forward
}
operator flat {
    axes q
    wavefield u
    solve u.dt = mm*u.dq for u.forward
}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := dsl.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	right, err := codegen.Check(file, 0, 0)
	if faults, other := dsl.Faults(err); other != nil || len(faults) != 1 || faults[0].Pos.Line != 12 || !slices.Equal(right, []string{"mine"}) {
		t.Errorf("right: %q, and %v", right, err)
	}
}
