package survey

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// A survey whose model comes from SEG-Y, and whose places come from tables.
func TestSurveyOfFiles(t *testing.T) {
	dir := t.TempDir()
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Velocities in m/s, of places 25 m apart and every 5 m of depth.
	vp := field.New64(41, 9)
	var at []segy.Place
	for i := range vp.F64 {
		vp.F64[i] = 1500 + float64(i)
	}
	for i := range 9 {
		at = append(at, segy.Place{X: 100 + 25*float64(i), Y: 70})
	}
	if err := segy.Write(filepath.Join(dir, "vp.sgy"), segy.Gather{Interval: 5, Number: 1, Receivers: at, Records: vp}); err != nil {
		t.Fatal(err)
	}
	save("sources.s", "H00 SPS format version num.     SPS 2.1;\nS"+strings.Repeat(" ", 45)+"    110.0"+"      70.0"+"   0.0\n")
	save("receivers.csv", "x,depth,weight\n100,10,1\n300,20,0.25\n")
	load := func(text string) (*Config, error) {
		path := filepath.Join(dir, "a.toml")
		save("a.toml", "operator = \"a.pde\"\ntime = 100.0\n[model]\nfile = \"vp.sgy\"\n[wavelet]\npeak_hz = 10.0\n"+text)
		return LoadConfig(path)
	}
	c, err := load("[sources]\nfile = \"sources.s\"\n[receivers]\nfile = \"receivers.csv\"\n")
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Model(KilometresPerSecond)
	if err != nil {
		t.Fatal(err)
	}
	// Values are kept in single precision.
	if m.Values.Shape[0] != 9 || m.Values.Shape[1] != 41 || m.Origin[0] != 100 || m.Spacing[0] != 25 || m.Spacing[1] != 5 || math.Abs(m.Values.At(1)-1.509) > 1e-6 {
		t.Errorf("%+v", m)
	}
	shots, err := c.Shots(m)
	if err != nil {
		t.Fatal(err)
	}
	g := shots[0]
	if len(shots) != 1 || g.Sources.At(0) != 110 || g.Sources.At(1) != 0 || g.Receivers.At(2) != 300 || g.Receivers.At(3) != 20 || g.Weights.At(1) != 0.25 {
		t.Errorf("%+v", g)
	}
	// Degrees have a middle of their own.
	data, err := os.ReadFile(filepath.Join(dir, "vp.sgy"))
	if err != nil {
		t.Fatal(err)
	}
	for k := range at {
		trace := data[3600+k*(240+4*41):]
		trace[89], trace[83] = 3, byte(k) // units, and a degree for each trace
		trace[80], trace[81], trace[82] = 0, 0, 0
	}
	if err := os.WriteFile(filepath.Join(dir, "degrees.sgy"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSEGYModel(filepath.Join(dir, "degrees.sgy"), nil); err == nil || !strings.Contains(err.Error(), "units (89)") {
		t.Errorf("%v", err)
	}
	save("area.csv", "x,y,depth\n100,70,0\n200,80,0\n")
	for text, want := range map[string]string{
		"[sources]\nfile = \"none.csv\"\n[receivers]\nfile = \"receivers.csv\"\n":                 ":8: sources.file: ",
		"[sources]\nfile = \"receivers.csv\"\n[receivers]\nfile = \"receivers.csv\"\n":            "weights, which are for receivers",
		"[sources]\nfile = \"sources.s\"\n[receivers]\nfile = \"area.csv\"\n":                     "differ in y",
		"[sources]\nfile = \"sources.s\"\n[receivers]\nfile = \"receivers.csv\"\nmoving = true\n": "move with the source",
		"[sources]\nfile = \"sources.s\"\ncount = 3\n[receivers]\nfile = \"receivers.csv\"\n":     "not both",
		"[sources]\nfile = \"vp.sgy\"\n[receivers]\nfile = \"receivers.csv\"\n":                   "its headers tell",
	} {
		c, err := load(text)
		if err == nil {
			_, err = c.Shots(m)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
