package segy

import (
	"errors"
	"fmt"
	"slices"
)

// Reading says how files are read whose headers are silent or wrong. The zero
// value takes them at their word.
type Reading struct {
	Words Words
	// Format of the samples, in place of the file's.
	Format Format
	// Endian is "big" or "little" in place of what the file shows.
	Endian string
	// Revision in place of the file's, where that is not nil.
	Revision *int
	// Interval between samples, ms, in place of the file's.
	Interval float64
	// IntervalFrom and SamplesFrom say which header is right where the file's and the
	// traces' disagree: "binary" or "traces".
	IntervalFrom, SamplesFrom string
	// Measure is the unit of lengths, "m" or "ft", in place of the file's.
	Measure string
	// Shots says which traces are a shot: those of one "record" number (9), or source
	// "point" number (17), and source place; or of one "place". Default: record, or
	// point where all records have one number.
	Shots string
	// Keep are the identifications of traces that are data, in place of 0 and 1, or the
	// only one of 11 to 17 that there is.
	Keep []int
	// Unplaced files may stand with all traces at one place: the caller knows where
	// they belong.
	Unplaced bool
	// Factor multiplies all samples; 0 stands for 1.
	Factor float64
}

// Check finds all values that are none. Errors are joined.
func (r Reading) Check() error {
	var faults []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	choice := func(name, v string, possible ...string) {
		must(v == "" || slices.Contains(possible, v), "there is no %s %q; %q are possible", name, v, possible)
	}
	choice("endian", r.Endian, "big", "little")
	choice("interval_from", r.IntervalFrom, "binary", "traces")
	choice("samples_from", r.SamplesFrom, "binary", "traces")
	choice("measure", r.Measure, "m", "ft")
	choice("shots", r.Shots, "record", "point", "place")
	must(r.Format == 0 || r.Format.bytes() > 0, "samples of format %v are not read", r.Format)
	must(r.Revision == nil || *r.Revision >= 0 && *r.Revision <= 2, "there is no revision of SEG-Y but 0, 1 and 2")
	must(r.Interval == 0 || r.Interval > 0 && r.Interval < 1e6, "interval %g ms is no time between samples", r.Interval)
	must(r.Factor > -1e30 && r.Factor < 1e30, "factor %g is no number", r.Factor)
	for i, w := range r.Words.places() {
		if err := w.check(); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", allWords[i].name, err))
		}
	}
	return errors.Join(faults...)
}
