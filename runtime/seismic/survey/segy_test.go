package survey

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// The map and the fold are drawn of lines of any azimuth, of areas and of a single
// trace.
func TestSEGYPicture(t *testing.T) {
	for name, receivers := range map[string][]segy.Place{
		"along x": {{X: 100}, {X: 200}, {X: 300}},
		"along y": {{Y: 1000}, {Y: 2000}, {Y: 5000}},
		"an area": {{X: 100}, {Y: 200}, {X: 300, Y: 300}},
		"a trace": {{X: 100}},
	} {
		path := filepath.Join(t.TempDir(), "a.sgy")
		if err := segy.Write(path, segy.Gather{Interval: 1, Number: 1, Receivers: receivers, Records: field.New64(2, len(receivers))}); err != nil {
			t.Fatal(err)
		}
		f, err := segy.Open(path, segy.Reading{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := SEGYPicture(f, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var b bytes.Buffer
		if _, err := p.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if img, err := png.Decode(&b); err != nil || img.Bounds().Dx() < 1600 || img.Bounds().Dy() < 300 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := SEGYPicture(new(segy.File), ""); err == nil {
		t.Error("nothing was drawn")
	}
}

// The section [segy] says how files are read; what is wrong in it is said with its
// line.
func TestSEGYSection(t *testing.T) {
	c := &Config{SEGY: SEGYConfig{Format: "int16", Endian: "little", Measure: "ft", Keep: []int{12}, Words: map[string]string{"source_x": "181 f32", "coordinate_scalar": "=-10"}}}
	r, err := c.SEGY.Reading()
	if err != nil || r.Format != segy.Whole2 || r.Words.SourceX != (segy.Word{Byte: 181, Kind: segy.Float32}) || r.Words.CoordinateScalar != (segy.Word{Byte: -1, Value: -10}) || r.Measure != "ft" {
		t.Errorf("%+v, %v", r, err)
	}
	for text, want := range map[string]string{
		`format = "imb"`: `did you mean "ibm"`, `endian = "x"`: "endian", `measure = "yd"`: "measure", "factor = 0.0": "factor", "across = -1.0": "across",
		"line_origin = [1.0]": "line_origin", "azimuth = 400.0": "azimuth", `outside = "keep"`: "outside", `match = "x"`: "match", "interval = -2.0": "interval",
		"revision = 5": "revision", `words = {sourcex = "73"}`: "no word sourcex", `words = {source_x = "73x"}`: "no place", `keep = "1"`: "whole numbers", `samples_form = "traces"`: "samples_from",
	} {
		path := filepath.Join(t.TempDir(), "a.toml")
		if err := os.WriteFile(path, []byte("operator = \"a.pde\"\ntime = 100.0\n[segy]\n"+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadConfig(path)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ":3: ") && !strings.Contains(err.Error(), ":4: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
