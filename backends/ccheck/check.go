package ccheck

import (
	"fmt"

	"modernc.org/cc/v4"
)

// Limits on what is looked at: the front end is recursive, and a stack that
// overflows cannot be caught.
const (
	maxBytes   = 4 << 20
	maxNesting = 400 // brackets within brackets
)

// Check gives an *Error with everything that is wrong with a C text, or nil.
// Name is what the diagnostics call the text; headers are the files, by name,
// that it may include besides those of C and OpenMP.
func Check(name, text string, headers map[string]string) error {
	r := &report{name: name, text: text, headers: headers}
	r.check()
	return r.err()
}

func (r *report) check() {
	// The front end is not made for every input. What it cannot take is
	// certainly not what a backend should emit.
	defer func() {
		if p := recover(); p != nil {
			r.add(Diagnostic{Message: fmt.Sprintf("the C front end gave up: %v", p)})
		}
	}()
	for file, text := range r.headers {
		if line := tooLarge(text); line > 0 {
			r.add(Diagnostic{File: file, Line: line, Message: "too long or too deeply nested to be checked"})
			return
		}
	}
	if line := tooLarge(r.text); line > 0 {
		r.add(Diagnostic{Line: line, Message: "too long or too deeply nested to be checked"})
		return
	}
	files, err := fileSystem(r.headers)
	if err != nil {
		r.add(Diagnostic{Message: err.Error()})
		return
	}
	target, err := cc.NewABI("linux", "amd64")
	if err != nil {
		r.add(Diagnostic{Message: err.Error()})
		return
	}
	pragmas := &pragmas{report: r}
	config := &cc.Config{
		ABI:             target,
		FS:              files,
		FSOnly:          true,
		IncludePaths:    []string{given, standard},
		SysIncludePaths: []string{given, standard},
		ExpansionLimit:  1e6,
		PragmaHandler:   pragmas.handle,
	}
	ast, err := cc.Translate(config, []cc.Source{
		{Name: "<predefined>", Value: predefined},
		{Name: "<builtin>", Value: cc.Builtin},
		{Name: source, Value: r.text},
		{Name: tail, Value: tailText},
	})
	if err != nil {
		r.frontEnd(err)
		return // the tree is not there, or not whole
	}
	checkRules(r, ast)
}

// tooLarge gives a line at which a text goes beyond the limits, or 0. It counts
// brackets wherever they stand, in comments too: the limits are generous.
func tooLarge(text string) int {
	line, depth := 1, 0
	if len(text) > maxBytes {
		return line
	}
	for _, c := range []byte(text) {
		switch c {
		case '\n':
			line++
		case '(', '[', '{':
			if depth++; depth > maxNesting {
				return line
			}
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return 0
}
