package segy

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func example(format Format) *File {
	r := rand.New(rand.NewPCG(1, 2))
	f := &File{Interval: 1.5, Format: format, Text: "C 1 synthetic record\nC 2 x=4, 50% (of all)"}
	for i := range 3 {
		t := Trace{Shot: 7, Source: Place{1234.56, -8, 20}, Receiver: Place{float64(10 * i), 0.25, 5.5}}
		for range 50 {
			t.Samples = append(t.Samples, float32((r.Float64()-0.5)*math.Pow(10, float64(r.IntN(20)-10))))
		}
		f.Traces = append(f.Traces, t)
	}
	return f
}

// What is written is read: exactly in IEEE, in IBM to half of its least bit,
// 2^-21 of a number.
func TestWrittenAndRead(t *testing.T) {
	for _, format := range []Format{IEEE, IBM} {
		want := example(format)
		var b bytes.Buffer
		if err := Write(&b, want); err != nil {
			t.Fatal(err)
		}
		if n := 3600 + 3*(240+200); b.Len() != n {
			t.Errorf("the file has %d bytes, not %d", b.Len(), n)
		}
		got, err := Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got.Interval != 1.5 || got.Format != format || got.Text != want.Text || len(got.Traces) != 3 {
			t.Errorf("%v %v %q %d", got.Interval, got.Format, got.Text, len(got.Traces))
		}
		for i, w := range want.Traces {
			g := got.Traces[i]
			if g.Shot != 7 || g.Source != w.Source || g.Receiver != w.Receiver {
				t.Errorf("trace %d: %+v, not %+v", i, g, w)
			}
			for k := range w.Samples {
				off := math.Abs(float64(g.Samples[k]-w.Samples[k])) / math.Abs(float64(w.Samples[k]))
				if format == IEEE && off != 0 || off > math.Exp2(-21) {
					t.Errorf("%v: sample %d is %g, not %g", format, k, g.Samples[k], w.Samples[k])
				}
			}
		}
	}
}

// Numbers of the standard's and of IBM's manuals.
func TestIBMNumbers(t *testing.T) {
	for bits, want := range map[uint32]float32{0x42640000: 100, 0xc276a000: -118.625, 0x40800000: 0.5, 0x41100000: 1, 0: 0, 0x3f100000: 1.0 / 256} {
		if got := fromIBM(bits); got != want {
			t.Errorf("%08x is %g, not %g", bits, got, want)
		}
		if got := toIBM(want); got != bits {
			t.Errorf("%g is %08x, not %08x", want, got, bits)
		}
	}
	for _, v := range []float32{math.MaxFloat32, math.SmallestNonzeroFloat32, 16777215, 0.99999994} {
		if got := fromIBM(toIBM(v)); math.Abs(float64(got-v)) > math.Exp2(-21)*float64(v) {
			t.Errorf("%g becomes %g", v, got)
		}
	}
}

func TestRefused(t *testing.T) {
	for want, change := range map[string]func(*File){
		"format 3":        func(f *File) { f.Format = 3 },
		"microseconds":    func(f *File) { f.Interval = 70 },
		"trace 1 has 1":   func(f *File) { f.Traces[1].Samples = []float32{1} },
		"does not fit":    func(f *File) { f.Traces[0].Source.X = 1e9 },
		"sample 0 is NaN": func(f *File) { f.Traces[0].Samples[0] = float32(math.NaN()) },
		"coordinate NaN":  func(f *File) { f.Traces[2].Receiver.Y = math.NaN() },
	} {
		f := example(IEEE)
		change(f)
		if err := Write(&bytes.Buffer{}, f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	var b bytes.Buffer
	if err := Write(&b, example(IBM)); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for n, want := range map[int]string{0: "no SEG-Y file", 3599: "no SEG-Y file", 3601: "header of trace 0", 3600 + 240: "ends in trace 0", len(whole) - 1: "ends in trace 2"} {
		if _, err := Read(bytes.NewReader(whole[:n])); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v, not %q", n, err, want)
		}
	}
}

// segyio, which is not ours, reads the same numbers.
func TestAgainstSegyio(t *testing.T) {
	program, err := exec.LookPath("segyio-catr")
	if err != nil {
		t.Skip("no segyio-catr: apt-get install segyio-bin")
	}
	path := filepath.Join(t.TempDir(), "a.sgy")
	f := example(IBM)
	if err := WriteFile(path, f); err != nil {
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
	for name, want := range map[string]int{"fldr": 7, "sx": 123456, "sy": -800, "gx": 1000, "gy": 25, "scalco": -100, "ns": 50, "dt": 1500} {
		if got, err := strconv.Atoi(fields[name]); err != nil || got != want {
			t.Errorf("%s is %q, not %d\n%s", name, fields[name], want, out)
		}
	}
}

// The shots of a file are found by its headers, wherever their traces stand, and
// read alone.
func TestLine(t *testing.T) {
	f := &File{Interval: 4, Format: IBM}
	for _, c := range []struct{ shot, receiver int }{{3, 0}, {3, 1}, {8, 0}, {3, 2}, {8, 1}} {
		at := float64(100 * c.shot)
		f.Traces = append(f.Traces, Trace{Shot: int32(c.shot), Source: Place{X: at, Depth: 5}, Receiver: Place{X: at + float64(10*c.receiver)}, Samples: []float32{float32(c.shot), float32(c.receiver)}})
	}
	path := filepath.Join(t.TempDir(), "line.sgy")
	if err := WriteFile(path, f); err != nil {
		t.Fatal(err)
	}
	l, err := OpenLine(path)
	if err != nil {
		t.Fatal(err)
	}
	if l.Interval != 4 || l.Samples != 2 || len(l.Shots) != 2 || len(l.Shots[0].Receivers) != 3 || l.Shots[1].Source.X != 800 || l.Shots[1].Receivers[1].X != 810 {
		t.Errorf("%+v", l)
	}
	for i, shot := range []float32{3, 8} {
		traces, err := l.Read(i)
		if err != nil || len(traces) != len(l.Shots[i].Receivers) {
			t.Fatalf("%v, %v", traces, err)
		}
		for k, tr := range traces {
			if tr.Samples[0] != shot || tr.Samples[1] != float32(k) {
				t.Errorf("shot %d, trace %d: %v", i, k, tr.Samples)
			}
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "no SEG-Y file", 3600: "no traces", 3601: "header of trace 0", 3600 + 240: "ends in trace 0", len(whole) - 1: "ends in trace 4"} {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenLine(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v, not %q", n, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, example(IEEE)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:3700])
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data))
		if err == nil && file == nil {
			t.Error("neither a file nor an error")
		}
	})
}
