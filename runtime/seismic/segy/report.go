package segy

import (
	"errors"
	"fmt"
	"strings"
)

// Verdict is what becomes of a word of a header.
type Verdict string

// What can become of a word. What is refused makes a file unreadable; what is
// doubtful is read, and may be wrong.
const (
	Heeded   Verdict = "heeded"
	Ignored  Verdict = "ignored"
	Doubtful Verdict = "doubtful"
	Refused  Verdict = "refused"
)

// Note says what becomes of a word, and why.
type Note struct {
	Verdict Verdict `json:"verdict"`
	Word    string  `json:"word"`             // with its first byte
	Text    string  `json:"text"`             // what it says, what that means, and a way out
	Traces  int     `json:"traces,omitempty"` // that it is about; 0 for whole files
	Where   string  `json:"where"`            // the first place: file, trace, byte
}

// String is the note on one line.
func (n Note) String() string {
	s := fmt.Sprintf("%s: %s", n.Where, n.Text)
	if n.Word != "" {
		s = fmt.Sprintf("%s: %s: %s", n.Where, n.Word, n.Text)
	}
	switch {
	case n.Traces > 1:
		s += fmt.Sprintf(" (this and %d more traces)", n.Traces-1)
	}
	return s
}

// Report is what was made of the headers of files.
type Report struct {
	Notes []Note `json:"notes"`
	// Kinds counts traces by their identification.
	Kinds map[int]int `json:"identifications"`
	// LeftOut counts traces that are no data, Dead those that have no weight.
	LeftOut int `json:"left_out"`
	Dead    int `json:"dead"`

	places map[string]int // of notes, by verdict, word and text
}

// note adds one, or counts one more trace for one that there is.
func (r *Report) note(v Verdict, word, where string, traces int, format string, args ...any) {
	n := Note{v, word, fmt.Sprintf(format, args...), traces, where}
	key := string(v) + "\x00" + word + "\x00" + n.Text
	if i, ok := r.places[key]; ok {
		r.Notes[i].Traces += traces
		return
	}
	// Texts with numbers that differ from trace to trace would fill the memory.
	const most = 200
	if len(r.Notes) >= most && v != Refused || len(r.Notes) >= 2*most {
		return
	}
	if r.places == nil {
		r.places = map[string]int{}
	}
	r.places[key] = len(r.Notes)
	r.Notes = append(r.Notes, n)
}

// Of are the notes of a verdict.
func (r *Report) Of(v Verdict) []Note {
	var out []Note
	for _, n := range r.Notes {
		if n.Verdict == v {
			out = append(out, n)
		}
	}
	return out
}

// Refusal is an error with all that makes files unreadable; nil for nothing.
func (r *Report) Refusal() error {
	var lines []string
	for _, n := range r.Of(Refused) {
		lines = append(lines, n.String())
	}
	const most = 20
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], fmt.Sprintf("and %d more faults", more))
	}
	if lines == nil {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
