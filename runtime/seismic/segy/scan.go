package segy

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// scan reads the headers of traces into a File.
type scan struct {
	*File
	words   [wordCount]Word
	groups  map[group]int // of Shots
	data    map[int]int   // traces of data by identification; 0 counts as 1
	lengths bool          // some coordinates are lengths
	degrees bool          // some are degrees
}

// group is what may tell shots apart.
type group struct {
	record, point int64
	place         Place
}

// identifications are what traces can be, by their codes.
var identifications = map[int]string{
	-1: "other", 0: "unknown", 1: "seismic data", 2: "dead", 3: "dummy", 4: "time break", 5: "uphole", 6: "sweep", 7: "timing", 8: "water break",
	9: "near-field gun signature", 10: "far-field gun signature", 11: "pressure sensor", 12: "vertical component", 13: "cross-line component",
	14: "in-line component", 15: "rotated vertical component", 16: "rotated transverse component", 17: "rotated radial component",
	18: "vibrator reaction mass", 19: "vibrator baseplate", 20: "estimated ground force", 21: "vibrator reference", 22: "time-velocity pairs",
}

// Identification names a code of word 29.
func Identification(code int) string {
	if name := identifications[code]; name != "" {
		return name
	}
	return "no name"
}

// trace takes the header of a trace apart, and reports whether its samples are
// data.
func (s *scan) trace(index int32, h *Header, head, more []byte, n int, body int64, where string) bool {
	var v [wordCount]float64
	for i := range v {
		v[i] = h.order.word(head, s.words[i])
		if !finite(v[i]) {
			s.refuse(where, i, "%g is no number", v[i])
			v[i] = 0
		}
	}
	if more != nil {
		if extended := h.order.i64(more, 17); extended != 0 {
			v[record] = float64(extended)
		}
	}
	code := int(v[identification])
	s.Report.Kinds[code]++
	dead := code == 2
	switch {
	case dead:
		s.Report.Dead++
		s.note(Heeded, where, identification, "2, dead: has no weight")
	case len(s.how.Keep) > 0 && slices.Contains(s.how.Keep, code), len(s.how.Keep) == 0 && (code == 0 || code == 1 || code >= 11 && code <= 17):
		if v[use] == 2 {
			s.Report.LeftOut++
			s.note(Heeded, where, use, "2, a test: left out")
			return false
		}
		s.data[max(code, 1)]++
	default:
		s.Report.LeftOut++
		s.note(Heeded, where, identification, "%d, %s: left out", code, Identification(code))
		return false
	}

	s.time(h, v[interval], more, where)
	t := Trace{at: body, number: int32(h.Traces + 1), file: index, Samples: n, Dead: dead}
	scalar := v[timeScalar]
	if h.major == 0 && s.how.Words.TimeScalar == (Word{}) && scalar != 0 {
		scalar = 0
		s.note(Ignored, where, timeScalar, "revision 0 has no such word")
	}
	if t.Start = scaled(v[delay], scalar); t.Start != 0 {
		s.note(Heeded, where, delay, "samples do not begin at 0 ms; what is before is not known and has no weight")
	}
	if from, to := scaled(v[muteStart], scalar), scaled(v[muteEnd], scalar); to > from {
		t.MuteStart, t.MuteEnd = float32(from), float32(to)
		s.note(Heeded, where, muteStart, "samples from there to mute end have no weight")
	} else if from != 0 || to != 0 {
		s.note(Ignored, where, muteStart, "mute end (%d) is not behind it", max(s.words[muteEnd].Byte, 0))
	}
	switch w := v[weighting]; {
	case w == 0:
	case !h.Format.whole():
		s.note(Ignored, where, weighting, "it is for whole numbers, and the samples are floating point")
	case w != math.Trunc(w) || math.Abs(w) > 100:
		s.refuse(where, weighting, "2^-%g is no weight of a count; weighting = \"none\" ignores it", w)
	default:
		t.weighting = int16(w)
		s.note(Heeded, where, weighting, "samples are multiplied by 2^-N")
	}

	source, receiver := s.places(h, v, more, where)
	t.Receiver = receiver
	s.silent(h, head, where)
	key := group{int64(v[record]), int64(v[point]), source}
	i, known := s.groups[key]
	if !known {
		i = len(s.Shots)
		s.groups[key] = i
		s.Shots = append(s.Shots, Shot{Record: key.record, Point: key.point, Source: source})
	}
	s.Shots[i].Traces = append(s.Shots[i].Traces, t)
	return !dead
}

func (s *scan) note(v Verdict, where string, word int, format string, args ...any) {
	s.Report.note(v, s.called(word), where, 1, format, args...)
}

func (s *scan) refuse(where string, word int, format string, args ...any) {
	s.note(Refused, where, word, format, args...)
}

// time finds the interval of a trace, which must be that of all.
func (s *scan) time(h *Header, us float64, more []byte, where string) {
	if s.words[interval].Kind == Int16 && us < 0 && s.words[interval].Byte > 0 {
		us += 1 << 16 // the number has no sign
	}
	if more != nil {
		if extended := h.order.f64(more, 145); extended != 0 {
			us = extended
			s.Report.note(Heeded, "interval (145 of the extension)", where, 1, "overrides that of the trace header")
		}
	}
	ms := us / 1000
	switch {
	case s.how.Interval > 0:
		ms = s.how.Interval
	case !(ms >= 0 && ms < 1e6):
		s.refuse(where, interval, "%g us is no time between samples", us)
		return
	case ms == 0 && h.Interval == 0:
		s.refuse(where, interval, "neither the traces nor the file header (3217) say the time between samples; give interval, in ms")
		return
	case ms == 0 || s.how.IntervalFrom == "binary" && h.Interval != 0:
		ms = h.Interval
	case h.Interval == 0:
		s.note(Heeded, where, interval, "%g us; the file header (3217) says none", us)
	case s.how.IntervalFrom == "traces":
	case math.Abs(ms-h.Interval) < 0.001 && h.Interval*1000 != math.Trunc(h.Interval*1000):
		ms = h.Interval // which has a fraction that the trace header cannot hold
	case ms != h.Interval:
		s.refuse(where, interval, "is %g us, and the file header (3217) says %g us; say interval_from = \"traces\" or \"binary\", or give interval in ms", us, h.Interval*1000)
		return
	}
	switch {
	case s.Interval == 0:
		s.Interval = ms
	case ms != s.Interval:
		s.refuse(where, interval, "is %g ms, and that of the first trace %g ms; all traces must have one: resample them, or give interval", ms, s.Interval)
	}
}

// places are those of source and receiver in m, or in degrees where the file has
// those.
func (s *scan) places(h *Header, v [wordCount]float64, more []byte, where string) (source, receiver Place) {
	for _, i := range []int{coordinateScalar, elevationScalar} {
		switch size := math.Abs(v[i]); {
		case size == 10 || size == 100 || size == 1000 || size == 10000:
			s.note(Heeded, where, i, "%g", v[i])
		case size > 1:
			s.note(Doubtful, where, i, "%g is none of 1, 10, 100, 1000 and 10000 or their negatives; it is applied as it is", v[i])
		}
	}
	x := [4]float64{v[sourceX], v[sourceY], v[receiverX], v[receiverY]}
	for i := range x {
		x[i] = scaled(x[i], v[coordinateScalar])
	}
	e := [4]float64{v[receiverElevation], v[sourceElevation], v[sourceDepth], 0}
	for i := range e {
		e[i] = scaled(e[i], v[elevationScalar])
	}
	if more != nil { // doubles, which no scalar is for, where they are not 0
		for i, b := range map[*float64]int{&x[0]: 97, &x[1]: 105, &x[2]: 113, &x[3]: 121, &e[0]: 33, &e[1]: 49, &e[2]: 57, &e[3]: 41} {
			if w := h.order.f64(more, b); !finite(w) {
				s.Report.note(Refused, fmt.Sprintf("%d of the extension", b), where, 1, "%g is no coordinate", w)
			} else if w != 0 {
				*i = w
				s.Report.note(Heeded, "coordinates (33 to 128 of the extension)", where, 1, "override those of the trace header")
			}
		}
	}
	switch code := v[units]; code {
	case 0, 1:
		if code == 0 {
			s.note(Ignored, where, units, "is not said; coordinates are taken to be lengths")
		}
		s.lengths = true
		for i := range x {
			x[i] *= h.Unit
		}
		if d, say := math.Hypot(x[0]-x[2], x[1]-x[3]), math.Abs(v[offset])*h.Unit; say != 0 && math.Abs(d-say) > 2*h.Unit+0.02*max(d, say) {
			s.note(Doubtful, where, offset, "differs from the distance of source and receiver by their coordinates, which are heeded")
		}
	case 2, 3, 4:
		s.degrees = true
		for i := range x {
			if code == 2 {
				x[i] /= 3600
			} else if code == 4 {
				x[i] = s.sexagesimal(x[i], where)
			}
			if most := []float64{180, 90}[i%2]; math.Abs(x[i]) > most+1e-9 {
				s.refuse(where, units, "%g, and a coordinate of %g degrees is not on Earth; units = \"=1\" takes them for lengths", code, x[i])
				x[i] = 0
			}
		}
		s.note(Heeded, where, units, "%g: longitude and latitude in %s are projected to m", code, []string{"arc seconds", "degrees", "degrees, minutes and seconds"}[int(code)-2])
	default:
		s.refuse(where, units, "%g is none of 1, length, 2, arc seconds, 3, degrees, and 4, degrees, minutes and seconds; units = \"=1\" says that they are lengths", code)
	}
	if e[1] != 0 {
		s.note(Heeded, where, sourceElevation, "source depths are counted from it")
	}
	for i := range e {
		e[i] *= h.Unit
	}
	return Place{X: x[0], Y: x[1], Depth: e[2] - e[1]}, Place{X: x[2], Y: x[3], Depth: e[3] - e[0]}
}

// sexagesimal are the degrees of a number whose digits are DDDMMSS.ss.
func (s *scan) sexagesimal(v float64, where string) float64 {
	size := math.Abs(v)
	degrees := math.Floor(size / 1e4)
	minutes := math.Floor((size - degrees*1e4) / 100)
	seconds := size - degrees*1e4 - minutes*100
	if minutes >= 60 || seconds >= 60+1e-6 {
		s.refuse(where, units, "4, and %g is not made of degrees, minutes and seconds", v)
		return 0
	}
	return math.Copysign(degrees+minutes/60+seconds/3600, v)
}

// silent tells of words that say something which is not made use of.
func (s *scan) silent(h *Header, head []byte, where string) {
	for _, w := range []struct {
		name    string
		at      int
		wide    bool
		since   int // revision
		verdict Verdict
		text    string
	}{
		{"datum elevation at receiver", 53, true, 0, Ignored, "depths are counted from the vertical datum, not from the seismic one"},
		{"datum elevation at source", 57, true, 0, Ignored, "depths are counted from the vertical datum, not from the seismic one"},
		{"water depth at source", 61, true, 0, Ignored, "places do not need it"},
		{"water depth at receiver", 65, true, 0, Ignored, "places do not need it"},
		{"total static", 103, false, 0, Doubtful, "samples have been shifted by it, which is not undone"},
		{"lag time A", 105, false, 0, Ignored, "the first sample's time is delay (109)"},
		{"lag time B", 107, false, 0, Ignored, "the first sample's time is delay (109)"},
		{"gain constant", 121, false, 0, Ignored, "samples stay in the file's unit"},
		{"transduction constant", 205, true, 1, Ignored, "samples stay in the file's unit"},
	} {
		if h.major < w.since {
			continue
		}
		value := h.order.i16(head, w.at)
		if w.wide {
			value = h.order.i32(head, w.at)
		}
		if value != 0 {
			s.Report.note(w.verdict, fmt.Sprintf("%s (%d)", w.name, w.at), where, 1, "%s", w.text)
		}
	}
}

// finish makes shots of what has been scanned, and judges the whole.
func (s *scan) finish() {
	whole := s.Headers[0].Path
	if n := len(s.Headers); n > 1 {
		whole = fmt.Sprintf("%s and %d more files", whole, n-1)
	}
	refuse := func(word, format string, args ...any) { s.Report.note(Refused, word, whole, 0, format, args...) }
	if s.Traces() == s.Report.Dead && len(s.Report.Of(Refused)) == 0 {
		refuse(s.called(identification), "no trace is data: %s; say with keep which are", counted(s.Report.Kinds))
	}
	if len(s.data) > 1 && len(s.how.Keep) == 0 {
		refuse(s.called(identification), "there are data of several kinds: %s; say with keep which are meant", counted(s.data))
	}
	if s.degrees && s.lengths {
		refuse(s.called(units), "some coordinates are lengths, some degrees")
	} else if s.degrees {
		s.project()
	}
	s.join()
	s.placed(refuse)
}

// counted lists traces by identification.
func counted(kinds map[int]int) string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, fmt.Sprintf("%d of %d (%s)", kinds[code], code, Identification(code)))
	}
	return strings.Join(out, ", ")
}

// join puts those traces together that are one shot.
func (s *scan) join() {
	by := s.how.Shots
	if by == "" {
		by = "record"
		records, points := map[int64]bool{}, map[int64]bool{}
		for _, g := range s.Shots {
			records[g.Record], points[g.Point] = true, true
		}
		if len(records) == 1 && len(points) > 1 {
			by = "point"
		}
	}
	s.groups = map[group]int{}
	var out []Shot
	places := map[int64]int{} // of a number
	for _, g := range s.Shots {
		key := group{place: g.Source}
		switch by {
		case "record":
			key.record = g.Record
		case "point":
			key.point = g.Point
		}
		i, known := s.groups[key]
		if !known {
			i = len(out)
			s.groups[key] = i
			out = append(out, Shot{Record: g.Record, Point: g.Point, Source: g.Source})
			places[key.record+key.point]++
		}
		out[i].Traces = append(out[i].Traces, g.Traces...)
	}
	// Traces that other groups stood between come back into the order of the file.
	for i := range out {
		slices.SortStableFunc(out[i].Traces, func(a, b Trace) int {
			return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.number, b.number))
		})
	}
	s.Shots = out
	if len(out) == 0 {
		return
	}
	whole := s.Headers[0].Path
	switch by {
	case "record":
		s.Report.note(Heeded, s.called(record), whole, 0, "traces of one number and source place are a shot")
	case "point":
		s.Report.note(Heeded, s.called(point), whole, 0, "traces of one number and source place are a shot")
	case "place":
		s.Report.note(Heeded, "source place", whole, 0, "traces of one are a shot")
	}
	if by != "place" {
		for number, n := range places {
			if n > 1 {
				s.Report.note(Doubtful, "source place", whole, 0, "the source stands at several places within number %d, which become shots of their own (in all, %d numbers are %d shots)", number, len(places), len(out))
				break
			}
		}
	}
}

// placed judges where all traces stand.
func (s *scan) placed(refuse func(word, format string, args ...any)) {
	if s.Traces() < 2 {
		return
	}
	first := s.Shots[0].Source
	same, twice := true, 0
	for _, g := range s.Shots {
		seen := map[Place]bool{}
		same = same && g.Source == first
		for _, t := range g.Traces {
			if t.Dead {
				continue
			}
			same = same && t.Receiver == first
			if seen[t.Receiver] {
				twice++
			}
			seen[t.Receiver] = true
		}
	}
	switch {
	case same && !s.how.Unplaced:
		refuse("coordinates (73 to 88)", "source and receivers of all traces stand at one place, x = %g, y = %g: the headers do not say where they are; say in [segy.words] which bytes do", first.X, first.Y)
	case twice > 0 && !same:
		s.Report.note(Doubtful, "coordinates (81)", s.Headers[0].Path, twice, "the receiver stands where another one of its shot does")
	}
}
