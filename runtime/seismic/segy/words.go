package segy

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is how a number stands in a header.
type Kind string

// The kinds of numbers of a header.
const (
	Int16   Kind = "i16"
	Int32   Kind = "i32"
	Int64   Kind = "i64"
	Float32 Kind = "f32"
	Float64 Kind = "f64"
)

var kindBytes = map[Kind]int{Int16: 2, Int32: 4, Int64: 8, Float32: 4, Float64: 8}

// Word is where a number of the trace header stands, or which number is meant
// wherever it stands. The zero value means the standard's place.
type Word struct {
	Byte  int     // of 1 to 240, as the standard counts; -1 for a constant
	Kind  Kind    // "" for the standard's kind
	Value float64 // the constant
}

// ParseWord reads a word as a configuration writes it: "181" is the byte where it
// begins, "181 f32" also the kind, one of i16, i32, i64, f32, f64; "=-100" is a
// constant; "none" is the constant 0, and "" the standard's place.
func ParseWord(text string) (Word, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Word{}, nil
	}
	if text == "none" {
		return Word{Byte: -1}, nil
	}
	if number, ok := strings.CutPrefix(text, "="); ok {
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return Word{}, fmt.Errorf("%q is no constant; write it as \"=-100\"", text)
		}
		return Word{Byte: -1, Value: v}, nil
	}
	at, kind, _ := strings.Cut(text, " ")
	w := Word{Kind: Kind(strings.TrimSpace(kind))}
	var err error
	if w.Byte, err = strconv.Atoi(at); err != nil || w.Kind != "" && kindBytes[w.Kind] == 0 {
		return Word{}, fmt.Errorf("%q is no place in a trace header; write \"181\", \"181 f32\" (i16, i32, i64, f32 or f64), \"=-100\" for a constant, or \"none\"", text)
	}
	return w, w.check()
}

func (w Word) check() error {
	if end := w.Byte + max(kindBytes[w.Kind], 2) - 1; w.Byte < -1 || end > headerBytes {
		return fmt.Errorf("byte %d is not in a trace header, which has the bytes 1 to %d", w.Byte, headerBytes)
	}
	return nil
}

// Words says where the numbers of a trace header stand that mean something here.
// Words left empty stand where the standard has them.
type Words struct {
	Record            Word // 9: number of the field record
	Point             Word // 17: number of the energy source point
	Identification    Word // 29: what a trace is
	Use               Word // 35: production or test
	Offset            Word // 37: distance of source and receiver
	ReceiverElevation Word // 41
	SourceElevation   Word // 45: of the surface at the source
	SourceDepth       Word // 49: below that
	ElevationScalar   Word // 69: of elevations and depths
	CoordinateScalar  Word // 71
	SourceX           Word // 73
	SourceY           Word // 77
	ReceiverX         Word // 81
	ReceiverY         Word // 85
	Units             Word // 89: of the coordinates
	Delay             Word // 109: time of the first sample, ms
	MuteStart         Word // 111, ms
	MuteEnd           Word // 113, ms
	Samples           Word // 115
	Interval          Word // 117: us
	Weighting         Word // 169: N where samples are counted in 2^-N
	TimeScalar        Word // 215: of delay and mutes
}

// named is a word with what it is called and where the standard has it.
type named struct {
	name     string // as in configurations
	of       func(*Words) *Word
	standard Word
}

// Names of the words, in the order of the header; the indices are those of a
// header's values.
const (
	record = iota
	point
	identification
	use
	offset
	receiverElevation
	sourceElevation
	sourceDepth
	elevationScalar
	coordinateScalar
	sourceX
	sourceY
	receiverX
	receiverY
	units
	delay
	muteStart
	muteEnd
	samples
	interval
	weighting
	timeScalar
	wordCount
)

var allWords = [wordCount]named{
	record:            {"record", func(w *Words) *Word { return &w.Record }, Word{9, Int32, 0}},
	point:             {"point", func(w *Words) *Word { return &w.Point }, Word{17, Int32, 0}},
	identification:    {"identification", func(w *Words) *Word { return &w.Identification }, Word{29, Int16, 0}},
	use:               {"use", func(w *Words) *Word { return &w.Use }, Word{35, Int16, 0}},
	offset:            {"offset", func(w *Words) *Word { return &w.Offset }, Word{37, Int32, 0}},
	receiverElevation: {"receiver_elevation", func(w *Words) *Word { return &w.ReceiverElevation }, Word{41, Int32, 0}},
	sourceElevation:   {"source_elevation", func(w *Words) *Word { return &w.SourceElevation }, Word{45, Int32, 0}},
	sourceDepth:       {"source_depth", func(w *Words) *Word { return &w.SourceDepth }, Word{49, Int32, 0}},
	elevationScalar:   {"elevation_scalar", func(w *Words) *Word { return &w.ElevationScalar }, Word{69, Int16, 0}},
	coordinateScalar:  {"coordinate_scalar", func(w *Words) *Word { return &w.CoordinateScalar }, Word{71, Int16, 0}},
	sourceX:           {"source_x", func(w *Words) *Word { return &w.SourceX }, Word{73, Int32, 0}},
	sourceY:           {"source_y", func(w *Words) *Word { return &w.SourceY }, Word{77, Int32, 0}},
	receiverX:         {"receiver_x", func(w *Words) *Word { return &w.ReceiverX }, Word{81, Int32, 0}},
	receiverY:         {"receiver_y", func(w *Words) *Word { return &w.ReceiverY }, Word{85, Int32, 0}},
	units:             {"units", func(w *Words) *Word { return &w.Units }, Word{89, Int16, 0}},
	delay:             {"delay", func(w *Words) *Word { return &w.Delay }, Word{109, Int16, 0}},
	muteStart:         {"mute_start", func(w *Words) *Word { return &w.MuteStart }, Word{111, Int16, 0}},
	muteEnd:           {"mute_end", func(w *Words) *Word { return &w.MuteEnd }, Word{113, Int16, 0}},
	samples:           {"samples", func(w *Words) *Word { return &w.Samples }, Word{115, Int16, 0}},
	interval:          {"interval", func(w *Words) *Word { return &w.Interval }, Word{117, Int16, 0}},
	weighting:         {"weighting", func(w *Words) *Word { return &w.Weighting }, Word{169, Int16, 0}},
	timeScalar:        {"time_scalar", func(w *Words) *Word { return &w.TimeScalar }, Word{215, Int16, 0}},
}

// WordNames are the names of the words in configurations, in the order of the
// header.
func WordNames() []string {
	var out []string
	for _, w := range allWords {
		out = append(out, w.name)
	}
	return out
}

// Set gives the word of a name its place. Errors: a name that there is not.
func (w *Words) Set(name string, to Word) error {
	for _, n := range allWords {
		if n.name == name {
			*n.of(w) = to
			return nil
		}
	}
	return fmt.Errorf("there is no word %s; the words are %s", name, strings.Join(WordNames(), ", "))
}

// places are the words with the standard's places where none are given.
func (w Words) places() [wordCount]Word {
	var out [wordCount]Word
	for i, n := range allWords {
		out[i] = *n.of(&w)
		if out[i].Byte == 0 {
			out[i].Byte = n.standard.Byte
		}
		if out[i].Kind == "" {
			out[i].Kind = n.standard.Kind
		}
	}
	return out
}

// order reads numbers in the byte order of a file. Positions count from 1.
type order struct{ binary.ByteOrder }

func (o order) i16(b []byte, at int) int     { return int(int16(o.Uint16(b[at-1:]))) }
func (o order) u16(b []byte, at int) int     { return int(o.Uint16(b[at-1:])) }
func (o order) i32(b []byte, at int) int     { return int(int32(o.Uint32(b[at-1:]))) }
func (o order) i64(b []byte, at int) int64   { return int64(o.Uint64(b[at-1:])) }
func (o order) f64(b []byte, at int) float64 { return math.Float64frombits(o.Uint64(b[at-1:])) }

func (o order) word(b []byte, w Word) float64 {
	switch {
	case w.Byte < 0:
		return w.Value
	case w.Byte+kindBytes[w.Kind]-1 > len(b):
		return 0
	}
	switch w.Kind {
	case Int16:
		return float64(o.i16(b, w.Byte))
	case Int64:
		return float64(o.i64(b, w.Byte))
	case Float32:
		return float64(math.Float32frombits(o.Uint32(b[w.Byte-1:])))
	case Float64:
		return o.f64(b, w.Byte)
	}
	return float64(o.i32(b, w.Byte))
}

// scaled applies a scalar of the standard: a positive one multiplies, a negative
// one divides, and 0 does nothing.
func scaled(v, scalar float64) float64 {
	switch {
	case scalar > 0:
		return v * scalar
	case scalar < 0:
		return v / -scalar
	}
	return v
}
