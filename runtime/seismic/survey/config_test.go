package survey

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const example = `
operator    = "acoustic.pde"
space_order = 8
time        = 2000        # ms
border      = 40

[model]
synthetic = "marmousi-like"
shape     = [401, 151]
spacing   = [12.5, 12.5]  # m
seed      = 1

[wavelet]
name    = "ricker"
peak_hz = 10

[source]
position = [2500.0, 25.0]

[receivers]
from  = [0, 25]
to    = [5000, 25]
count = 201

[fields]
b = 1.5

[snapshots]
count = 4

[picture]
clip = 98
gain = 1
`

func TestConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shot.toml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Model(KilometresPerSecond)
	if err != nil || m.Spacing[0] != 12.5 || m.Values.F32 == nil {
		t.Fatalf("%v, %v", m, err)
	}
	g, err := c.Geometry(m)
	if err != nil || g.Receivers.Shape[0] != 201 || g.Sources.F64[0] != 2500 {
		t.Fatalf("%+v, %v", g, err)
	}
	w, err := c.Wavelet(Milliseconds)
	if err != nil || w.Peak != 0.010 || w.Delay != 100 {
		t.Errorf("%+v, %v", w, err)
	}
	if b, _, err := c.Array("b"); err != nil || b != 1.5 {
		t.Errorf("%v, %v", b, err)
	}
	if s := c.SnapshotTimes(1); len(s) != 4 || s[3] != 2000 {
		t.Error(s)
	}
	if c.OperatorPath() != filepath.Join(filepath.Dir(path), "acoustic.pde") || c.Precision != "f32" || c.Picture.Gain != 1 {
		t.Errorf("%+v", c)
	}
	if warnings := c.Warnings(w, g); len(warnings) != 0 {
		t.Error(warnings)
	}
	w.Delay = 3000 // behind the end of the record
	if warnings := c.Warnings(w, g); len(warnings) != 1 {
		t.Error(warnings)
	}
}

// All faults are reported, each with its line.
func TestConfigErrors(t *testing.T) {
	change := strings.NewReplacer("space_order = 8", "space_ordr = 8\nspace_order = 7", "border      = 40", `border = "forty"`,
		"seed      = 1", "seeed = 1", "peak_hz = 10", "peak_hz = -3", "[5000, 25]", "[5000, 25, 1]", "count = 201", "count = 2.5", `"ricker"`, `"rickr"`)
	_, err := parseConfig("shot.toml", []byte(change.Replace(example)))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`shot.toml:3: there is no key space_ordr; did you mean "space_order"?`,
		"shot.toml:4: space_order: space order 7 is not possible",
		"shot.toml:6: border must be a whole number",
		`shot.toml:12: there is no key model.seeed; did you mean "seed"?`,
		`shot.toml:15: wavelet.name: there is no wavelet "rickr"; did you mean "ricker"?`,
		"shot.toml:23: receivers.to: 3 coordinates are given, the model has 2 axes",
		"shot.toml:24: receivers.count must be a whole number",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n"); n > 7 {
		t.Errorf("follow-up errors:\n%v", err)
	}
	for text, want := range map[string]string{
		"":                   "shot.toml:1: operator: give the path",
		"time = = 3":         "shot.toml:1: column",
		"\n[model\n":         "shot.toml:2: column",
		"model = 3":          "model must be a table",
		"time = 1\ntime = 2": "shot.toml:2:",
		"time = nan":         "time: NaN is no length",
		"[model]\nshape = [99999999999, 99999999999]": "model.shape",
		"[fields]\na = [1]":                           "fields.a: give a number",
		"[source]\nposition = 3":                      "source.position must be a list of numbers",
		"[snapshots]\ncount = 2\nevery_ms = 3":        "either count or every_ms",
	} {
		if _, err := parseConfig("shot.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives\n%v\nwant %q", text, err, want)
		}
	}
	if _, err := LoadConfig(t.TempDir()); err == nil {
		t.Error("a folder was accepted")
	}
}

func TestConfigFiles(t *testing.T) {
	change := strings.NewReplacer(`synthetic = "marmousi-like"`, `file = "none.npy"`, "seed      = 1", "")
	c, err := parseConfig("shot.toml", []byte(change.Replace(example)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Model(KilometresPerSecond); err == nil || !strings.Contains(err.Error(), "shot.toml:8: model.file:") {
		t.Error(err)
	}
	c, err = parseConfig("shot.toml", []byte(strings.Replace(example, "[2500.0, 25.0]", "[2500.0, 2500.0]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	m := constantModel(t, 2, []int{401, 151}, 12.5)
	if _, err := c.Geometry(m); err == nil || !strings.Contains(err.Error(), "shot.toml:18: source.position: source 0 lies at z = 2500 m") {
		t.Error(err)
	}
}

// More receivers than memory is kept for are refused before they are placed.
func TestConfigTooManyReceivers(t *testing.T) {
	for _, v := range []struct{ from, to, want string }{
		{"count = 201", "count = 16000000", "receivers.count"},
		{"count = 201", "carpet = [4096, 4096]", "receivers.carpet"},
		{"count = 201", "carpet = [4611686018427387904, 4]", "receivers.carpet"},
		{"[source]\nposition = [2500.0, 25.0]", "[sources]\nfrom = [0, 25]\nto = [5000, 25]\ncount = 1000000", "sources.count: 1000000 shots with 201"},
	} {
		_, err := parseConfig("shot.toml", []byte(strings.Replace(example, v.from, v.to, 1)))
		if err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: want %q, got %v", v.to, v.want, err)
		}
	}
}

// A file that is no TOML has one fault, whatever else is missing for it.
func TestConfigSyntax(t *testing.T) {
	for _, v := range []struct{ text, want string }{
		{"operator = acoustic.pde\ntime = 100\n", "shot.toml:1: "},
		{"operator = 'a'\ntime = \"long\"\n[model\nnbl = -1\n", "shot.toml:3: "},
		{"time = 1\ntime = 2\nnbl = 'x'", "shot.toml:2: "},
		{"\x00", "shot.toml:1: "},
	} {
		_, err := parseConfig("shot.toml", []byte(v.text))
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), v.want) {
			t.Errorf("%q: want one fault at %s, got %v", v.text, v.want, err)
		}
	}
}

// However much is wrong, the first faults are told at once and the others
// counted.
func TestConfigFloods(t *testing.T) {
	flood := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, v := range []struct{ text, want string }{
		{flood(40000, "key%d = 1\n"), "40000 keys are not the description"},
		{flood(40000, "[table%d]\n"), "40000 keys are not the description"},
		{flood(900, "key%d = 1\n"), "more faults"},
		{"fields = {" + flood(40000, "k%d = 1, ") + "z = 1}", "keys are not the description"},
		{"time = " + strings.Repeat("[", 400000), "shot.toml:1: "},
		{"time = " + strings.Repeat("{a=", 200000), "shot.toml:1: "},
		{flood(900, "[fields.f%d]\n"), "more faults"},
	} {
		_, err := parseConfig("shot.toml", []byte(v.text))
		if err == nil || !strings.Contains(err.Error(), v.want) || strings.Count(err.Error(), "\n") > mostFaults {
			t.Errorf("%.30q...: want %q, got %.500v", v.text, v.want, err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(example)
	f.Add("[model]\nspacing = []\nshape = [1, -1]\n[a.b]\n\"\\u00e9\" = {x = {y = 1}}")
	f.Add("a = 1\na.b = 2\n[[fields]]\nx = 1")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig("shot.toml", []byte(text))
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "shot.toml:") && !strings.Contains(text, "\n") {
					t.Errorf("%q: no position in %q", text, line)
				}
			}
			return
		}
		if w, err := c.Wavelet(Milliseconds); err != nil || w.Check() != nil {
			t.Errorf("%q: accepted, but the wavelet is faulty: %v", text, err)
		}
		_ = c.SnapshotTimes(1)
	})
}
