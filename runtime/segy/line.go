package segy

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Line is the shots of a file, of which only the headers have been read.
type Line struct {
	Interval float64 // time between samples, ms
	Samples  int     // of each trace
	Shots    []Gather

	path string
	head *File
}

// Gather is the traces of one shot.
type Gather struct {
	Number    int32 // of the field record
	Source    Place
	Receivers []Place

	offsets []int64 // of the traces in the file
}

// OpenLine reads the headers of a file of any size. Traces of the same field
// record and source are a shot, wherever they stand; shots are in the order of
// their first traces. Errors: those of Read.
func OpenLine(path string) (*Line, error) {
	l, err := openLine(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

func openLine(path string) (*Line, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	head := make([]byte, textBytes+binaryBytes)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, fmt.Errorf("this is no SEG-Y file: it has fewer than %d bytes", len(head))
	}
	f, bin, texts, err := fileHeader(head)
	if err != nil {
		return nil, err
	}
	about, err := in.Stat()
	if err != nil {
		return nil, err
	}
	l := &Line{Interval: f.Interval, path: path, head: f}
	type key struct {
		number int32
		at     Place
	}
	places := map[key]int{}
	trace := make([]byte, headerBytes)
	for k, at := 0, int64(len(head))+texts; ; k++ {
		_, err := in.ReadAt(trace, at)
		if errors.Is(err, io.EOF) && at == about.Size() {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the SEG-Y file ends in the header of trace %d", k)
		}
		n, err := samplesOf(trace, bin, k, l.Samples)
		if err != nil {
			return nil, err
		}
		l.Samples = n
		end := at + headerBytes + 4*int64(n)
		if end > about.Size() {
			return nil, fmt.Errorf("the SEG-Y file ends in trace %d", k)
		}
		t := f.trace(trace, nil)
		i, known := places[key{t.Shot, t.Source}]
		if !known {
			i = len(l.Shots)
			places[key{t.Shot, t.Source}] = i
			l.Shots = append(l.Shots, Gather{Number: t.Shot, Source: t.Source})
		}
		g := &l.Shots[i]
		g.Receivers, g.offsets = append(g.Receivers, t.Receiver), append(g.offsets, at)
		at = end
	}
	if len(l.Shots) == 0 {
		return nil, errors.New("the SEG-Y file has no traces")
	}
	return l, nil
}

// Read reads the traces of a shot, in the order of its receivers.
func (l *Line) Read(shot int) ([]Trace, error) {
	in, err := os.Open(l.path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	body := make([]byte, headerBytes+4*l.Samples)
	var out []Trace
	for _, at := range l.Shots[shot].offsets {
		if _, err := in.ReadAt(body, at); err != nil {
			return nil, fmt.Errorf("%s: %w", l.path, err)
		}
		out = append(out, l.head.trace(body[:headerBytes], body[headerBytes:]))
	}
	return out, nil
}
