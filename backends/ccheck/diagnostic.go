package ccheck

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"modernc.org/token"
)

// Diagnostic is one thing that is wrong.
type Diagnostic struct {
	File    string // the checked text, or a header
	Line    int    // from 1; 0 if it concerns the whole file
	Column  int    // from 1; 0 if it concerns the whole line
	Message string
	Source  string // the line, as it stands there
}

func (d Diagnostic) String() string {
	place := d.File
	for _, n := range []int{d.Line, d.Column} {
		if n > 0 {
			place += ":" + strconv.Itoa(n)
		}
	}
	text := place + ": " + d.Message
	if strings.TrimSpace(d.Source) != "" {
		text += "\n    " + strings.TrimSpace(d.Source)
	}
	return text
}

// Error is the verdict on a text that is not right.
type Error struct {
	Name        string
	Diagnostics []Diagnostic // by file and line
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is not the C that it should be:", e.Name)
	for _, d := range e.Diagnostics {
		b.WriteString("\n" + d.String())
	}
	return b.String()
}

// report collects what is wrong with one text.
type report struct {
	name, text string
	headers    map[string]string
	found      []Diagnostic
}

// add keeps a diagnostic; one without a file is about the checked text.
func (r *report) add(d Diagnostic) {
	text := r.text
	switch {
	case d.File == "" || d.File == source:
		d.File = r.name
	case strings.HasPrefix(d.File, given+"/"):
		d.File = strings.TrimPrefix(d.File, given+"/")
		fallthrough
	default:
		text = r.headers[d.File]
	}
	if lines := strings.Split(text, "\n"); d.Line > 0 && d.Line <= len(lines) {
		d.Source = strings.TrimRight(lines[d.Line-1], "\r")
	}
	r.found = append(r.found, d)
}

func (r *report) at(p token.Position, format string, args ...any) {
	r.add(Diagnostic{File: p.Filename, Line: p.Line, Column: p.Column, Message: fmt.Sprintf(format, args...)})
}

// err is the verdict: one diagnostic for each place, as the front end often
// has several for one cause and the first one names it.
func (r *report) err() error {
	if len(r.found) == 0 {
		return nil
	}
	slices.SortStableFunc(r.found, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return &Error{r.name, slices.CompactFunc(r.found, func(a, b Diagnostic) bool {
		return a.File == b.File && a.Line == b.Line && (a.Column == b.Column || a.Message == b.Message)
	})}
}

var (
	placed = regexp.MustCompile(`^(.*?):(\d+):(\d+): (.*)$`)
	// The front end says where in itself a message arose, and what it left
	// undone.
	ownPlace = regexp.MustCompile(`\s*\(\w+\.go:\d+:\w*:?\)`)
	ownNote  = regexp.MustCompile(`^(TODO|internal error)\b`)
	// What comes of a fault that has been told already.
	consequence = regexp.MustCompile(`<invalid type>`)
)

// frontEnd takes over the messages of the front end, one a line.
func (r *report) frontEnd(err error) {
	before := len(r.found)
	end := len(strings.Split(strings.TrimRight(r.text, "\n"), "\n"))
	for message := range strings.Lines(err.Error()) {
		message = strings.TrimSpace(ownPlace.ReplaceAllString(message, ""))
		message = strings.ReplaceAll(message, source+":", "line ") // a place within a message
		if message == "" || ownNote.MatchString(message) || consequence.MatchString(message) {
			continue
		}
		if m := placed.FindStringSubmatch(strings.Replace(message, "line ", source+":", 1)); m != nil {
			line, _ := strconv.Atoi(m[2])
			column, _ := strconv.Atoi(m[3])
			if m[1] == tail {
				r.add(Diagnostic{Line: end, Message: "the text ends too early"})
				continue
			}
			r.add(Diagnostic{File: m[1], Line: line, Column: column, Message: strings.TrimSuffix(m[4], ":")})
			continue
		}
		r.add(Diagnostic{Line: end, Message: strings.TrimPrefix(message, "-: ")})
	}
	if len(r.found) == before {
		r.add(Diagnostic{Message: "there is an expression that has no meaning in C"})
	}
}
