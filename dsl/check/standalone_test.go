package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/dsl"
)

// A file and its standalone form are the same problem.
func TestStandalone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.pde":  "import \"waves.pde\"\nimport \"base.pde\"\noperator a {\n wavefield u\n 2D solve u.dt2 = wave(u)*dot(n, (two, 1)) for u.forward\n save us from u every 2\n}\n",
		"waves.pde": "import \"base.pde\"\ndef wave(u) = laplace(u)/two\noperator unused { wavefield w\n w.forward = two*w }\n",
		"base.pde":  "let two = 2\n3D let n = (0, 0, 1)\n2D let n = (0, 1)\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := dsl.ParseFile(filepath.Join(dir, "main.pde"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Standalone(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "import") || strings.Contains(text, "unused") {
		t.Errorf("not standalone:\n%s", text)
	}
	alone, err := dsl.Parse("alone.pde", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want, err := Problem(file, Options{Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Problem(alone, Options{Dim: 2})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	u, v := want.Statements[0], got.Statements[0]
	if strings.TrimLeft(u.Origin().Text, " ") != strings.TrimLeft(v.Origin().Text, " ") || len(got.Statements) != len(want.Statements) {
		t.Errorf("%v became %v", u, v)
	}
	again, err := Standalone(alone)
	if err != nil || again != text {
		t.Error("a standalone file changed")
	}
}
