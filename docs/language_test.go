package docs_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/dsl"
	"github.com/courant-pde/courant/dsl/check"
)

// library is the folder that examples import from.
const library = "../testdata/operators"

// block is a fenced block of a page.
type block struct {
	line       int
	info, text string
}

func blocks(t *testing.T, page string) []block {
	source, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	inside := false
	for i, line := range strings.Split(string(source), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && inside:
			inside = false
		case fence:
			inside = true
			out = append(out, block{line: i + 1, info: info})
		case inside:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
}

// compile compiles a file for all grids that it is written for: for at least
// one number of axes.
func compile(t *testing.T, f *dsl.File) {
	t.Helper()
	var faults []error
	for dim := 1; dim <= 3; dim++ {
		if _, err := codegen.Compile(f, codegen.Options{Dim: dim, Precision: signature.F64}); err != nil {
			faults = append(faults, fmt.Errorf("on a grid with %d axes: %w", dim, err))
		}
	}
	if len(faults) == 3 {
		t.Error(errors.Join(faults...))
	}
	if text, err := dsl.Format(f); err != nil || text != f.Source {
		t.Errorf("not in canonical form (%v):\n%s", err, text)
	}
}

// Examples compile, and those marked as faulty give the errors that the page
// shows behind them.
func TestExamples(t *testing.T) {
	language, readme := blocks(t, "language.md"), blocks(t, "../README.md")
	t.Chdir(library)
	examples(t, "language.md", language)
	examples(t, "README.md", readme)
}

func examples(t *testing.T, name string, page []block) {
	for i, b := range page {
		switch b.info {
		case "pde":
			f, err := dsl.Parse("example.pde", b.text)
			if err != nil {
				t.Errorf("%s:%d: %v", name, b.line, err)
				continue
			}
			compile(t, f)
		case "pde error":
			f, err := dsl.Parse("example.pde", b.text)
			if err == nil {
				_, err = check.Problem(f, check.Options{Dim: 2})
			}
			if err == nil || i+1 == len(page) || page[i+1].info != "text" || strings.TrimSpace(page[i+1].text) != err.Error() {
				t.Errorf("%s:%d: the error is\n%v", name, b.line, err)
			}
		}
	}
}

// The page names every keyword and function.
func TestLanguageIsComplete(t *testing.T) {
	source, err := os.ReadFile("language.md")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(source), func(r rune) bool { return strings.ContainsRune(" `()\n.,|\"", r) })
	for _, name := range append(slices.Clone(dsl.Keywords), check.Builtin()...) {
		if !slices.Contains(words, name) {
			t.Errorf("language.md does not mention %s", name)
		}
	}
}

// The operators that ship compile on every grid that they are written for.
func TestOperators(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(library, "*.pde"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no operators (%v)", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := dsl.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			compile(t, f)
		})
	}
}
