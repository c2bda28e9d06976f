package gobind_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/gobind"
	"github.com/courant-pde/courant/codegen/ir"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

const source = "operator a_wave \"a test of `every` kind of argument\" {\n" + `
    order space 2, time 2
    field m "squared slowness" [s^2/km^2]
    scalar damping = 0.5
    scalar gain
    wavefield u
    solve m*u.dt2 - laplace(u) + damping*u.dt = 0 for u.forward
    inject src*gain into u.forward
    sample rec from u
}
`

// program uses everything that the package has. It prints the record's
// greatest value, and the error of a second run without a field.
const program = `package main

import (
	"context"
	"fmt"

	"github.com/courant-pde/courant/backends/gobind/generated/awave"
	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/operator"
)

func main() {
	op, err := awave.Compile(context.Background())
	if err != nil {
		panic(err)
	}
	at := field.New64(1, awave.Dim)
	at.F64[0], at.F64[1] = 5, 5
	traces := field.New64(30, 1)
	traces.F64[1] = 1
	half := 0.25
	a := awave.Arguments{Shape: []int{11, 11}, Spacing: []float64{1, 1}, Steps: 30, Dt: 0.5, M: field.Number(1), Damping: &half, Gain: 2,
		Src: operator.Points{At: at, Traces: traces}, Rec: operator.Points{At: at}}
	r, err := op.Apply(context.Background(), a)
	if err != nil {
		panic(err)
	}
	_, most := r.Rec.Range()
	fmt.Println(most, r.U.Shape)
	a.M = nil
	_, err = op.Apply(context.Background(), a)
	fmt.Println(err)
}
`

// The generated package is compiled and run as a user would, laid over the
// module without being written into it.
func TestGeneratedPackageRuns(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	file, err := dsl.Parse("a.pde", source)
	if err != nil {
		t.Fatal(err)
	}
	p, err := check.Problem(file, check.Options{Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	pkg, text, err := gobind.Emit(p, source, ir.F64)
	if err != nil {
		t.Fatal(err)
	}
	if pkg != "awave" {
		t.Errorf("package %s, want awave", pkg)
	}
	again, text2, _ := gobind.Emit(p, source, ir.F64)
	if again != pkg || text != text2 {
		t.Error("the same operator gave another text")
	}
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for name, text := range map[string]string{"generated/awave/awave.go": text, "generated/main.go": program} {
		real := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(real, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, name)] = real
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(goTool, "run", "-overlay", overlayFile, "./generated").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, text)
	}
	lines := strings.SplitN(string(out), "\n", 2)
	// The source adds 2 at t = 1 to level 2: nothing later is larger.
	if lines[0] != "2 [11 11]" || !strings.Contains(lines[1], "field m (squared slowness) has no values") {
		t.Errorf("%s", out)
	}
}
