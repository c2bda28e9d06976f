package segy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// A summary has the ranges of a file's words, and tells what becomes of them.
func TestSummary(t *testing.T) {
	m := fieldFile(little, 4, 20).file(map[int]any{3255: v16(2)}).one(3, map[int]any{29: v16(6)}).every(map[int]any{109: v16(40), 61: v32(9)})
	f, err := Inspect(m.save(t), Reading{Measure: "m"})
	if err != nil {
		t.Fatal(err)
	}
	s := f.Summary()
	if s.Shots != 1 || s.Traces != 3 || s.LeftOut != 1 || s.Receivers.X != (Range{300, 500}) || s.Start != (Range{40, 40}) || s.Offsets != (Range{100, 300}) || s.Sources.Depth != (Range{20, 20}) || s.Kinds["6, sweep"] != 1 {
		t.Errorf("%+v", s)
	}
	text := s.String()
	for _, want := range []string{"revision 1.0, little endian, format 5, IEEE floating point, 4 traces", "20 of 2 ms, the first at 40 ms", "x 300 to 500 m", "1 of 6, sweep; 3 of 1, seismic data", "heeded", "ignored"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	// Whatever is refused is in it too, in JSON as well.
	for _, change := range []func(*made){
		func(m *made) { m.traces = nil },
		func(m *made) { m.head = m.head[:90] },
		func(m *made) { m.file(map[int]any{3225: v16(99)}) },
		func(m *made) { m.every(map[int]any{29: v16(9)}) },
	} {
		m := fieldFile(big, 2, 5)
		change(m)
		f, err := Inspect(m.save(t), Reading{})
		if err != nil {
			t.Fatal(err)
		}
		if s := f.Summary(); !strings.Contains(s.String(), "refused") {
			t.Errorf("%s", s)
		}
		if _, err := json.Marshal(f.Summary()); err != nil {
			t.Error(err)
		}
	}
}

// Midpoints of a source and receivers 100 m apart are 50 m apart: each has a bin.
func TestFold(t *testing.T) {
	f, err := Open(fieldFile(big, 5, 20).save(t), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	from, width, counts := f.Fold(f.Fit())
	if from != 225 || width != 50 || !slices.Equal(counts, []int{1, 1, 1, 1, 1}) {
		t.Errorf("%g %g %v", from, width, counts)
	}
	if _, _, counts := new(File).Fold(Line{}); counts != nil {
		t.Errorf("%v", counts)
	}
}
