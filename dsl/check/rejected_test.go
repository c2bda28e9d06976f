package check

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/courant-pde/courant/dsl"
)

// expectation is a part of the message, or of the message and the hint, that
// some line must be rejected with.
type expectation struct {
	file string
	line int
	text string
}

// expectations reads what a file says about its own faults: lines that must
// fail end with ### and the expected texts, in quotes of Go.
func expectations(t *testing.T, file string) []expectation {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []expectation
	for i, line := range strings.Split(string(source), "\n") {
		_, rest, _ := strings.Cut(line, "###")
		for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				t.Fatalf("%s:%d: %s: %v", file, i+1, rest, err)
			}
			text, _ := strconv.Unquote(quoted)
			out = append(out, expectation{file, i + 1, text})
			rest = rest[len(quoted):]
		}
	}
	return out
}

// Every program in testdata/rejected must be rejected on just the lines that
// it names, for the reasons that it names.
func TestRejected(t *testing.T) {
	const folder = "../../testdata/rejected"
	files, err := filepath.Glob(filepath.Join(folder, "*.pde"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d rejected programs, want at least 100 (%v)", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".pde"), func(t *testing.T) {
			file, err := dsl.ParseFile(name)
			if err == nil {
				_, err = Problem(file, Options{Dim: 2})
			}
			faults, ok := err.(dsl.Errors)
			if !ok {
				t.Fatalf("not rejected as a fault of the file: %v", err)
			}
			want := expectations(t, name)
			read := map[string]bool{name: true}
			for _, f := range faults {
				// An import may have faults of its own.
				if !read[f.Pos.Filename] {
					read[f.Pos.Filename] = true
					want = append(want, expectations(t, f.Pos.Filename)...)
				}
			}
			met := make([]bool, len(want))
			for _, f := range faults {
				expected := false
				for i, w := range want {
					if !met[i] && w.file == f.Pos.Filename && w.line == f.Pos.Line && strings.Contains(f.Message+"; "+f.Hint, w.text) {
						expected, met[i] = true, true
						break
					}
				}
				if !expected {
					t.Errorf("unexpected:\n%v", f)
				}
				if f.Pos.Column < 1 || f.Width < 1 || f.Line != dsl.SourceLine(sourceOf(t, f.Pos.Filename), f.Pos.Line) {
					t.Errorf("bad place %+v", f)
				}
			}
			for i, w := range want {
				if !met[i] {
					t.Errorf("%s:%d: no fault says %q", w.file, w.line, w.text)
				}
			}
		})
	}
}

func sourceOf(t *testing.T, file string) string {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}
