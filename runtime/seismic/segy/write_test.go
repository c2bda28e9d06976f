package segy

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/courant-pde/courant/runtime/exec/field"
)

func example(format Format) Gather {
	r := rand.New(rand.NewPCG(1, 2))
	g := Gather{
		About:  About{Title: "records for a test", Operator: "acoustic", Wavelet: "ricker of 12 Hz", Geometry: strings.Repeat("a line of receivers, ", 8), Step: "1.5 ms"},
		Format: format, Interval: 1.5, Delay: -20.5, Number: 7, Source: place(1234.56, -8, 20), Records: field.New64(50, 3),
	}
	for i := range 3 {
		g.Receivers = append(g.Receivers, place(float64(10*i), 0.25, 5.5))
	}
	for i := range g.Records.F64 {
		g.Records.F64[i] = float64(float32((r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(20)-10))))
	}
	return g
}

func read(t *testing.T, path string) (*File, [][]float64) {
	t.Helper()
	f, err := Open(path, Reading{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Read(0)
	if err != nil {
		t.Fatal(err)
	}
	return f, v
}

// What is written is read: exactly in IEEE, in IBM to half of its least bit,
// 2^-21 of a number.
func TestWrittenAndRead(t *testing.T) {
	for _, format := range []Format{IEEE, IBM, 0} {
		want := example(format)
		path := filepath.Join(t.TempDir(), "a.sgy")
		if err := Write(path, want); err != nil {
			t.Fatal(err)
		}
		f, got := read(t, path)
		if about, err := os.Stat(path); err != nil || about.Size() != 3600+3*(240+200) {
			t.Errorf("%v, %v", about, err)
		}
		g := f.Shots[0]
		if f.Interval != 1.5 || format != 0 && f.Headers[0].Format != format || len(f.Shots) != 1 || g.Record != 7 || g.Source != want.Source || len(f.Report.Of(Doubtful)) != 0 {
			t.Errorf("%v %+v %v", f.Interval, g, f.Report.Notes)
		}
		text := strings.Join(f.Headers[0].Text, "\n")
		for _, words := range []string{"C 1 records for a test\n", "OPERATOR: acoustic\n", "WAVELET: ricker of 12 Hz\n", "TIME STEP: 1.5 ms\n", "C39 SEG Y REV1\n", "C40 END TEXTUAL HEADER"} {
			if !strings.Contains(text, words) {
				t.Errorf("no %q in\n%s", words, text)
			}
		}
		if all, err := f.Records(0); err != nil || !slices.Equal(all.Shape, want.Records.Shape) || all.At(all.Offset(7, 2)) != got[2][7] {
			t.Errorf("%v %v: not what was written", all, err)
		}
		for i, r := range want.Receivers {
			if tr := g.Traces[i]; tr.Receiver != r || tr.Start != -20.5 {
				t.Errorf("trace %d: %+v, not %+v", i, tr, r)
			}
			for k := range 50 {
				w := want.Records.At(3*k + i)
				off := math.Abs(got[i][k]-w) / math.Abs(w)
				if format != IBM && off != 0 || off > math.Exp2(-21) {
					t.Errorf("%v: sample %d is %g, not %g", format, k, got[i][k], w)
				}
			}
		}
	}
}

// The words that readers look for stand at the bytes of the standard.
func TestWords(t *testing.T) {
	two := example(IEEE)
	two.Number, two.Source = 8, place(20, 0, -30)
	var b bytes.Buffer
	if err := Encode(&b, example(IEEE), two); err != nil {
		t.Fatal(err)
	}
	all := b.Bytes()
	i16 := func(at int) int { return int(int16(binary.BigEndian.Uint16(all[at-1:]))) }
	i32 := func(at int) int { return int(int32(binary.BigEndian.Uint32(all[at-1:]))) }
	for at, want := range map[int]int{3213: 3, 3217: 1500, 3221: 50, 3225: 5, 3255: 1, 3501: 0x0100, 3503: 1, 3505: 0} {
		if i16(at) != want {
			t.Errorf("byte %d: %d, not %d", at, i16(at), want)
		}
	}
	// The fifth trace is the second one of the second gather.
	first := 3600 + 4*(240+200)
	for at, want := range map[int]int{1: 5, 5: 5, 9: 8, 13: 2, 17: 8, 21: 2, 25: 2, 37: -10, 41: -55, 45: 300, 49: 0, 73: 2000, 77: 0, 81: 1000, 85: 25} {
		if i32(first+at) != want {
			t.Errorf("word %d: %d, not %d", at, i32(first+at), want)
		}
	}
	for at, want := range map[int]int{29: 1, 35: 1, 69: -10, 71: -100, 89: 1, 109: -205, 115: 50, 117: 1500, 215: -10} {
		if i16(first+at) != want {
			t.Errorf("word %d: %d, not %d", at, i16(first+at), want)
		}
	}
	if all[0] != 0xc3 || len(all) != 3600+6*(240+200) {
		t.Errorf("%x, %d bytes", all[0], len(all))
	}
}

// Coordinates keep a tenth of a millimetre, or what four bytes can hold.
func TestScalars(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   int
	}{{[]float64{0, 5}, 1}, {[]float64{0.5}, -10}, {[]float64{1.0 / 3}, -10000}, {[]float64{12.34, 5e6}, -100}, {[]float64{1.0 / 3, 5e6}, -100}, {[]float64{3e8}, 1}} {
		if s, ok := scalar(c.values); !ok || s != c.want {
			t.Errorf("%v: %d, not %d", c.values, s, c.want)
		}
	}
	for _, v := range []float64{3e9, math.NaN(), math.Inf(-1)} {
		if s, ok := scalar([]float64{v}); ok {
			t.Errorf("%g: %d", v, s)
		}
	}
}

// What revision 1 cannot hold is written in revision 2: parts of microseconds and
// long traces.
func TestRevision2(t *testing.T) {
	g := example(IEEE)
	g.Interval, g.Records = 1.2345678, field.New64(70000, 3)
	g.Records.F64[3*69999] = 8
	path := filepath.Join(t.TempDir(), "a.sgy")
	if err := Write(path, g); err != nil {
		t.Fatal(err)
	}
	f, v := read(t, path)
	// A rounding each way.
	if math.Abs(f.Interval-1.2345678) > 1e-15 || f.Headers[0].Revision != "2.0" || len(v[0]) != 70000 || v[0][69999] != 8 {
		t.Errorf("%v, %d", f.Interval, len(v[0]))
	}
}

func TestNotWritten(t *testing.T) {
	for want, change := range map[string]func(*Gather){
		"format 3":           func(g *Gather) { g.Format = 3 },
		"microseconds":       func(g *Gather) { g.Interval = 70 },
		"between samples":    func(g *Gather) { g.Interval = math.NaN() },
		"delay":              func(g *Gather) { g.Delay = 1e5 },
		"no shape":           func(g *Gather) { g.Receivers = nil },
		"million km":         func(g *Gather) { g.Source.X = 1e10 },
		"or no number":       func(g *Gather) { g.Receivers[2].Y = math.NaN() },
		"index [1 2]":        func(g *Gather) { g.Records.F64[5] = math.NaN() },
		"does not fit four":  func(g *Gather) { g.Records.F64[5] = 1e300 },
		"records have no sh": func(g *Gather) { g.Records = nil },
	} {
		g := example(IEEE)
		change(&g)
		path := filepath.Join(t.TempDir(), "a.sgy")
		if err := Write(path, g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file is left behind", want)
		}
	}
	other := example(IEEE)
	other.Interval = 2
	if err := Encode(&bytes.Buffer{}, example(IEEE), other); err == nil || !strings.Contains(err.Error(), "gather 1") {
		t.Errorf("%v", err)
	}
	if err := Encode(&bytes.Buffer{}); err == nil {
		t.Error("nothing is written")
	}
}

// segyio-catr, which is not ours, reads the same numbers.
func TestAgainstCatr(t *testing.T) {
	program, err := exec.LookPath("segyio-catr")
	if err != nil {
		t.Skip("no segyio-catr: apt-get install segyio-bin")
	}
	path := filepath.Join(t.TempDir(), "a.sgy")
	if err := Write(path, example(IBM)); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-t", "2", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fields := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) >= 2 {
			fields[words[0]] = words[1]
		}
	}
	for name, want := range map[string]int{"fldr": 7, "sx": 123456, "sy": -800, "gx": 1000, "gy": 25, "scalco": -100, "ns": 50, "dt": 1500, "delrt": -205, "trid": 1} {
		if got, err := strconv.Atoi(fields[name]); err != nil || got != want {
			t.Errorf("%s is %q, not %d\n%s", name, fields[name], want, out)
		}
	}
}

// python is an interpreter that has a module, from $COURANT_PYTHON or the usual
// names.
func python(t *testing.T, module string) string {
	t.Helper()
	for _, name := range []string{os.Getenv("COURANT_PYTHON"), "python3", "/usr/bin/python3"} {
		if name != "" && exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	t.Skipf("no Python with %s: pip install segyio obspy, and name that Python in COURANT_PYTHON", module)
	return ""
}

// said is what a Python script says of a file: JSON of headers and samples.
type said struct {
	Interval float64 // us
	Text     string
	Headers  []map[string]int
	Samples  [][]float64
}

func ask(t *testing.T, module, script, path string) (out said) {
	t.Helper()
	text, err := exec.Command(python(t, module), "-W", "ignore", "-c", script, path).Output()
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

const segyioReads = `
import json, sys, segyio
with segyio.open(sys.argv[1], ignore_geometry=True) as f:
    words = dict(field=9, number=13, point=17, id=29, offset=37, elevation=41, surface=45, depth=49, scalel=69, scalco=71, sx=73, sy=77, gx=81, gy=85, delay=109, ns=115, dt=117)
    print(json.dumps(dict(Interval=segyio.tools.dt(f), Text=bytes(f.text[0]).decode("ascii", "replace"),
        Headers=[{k: int(h[b]) for k, b in words.items()} for h in f.header[:]],
        Samples=[[float(v) for v in t] for t in f.trace[:]])))
`

const obspyReads = `
import json, sys
from obspy.io.segy.segy import _read_segy
f = _read_segy(sys.argv[1])
names = dict(field="original_field_record_number", id="trace_identification_code", offset="distance_from_center_of_the_source_point_to_the_center_of_the_receiver_group", elevation="receiver_group_elevation", depth="source_depth_below_surface", scalel="scalar_to_be_applied_to_all_elevations_and_depths", scalco="scalar_to_be_applied_to_all_coordinates", sx="source_coordinate_x", sy="source_coordinate_y", gx="group_coordinate_x", gy="group_coordinate_y", delay="delay_recording_time", ns="number_of_samples_in_this_trace", dt="sample_interval_in_ms_for_this_trace")
print(json.dumps(dict(Interval=f.binary_file_header.sample_interval_in_microseconds, Text=f.textual_file_header.decode("ascii", "replace"),
    Headers=[{k: getattr(t.header, n) for k, n in names.items()} for t in f.traces],
    Samples=[[float(v) for v in t.data] for t in f.traces])))
`

// segyio and ObsPy, which are not ours, read headers and samples as they were
// meant.
func TestAgainstSegyioAndObsPy(t *testing.T) {
	for module, script := range map[string]string{"segyio": segyioReads, "obspy": obspyReads} {
		t.Run(module, func(t *testing.T) {
			for _, format := range []Format{IBM, IEEE} {
				g := example(format)
				path := filepath.Join(t.TempDir(), "a.sgy")
				if err := Write(path, g); err != nil {
					t.Fatal(err)
				}
				s := ask(t, module, script, path)
				if s.Interval != 1500 || !strings.Contains(s.Text, "OPERATOR: acoustic") || len(s.Headers) != 3 {
					t.Fatalf("%+v", s)
				}
				for k, h := range s.Headers {
					want := map[string]int{"field": 7, "id": 1, "offset": -int(math.Round(math.Hypot(1234.56-float64(10*k), 8.25))), "elevation": -55, "depth": 200, "scalel": -10, "scalco": -100, "sx": 123456, "sy": -800, "gx": 1000 * k, "gy": 25, "delay": -205, "ns": 50, "dt": 1500}
					for name, v := range want {
						if h[name] != v {
							t.Errorf("trace %d: %s is %d, not %d", k, name, h[name], v)
						}
					}
					for i, v := range s.Samples[k] {
						// IBM numbers have 21 bits or more.
						if w := g.Records.At(3*i + k); math.Abs(v-w) > math.Exp2(-21)*math.Abs(w) {
							t.Errorf("trace %d: sample %d is %g, not %g", k, i, v, w)
						}
					}
				}
			}
		})
	}
}

const segyioWrites = `
import sys, numpy, segyio
spec = segyio.spec()
spec.format, spec.samples, spec.tracecount = 1, list(2.0 * numpy.arange(30)), 4
with segyio.create(sys.argv[1], spec) as f:
    for k in range(4):
        f.header[k] = {9: 3, 29: 2 if k == 2 else 1, 41: 700, 45: 1000, 49: 200, 69: -10, 71: -10, 73: 2000, 81: 3000 + 1000 * k, 89: 1, 109: 40, 115: 30, 117: 2000}
        f.trace[k] = numpy.arange(30, dtype=numpy.float32) + 100 * k
    f.bin.update(hdt=2000, hns=30, mfeet=1, rev=1)
`

const obspyWrites = `
import sys, numpy
from obspy import Stream, Trace
from obspy.core import AttribDict
from obspy.io.segy.segy import SEGYTraceHeader, SEGYBinaryFileHeader
s = Stream()
for k in range(4):
    t = Trace(numpy.arange(30, dtype=numpy.float32) + 100 * k)
    t.stats.delta = 0.002
    t.stats.segy = AttribDict(trace_header=SEGYTraceHeader())
    h = t.stats.segy.trace_header
    h.original_field_record_number, h.trace_identification_code, h.delay_recording_time = 3, 2 if k == 2 else 1, 40
    h.receiver_group_elevation, h.surface_elevation_at_source, h.source_depth_below_surface = 700, 1000, 200
    h.scalar_to_be_applied_to_all_elevations_and_depths = h.scalar_to_be_applied_to_all_coordinates = -10
    h.source_coordinate_x, h.group_coordinate_x, h.coordinate_units = 2000, 3000 + 1000 * k, 1
    s.append(t)
s.stats = AttribDict(textual_file_header=b"made by another program", binary_file_header=SEGYBinaryFileHeader())
s.write(sys.argv[1], format="SEGY", data_encoding=5, byteorder="<")
`

// What segyio and ObsPy write is read: in big and little endian, as IBM and IEEE
// numbers.
func TestOfSegyioAndObsPy(t *testing.T) {
	for module, script := range map[string]string{"segyio": segyioWrites, "obspy": obspyWrites} {
		t.Run(module, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.sgy")
			if out, err := exec.Command(python(t, module), "-W", "ignore", "-c", script, path).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			f, v := read(t, path)
			g := f.Shots[0]
			if len(f.Shots) != 1 || len(g.Traces) != 4 || f.Interval != 2 || g.Source != place(200, 0, -80) || !g.Traces[2].Dead {
				t.Fatalf("%+v", f)
			}
			for k, tr := range g.Traces {
				if tr.Receiver != place(float64(300+100*k), 0, -70) || tr.Start != 40 || k != 2 && v[k][29] != float64(100*k+29) {
					t.Errorf("%+v, %v", tr, v[k])
				}
			}
		})
	}
}
