package gobind_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/gobind"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
	"github.com/courant-pde/courant/symbolic"
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
    image squares "of squares"
    squares += u^2
    save frames from u every 10
    reduce energy from sum(u^2) every 5
    wavefield w "all levels" saved
    w.forward = u
}
`

// program uses everything that the package has. It prints the record's
// greatest value, and the error of a second run without a field.
const program = `package main

import (
	"context"
	"fmt"

	"github.com/courant-pde/courant/backends/gobind/generated/awave"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
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
	fmt.Println(most, r.U.Shape, r.Frames.Shape, r.Squares.Shape, r.Energy.Shape, r.W.Shape)
	_, square := r.Squares.Range()
	fmt.Println(square > 0, r.Energy.At(25) > 0)
	// The same points as nodes with weights.
	nodes, weights := field.New64(1, 1, awave.Dim), field.New64(1, 1)
	nodes.F64[0], nodes.F64[1], weights.F64[0] = 5, 5, 1
	a.Src = operator.Points{Nodes: nodes, Weights: weights, Traces: traces}
	a.Rec = operator.Points{Nodes: nodes, Weights: weights}
	tied, err := op.Apply(context.Background(), a)
	if err != nil {
		panic(err)
	}
	for i := range r.Rec.F64 {
		if tied.Rec.F64[i] != r.Rec.F64[i] {
			panic("points tied to nodes give another record")
		}
	}
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
	pkg, text, err := gobind.Emit(p, source, signature.F64, nil)
	if err != nil {
		t.Fatal(err)
	}
	if pkg != "awave" {
		t.Errorf("package %s, want awave", pkg)
	}
	again, text2, _ := gobind.Emit(p, source, signature.F64, nil)
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
	lines := strings.SplitN(string(out), "\n", 3)
	// The source adds 2 at t = 1 to level 2: nothing later is larger.
	if lines[0] != "2 [11 11] [3 11 11] [11 11] [30] [30 11 11]" || lines[1] != "true true" || !strings.Contains(lines[2], "field m (squared slowness) has no values") {
		t.Errorf("%s", out)
	}
}

// No text of an operator file is more than a comment, or the value of a
// constant, in the package: what is parsed holds the same declarations with
// any text.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{"plain", "*/ func init() { panic(1) } /*", "/* open", "//go:generate rm -rf .", "+build ignore", "a\nfunc init() {}", "\r\nimport \"C\"", "`+`", "\u2028func", "\xff", "//line x:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := &symbolic.Grid{Axes: []string{"x"}, SpaceOrder: 2, TimeOrder: 2}
		p := &symbolic.Problem{Name: "w", Doc: text, Grid: g, Functions: []*symbolic.Function{
			{Name: "m", Doc: text, Unit: text, Grid: g, Role: symbolic.Field}, {Name: "u", Doc: text, Unit: text, Grid: g, Role: symbolic.Wavefield},
		}, Parameters: []*symbolic.Parameter{{Name: "q", Doc: text, Unit: text}}, Points: []*symbolic.Points{{Name: "src", Doc: text, Unit: text, Inject: true}}}
		_, source, err := gobind.Emit(p, text, signature.F64, nil)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), "w.go", source, parser.ParseComments)
		if err != nil {
			t.Fatalf("%q: %v\n%s", text, err, source)
		}
		var names []string
		for _, d := range file.Decls {
			switch x := d.(type) {
			case *ast.FuncDecl:
				names = append(names, x.Name.Name)
			case *ast.GenDecl:
				names = append(names, x.Tok.String())
			}
		}
		if got := strings.Join(names, " "); got != "import const const type Compile type Apply type" {
			t.Errorf("%q: the package declares %s\n%s", text, got, source)
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				if !strings.HasPrefix(c.Text, "// ") || strings.HasPrefix(c.Text, "// +") {
					t.Errorf("%q: the comment %q", text, c.Text)
				}
			}
		}
		value := file.Decls[1].(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values[0].(*ast.BasicLit)
		if got, err := strconv.Unquote(value.Value); err != nil || got != text {
			t.Errorf("the constant is %q, want %q (%v)", got, text, err)
		}
	})
}
