package check

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/courant-pde/courant/dsl"
)

// report collects faults, with the lines of the files in which they are.
type report struct {
	file   *dsl.File
	files  map[string]*dsl.File // by path, imported ones too
	faults dsl.Errors
	more   int      // faults beyond the first maxFaults
	within []string // notes on the calls being expanded
}

func (c *report) fail(at dsl.Expr, hint, format string, args ...any) {
	start, end := at.Start(), at.End()
	width := 1
	if end.Line == start.Line {
		width = end.Column - start.Column
	}
	c.failAt(start, width, hint, format, args...)
}

// maxFaults bounds how many faults of one operator are reported, so that a
// file of nothing but faults takes no time for hints that nobody reads.
const maxFaults = 50

// full reports whether all faults that are reported are found.
func (c *report) full() bool { return len(c.faults) >= maxFaults }

// found is the error of all faults, with the number of those left out.
func (c *report) found() error {
	err := c.faults.ErrOrNil()
	if faults, ok := err.(dsl.Errors); ok && c.more > 0 {
		last := *faults[len(faults)-1]
		last.Note += fmt.Sprintf("; %d more faults are not shown", c.more)
		last.Note = strings.TrimPrefix(last.Note, "; ")
		faults[len(faults)-1] = &last
	}
	return err
}

func (c *report) failAt(pos dsl.Pos, width int, hint, format string, args ...any) {
	if c.full() {
		c.more++
		return
	}
	source := c.file.Source
	if f := c.files[filepath.Clean(pos.Filename)]; f != nil {
		source = f.Source
	}
	c.faults = append(c.faults, &dsl.Error{Pos: pos, Width: width, Line: dsl.SourceLine(source, pos.Line),
		Message: fmt.Sprintf(format, args...), Hint: hint, Note: strings.Join(c.within, "; ")})
}

func (c *report) failIdent(id *dsl.Ident, hint, format string, args ...any) {
	c.failAt(id.Pos, len(id.Name), hint, format, args...)
}
