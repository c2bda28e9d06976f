package segy

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/seismic/places"
)

var big, little = binary.BigEndian, binary.LittleEndian

// near is equality to a millionth, which IBM numbers and float32 keep.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*(1+math.Abs(b)) }

func nearPlace(a, b Place) bool {
	return near(a.X, b.X) && near(a.Y, b.Y) && near(a.Depth, b.Depth)
}

// A header word that changes what samples mean is heeded: source, receivers,
// interval, first time and so on are those of fieldFile but for what is said.
func TestHeeded(t *testing.T) {
	type want struct {
		source    *Place
		receivers []Place
		start     float64
		interval  float64
		dead      []int
		mute      [2]float32
		notes     []string // of words that the report must name
	}
	at := func(x, y, z float64) *Place { return new(place(x, y, z)) }
	for name, c := range map[string]struct {
		change func(m *made)
		how    Reading
		want   want
	}{
		"plain": {change: func(m *made) {}},
		"coordinates divided": {change: func(m *made) { m.every(map[int]any{71: v16(-10), 37: v32(0)}) },
			want: want{source: at(20, 0, 20), receivers: []Place{place(30, 0, 30), place(40, 0, 30), place(50, 0, 30)}, notes: []string{"coordinate scalar (71)"}}},
		"coordinates multiplied": {change: func(m *made) { m.every(map[int]any{71: v16(100), 37: v32(0)}) },
			want: want{source: at(20000, 0, 20), receivers: []Place{place(30000, 0, 30), place(40000, 0, 30), place(50000, 0, 30)}}},
		"scalars of 0": {change: func(m *made) { m.every(map[int]any{69: v16(0), 71: v16(0)}) }},
		"elevations divided": {change: func(m *made) { m.every(map[int]any{69: v16(-10)}) },
			want: want{source: at(200, 0, 2), receivers: []Place{place(300, 0, 3), place(400, 0, 3), place(500, 0, 3)}, notes: []string{"elevation scalar (69)"}}},
		"on land": {change: func(m *made) { m.every(map[int]any{41: v32(70), 45: v32(100)}) },
			want: want{source: at(200, 0, -80), receivers: []Place{place(300, 0, -70), place(400, 0, -70), place(500, 0, -70)}, notes: []string{"source elevation (45)"}}},
		"feet": {change: func(m *made) { m.file(map[int]any{3255: v16(2)}) },
			want: want{source: at(60.96, 0, 6.096), receivers: []Place{place(91.44, 0, 9.144), place(121.92, 0, 9.144), place(152.4, 0, 9.144)}, notes: []string{"measurement system (3255)"}}},
		"feet by configuration": {how: Reading{Measure: "ft"}, change: func(m *made) {},
			want: want{source: at(60.96, 0, 6.096), receivers: []Place{place(91.44, 0, 9.144), place(121.92, 0, 9.144), place(152.4, 0, 9.144)}}},
		"metres by configuration": {how: Reading{Measure: "m"}, change: func(m *made) { m.file(map[int]any{3255: v16(2)}) }},
		"a delay":                 {change: func(m *made) { m.every(map[int]any{109: v16(100)}) }, want: want{start: 100, notes: []string{"delay (109)"}}},
		"a delay in tenths":       {change: func(m *made) { m.every(map[int]any{109: v16(-25), 215: v16(-10)}) }, want: want{start: -2.5}},
		"a delay of revision 0": {change: func(m *made) {
			m.file(map[int]any{3501: v16(0)}).every(map[int]any{109: v16(100), 215: v16(-10)})
		}, want: want{start: 100, notes: []string{"time scalar (215)"}}},
		"a delay that is none": {how: Reading{Words: Words{Delay: Word{Byte: -1}}}, change: func(m *made) { m.every(map[int]any{109: v16(100)}) }},
		"mutes":                {change: func(m *made) { m.every(map[int]any{111: v16(10), 113: v16(50), 215: v16(-10)}) }, want: want{mute: [2]float32{1, 5}, notes: []string{"mute start (111)"}}},
		"a mute without end":   {change: func(m *made) { m.every(map[int]any{111: v16(10)}) }, want: want{notes: []string{"mute start (111)"}}},
		"the interval of the traces": {change: func(m *made) { m.file(map[int]any{3217: v16(0)}).every(map[int]any{117: v16(4000)}) },
			want: want{interval: 4, notes: []string{"interval (117)"}}},
		"the interval of the file":                 {change: func(m *made) { m.every(map[int]any{117: v16(0)}) }},
		"an interval beyond 2^15":                  {change: func(m *made) { m.file(map[int]any{3217: v16(40000)}).every(map[int]any{117: v16(40000)}) }, want: want{interval: 40}},
		"intervals that disagree, of the traces":   {how: Reading{IntervalFrom: "traces"}, change: func(m *made) { m.file(map[int]any{3217: v16(1000)}) }},
		"intervals that disagree, of the file":     {how: Reading{IntervalFrom: "binary"}, change: func(m *made) { m.every(map[int]any{117: v16(1000)}) }},
		"intervals that disagree, by number":       {how: Reading{Interval: 0.5}, change: func(m *made) { m.every(map[int]any{117: v16(1000)}) }, want: want{interval: 0.5}},
		"samples of the file":                      {change: func(m *made) { m.every(map[int]any{115: v16(0)}) }},
		"samples of the traces":                    {change: func(m *made) { m.file(map[int]any{3221: v16(0)}) }},
		"samples that disagree, of the traces":     {how: Reading{SamplesFrom: "traces"}, change: func(m *made) { m.file(map[int]any{3221: v16(9)}) }},
		"samples that disagree, of the file":       {how: Reading{SamplesFrom: "binary"}, change: func(m *made) { m.every(map[int]any{115: v16(9)}) }},
		"lengths of their own":                     {change: func(m *made) { m.file(map[int]any{3221: v16(9), 3503: v16(0)}) }, want: want{notes: []string{"samples (115)"}}},
		"a dead trace":                             {change: func(m *made) { m.one(1, map[int]any{29: v16(2), 240: "\x00\xff\xff\xff\xff"}) }, want: want{dead: []int{1}, notes: []string{"identification (29)"}}},
		"unknown traces":                           {change: func(m *made) { m.every(map[int]any{29: v16(0)}) }},
		"hydrophones":                              {change: func(m *made) { m.every(map[int]any{29: v16(11)}) }},
		"what is not needed":                       {change: func(m *made) { m.every(map[int]any{53: v32(5), 61: v32(300), 105: v16(3)}) }, want: want{notes: []string{"datum elevation at receiver (53)", "water depth at source (61)", "lag time A (105)"}}},
		"statics":                                  {change: func(m *made) { m.every(map[int]any{103: v16(12)}) }, want: want{notes: []string{"total static (103)"}}},
		"amplitudes that were changed":             {change: func(m *made) { m.file(map[int]any{3253: v16(3)}) }, want: want{notes: []string{"amplitude recovery (3253)"}}},
		"polarity":                                 {change: func(m *made) { m.file(map[int]any{3257: v16(1)}) }, want: want{notes: []string{"polarity (3257)"}}},
		"offsets that the coordinates do not have": {change: func(m *made) { m.every(map[int]any{37: v32(5000)}) }, want: want{notes: []string{"offset (37)"}}},
		"coordinates elsewhere": {how: Reading{Words: Words{ReceiverX: Word{181, Float32, 0}, SourceX: Word{197, Int64, 0}, SourceDepth: Word{Byte: -1, Value: 8}}},
			change: func(m *made) {
				m.every(map[int]any{81: v32(0), 73: v32(0), 197: v64(150), 37: v32(0)})
				for k := range m.traces {
					m.one(k, map[int]any{181: f32(50.5 + float64(k))})
				}
			}, want: want{source: at(150, 0, 8), receivers: []Place{place(50.5, 0, 30), place(51.5, 0, 30), place(52.5, 0, 30)}}},
		"a revision written as 1": {change: func(m *made) { m.file(map[int]any{3501: v16(1)}) }},
		"revision 0 with garbage where later ones have words": {how: Reading{Revision: new(int)}, change: func(m *made) {
			m.file(map[int]any{3501: v16(0x7700), 3505: v16(300)})
		}, want: want{notes: []string{"extended text headers (3505)"}}},
		"further texts": {change: func(m *made) {
			m.file(map[int]any{3505: v16(2)})
			m.behind = append(blank("((SEG: Layout))"), blank("one")...)
		}, want: want{notes: []string{"extended text headers (3505)"}}},
		"texts up to the last": {change: func(m *made) {
			m.file(map[int]any{3505: v16(-1)})
			m.behind = append(append(blank("((SEG: Layout))"), blank("one")...), blank("((SEG: EndText))")...)
		}},
		"texts in ASCII": {change: func(m *made) {
			m.file(map[int]any{3505: v16(-1)})
			end := []byte(strings.Repeat(" ", 3200))
			copy(end, "((SEG:EndText))")
			m.behind = end
		}},
		"a trailer that is said": {change: func(m *made) { m.file(map[int]any{3501: v16(0x0200), 3529: v32(1)}); m.end = make([]byte, 3200) },
			want: want{notes: []string{"trailers (3529)"}}},
		"trailers that are not said": {change: func(m *made) { m.end = append(blank("((SEG: Notes))"), blank("bye")...) }, want: want{notes: []string{"trailers"}}},
		"revision 2": {change: func(m *made) {
			m.file(map[int]any{3501: v16(0x0201), 3221: v16(0), 3269: v32(20), 3273: f64(1234.5), 3297: v32(0x01020304), 3513: v64(3), 3521: v64(3600 + 3200)}).every(map[int]any{115: v16(0), 117: v16(1235)})
			m.behind = make([]byte, 3200)
		}, want: want{interval: 1.2345, notes: []string{"extended samples (3269)", "extended interval (3273)", "first trace (3521)"}}},
		"extensions of trace headers": {change: func(m *made) {
			m.file(map[int]any{3501: v16(0x0200), 3507: v32(2), 3217: v16(0), 3221: v16(0)}).every(map[int]any{115: v16(0), 117: v16(0)})
			for k, tr := range m.traces {
				more := make([]byte, 480)
				m.put(more, 1, map[int]any{17: v64(1 << 40), 33: f64(-31.5), 41: f64(1), 49: f64(3), 57: f64(25.25), 97: f64(210.125), 113: f64(1e9 + float64(k)), 121: f64(-4), 137: v32(20), 145: f64(500), 157: v16(2), 233: "SEG00001"})
				m.traces[k] = append(append(append([]byte(nil), tr[:240]...), more...), tr[240:]...)
			}
		}, want: want{source: at(210.125, 0, 22.25), receivers: []Place{place(1e9, -4, 32.5), place(1e9+1, -4, 32.5), place(1e9+2, -4, 32.5)}, interval: 0.5, notes: []string{"of the extension"}}},
		"a revision 0 file with no words but the least": {change: func(m *made) {
			m.file(map[int]any{3213: v16(0), 3255: v16(0), 3501: v16(0), 3503: v16(0)}).every(map[int]any{1: v32(0), 5: v32(0), 9: v32(0), 13: v32(0), 29: v16(0), 37: v32(0), 69: v16(0), 71: v16(0), 89: v16(0)})
		}, want: want{notes: []string{"measurement system (3255)", "units (89)"}}},
	} {
		for _, order := range []binary.ByteOrder{big, little} {
			m := fieldFile(order, 3, 20)
			c.change(m)
			f, err := Open(m.save(t), c.how)
			if err != nil {
				t.Errorf("%s, %v: %v", name, order, err)
				continue
			}
			w := c.want
			if w.source == nil {
				w.source = at(200, 0, 20)
			}
			if w.receivers == nil {
				w.receivers = []Place{place(300, 0, 30), place(400, 0, 30), place(500, 0, 30)}
			}
			if w.interval == 0 {
				w.interval = 2
			}
			if len(f.Shots) != 1 || len(f.Shots[0].Traces) != 3 {
				t.Errorf("%s, %v: %+v", name, order, f.Shots)
				continue
			}
			if !near(f.Interval, w.interval) || !nearPlace(f.Shots[0].Source, *w.source) {
				t.Errorf("%s, %v: interval %g, not %g; source %v, not %v", name, order, f.Interval, w.interval, f.Shots[0].Source, *w.source)
			}
			values, err := f.Read(0)
			if err != nil {
				t.Errorf("%s, %v: %v", name, order, err)
				continue
			}
			for k, tr := range f.Shots[0].Traces {
				dead := slices.Contains(w.dead, k)
				if !nearPlace(tr.Receiver, w.receivers[k]) || tr.Start != w.start || tr.Samples != 20 || tr.Dead != dead || [2]float32{tr.MuteStart, tr.MuteEnd} != w.mute {
					t.Errorf("%s, %v: trace %d is %+v; the receiver is at %v", name, order, k, tr, w.receivers[k])
				}
				if !dead && (len(values[k]) != 20 || values[k][19] != float64(100*k+19)) || dead && values[k] != nil {
					t.Errorf("%s, %v: trace %d has the samples %v", name, order, k, values[k])
				}
			}
			for _, word := range w.notes {
				if !slices.ContainsFunc(f.Report.Notes, func(n Note) bool { return strings.Contains(n.Word, word) }) {
					t.Errorf("%s, %v: no word of %s in %v", name, order, word, f.Report.Notes)
				}
			}
		}
	}
}

// What is no data is left out and counted.
func TestLeftOut(t *testing.T) {
	m := fieldFile(big, 6, 20)
	m.one(0, map[int]any{29: v16(4)}).one(1, map[int]any{29: v16(6)}).one(2, map[int]any{35: v16(2)}).one(4, map[int]any{29: v16(2)})
	f, err := Open(m.save(t), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	if r := f.Report; r.LeftOut != 3 || r.Dead != 1 || r.Kinds[4] != 1 || r.Kinds[1] != 3 || f.Traces() != 3 {
		t.Errorf("%+v", r)
	}
	// Dead traces have no say in where the survey is.
	m = fieldFile(big, 3, 20).one(1, map[int]any{29: v16(2), 81: v32(-77000), 85: v32(999999)})
	if f, err := Open(m.save(t), Reading{}); err != nil || f.Fit().Off != 0 || f.Fit().From != 200 {
		t.Errorf("%+v, %v", f.Fit(), err)
	}
	if _, err := Open(m.every(map[int]any{29: v16(2)}).save(t), Reading{}); err == nil || !strings.Contains(err.Error(), "no trace is data") {
		t.Errorf("%v", err)
	}
	m = fieldFile(big, 6, 20)
	m.one(0, map[int]any{29: v16(4)}).one(1, map[int]any{29: v16(6)}).one(2, map[int]any{35: v16(2)}).one(4, map[int]any{29: v16(2)})
	// What is kept is said.
	if f, err = Open(m.save(t), Reading{Keep: []int{4}}); err != nil || f.Traces() != 2 {
		t.Errorf("%v, %v", f, err)
	}
}

// What is wrong is refused with the word's name and where it stands, and the
// configuration that reads it all the same does.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *made)
		want   []string
		how    *Reading // that reads it
	}{
		"intervals": {func(m *made) { m.file(map[int]any{3217: v16(1000)}) }, []string{"interval (117)", "2000 us", "1000 us", "trace 1 at byte 3601", "interval_from"}, &Reading{IntervalFrom: "traces"}},
		"intervals of traces": {func(m *made) { m.file(map[int]any{3217: v16(0)}).one(2, map[int]any{117: v16(4000)}) },
			[]string{"interval (117)", "4 ms", "trace 3"}, &Reading{Interval: 2}},
		"no interval":           {func(m *made) { m.file(map[int]any{3217: v16(0)}).every(map[int]any{117: v16(0)}) }, []string{"neither", "interval (117)"}, &Reading{Interval: 2}},
		"samples":               {func(m *made) { m.file(map[int]any{3221: v16(10)}) }, []string{"samples (115)", "is 20", "10 for all"}, &Reading{SamplesFrom: "traces"}},
		"no samples":            {func(m *made) { m.file(map[int]any{3221: v16(0)}).every(map[int]any{115: v16(0)}) }, []string{"how many samples"}, &Reading{Words: Words{Samples: Word{Byte: -1, Value: 20}}}},
		"units":                 {func(m *made) { m.every(map[int]any{89: v16(7)}) }, []string{"units (89)", "7 is none", "2 more traces"}, &Reading{Words: Words{Units: Word{Byte: -1, Value: 1}}}},
		"degrees beyond":        {func(m *made) { m.every(map[int]any{89: v16(3)}) }, []string{"units (89)", "not on Earth"}, nil},
		"minutes beyond":        {func(m *made) { m.every(map[int]any{89: v16(4), 73: v32(18099), 81: v32(1234567)}) }, []string{"degrees, minutes and seconds"}, nil},
		"measure":               {func(m *made) { m.file(map[int]any{3255: v16(3)}) }, []string{"measurement system (3255)", "byte 3255"}, &Reading{Measure: "m"}},
		"format":                {func(m *made) { m.file(map[int]any{3225: v16(4)}) }, []string{"format (3225)", "fixed point with gain"}, &Reading{Format: IEEE}},
		"no format":             {func(m *made) { m.file(map[int]any{3225: v16(0)}) }, []string{"format (3225)"}, &Reading{Format: IEEE, Endian: "big"}},
		"swapped pairs":         {func(m *made) { m.file(map[int]any{3297: v32(0x02010403)}) }, []string{"swapped in pairs"}, &Reading{Endian: "big"}},
		"revision":              {func(m *made) { m.file(map[int]any{3501: v16(0x0700)}) }, []string{"revision (3501)", "7.0"}, &Reading{Revision: new(int)}},
		"texts without end":     {func(m *made) { m.file(map[int]any{3505: v16(-1)}) }, []string{"EndText"}, &Reading{Revision: new(int)}},
		"too many texts":        {func(m *made) { m.file(map[int]any{3505: v16(3)}) }, []string{"extended text headers (3505)", "text header 1 of 3"}, &Reading{Revision: new(int)}},
		"texts of -2":           {func(m *made) { m.file(map[int]any{3505: v16(-2)}) }, []string{"extended text headers (3505)"}, &Reading{Revision: new(int)}},
		"components":            {func(m *made) { m.one(0, map[int]any{29: v16(12)}) }, []string{"identification (29)", "several kinds", "vertical component"}, &Reading{Keep: []int{1}}},
		"no data":               {func(m *made) { m.every(map[int]any{29: v16(77)}) }, []string{"identification (29)", "3 of 77"}, &Reading{Keep: []int{77}}},
		"no places":             {func(m *made) { m.every(map[int]any{41: v32(0), 49: v32(0), 73: v32(0), 81: v32(0)}) }, []string{"coordinates (73 to 88)"}, &Reading{Unplaced: true}},
		"traces that are said":  {func(m *made) { m.file(map[int]any{3501: v16(0x0200), 3513: v64(4)}) }, []string{"number of traces (3513)", "4 are said", "has 3"}, &Reading{Revision: new(int)}},
		"a first trace":         {func(m *made) { m.file(map[int]any{3501: v16(0x0200), 3521: v64(1 << 40)}) }, []string{"first trace (3521)"}, &Reading{Revision: new(int)}},
		"trailers":              {func(m *made) { m.file(map[int]any{3501: v16(0x0200), 3529: v32(9)}) }, []string{"trailers (3529)"}, &Reading{Revision: new(int)}},
		"an extended interval":  {func(m *made) { m.file(map[int]any{3501: v16(0x0200), 3273: f64(math.NaN())}) }, []string{"extended interval (3273)"}, &Reading{Revision: new(int)}},
		"extensions":            {func(m *made) { m.file(map[int]any{3501: v16(0x0200), 3507: v32(-1)}) }, []string{"trace header extensions (3507)"}, &Reading{Revision: new(int)}},
		"a weight":              {func(m *made) { m.file(map[int]any{3225: v16(2)}).every(map[int]any{169: v16(300)}) }, []string{"weighting (169)"}, &Reading{Format: Whole4, Words: Words{Weighting: Word{Byte: -1}}}},
		"what is behind traces": {func(m *made) { m.end = make([]byte, 100) }, []string{"ends in the header", "trace 4"}, nil},
	} {
		m := fieldFile(big, 3, 20)
		c.change(m)
		path := m.save(t)
		_, err := Open(path, Reading{})
		for _, want := range append(c.want, path) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no word of %q in %v", name, want, err)
			}
		}
		if c.how != nil {
			if f, err := Open(path, *c.how); err != nil || f.Interval != 2 || f.Traces() == 0 {
				t.Errorf("%s: by configuration: %v", name, err)
			}
		}
	}
	// All faults are told at once.
	_, err := Open(fieldFile(big, 3, 20).file(map[int]any{3217: v16(1), 3255: v16(9)}).every(map[int]any{89: v16(9)}).save(t), Reading{})
	for _, want := range []string{"interval (117)", "measurement system", "units (89)"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
	for _, how := range []Reading{{Endian: "middle"}, {IntervalFrom: "x"}, {Measure: "yd"}, {Shots: "x"}, {Format: 4}, {Interval: -1}, {Words: Words{Delay: Word{Byte: 240, Kind: Int32}}}} {
		if _, err := Open(fieldFile(big, 3, 20).save(t), how); err == nil {
			t.Errorf("%+v is taken", how)
		}
	}
}

// A file that is cut short anywhere is refused, but between traces, where it is
// another file.
func TestCutShort(t *testing.T) {
	m := fieldFile(big, 2, 5)
	whole := m.bytes()
	path := filepath.Join(t.TempDir(), "cut.sgy")
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	for n := len(whole) - 1; n >= 0; n-- {
		if err := os.Truncate(path, int64(n)); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path, Reading{})
		if between := n == 3600+260; between != (err == nil) {
			t.Errorf("%d bytes: %v, %v", n, f, err)
		}
		if n > 3600 && err != nil && !strings.Contains(err.Error(), "trace") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	// A file that changes after it was opened.
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Reading{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 3700); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(0); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("%v", err)
	}
}

// Samples of every format are read in both byte orders; those that are no numbers
// are refused with their place.
func TestFormats(t *testing.T) {
	numbers := []float64{0, 1, -118.625, 100, -100, 7}
	for format, encode := range map[Format]func(v float64) any{
		IBM: func(v float64) any {
			return v32(map[float64]uint32{0: 0, 1: 0x41100000, -118.625: 0xc276a000, 100: 0x42640000, -100: 0xc2640000, 7: 0x41700000}[v])
		},
		Whole4: func(v float64) any { return v32(v) },
		Whole2: func(v float64) any { return v16(v) },
		IEEE:   func(v float64) any { return f32(v) },
		Double: func(v float64) any { return f64(v) },
		Whole1: func(v float64) any { return byte(int8(v)) },
	} {
		for _, order := range []binary.ByteOrder{big, little} {
			m := fieldFile(order, 1, 0)
			m.file(map[int]any{3225: v16(format), 3221: v16(len(numbers))}).every(map[int]any{115: v16(len(numbers)), 169: v16(3)})
			for _, v := range numbers {
				b := make([]byte, format.bytes())
				m.put(b, 1, map[int]any{1: encode(v)})
				m.traces[0] = append(m.traces[0], b...)
			}
			f, err := Open(m.save(t), Reading{Factor: 2})
			if err != nil {
				t.Errorf("%v, %v: %v", format, order, err)
				continue
			}
			got, err := f.Read(0)
			if err != nil {
				t.Errorf("%v, %v: %v", format, order, err)
				continue
			}
			for i, v := range numbers {
				want := 2 * v
				if format.whole() {
					want = 2 * math.Trunc(v) / 8 // the trace weighting factor
				}
				if math.Abs(got[0][i]-want) > 0 {
					t.Errorf("%v, %v: sample %d is %g, not %g", format, order, i, got[0][i], want)
				}
			}
		}
	}
	m := fieldFile(big, 3, 20).one(1, map[int]any{241 + 12: f32(math.Inf(1))})
	f, err := Open(m.save(t), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(0); err == nil || !strings.Contains(err.Error(), "trace 2: sample 4 at byte 4173 is +Inf") {
		t.Errorf("%v", err)
	}
}

// Numbers of the standard's and of IBM's manuals, and the nearest of others: an
// IBM number has at least 21 bits.
func TestIBMNumbers(t *testing.T) {
	for bits, want := range map[uint32]float64{0x42640000: 100, 0xc276a000: -118.625, 0x40800000: 0.5, 0x41100000: 1, 0: 0, 0x3f100000: 1.0 / 256} {
		if got := fromIBM(bits); got != want {
			t.Errorf("%08x is %g, not %g", bits, got, want)
		}
		if got := toIBM(float32(want)); got != bits {
			t.Errorf("%g is %08x, not %08x", want, got, bits)
		}
	}
	for _, v := range []float32{math.MaxFloat32, math.SmallestNonzeroFloat32, 16777215, 0.99999994} {
		if got := fromIBM(toIBM(v)); math.Abs(got-float64(v)) > math.Exp2(-21)*float64(v) {
			t.Errorf("%g becomes %g", v, got)
		}
	}
}

// Floating point that is called by the other name is found out, whatever its
// size; what is called by its own, and whole numbers written as IBM numbers that
// are not normalised, are not.
func TestFormatsCalledByOthersNames(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []float64{1e-12, 1e-3, 1, 1e5} {
		var ieee, ibm, loose, whole, full []uint32
		for i := range 4000 {
			x := float64(i%500-100) / 20
			v := float32(size * ((1-2*x*x)*math.Exp(-x*x) + 0.01*r.NormFloat64()))
			ieee, ibm = append(ieee, math.Float32bits(v)), append(ibm, toIBM(v))
			whole, full = append(whole, uint32(int32(float64(v)/size*1e6))), append(full, uint32(int32(float64(v)/size*1.9e9)))
			loose = append(loose, 0x46<<24|uint32(math.Abs(float64(v))/size*1e5))
		}
		for _, c := range []struct {
			called, want Format
			bits         []uint32
		}{{IEEE, 0, ieee}, {IBM, 0, ibm}, {IBM, IEEE, ieee}, {IEEE, IBM, ibm}, {IBM, 0, loose}, {Whole4, IEEE, ieee}, {Whole4, 0, whole}, {Whole4, 0, full}} {
			if got, why := c.called.suspects(c.bits); got != c.want {
				t.Errorf("size %g, called %v: %v, not %v: %s", size, c.called, got, c.want, why)
			}
		}
	}
	// Bytes in the other order.
	var swapped []uint32
	for range 1000 {
		swapped = append(swapped, little.Uint32(binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(r.NormFloat64())))))
	}
	if got, why := IEEE.suspects(swapped); got != IEEE {
		t.Errorf("%v: %s", got, why)
	}
	// Few samples, and silence, say nothing.
	for _, bits := range [][]uint32{nil, make([]uint32, 5000), {math.Float32bits(1)}} {
		if got, _ := IBM.suspects(bits); got != 0 {
			t.Errorf("%v of %d samples", got, len(bits))
		}
	}
	// A file as a whole.
	m := fieldFile(big, 4, 200)
	m.file(map[int]any{3225: v16(1)})
	path := m.save(t)
	if _, err := Open(path, Reading{}); err == nil || !strings.Contains(err.Error(), `format = "ieee"`) {
		t.Errorf("%v", err)
	}
	f, err := Open(path, Reading{Format: IEEE})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := f.Read(0); err != nil || v[3][199] != 499 {
		t.Errorf("%v", err)
	}
}

// Traces become shots by record number and source, by source point where records
// have no numbers, or as is said; wherever they stand, in one file or many.
func TestShots(t *testing.T) {
	shots := func(words int, how Reading) *File {
		m := fieldFile(big, 6, 20)
		for k := range m.traces {
			m.one(k, map[int]any{9: v32(3), words: v32(10 + k%2), 73: v32(200 + 50*(k%2)), 37: v32(0)})
		}
		f, err := Open(m.save(t), how)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, c := range []struct {
		word int
		by   string
		same bool
	}{{9, "", false}, {17, "", false}, {17, "point", false}, {9, "place", false}, {9, "point", true}} {
		f := shots(c.word, Reading{Shots: c.by})
		if len(f.Shots) != 2 || f.Shots[1].Source.X != 250 || len(f.Shots[1].Traces) != 3 || f.Shots[1].Traces[2].Receiver.X != 800 {
			t.Errorf("word %d by %q: %+v", c.word, c.by, f.Shots)
			continue
		}
		v, err := f.Read(1)
		if err != nil || v[2][0] != 500 {
			t.Errorf("word %d by %q: %v, %v", c.word, c.by, v, err)
		}
	}
	// One record of several places is doubtful.
	if f := shots(21, Reading{}); len(f.Shots) != 2 || !slices.ContainsFunc(f.Report.Of(Doubtful), func(n Note) bool { return n.Word == "source place" }) {
		t.Errorf("%+v", f.Report.Notes)
	}
	// One source place with two records is two shots.
	m := fieldFile(big, 2, 20).one(1, map[int]any{9: v32(8)})
	if f, err := Open(m.save(t), Reading{}); err != nil || len(f.Shots) != 2 {
		t.Errorf("%v", err)
	}
	// Files together.
	dir := t.TempDir()
	for i, name := range []string{"b.SEGY", "a.sgy", "c.Sgy"} {
		m := fieldFile([]binary.ByteOrder{big, little}[i%2], 2, 20).every(map[int]any{9: v32(i), 73: v32(200 + i)})
		if err := os.WriteFile(filepath.Join(dir, name), m.bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{dir: 3, filepath.Join(dir, "[ab].*"): 2} {
		f, err := Open(path, Reading{})
		if err != nil || len(f.Shots) != want || f.Shots[0].Source.X != 201 || len(f.Headers) != want {
			t.Errorf("%s: %v, %v", path, f, err)
			continue
		}
		if v, err := f.Read(1); err != nil || v[1][3] != 103 {
			t.Errorf("%v", err)
		}
	}
	for _, path := range []string{filepath.Join(dir, "none.sgy"), filepath.Join(dir, "*.dat"), t.TempDir()} {
		if _, err := Open(path, Reading{}); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "d.sgy"), fieldFile(big, 2, 20).file(map[int]any{3217: v16(4000)}).every(map[int]any{117: v16(4000)}).bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Reading{}); err == nil || !strings.Contains(err.Error(), "resample") {
		t.Errorf("files of two intervals: %v", err)
	}
}

// A tower whose place is known in both ways: 43 38 33.24 N, 79 23 13.7 W is UTM 17
// 630084 E, 4833438 N. A tenth of a second of longitude is 2 m.
func TestMercator(t *testing.T) {
	x, y := mercator(-79-23.0/60-13.7/3600+81, 43+38.0/60+33.24/3600)
	if east, north := 500000+0.9996*x, 0.9996*y; math.Abs(east-630084) > 2 || math.Abs(north-4833438) > 2 {
		t.Errorf("%.1f E, %.1f N", east, north)
	}
	// A degree of the equator, and the quarter of a meridian (WGS 84).
	if x, _ := mercator(0.001, 0); math.Abs(x*1000-111319.49) > 0.01 {
		t.Errorf("a degree of the equator has %.3f m", x*1000)
	}
	if _, y := mercator(0, 90); math.Abs(y-10001965.73) > 15 { // 89.9999 degrees at most
		t.Errorf("a quarter of a meridian has %.3f m", y)
	}
}

// Coordinates in degrees of three spellings become metres about their middle.
func TestDegrees(t *testing.T) {
	// A source in the middle of two receivers, 0.01 degrees east and west of it at 60
	// degrees north, where a degree of longitude has 55.8 km.
	for name, words := range map[string][]map[int]any{
		"arc seconds": {{89: v16(2), 71: v16(1), 73: v32(36000), 77: v32(216000), 85: v32(216000)}, {81: v32(35964)}, {81: v32(36036)}},
		"degrees":     {{89: v16(3), 71: v16(-1000), 73: v32(10000), 77: v32(60000), 85: v32(60000)}, {81: v32(9990)}, {81: v32(10010)}},
		"minutes":     {{89: v16(4), 71: v16(1), 73: v32(100000), 77: v32(600000), 85: v32(600000)}, {81: v32(95924)}, {81: v32(100036)}},
		"seconds":     {{89: v16(4), 71: v16(-100), 73: v32(10000000), 77: v32(60000000), 85: v32(60000000)}, {81: v32(9592400)}, {81: v32(10003600)}},
	} {
		m := fieldFile(big, 2, 20).every(words[0]).one(0, words[1]).one(1, words[2])
		f, err := Open(m.save(t), Reading{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		g := f.Shots[0]
		east := 0.01 * 55800.0
		if f.Geographic == nil || !near(f.Geographic[0], 10) || !near(f.Geographic[1], 60) {
			t.Errorf("%s: about %v", name, f.Geographic)
		}
		if math.Abs(g.Traces[1].Receiver.X-east) > 2 || math.Abs(g.Traces[0].Receiver.X+east) > 2 || math.Abs(g.Source.X) > 1e-6 || math.Abs(g.Traces[0].Receiver.Y) > 0.1 {
			t.Errorf("%s: %v %v %v", name, g.Source, g.Traces[0].Receiver, g.Traces[1].Receiver)
		}
	}
}

// Along a line of any azimuth through the origin, positions are distances from it;
// how far places are off is told.
func TestLines(t *testing.T) {
	for _, azimuth := range []float64{0, 30, 45, 90, 110, 135, 179} {
		for _, off := range []float64{0, 7} {
			m := fieldFile(big, 5, 20)
			sin, cos := math.Sincos(azimuth * math.Pi / 180)
			place := func(s, side float64) (x, y int) {
				return int(math.Round(1e4 * (s*sin + side*cos))), int(math.Round(1e4 * (s*cos - side*sin)))
			}
			for k := range m.traces {
				sx, sy := place(200, 0)
				// As much on one side as on the other, and as much before as behind.
				x, y := place(float64(300+100*k), off*[]float64{1, -1, 0, -1, 1}[k])
				m.one(k, map[int]any{71: v16(-10000), 73: v32(sx), 77: v32(sy), 81: v32(x), 85: v32(y), 37: v32(0)})
			}
			f, err := Open(m.save(t), Reading{})
			if err != nil {
				t.Fatal(err)
			}
			l := f.Fit()
			for k, tr := range f.Shots[0].Traces {
				// Rounding to a tenth of a millimetre, and side squared by distance.
				if got := l.Along(tr.Receiver); math.Abs(got-float64(300+100*k)) > 2e-4+off*off/100 {
					t.Errorf("azimuth %g, %g m off: receiver %d is at %g", azimuth, off, k, got)
				}
			}
			if math.Abs(l.Azimuth-azimuth) > 1e-4+off/2 || math.Abs(l.Off-off) > 2e-4+off/5 || (off > 0) != (l.Stretch > 1e-3) {
				t.Errorf("azimuth %g, %g m off: %+v", azimuth, off, l)
			}
		}
	}
	// Along an axis positions are the coordinates, exactly, wherever the line is.
	for _, words := range [][2]map[int]any{{{77: v32(4567), 85: v32(4567)}, {81: v32(333)}}, {{73: v32(-89), 77: v32(5), 81: v32(-89)}, {85: v32(333)}}} {
		f, err := Open(fieldFile(big, 1, 20).every(words[0]).every(words[1]).save(t), Reading{})
		if err != nil {
			t.Fatal(err)
		}
		l := f.Fit()
		if got := l.Along(f.Shots[0].Traces[0].Receiver); got != 333 || l.Off != 0 {
			t.Errorf("%g, %+v", got, l)
		}
	}
	if l := places.Through(10, 20, 90); l.Along(Place{X: 15, Y: 99}) != 5 {
		t.Errorf("%g", l.Along(Place{X: 15, Y: 99}))
	}
}

func TestParseWord(t *testing.T) {
	for text, want := range map[string]Word{"": {}, "none": {Byte: -1}, "=-100": {Byte: -1, Value: -100}, "= 2.5": {Byte: -1, Value: 2.5}, "181": {Byte: 181}, "181 f32": {Byte: 181, Kind: Float32}, "233 f64": {Byte: 233, Kind: Float64}} {
		if got, err := ParseWord(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"x", "181 u8", "240", "239 i32", "=x", "=nan", "-3", "1e3"} {
		if w, err := ParseWord(text); err == nil {
			t.Errorf("%q: %+v", text, w)
		}
	}
	var w Words
	if err := w.Set("no_such", Word{}); err == nil || !strings.Contains(err.Error(), "coordinate_scalar") {
		t.Errorf("%v", err)
	}
	for _, name := range WordNames() {
		if err := w.Set(name, Word{Byte: 5, Kind: Int16}); err != nil {
			t.Error(err)
		}
	}
	for i, p := range w.places() {
		if p != (Word{Byte: 5, Kind: Int16}) {
			t.Errorf("word %d: %+v", i, p)
		}
	}
}

// The reader takes no more memory than a file has bytes, whatever it says: a
// header of 240 bytes makes a trace, and nothing else that is kept.
func TestMemoryOfTraces(t *testing.T) {
	m := fieldFile(big, 1, 20).file(map[int]any{3221: v16(-1), 3501: v16(0x0200), 3269: v32(math.MaxInt32), 3507: v32(1 << 16)})
	if _, err := Open(m.save(t), Reading{}); err == nil || !strings.Contains(err.Error(), "ends in") {
		t.Errorf("%v", err)
	}
	// A note for each of a million values would be as large.
	m = fieldFile(big, 2000, 0).file(map[int]any{3221: v16(0)})
	for k := range m.traces {
		m.one(k, map[int]any{115: v16(1), 71: v16(2 + k)})
		m.traces[k] = append(m.traces[k], 0, 0, 0, 0)
	}
	f, err := Open(m.save(t), Reading{})
	if err != nil || len(f.Report.Notes) > 400 {
		t.Errorf("%v", err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, order := range []binary.ByteOrder{big, little} {
		m := fieldFile(order, 2, 5)
		f.Add(m.bytes())
		f.Add(m.file(map[int]any{3501: v16(0x0200), 3507: v32(1), 3505: v16(-1)}).bytes())
		f.Add(m.file(map[int]any{3501: v16(0), 3225: v16(1)}).bytes()[:3900])
		f.Add(fieldFile(order, 2, 5).every(map[int]any{89: v16(3), 73: v32(3), 81: v32(4)}).bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "a.sgy")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := Open(path, Reading{})
		if err != nil {
			return
		}
		total := 0
		for i, g := range file.Shots {
			v, err := file.Read(i)
			if err != nil {
				continue
			}
			for k := range v {
				if total += g.Traces[k].Samples; !g.Traces[k].Dead && len(v[k]) != g.Traces[k].Samples {
					t.Errorf("%d samples of %d", len(v[k]), g.Traces[k].Samples)
				}
			}
			for _, tr := range g.Traces {
				if !finite(tr.Receiver.X + tr.Receiver.Y + tr.Receiver.Depth + g.Source.X + tr.Start) {
					t.Errorf("%+v", tr)
				}
			}
		}
		if total > len(data) {
			t.Errorf("%d samples of %d bytes", total, len(data))
		}
		if m, err := ReadModel(path, Reading{}); err == nil && m.Values.Len() > len(data) {
			t.Errorf("%d values of %d bytes", m.Values.Len(), len(data))
		}
		if l := file.Fit(); !finite(l.Off + l.From + l.Azimuth) {
			t.Errorf("%+v", l)
		}
		_ = fmt.Sprint(file.Report.Notes)
	})
}
