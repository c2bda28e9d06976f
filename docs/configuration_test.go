package docs_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/seismic/shot"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// minimal completes an example that shows one section.
const minimal = `operator = "../testdata/operators/acoustic.pde"
time = 100.0
[model]
synthetic = "constant"
shape = [21, 21]
[source]
position = [100.0, 20.0]
[receivers]
from = [0.0, 20.0]
to = [200.0, 20.0]
count = 3
`

// Configurations on the pages are what the commands take: those that are complete
// model a shot, or open a survey with its derivatives, and sections alone are read.
func TestConfigurations(t *testing.T) {
	shots, surveys, sections := 0, 0, 0
	for _, page := range []string{"shot.md", "invert.md", "segy.md"} {
		for _, b := range blocks(t, page) {
			if b.info != "toml" {
				continue
			}
			text := b.text
			complete := strings.HasPrefix(text, "operator")
			if !complete {
				text = minimal + text
			}
			config, err := survey.LoadConfig(place(t, text))
			if err != nil {
				t.Errorf("%s:%d: %v", page, b.line, err)
				continue
			}
			supply(t, config)
			config.Time = 50 // some steps tell whether it runs
			switch {
			case !complete:
				sections++
			case config.Sources.Count > 0:
				surveys++
				if _, err := imaging.NewSurvey(t.Context(), config, nil, 1); err != nil {
					t.Errorf("%s:%d: %v", page, b.line, err)
				}
			default:
				shots++
				if _, err := shot.Run(t.Context(), config, t.TempDir(), shot.Options{}); err != nil {
					t.Errorf("%s:%d: %v", page, b.line, err)
				}
			}
		}
	}
	if shots == 0 || surveys == 0 || sections == 0 {
		t.Errorf("%d shots, %d surveys and %d sections were found; there are some of each", shots, surveys, sections)
	}
}

// The operator that the README shows is that of the library.
func TestReadmeOperator(t *testing.T) {
	real, err := os.ReadFile("../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks(t, "../README.md") {
		if b.info == "pde" {
			if b.text != string(real) {
				t.Errorf("README.md:%d: the example is not testdata/operators/acoustic.pde", b.line)
			}
			return
		}
	}
	t.Error("README.md shows no operator")
}

// place writes a configuration into a folder beside the library of operators, as
// the folder of the pages is.
func place(t *testing.T, text string) string {
	t.Helper()
	root := t.TempDir()
	library, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(library, filepath.Join(root, "testdata")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "example.toml")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// supply writes the files that a configuration names: a model twice as fast as the
// S waves in it, which any elastic operator takes.
func supply(t *testing.T, c *survey.Config) {
	t.Helper()
	write := func(name string, value float32) {
		shape := c.ModelSection.Shape
		if shape == nil {
			shape = []int{201, 101} // that of the comment in the example
		}
		a := field.New32(shape...)
		for i := range a.F32 {
			a.F32[i] = value
		}
		path := c.Resolve(name)
		var err error
		if filepath.Ext(name) == ".npy" {
			err = field.WriteNPY(path, a)
		} else {
			var raw bytes.Buffer
			if err = binary.Write(&raw, binary.LittleEndian, a.F32); err == nil {
				err = os.WriteFile(path, raw.Bytes(), 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if f := c.ModelSection.File; f != "" {
		write(f, 2)
	}
	for _, v := range c.FieldSection {
		if name, ok := v.(string); ok {
			write(name, 1)
		}
	}
}
