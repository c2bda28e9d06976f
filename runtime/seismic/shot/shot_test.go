package shot

import (
	"encoding/json"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

const common = `
operator = "OPERATOR"
space_order = 4
precision = "f64"
border = 10
`

const section = common + `
time = 300.0
[model]
synthetic = "constant"
from = 2.0
shape = [81, 61]
spacing = [10.0]
[wavelet]
peak_hz = 25.0
[source]
position = [400.0, 300.0]
[receivers]
from = [200.0, 300.0]
to = [600.0, 300.0]
count = 5
[snapshots]
count = 2
`

const cube = common + `
time = 60.0
[model]
synthetic = "overthrust-like"
shape = [25, 21, 17]
spacing = [25.0]
[wavelet]
peak_hz = 12.0
[source]
position = [300.0, 250.0, 50.0]
[receivers]
from = [50.0, 50.0, 25.0]
to = [550.0, 450.0, 25.0]
carpet = [4, 3]
[snapshots]
count = 1
`

const column = common + `
time = 300.0
[model]
synthetic = "layers"
from = 1.5
to = 3.0
shape = [201]
spacing = [5.0]
[wavelet]
peak_hz = 25.0
[source]
position = [20.0]
[receivers]
from = [10.0]
to = [500.0]
count = 3
`

// model runs a shot and gives its folder.
func model(t *testing.T, description, targetName string) (dir string, s *Summary) {
	t.Helper()
	operators, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	path := filepath.Join(dir, "shot.toml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(description, "OPERATOR", operators)), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := survey.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	backend, err := target.Find(targetName)
	if err != nil {
		t.Fatal(err)
	}
	s, err = Run(t.Context(), config, filepath.Join(dir, "out"), Options{Target: backend, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "out"), s
}

// In a medium without structure the record has what geometry says: the same
// trace at the same distance to either side, and a wave that travels at the
// velocity of the model.
func TestConstantMedium(t *testing.T) {
	for _, name := range target.Names() {
		dir, s := model(t, section, name)
		rec, err := field.ReadNPY(filepath.Join(dir, "record.npy"))
		if err != nil {
			t.Fatal(err)
		}
		if rec.Shape[0] != s.Steps || rec.Shape[1] != 5 {
			t.Fatalf("record is %v of %d steps", rec, s.Steps)
		}
		peak := func(r int) (at int, value float64) {
			for i := range s.Steps {
				if v := math.Abs(rec.At(i*5 + r)); v > value {
					at, value = i, v
				}
			}
			return at, value
		}
		for i := range s.Steps {
			// Mirrored sums are taken in another order.
			if d := math.Abs(rec.At(i*5) - rec.At(i*5+4)); d > 1e-11 {
				t.Fatalf("%s: step %d differs by %g between the sides", name, i, d)
			}
		}
		near, _ := peak(1)
		far, _ := peak(0)
		// 100 m at 2 m/ms; the pulse's shape in 2D settles as it goes.
		if d := float64(far-near) * s.Dt; math.Abs(d-50) > 2*s.Dt {
			t.Errorf("%s: 100 m took %g ms, want 50", name, d)
		}
		if len(s.Files) != 2*2+3+3+1 {
			t.Errorf("%s: files %v", name, s.Files)
		}
	}
}

// A configuration that names no order in space takes that of the operator file.
func TestSpaceOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wave.pde")
	if err := os.WriteFile(path, []byte(`operator wave {
    order space 6, time 2
    field vp "velocity" [km/s]
    wavefield u
    points src
    points rec
    sample rec from u
    solve u.dt2 = vp^2*laplace(u) for u.forward
    inject dt^2*src into u.forward
}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	own := strings.NewReplacer("OPERATOR", path, "border = 10", "")
	for text, want := range map[string]int{own.Replace(column): 4, strings.Replace(own.Replace(column), "space_order = 4\n", "", 1): 6} {
		if _, s := model(t, text, "interp"); s.SpaceOrder != want {
			t.Errorf("the order is %d, want %d", s.SpaceOrder, want)
		}
	}
}

// Every file that a summary lists is there and can be read.
func TestFiles(t *testing.T) {
	for _, description := range []string{cube, column} {
		dir, s := model(t, description, "c")
		for _, name := range s.Files {
			path := filepath.Join(dir, name)
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			switch filepath.Ext(name) {
			case ".png":
				if p, err := png.DecodeConfig(f); err != nil || p.Width < 1600 {
					t.Errorf("%s: %+v, %v", name, p, err)
				}
			case ".npy":
				a, err := field.ReadNPY(path)
				if err != nil {
					t.Fatal(err)
				}
				least, greatest := a.Range()
				if !(greatest > least) {
					t.Errorf("%s is %v, all %g", name, a, least)
				}
			case ".json":
				var again Summary
				if err := json.NewDecoder(f).Decode(&again); err != nil || again.Steps != s.Steps {
					t.Errorf("%s: %v", name, err)
				}
			}
			f.Close()
		}
	}
}

// docs/shot.md, docs/invert.md and docs/segy.md name every key of the file.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../../docs/shot.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := os.ReadFile("../../../docs/invert.md")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, more...)
	if more, err = os.ReadFile("../../../docs/segy.md"); err != nil {
		t.Fatal(err)
	}
	text = append(text, more...)
	var walk func(reflect.Type)
	walk = func(c reflect.Type) {
		for f := range c.Fields() {
			// As `key`, or in the name of a section, `[key.NAME]` or `[section.key]`.
			if key := f.Tag.Get("toml"); key != "" && !regexp.MustCompile("`(\\[([a-z_]+\\.)?)?"+key+"\\b").Match(text) {
				t.Errorf("key %s is not documented", key)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[survey.Config]())
}

// A record that no memory holds is refused before its wavelet is computed.
func TestRecordTooLongForMemory(t *testing.T) {
	operators, err := filepath.Abs("../../../testdata/operators/acoustic.pde")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(strings.Replace(section, "time = 300.0", "time = 1e9\ndt = 0.5", 1), "OPERATOR", operators)
	text = strings.Replace(text, "count = 5", "count = 100000", 1)
	path := filepath.Join(t.TempDir(), "shot.toml")
	if err := os.WriteFile(path, []byte(strings.Replace(text, "[snapshots]\ncount = 2", "", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := survey.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(t.Context(), config, filepath.Join(t.TempDir(), "out"), Options{})
	if err == nil || !strings.Contains(err.Error(), "time: 2000000001 steps") || !strings.Contains(err.Error(), "memory") {
		t.Errorf("2e9 steps: %v", err)
	}
}
