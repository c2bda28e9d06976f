// Package segy reads and writes seismic records in SEG-Y (revision 1, SEG
// Technical Standards Committee 2002): one gather of traces with the places of
// source and receivers.
package segy

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Format is how samples are stored.
type Format int16

// The formats that are read and written, by their codes in the file.
const (
	IBM  Format = 1 // IBM floating point, four bytes
	IEEE Format = 5 // IEEE 754 floating point, four bytes
)

// Trace is a record of one receiver. Coordinates are in m; depth is positive
// downwards.
type Trace struct {
	Shot             int32 // number of the field record
	Source, Receiver Place
	Samples          []float32
}

// Place is where a source or a receiver is.
type Place struct{ X, Y, Depth float64 }

// File is what a SEG-Y file holds.
type File struct {
	Interval float64 // time between samples, ms: a whole number of microseconds
	Format   Format
	Text     string // up to 40 lines of 80 characters
	Traces   []Trace
}

// Places of the binary file header and of the trace headers, in bytes from
// their starts.
const (
	textBytes, binaryBytes, headerBytes = 3200, 400, 240

	binInterval, binSamples, binFormat, binMeasure = 16, 20, 24, 54
	binRevision, binFixed, binExtended             = 300, 302, 304

	trSequence, trRecord, trNumber, trKind = 0, 8, 12, 28
	trReceiverElevation, trSourceDepth     = 40, 48
	trElevationScalar, trScalar            = 68, 70
	trSourceX, trSourceY, trX, trY         = 72, 76, 80, 84
	trUnits, trSamples, trInterval         = 88, 114, 116
)

// Write writes a file. Coordinates are rounded to centimetres, times to
// microseconds. Errors: traces of unequal length or of more than 65535
// samples, what is no number, coordinates beyond 21 thousand km, and those of w.
func Write(w io.Writer, f *File) error {
	if err := f.check(); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.Write(ebcdic(f.Text)); err != nil {
		return err
	}
	samples := 0
	if len(f.Traces) > 0 {
		samples = len(f.Traces[0].Samples)
	}
	interval := uint16(math.Round(f.Interval * 1000))
	head := make([]byte, binaryBytes)
	put16(head, binInterval, interval)
	put16(head, binSamples, uint16(samples))
	put16(head, binFormat, uint16(f.Format))
	put16(head, binMeasure, 1) // metres
	put16(head, binRevision, 0x0100)
	put16(head, binFixed, 1)
	if _, err := out.Write(head); err != nil {
		return err
	}
	body := make([]byte, headerBytes+4*samples)
	for i, t := range f.Traces {
		clear(body)
		put32(body, trSequence, int32(i+1))
		put32(body, trRecord, t.Shot)
		put32(body, trNumber, int32(i+1))
		put16(body, trKind, 1) // seismic data
		put32(body, trReceiverElevation, centimetres(-t.Receiver.Depth))
		put32(body, trSourceDepth, centimetres(t.Source.Depth))
		put16(body, trElevationScalar, uint16(0xffff-100+1)) // -100: divide
		put16(body, trScalar, uint16(0xffff-100+1))
		put32(body, trSourceX, centimetres(t.Source.X))
		put32(body, trSourceY, centimetres(t.Source.Y))
		put32(body, trX, centimetres(t.Receiver.X))
		put32(body, trY, centimetres(t.Receiver.Y))
		put16(body, trUnits, 1) // length
		put16(body, trSamples, uint16(samples))
		put16(body, trInterval, interval)
		for k, v := range t.Samples {
			bits := math.Float32bits(v)
			if f.Format == IBM {
				bits = toIBM(v)
			}
			binary.BigEndian.PutUint32(body[headerBytes+4*k:], bits)
		}
		if _, err := out.Write(body); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (f *File) check() error {
	if f.Format != IBM && f.Format != IEEE {
		return fmt.Errorf("SEG-Y format %d is not written; IBM (1) and IEEE (5) are", f.Format)
	}
	if micro := math.Round(f.Interval * 1000); !(micro >= 1 && micro <= 65535) {
		return fmt.Errorf("a time of %g ms between samples does not fit a SEG-Y file: it has 1 to 65535 microseconds", f.Interval)
	}
	for i, t := range f.Traces {
		if n := len(t.Samples); n != len(f.Traces[0].Samples) || n < 1 || n > 65535 {
			return fmt.Errorf("trace %d has %d samples and the first one %d; all have the same number, 1 to 65535", i, n, len(f.Traces[0].Samples))
		}
		for _, v := range []float64{t.Source.X, t.Source.Y, t.Source.Depth, t.Receiver.X, t.Receiver.Y, t.Receiver.Depth} {
			if !(math.Abs(v) <= 2.1e7) {
				return fmt.Errorf("trace %d: the coordinate %g m does not fit a SEG-Y file", i, v)
			}
		}
		for k, v := range t.Samples {
			if v != v || math.IsInf(float64(v), 0) {
				return fmt.Errorf("trace %d: sample %d is %g", i, k, v)
			}
		}
	}
	return nil
}

func centimetres(m float64) int32 { return int32(math.Round(100 * m)) }

func put16(b []byte, at int, v uint16) { binary.BigEndian.PutUint16(b[at:], v) }
func put32(b []byte, at int, v int32)  { binary.BigEndian.PutUint32(b[at:], uint32(v)) }
func get16(b []byte, at int) int16     { return int16(binary.BigEndian.Uint16(b[at:])) }
func get32(b []byte, at int) int32     { return int32(binary.BigEndian.Uint32(b[at:])) }

// Read reads a file, whose traces must all have the same length. Errors: a file
// that is too short or has another format, and those of r.
func Read(r io.Reader) (*File, error) {
	in := bufio.NewReaderSize(r, 1<<20)
	head := make([]byte, textBytes+binaryBytes)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, fmt.Errorf("this is no SEG-Y file: it has fewer than %d bytes", len(head))
	}
	f, bin, texts, err := fileHeader(head)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, in, texts); err != nil {
		return nil, fmt.Errorf("the SEG-Y file ends in its text headers")
	}
	trace := make([]byte, headerBytes)
	for {
		_, err := io.ReadFull(in, trace)
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the SEG-Y file ends in the header of trace %d", len(f.Traces))
		}
		first := 0
		if len(f.Traces) > 0 {
			first = len(f.Traces[0].Samples)
		}
		n, err := samplesOf(trace, bin, len(f.Traces), first)
		if err != nil {
			return nil, err
		}
		data := make([]byte, 4*n)
		if _, err := io.ReadFull(in, data); err != nil {
			return nil, fmt.Errorf("the SEG-Y file ends in trace %d", len(f.Traces))
		}
		f.Traces = append(f.Traces, f.trace(trace, data))
	}
}

// fileHeader takes the headers of the file apart: texts is how many bytes of
// further text follow.
func fileHeader(head []byte) (f *File, bin []byte, texts int64, err error) {
	bin = head[textBytes:]
	f = &File{Format: Format(get16(bin, binFormat)), Text: fromEBCDIC(head[:textBytes]), Interval: float64(uint16(get16(bin, binInterval))) / 1000}
	if f.Format != IBM && f.Format != IEEE {
		return nil, nil, 0, fmt.Errorf("SEG-Y format %d is not read; IBM (1) and IEEE (5) floating point are: convert the file, or check its byte order", f.Format)
	}
	if more := get16(bin, binExtended); get16(bin, binRevision) != 0 && more > 0 {
		texts = int64(more) * textBytes
	}
	return f, bin, texts, nil
}

// samplesOf is the number of samples of the k-th trace, which must be that of the
// first one.
func samplesOf(trace, bin []byte, k, first int) (int, error) {
	n := int(uint16(get16(trace, trSamples)))
	if n == 0 {
		n = int(uint16(get16(bin, binSamples)))
	}
	switch {
	case n == 0:
		return 0, fmt.Errorf("trace %d of the SEG-Y file has no samples", k)
	case k > 0 && n != first:
		return 0, fmt.Errorf("trace %d of the SEG-Y file has %d samples, and the first one %d; traces of unequal length are not read", k, n, first)
	}
	return n, nil
}

// trace takes one apart.
func (f *File) trace(head, data []byte) Trace {
	scaled := func(at, scalar int) float64 {
		v := float64(get32(head, at))
		switch s := float64(get16(head, scalar)); {
		case s > 0:
			return v * s
		case s < 0:
			return v / -s
		}
		return v
	}
	t := Trace{Shot: get32(head, trRecord), Samples: make([]float32, len(data)/4)}
	t.Source = Place{scaled(trSourceX, trScalar), scaled(trSourceY, trScalar), scaled(trSourceDepth, trElevationScalar)}
	t.Receiver = Place{scaled(trX, trScalar), scaled(trY, trScalar), -scaled(trReceiverElevation, trElevationScalar)}
	for k := range t.Samples {
		bits := binary.BigEndian.Uint32(data[4*k:])
		if f.Format == IBM {
			t.Samples[k] = fromIBM(bits)
		} else {
			t.Samples[k] = math.Float32frombits(bits)
		}
	}
	return t
}

// ReadFile reads the file of a path.
func ReadFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// WriteFile writes the file of a path.
func WriteFile(path string, f *File) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	return Write(out, f)
}
