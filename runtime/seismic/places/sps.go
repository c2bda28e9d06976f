package places

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// Relation says which receivers recorded a shot: channels From to To by Step of a
// field record are the receivers First to Last of a line.
type Relation struct {
	Tape     string
	Record   int // number of the field record
	Source   Name
	From, To int // channels
	Step     int
	Line     string // of the receivers
	First    float64
	Last     float64
	Index    string // of the receivers
}

// span is the columns of a record, from 1, both included.
type span [2]int

// layout is where the two versions differ.
type layout struct {
	line, point, index, depth                                                         span // of points
	record, source, sourcePoint, sourceIndex, from, to, step, receivers, first, other span // of relations
}

var (
	// The first version, H00 SPS001.
	old = layout{line: span{2, 17}, point: span{18, 25}, index: span{26, 26}, depth: span{33, 36},
		record: span{8, 11}, source: span{14, 29}, sourcePoint: span{30, 37}, sourceIndex: span{38, 38}, from: span{39, 42}, to: span{43, 46}, step: span{47, 47}, receivers: span{48, 63}, first: span{64, 71}, other: span{72, 79}}
	// Revision 2.1.
	second = layout{line: span{2, 11}, point: span{12, 21}, index: span{24, 24}, depth: span{31, 34},
		record: span{8, 15}, source: span{18, 27}, sourcePoint: span{28, 37}, sourceIndex: span{38, 38}, from: span{39, 43}, to: span{44, 48}, step: span{49, 49}, receivers: span{50, 59}, first: span{60, 69}, other: span{70, 79}}
)

// ReadSPS reads the points of a file of sources (S) or receivers (R): depth is
// that below the surface less the surface's elevation. The version is that of
// record H00, 2.1 where there is none, and the unit of lengths that of H20. Errors:
// all that is wrong, each with its line; a file that has both sources and receivers.
func ReadSPS(path string) (*Points, error) {
	out := &Points{}
	kinds := map[byte]int{}
	err := records(path, func(s *sps, n int, text string) {
		if text[0] == 'X' {
			s.add(n, "this is a relation; the places of sources and receivers are in the files .s and .r")
			return
		}
		if kinds[text[0]]++; len(kinds) > 1 && kinds[text[0]] == 1 {
			s.add(n, "the file has both sources (S) and receivers (R); give one file for each")
		}
		name := Name{s.text(text, s.line), s.text(text, s.point), s.text(text, s.index)}
		x, okX := s.number(n, text, span{47, 55}, "easting", true)
		y, okY := s.number(n, text, span{56, 65}, "northing", true)
		up, okUp := s.number(n, text, span{66, 71}, "surface elevation", false)
		below, ok := s.number(n, text, s.depth, "point depth", false)
		if okX && okY && okUp && ok {
			out.Names = append(out.Names, name)
			out.Places = append(out.Places, Place{x * s.metre, y * s.metre, (below - up) * s.metre})
		}
	})
	if err != nil {
		return nil, err
	}
	if len(out.Places) == 0 {
		return nil, fmt.Errorf("%s has no records of points, which begin with S or R", path)
	}
	return out, nil
}

// ReadRelations reads the relations (X) of a file. Errors: all that is wrong, each
// with its line.
func ReadRelations(path string) ([]Relation, error) {
	var out []Relation
	err := records(path, func(s *sps, n int, text string) {
		if text[0] != 'X' {
			s.add(n, "this is a point, and relations begin with X")
			return
		}
		r := Relation{Tape: s.text(text, span{2, 7}), Source: Name{s.text(text, s.source), s.text(text, s.sourcePoint), s.text(text, s.sourceIndex)}, Line: s.text(text, s.receivers), Index: s.text(text, span{80, 80})}
		good := true
		whole := func(at span, what string) int {
			v, ok := s.number(n, text, at, what, true)
			if ok && v != math.Trunc(v) {
				s.add(n, "columns %d to %d: the %s %g is no whole number", at[0], at[1], what, v)
				ok = false
			}
			good = good && ok
			return int(v)
		}
		r.Record, r.From, r.To = whole(s.record, "field record number"), whole(s.from, "first channel"), whole(s.to, "last channel")
		if r.Step = 1; s.text(text, s.step) != "" {
			r.Step = whole(s.step, "channel increment")
		}
		var ok bool
		if r.First, ok = s.number(n, text, s.first, "first receiver", true); !ok {
			good = false
		}
		if r.Last, ok = s.number(n, text, s.other, "last receiver", true); !ok {
			good = false
		}
		if good && (r.To < r.From || r.Step < 1) {
			s.add(n, "channels %d to %d by %d are none", r.From, r.To, r.Step)
			good = false
		}
		if good {
			out = append(out, r)
		}
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s has no records of relations, which begin with X", path)
	}
	return out, err
}

// sps is a file that is being read.
type sps struct {
	faults
	layout
	metre float64
}

// records calls each for the lines that are no headers.
func records(path string, each func(s *sps, n int, text string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s := &sps{faults: faults{path: path}, layout: second, metre: 1}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<16)
	n := 0
	for in.Scan() {
		n++
		text := strings.TrimRight(in.Text(), " \r\x1a\x00")
		switch {
		case text == "" || strings.HasPrefix(text, "EOF"):
		case text[0] == 'H':
			s.header(n, text)
		case strings.IndexByte("SRX", text[0]) >= 0:
			each(s, n, text)
		default:
			s.add(n, "a record begins with H, S, R or X, this one with %q", text[:1])
		}
		if s.more > 0 {
			break
		}
	}
	if err := in.Err(); err != nil {
		s.add(n+1, "%v", err)
	}
	return s.err()
}

// header heeds the version and the unit.
func (s *sps) header(n int, text string) {
	upper := strings.ToUpper(text)
	switch {
	case strings.HasPrefix(upper, "H00"):
		switch version := strings.ReplaceAll(upper, " ", ""); {
		case strings.Contains(version, "SPS2"):
			s.layout = second
		case strings.Contains(version, "SPS0"), strings.Contains(version, "SPS1"):
			s.layout = old
		}
	case strings.HasPrefix(upper, "H201"): // the factor is exact, the unit's name is not
		if v, err := strconv.ParseFloat(strings.Trim(s.text(text, span{33, 80}), " ;"), 64); err == nil && v > 0 && v < 1e4 {
			s.metre = v
		}
	case strings.HasPrefix(upper, "H20"):
		unit := s.text(upper, span{33, 80})
		switch {
		case strings.Contains(unit, "MET"), unit == "" || strings.HasPrefix(unit, "N/A"):
		case strings.Contains(unit, "FEET"), strings.Contains(unit, "FOOT"):
			s.metre = 0.3048
		default:
			s.add(n, "the unit of the grid, %q, is not known; metres and feet are", unit)
		}
	}
}

// text is what stands in columns of a line.
func (s *sps) text(line string, at span) string {
	if len(line) < at[0] {
		return ""
	}
	return strings.TrimSpace(line[at[0]-1 : min(at[1], len(line))])
}

// number is the number in columns of a line; 0 for blanks where it is not needed.
func (s *sps) number(n int, line string, at span, what string, needed bool) (float64, bool) {
	word := s.text(line, at)
	if word == "" && !needed {
		return 0, true
	}
	v, err := strconv.ParseFloat(word, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		s.add(n, "columns %d to %d: the %s %q is no number", at[0], at[1], what, word)
		return 0, false
	}
	return v, true
}
