package segy

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Range is from the least to the greatest of some numbers; empty while Least is
// above Greatest.
type Range struct {
	Least    float64 `json:"least"`
	Greatest float64 `json:"greatest"`
}

func nothing() Range { return Range{math.Inf(1), math.Inf(-1)} }

func (r *Range) add(v float64) { r.Least, r.Greatest = min(r.Least, v), max(r.Greatest, v) }

// String is the range, or the one number that it has.
func (r Range) String() string {
	if r.Least == r.Greatest {
		return fmt.Sprintf("%.10g", r.Least)
	}
	return fmt.Sprintf("%.10g to %.10g", r.Least, r.Greatest)
}

// Extent is where sources or receivers are, m.
type Extent struct {
	X     Range `json:"x"`
	Y     Range `json:"y"`
	Depth Range `json:"depth"`
}

func (e *Extent) add(p Place) {
	e.X.add(p.X)
	e.Y.add(p.Y)
	e.Depth.add(p.Depth)
}

func (e Extent) String() string {
	return fmt.Sprintf("x %v m, y %v m, depth %v m", e.X, e.Y, e.Depth)
}

// Summary is what is in a file, or in several that are read as one.
type Summary struct {
	Files         []*Header      `json:"files"`
	Shots         int            `json:"shots"`
	Traces        int            `json:"traces"`   // of the shots
	LeftOut       int            `json:"left_out"` // traces that are no data
	Dead          int            `json:"dead"`     // of Traces, those without weight
	TracesOfShots Range          `json:"traces_of_shots"`
	Interval      float64        `json:"interval_ms"`
	Samples       Range          `json:"samples"`
	Start         Range          `json:"start_ms"` // times of first samples
	Sources       Extent         `json:"sources"`
	Receivers     Extent         `json:"receivers"`
	Offsets       Range          `json:"offsets_m"` // horizontal distances of source and receiver
	Kinds         map[string]int `json:"identifications"`
	Geographic    *[2]float64    `json:"geographic,omitempty"` // longitude and latitude of x = 0, y = 0
	Line          Line           `json:"line"`
	Notes         []Note         `json:"notes"`
}

// Summary is what is in the file.
func (f *File) Summary() *Summary {
	s := &Summary{
		Files: f.Headers, Shots: len(f.Shots), Traces: f.Traces(), LeftOut: f.Report.LeftOut, Dead: f.Report.Dead,
		TracesOfShots: nothing(), Interval: f.Interval, Samples: nothing(), Start: nothing(), Offsets: nothing(),
		Sources: Extent{nothing(), nothing(), nothing()}, Receivers: Extent{nothing(), nothing(), nothing()},
		Kinds: map[string]int{}, Geographic: f.Geographic, Line: f.Fit(), Notes: f.Report.Notes,
	}
	for i := range f.Shots {
		g := &f.Shots[i]
		s.TracesOfShots.add(float64(len(g.Traces)))
		s.Sources.add(g.Source)
		for _, t := range g.Traces {
			s.Receivers.add(t.Receiver)
			s.Samples.add(float64(t.Samples))
			s.Start.add(t.Start)
			s.Offsets.add(math.Hypot(t.Receiver.X-g.Source.X, t.Receiver.Y-g.Source.Y))
		}
	}
	for code, n := range f.Report.Kinds {
		s.Kinds[fmt.Sprintf("%d, %s", code, Identification(code))] = n
	}
	if s.Traces == 0 { // which JSON has no infinity for
		none := Range{}
		s.TracesOfShots, s.Samples, s.Start, s.Offsets = none, none, none, none
		s.Sources, s.Receivers = Extent{}, Extent{}
	}
	return s
}

// String is the summary for people.
func (s *Summary) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for i, h := range s.Files {
		if i == 5 && len(s.Files) > 6 {
			line("and %d more files", len(s.Files)-i)
			break
		}
		if h.Endian == "" {
			line("%s: %d bytes", h.Path, h.Bytes)
			continue
		}
		line("%s: revision %s, %s endian, format %v, %d traces, %d bytes", h.Path, h.Revision, h.Endian, h.Format, h.Traces, h.Bytes)
	}
	if s.Traces > 0 {
		line("  shots         %d, with %v traces each; %d in all, %d of them dead; %d left out", s.Shots, s.TracesOfShots, s.Traces, s.Dead, s.LeftOut)
		line("  samples       %v of %.10g ms, the first at %v ms", s.Samples, s.Interval, s.Start)
		line("  sources       %v", s.Sources)
		line("  receivers     %v", s.Receivers)
		line("  offsets       %v m", s.Offsets)
		line("  line          azimuth %.4g degrees, positions %v m, places up to %.4g m off it", s.Line.Azimuth, Range{s.Line.From, s.Line.To}, s.Line.Off)
	}
	if g := s.Geographic; g != nil {
		line("  x = 0, y = 0  longitude %.6f, latitude %.6f", g[0], g[1])
	}
	var kinds []string
	for name, n := range s.Kinds {
		kinds = append(kinds, fmt.Sprintf("%d of %s", n, name))
	}
	slices.Sort(kinds)
	if len(kinds) > 0 {
		line("  traces        %s", strings.Join(kinds, "; "))
	}
	for _, v := range []Verdict{Heeded, Ignored, Doubtful, Refused} {
		for _, n := range s.Notes {
			if n.Verdict == v {
				line("  %-13s %v", v, n)
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// Fold counts traces by the position of their midpoint along a line: in bins of
// half the usual distance of receivers, of which the first begins at from.
func (f *File) Fold(l Line) (from, width float64, counts []int) {
	var at, middle []float64
	for i := range f.Shots {
		for _, t := range f.Shots[i].Traces {
			r := l.Along(t.Receiver)
			at, middle = append(at, r), append(middle, (r+l.Along(f.Shots[i].Source))/2)
		}
	}
	if len(at) == 0 {
		return 0, 1, nil
	}
	slices.Sort(at)
	var steps []float64
	for i := 1; i < len(at); i++ {
		if d := at[i] - at[i-1]; d > 1e-3 {
			steps = append(steps, d)
		}
	}
	slices.Sort(steps)
	from, to := slices.Min(middle), slices.Max(middle)
	const most = 2000 // bins
	width = max((to-from)/most, 1e-3)
	if len(steps) > 0 {
		width = max(width, steps[len(steps)/2]/2)
	}
	from -= width / 2
	counts = make([]int, int((to-from)/width)+1)
	for _, m := range middle {
		counts[min(int((m-from)/width), len(counts)-1)]++
	}
	return from, width, counts
}
