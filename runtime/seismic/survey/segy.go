package survey

import (
	"maps"
	"slices"

	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// SEGYConfig says how SEG-Y files are read whose headers are silent or wrong, and
// how their places come into the model. What is left out is as the headers say.
type SEGYConfig struct {
	// Format of the samples: "ibm", "ieee", "int8", "int16", "int32" or "double".
	Format string `toml:"format"`
	// Endian is the byte order, "big" or "little".
	Endian string `toml:"endian"`
	// Revision of the file, 0, 1 or 2.
	Revision *int `toml:"revision"`
	// Interval between samples, ms.
	Interval float64 `toml:"interval"`
	// IntervalFrom and SamplesFrom say which header is right where they disagree:
	// "binary" or "traces".
	IntervalFrom string `toml:"interval_from"`
	SamplesFrom  string `toml:"samples_from"`
	// Measure is the unit of lengths, "m" or "ft".
	Measure string `toml:"measure"`
	// Shots says which traces are a shot: those of one "record", source "point" or
	// "place".
	Shots string `toml:"shots"`
	// Keep are the identifications of traces that are data.
	Keep []int `toml:"keep"`
	// Factor multiplies all samples. Default 1.
	Factor *float64 `toml:"factor"`
	// Words are places of header words, or constants, by their names.
	Words map[string]string `toml:"words"`

	// LineOrigin is the place, x and y, where positions along a line in two dimensions
	// are 0. Default: that on the line which is next to x = 0, y = 0.
	LineOrigin []float64 `toml:"line_origin"`
	// Azimuth is the direction of that line, degrees clockwise from y. Default: that of
	// the straight line that fits best.
	Azimuth *float64 `toml:"azimuth"`
	// Across is the greatest distance from the line, m. Default: a tenth of its length.
	Across float64 `toml:"across"`
	// Outside says what becomes of traces whose source or receiver is outside of the
	// model: "drop" (default) or "refuse".
	Outside string `toml:"outside"`
	// Match says how traces of a folder of shots find their receivers: by "places"
	// (default) or by their "order".
	Match string `toml:"match"`
}

// Reading is how files are read.
func (s *SEGYConfig) Reading() (segy.Reading, error) {
	r := segy.Reading{
		Format: segy.Formats[s.Format], Endian: s.Endian, Revision: s.Revision, Interval: s.Interval, IntervalFrom: s.IntervalFrom,
		SamplesFrom: s.SamplesFrom, Measure: s.Measure, Shots: s.Shots, Keep: s.Keep,
	}
	if s.Factor != nil {
		r.Factor = *s.Factor
	}
	for _, name := range slices.Sorted(maps.Keys(s.Words)) {
		w, err := segy.ParseWord(s.Words[name])
		if err == nil {
			err = r.Words.Set(name, w)
		}
		if err != nil {
			return r, err
		}
	}
	return r, r.Check()
}

// validateSEGY checks what can be checked of the values alone.
func (c *Config) validateSEGY(must func(ok bool, key, format string, args ...any)) {
	s := &c.SEGY
	formats := slices.Sorted(maps.Keys(segy.Formats))
	must(s.Format == "" || slices.Contains(formats, s.Format), "segy.format", "there is no format %q; %s", s.Format, didYouMean(s.Format, formats))
	_, err := s.Reading()
	must(err == nil, "segy", "%v", err)
	must(s.Factor == nil || *s.Factor != 0, "segy.factor", "a factor of 0 leaves no samples")
	must(len(s.LineOrigin) == 0 || len(s.LineOrigin) == 2, "segy.line_origin", "give x and y of the place where positions are 0")
	for _, v := range s.LineOrigin {
		must(v >= -1e9 && v <= 1e9, "segy.line_origin", "%g m is no coordinate", v)
	}
	must(s.Azimuth == nil || *s.Azimuth >= -360 && *s.Azimuth <= 360, "segy.azimuth", "give degrees from -360 to 360, clockwise from y")
	must(s.Across >= 0 && s.Across <= 1e9, "segy.across", "%g m is no distance", s.Across)
	must(slices.Contains([]string{"", "drop", "refuse"}, s.Outside), "segy.outside", "there is no %q; drop and refuse are possible", s.Outside)
	must(slices.Contains([]string{"", "places", "order"}, s.Match), "segy.match", "there is no %q; places and order are possible", s.Match)
}
