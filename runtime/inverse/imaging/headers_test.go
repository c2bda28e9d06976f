package imaging

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// fieldRecords are the records of the shots of a survey as a file of all, with
// words of the headers of all traces (two bytes, by their place) and of some
// changed.
func fieldRecords(t *testing.T, s *Survey, path string, change func(trace int, header []byte)) {
	t.Helper()
	var all []segy.Gather
	for shot := range s.Shots {
		a, err := s.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s.file(shot, a))
	}
	written(t, path, change, all...)
}

func written(t *testing.T, path string, change func(trace int, header []byte), all ...segy.Gather) {
	t.Helper()
	if err := segy.Write(path, all...); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := 240 + 4*all[0].Records.Shape[0]
	for k := 0; 3600+k*size < len(data); k++ {
		change(k, data[3600+k*size:3600+(k+1)*size])
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func short(b []byte, at, v int) { binary.BigEndian.PutUint16(b[at-1:], uint16(v)) }
func long(b []byte, at, v int)  { binary.BigEndian.PutUint32(b[at-1:], uint32(v)) }

// The records that a survey writes as SEG-Y, put into one file, are a survey by
// their headers alone: the same shots, and in the time steps of the run the same
// records. Thinned out to 4 ms, they are to a hundredth. So is a file for each shot,
// by a pattern.
func TestLineOfRecords(t *testing.T) {
	s := small(t, "fwi")
	dir := t.TempDir()
	var whole, thin []segy.Gather
	for shot := range s.Shots {
		path, _, err := s.WriteRecords(t.Context(), shot, dir, "sgy")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path, strings.Replace(path, "shot_", "part_", 1)); err != nil {
			t.Fatal(err)
		}
		a, err := s.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		g := s.file(shot, a)
		whole = append(whole, g)
		sparse := field.New64(152, a.Shape[1])
		column, to := make([]float64, a.Shape[0]), make([]float64, 152)
		for k := range a.Shape[1] {
			for i := range column {
				column[i] = a.At(i*a.Shape[1] + k)
			}
			resample(column, 0, s.setup.Dt, to, 4)
			for i, v := range to {
				sparse.F64[i*a.Shape[1]+k] = v
			}
		}
		g.Interval, g.Records = 4, sparse
		thin = append(thin, g)
	}
	written(t, filepath.Join(dir, "whole.sgy"), nil, whole...)
	written(t, filepath.Join(dir, "thin.SEGY"), nil, thin...)
	for name, tolerance := range map[string]float64{"whole.sgy": 0, "thin.SEGY": 0.01, "part_*.sgy": 0} {
		other := surveyOf(t, description(t, "acoustic", "", `observed = "`+filepath.Join(dir, name)+`"`))
		if len(other.Shots) != len(s.Shots) || len(other.Notes) != 0 {
			t.Fatalf("%d shots, %v", len(other.Shots), other.Notes)
		}
		r := newRun(t, other)
		if err := other.Import(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		for shot := range s.Shots {
			// Headers have tenths of millimetres.
			near := func(a, b float64) bool { return math.Abs(a-b) < 6e-5 }
			if !slices.EqualFunc(other.Shots[shot].Sources.F64, s.Shots[shot].Sources.F64, near) || !slices.EqualFunc(other.Shots[shot].Receivers.F64, s.Shots[shot].Receivers.F64, near) {
				t.Errorf("%s: shot %d has another geometry", name, shot)
			}
			want, err := s.Observed(t.Context(), shot)
			if err != nil {
				t.Fatal(err)
			}
			got, err := other.observed(t.Context(), r, shot)
			if err != nil {
				t.Fatal(err)
			}
			most, off := 0.0, 0.0
			end := want.Len()
			if tolerance > 0 { // behind the last sample there are none
				end -= int(lobes*4/s.setup.Dt) * want.Shape[1]
			}
			for i := range end {
				most, off = max(most, math.Abs(want.At(i))), max(off, math.Abs(got.At(i)-want.At(i)))
			}
			if !(off <= tolerance*most) {
				t.Errorf("%s: shot %d is off by %g of %g", name, shot, off, most)
			}
		}
	}
}

// aboutRecords is a survey of a line's records at 2 ms.
func aboutRecords(t *testing.T, path string, lines ...string) string {
	t.Helper()
	text := strings.Replace(description(t, "acoustic", "", `observed = "`+path+`"`), "time = 600.0", "time = 600.0\ndt = 2.0", 1)
	return text + strings.Join(lines, "\n") + "\n"
}

// twoMillisecond is the survey whose records the following tests read.
func twoMillisecond(t *testing.T) *Survey {
	t.Helper()
	return surveyOf(t, strings.Replace(description(t, "acoustic", threeShots), "time = 600.0", "time = 600.0\ndt = 2.0", 1))
}

// What headers say moves, shifts or silences records: the same survey comes out,
// or its misfit in the model that made it is zero, which it is not otherwise.
func TestHeadersAreHeeded(t *testing.T) {
	s := twoMillisecond(t)
	angle := 0.5
	for name, c := range map[string]struct {
		change  func(trace int, b []byte)
		lines   []string
		unknown int // samples of the first trace that are not known
		notes   int
	}{
		"along y": {notes: 1, change: func(_ int, b []byte) {
			for _, at := range []int{73, 81} {
				copy(b[at+3:at+7], b[at-1:at+3])
				long(b, at, 0)
			}
		}},
		"at an angle": {notes: 1, change: func(_ int, b []byte) {
			for _, at := range []int{73, 81} {
				x := float64(binary.BigEndian.Uint32(b[at-1:])) * 1000 // scalar 1
				long(b, at, int(math.Round(x*math.Sin(angle))))
				long(b, at+4, int(math.Round(x*math.Cos(angle))))
			}
			short(b, 71, -1000)
		}},
		"rounded to beyond the model": {change: func(_ int, b []byte) {
			if x := binary.BigEndian.Uint32(b[80:]); x == 800 {
				long(b, 81, 800003)
			} else {
				long(b, 81, int(x)*1000)
			}
			long(b, 73, int(binary.BigEndian.Uint32(b[72:]))*1000)
			short(b, 71, -1000)
		}},
		"all at once": {notes: 1, unknown: 301, lines: []string{"[segy]", `measure = "ft"`, "[segy.words]", `delay = "233"`}, change: func(k int, b []byte) {
			// Thousandths of feet, at an angle; a surface above the source; tenths of
			// milliseconds elsewhere; a dead trace that is nowhere.
			feet := func(m float64) int { return int(math.Round(m / 0.3048 * 1000)) }
			for _, at := range []int{73, 81} {
				x := float64(binary.BigEndian.Uint32(b[at-1:]))
				long(b, at, feet(x*math.Sin(angle)))
				long(b, at+4, feet(x*math.Cos(angle)))
			}
			long(b, 37, 0)
			long(b, 41, feet(-40))
			long(b, 45, feet(7))
			long(b, 49, feet(27))
			short(b, 69, -1000)
			short(b, 71, -1000)
			short(b, 215, -10)
			short(b, 233, 1000)
			copy(b[240:], b[240+4*50:])
			if k == 0 {
				short(b, 29, 2)
			}
		}},
		"from a place of its own": {lines: []string{"[segy]", "line_origin = [-5000.0, 700.0]", "azimuth = 90.0"}, change: func(_ int, b []byte) {
			for _, at := range []int{73, 81} {
				long(b, at, int(binary.BigEndian.Uint32(b[at-1:]))-5000)
				long(b, at+4, 700)
			}
		}},
		"a dead trace": {unknown: 301, change: func(k int, b []byte) {
			if k == 0 {
				short(b, 29, 2)
				for i := 240; i < len(b); i++ {
					b[i] = 0xff
				}
			}
		}},
		"a silent trace": {unknown: 301, change: func(k int, b []byte) {
			if k == 0 {
				clear(b[240:])
			}
		}},
		"a delay": {unknown: 50, change: func(_ int, b []byte) {
			short(b, 109, 100)
			copy(b[240:], b[240+4*50:])
			for i := len(b) - 4*50; i < len(b); i++ {
				b[i] = 0
			}
		}},
		"a mute": {unknown: 40, change: func(_ int, b []byte) {
			short(b, 111, 20)
			short(b, 113, 100)
			for i := 240 + 4*10; i < 240+4*50; i += 4 {
				long(b, i+1, 0x42000000)
			}
		}},
		"receivers outside": {notes: 2, change: func(k int, b []byte) {
			if k == 1 {
				long(b, 81, 100000)
			}
		}},
		"elevations of another datum": {lines: []string{"[segy.words]", `source_depth = "=20"`, `receiver_elevation = "=-40"`}, change: func(_ int, b []byte) {
			long(b, 41, 777)
			long(b, 49, 888)
		}},
	} {
		path := filepath.Join(t.TempDir(), "line.sgy")
		fieldRecords(t, s, path, c.change)
		o, err := opened(t, aboutRecords(t, path, c.lines...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(o.Notes) != c.notes {
			t.Errorf("%s: notes %q", name, o.Notes)
		}
		if o.Memory = 1 << 30; len(o.Shots) != len(s.Shots) {
			t.Errorf("%s: %d shots", name, len(o.Shots))
			continue
		}
		for shot := range o.Shots {
			a, err := o.Observed(t.Context(), shot)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			unknown := 0
			for i := range a.Shape[0] {
				if math.IsNaN(a.At(i * a.Shape[1])) {
					unknown++
				}
			}
			if shot == 0 && unknown != c.unknown {
				t.Errorf("%s: %d samples of the first trace are not known, not %d", name, unknown, c.unknown)
			}
			m := s.truth()
			value, _, err := o.Misfit(t.Context(), o.Shot(shot), m, a)
			for i := range m {
				m[i] *= 1.1
			}
			other, g, e := o.Misfit(t.Context(), o.Shot(shot), m, a)
			// Coordinates are rounded to millimetres, of waves of 200 m: 3e-5 of the records,
			// squared.
			if err != nil || e != nil || !(value <= 1e-8*other) || !(other > 0) || slices.ContainsFunc(g, math.IsNaN) {
				t.Errorf("%s: shot %d has the misfit %g in the true model, %g in another, %v %v", name, shot, value, other, err, e)
			}
		}
	}
}

// What is not known has no weight in any misfit, nor for migration: its samples
// can be anything, and known ones cannot.
func TestUnknownSamplesHaveNoWeight(t *testing.T) {
	for _, misfit := range []string{"l2", "huber", "correlation", "envelope"} {
		s := small(t, "fwi", `misfit = "`+misfit+`"`)
		a, err := s.Observed(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		m := s.start()
		n := a.Shape[1]
		// The weights that leave a trace and a time out.
		weights := func(i int) bool { return i%n == 3 || i/n > 100 && i/n < 130 }
		with := &field.Array{Shape: a.Shape, F64: slices.Clone(a.Float64())}
		for i := range with.F64 {
			if weights(i) {
				with.F64[i] = math.NaN()
			}
		}
		all, _, err := s.Misfit(t.Context(), s.Shot(1), m, a)
		if err != nil {
			t.Fatal(err)
		}
		part, g, err := s.Misfit(t.Context(), s.Shot(1), m, with)
		if err != nil || part == all || !(part > 0) || misfit == "l2" && part > all || slices.ContainsFunc(g, math.IsNaN) {
			t.Errorf("%s: %g of %g, %v", misfit, part, all, err)
		}
		// A weight of 0 is as not knowing; half weights are a quarter of least squares.
		for i := range with.F64 {
			if with.F64[i] = a.At(i); i%n == 3 {
				with.F64[i] = math.NaN()
			}
		}
		without, _, err := s.Misfit(t.Context(), s.Shot(1), m, with)
		if err != nil {
			t.Fatal(err)
		}
		e := s.Shot(1)
		g2 := *e.Geometry
		g2.Weights = field.New64(n)
		for _, scale := range []float64{1, 0.5} {
			for k := range n {
				g2.Weights.F64[k] = scale
			}
			g2.Weights.F64[3] = 0
			e.Geometry = &g2
			weighed, _, err := s.Misfit(t.Context(), e, m, a)
			if want := without * scale * scale; err != nil || (misfit == "l2" || scale == 1) && math.Abs(weighed-want) > 1e-12*want {
				t.Errorf("%s: with weights of %g %g, not %g, %v", misfit, scale, weighed, want, err)
			}
		}
		if !math.IsNaN(with.F64[3]) {
			t.Errorf("%s: the records were changed", misfit)
		}
	}
}

// A folder of shots: traces find their receivers by their headers, in any order;
// headers that say another geometry, or none, are refused.
func TestFolderOfShots(t *testing.T) {
	s := twoMillisecond(t)
	var all []segy.Gather
	var records []*field.Array
	for shot := range s.Shots {
		a, err := s.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, a)
		all = append(all, s.file(shot, a))
	}
	text := strings.Replace(description(t, "acoustic", threeShots, `observed = "FOLDER"`), "time = 600.0", "time = 600.0\ndt = 2.0", 1)
	for name, c := range map[string]struct {
		change func(g *segy.Gather)
		header func(k int, b []byte)
		lines  string
		want   string // in the error
	}{
		"as they are":             {},
		"reversed":                {change: func(g *segy.Gather) { g.Receivers, g.Records = reversed(*g) }},
		"with whole metres only":  {header: func(_ int, b []byte) { long(b, 81, int(binary.BigEndian.Uint32(b[80:]))+3) }},
		"with another source":     {change: func(g *segy.Gather) { g.Source.X += 30 }, want: "the source at x = "},
		"with other receivers":    {change: func(g *segy.Gather) { g.Receivers[2].Depth += 100 }, want: "trace 3 stands at"},
		"with two at a place":     {change: func(g *segy.Gather) { g.Receivers[2] = g.Receivers[1] }, want: "traces 2 and 3"},
		"without places":          {header: func(_ int, b []byte) { clear(b[36:88]) }, want: "coordinates (73 to 88)"},
		"without places in order": {header: func(_ int, b []byte) { clear(b[36:88]) }, lines: "[segy]\nmatch = \"order\"\n"},
		"too short": {change: func(g *segy.Gather) {
			n := g.Records.Shape[1]
			g.Records = &field.Array{Shape: []int{100, n}, F64: g.Records.Float64()[:100*n]}
		}, want: "set time to at most 198"},
	} {
		dir := t.TempDir()
		g := all[1]
		g.Receivers = slices.Clone(g.Receivers)
		if c.change != nil {
			c.change(&g)
		}
		written(t, filepath.Join(dir, "shot_0001.SGY"), c.header, g)
		o := surveyOf(t, strings.Replace(text, "FOLDER", dir, 1)+c.lines)
		got, err := o.Observed(t.Context(), 1)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "shot_0001.SGY") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range got.Len() {
			if got.At(i) != records[1].At(i) {
				t.Errorf("%s: sample %v is %g, not %g", name, got.Index(i), got.At(i), records[1].At(i))
				break
			}
		}
		if _, err := o.Observed(t.Context(), 0); err == nil {
			t.Errorf("%s: a record that is not there was read", name)
		}
	}
	// A trace that is not there is not known.
	dir := t.TempDir()
	g := all[0]
	n := g.Records.Shape[1]
	g.Receivers = g.Receivers[:n-1]
	a := field.New64(g.Records.Shape[0], n-1)
	for i := range a.F64 {
		a.F64[i] = g.Records.At(i/(n-1)*n + i%(n-1))
	}
	g.Records = a
	written(t, filepath.Join(dir, "shot_0000.sgy"), nil, g)
	o := surveyOf(t, strings.Replace(text, "FOLDER", dir, 1))
	got, err := o.Observed(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Len() {
		if v, missing := got.At(i), i%n == n-1; math.IsNaN(v) != missing || !missing && v != records[0].At(i) {
			t.Fatalf("sample %v is %g", got.Index(i), v)
		}
	}
}

// Places that no model of two axes has are refused, and so is what is outside.
func TestPlacesAreRefused(t *testing.T) {
	s := twoMillisecond(t)
	for name, c := range map[string]struct {
		change func(trace int, b []byte)
		lines  []string
		want   string
	}{
		"an area":         {change: func(k int, b []byte) { long(b, 85, 300*(k%3)) }, want: "on the line of azimuth"},
		"all outside":     {change: func(_ int, b []byte) { long(b, 41, 500) }, want: "outside of the model"},
		"some outside":    {change: func(k int, b []byte) { long(b, 81, 100000*(k%2)) }, lines: []string{"[segy]", `outside = "refuse"`}, want: "outside of the model"},
		"another feature": {lines: []string{"[segy]", `format = "iee"`}, want: `did you mean`},
		"no such word":    {lines: []string{"[segy.words]", `sourcex = "73"`}, want: "there is no word sourcex"},
		"no such place":   {lines: []string{"[segy.words]", `source_x = "243"`}, want: "byte 243 is not in a trace header"},
	} {
		path := filepath.Join(t.TempDir(), "line.sgy")
		fieldRecords(t, s, path, c.change)
		if _, err := opened(t, aboutRecords(t, path, c.lines...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Records of the start are no fault: there is nothing to improve.
func TestStartThatIsRight(t *testing.T) {
	s := twoMillisecond(t)
	path := filepath.Join(t.TempDir(), "line.sgy")
	fieldRecords(t, s, path, nil)
	state, _ := inverted(t, surveyOf(t, strings.Replace(aboutRecords(t, path), "smooth = 60.0", "smooth = 0.0", 1)))
	// Records are kept in single precision, as they are made.
	if len(state.Updates) != 1 || state.Updates[0].Misfit != 0 {
		t.Errorf("%+v", state.Updates)
	}
}

// Traces of all shots come into one order of receivers, whatever that of the file,
// so that shots with the same receivers can be summed.
func TestShuffledTraces(t *testing.T) {
	s := twoMillisecond(t)
	path := filepath.Join(t.TempDir(), "line.sgy")
	var all []segy.Gather
	for shot := range s.Shots {
		a, err := s.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		g := s.file(shot, a)
		if shot == 1 {
			g.Receivers, g.Records = reversed(g)
		}
		all = append(all, g)
	}
	written(t, path, nil, all...)
	o := surveyOf(t, strings.Replace(aboutRecords(t, path), "iterations = 4", "iterations = 4\nsupershots = 1", 1))
	for shot := range s.Shots {
		want, err := s.Observed(t.Context(), shot)
		if err != nil {
			t.Fatal(err)
		}
		got, err := o.Observed(t.Context(), shot)
		if err != nil || !slices.Equal(got.Float64(), want.Float64()) || !slices.EqualFunc(o.Shots[shot].Receivers.F64, s.Shots[shot].Receivers.F64, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) { // rounding of a line's points
			t.Errorf("shot %d is another, %v", shot, err)
		}
	}
}

// reversed are the receivers and the records of a gather from the last one on.
func reversed(g segy.Gather) ([]segy.Place, *field.Array) {
	receivers := slices.Clone(g.Receivers)
	slices.Reverse(receivers)
	a := field.New64(g.Records.Shape...)
	n := a.Shape[1]
	for i := range a.F64 {
		a.F64[i] = g.Records.At(i - i%n + n - 1 - i%n)
	}
	return receivers, a
}
