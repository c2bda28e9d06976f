package inversion_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const embedding = `package main

import (
	"context"
	"fmt"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

func main() {
	_, err := operator.Load(context.Background(), "absent.pde", codegen.Options{Dim: 2, Target: c.Target{}})
	fmt.Println(err)
	_, err = inversion.Open(context.Background(), inversion.Options{Config: "absent.toml", Folder: "out"})
	fmt.Println(err)
}
`

// A program of another module, which knows this one by its path alone, builds and runs.
func TestAnotherModuleEmbedsIt(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	// What this module requires is known here, so that nothing has to be looked up.
	requires := string(own)[strings.Index(string(own), "\nrequire"):]
	mod := "module example.com/embedding\n\ngo " + version(string(own)) + "\n\nrequire github.com/courant-pde/courant v0.0.0\n\nreplace github.com/courant-pde/courant => " + root + "\n" + requires
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": mod, "go.sum": string(sums), "main.go": embedding} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("go", "run", "-mod=mod", ".")
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"absent.pde", "absent.toml"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// version is the one of Go that a go.mod names.
func version(mod string) string {
	for line := range strings.Lines(mod) {
		if v, ok := strings.CutPrefix(line, "go "); ok {
			return strings.TrimSpace(v)
		}
	}
	return "1.26"
}
