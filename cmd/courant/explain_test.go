package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The limit of a grid with layers is that of the model within them, found from what
// a user can give: the profiles of layers are the compiler's.
func TestExplainLayers(t *testing.T) {
	limit := func(args ...string) string {
		stdout, stderr, code := courant(t, append([]string{"explain", acoustic, "--dim", "2", "--set", "vp=3", "--spacing", "10"}, args...)...)
		if code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		i := strings.Index(stdout, "stable up to")
		if i < 0 {
			t.Fatalf("%v: no limit in\n%s", args, stdout)
		}
		line, _, _ := strings.Cut(stdout[i:], "\n")
		return line
	}
	if without, with := limit(), limit("--border", "10"); with != without {
		t.Errorf("with layers %q, without %q", with, without)
	}
}

// An import by its full path is read from there, so that files of a user need no
// copy of the library's definitions.
func TestImportByFullPath(t *testing.T) {
	definitions, err := filepath.Abs("../../testdata/operators/definitions/layers.pde")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mine.pde")
	text := "import \"" + filepath.ToSlash(definitions) + "\"\n\noperator mine {\n    field     c  [km/s]\n    wavefield u\n\n    absorb damping(max(c)), shift\n\n    solve u.dt2 = c^2*laplace(u) for u.forward\n}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := courant(t, "check", path); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}
