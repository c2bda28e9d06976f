package dsl

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Error is one fault of an operator file.
type Error struct {
	Pos     Pos
	Line    string // text of the source line
	Width   int    // characters to underline, at least 1
	Message string // what is wrong
	Hint    string // what to do, may be empty
	Note    string // where the fault was met, e.g. inside which call
}

// Error prints position and message, the source line with the place marked,
// and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", e.Pos.Filename, e.Pos.Line, e.Pos.Column, e.Message)
	if e.Line != "" {
		indent := strings.Map(func(r rune) rune {
			if r == '\t' {
				return r
			}
			return ' '
		}, firstRunes(e.Line, e.Pos.Column-1))
		fmt.Fprintf(&b, "\n    %s\n    %s%s", printable(e.Line), indent, strings.Repeat("^", max(1, e.Width)))
	}
	if e.Note != "" {
		fmt.Fprintf(&b, "\n  note: %s", e.Note)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "\n  hint: %s", e.Hint)
	}
	return b.String()
}

// printable replaces what would disturb a terminal, as in a file that is no
// text.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, line)
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:max(0, min(n, len(r)))])
}

// Errors are all faults found in one go, by position.
type Errors []*Error

// Error prints every fault, separated by lines.
func (e Errors) Error() string {
	out := make([]string, len(e))
	for i, x := range e {
		out[i] = x.Error()
	}
	return strings.Join(out, "\n")
}

// ErrOrNil sorts the faults by position, drops repetitions, and returns nil
// when there are none.
func (e Errors) ErrOrNil() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.Pos.Filename, b.Pos.Filename), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return slices.CompactFunc(e, func(a, b *Error) bool { return a.Pos == b.Pos && a.Message == b.Message })
}

// IsUser reports whether err is a fault of an operator file.
func IsUser(err error) bool {
	var list Errors
	var one *Error
	return errors.As(err, &list) || errors.As(err, &one)
}

// Faults are those of an operator file that err stands for; other is an error that is
// none.
func Faults(err error) (faults Errors, other error) {
	switch e := err.(type) {
	case nil:
		return nil, nil
	case Errors:
		return e, nil
	case *Error:
		return Errors{e}, nil
	}
	return nil, err
}

// SourceLine returns line n of the source, without its end.
func SourceLine(source string, n int) string {
	lines := strings.Split(source, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[n-1], "\r")
}
