package dsl

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// formatWidth is the column after which a long sum is broken.
const formatWidth = 88

// Format prints a file in its one canonical form. A comment behind a statement
// stays there, any other stands above the statement that follows it or that it
// was inside of. Formatting twice changes nothing.
func Format(f *File) (string, error) {
	p := &formatter{comments: Comments(f.Name, f.Source)}
	for i, it := range f.Items {
		limit := endOfFile
		if i+1 < len(f.Items) {
			limit = f.Items[i+1].Pos.Offset
		}
		if it.Operator != nil {
			p.operator(it, limit)
			continue
		}
		var text string
		switch {
		case it.Import != nil:
			text = "import " + quote(it.Import.Path)
		case it.Let != nil:
			text = only(it.Dim) + formatLet(it.Let)
		case it.Def != nil:
			text = only(it.Dim) + formatDef(it.Def)
		}
		p.statement(row{text: text}, it.Pos, it.EndPos, limit, "")
	}
	p.above(Pos{Offset: endOfFile, Line: endOfFile}, "")
	align(p.rows)
	var out strings.Builder
	for _, r := range p.rows {
		if r.behind != "" {
			r.text += "  " + r.behind
		}
		out.WriteString(r.text + "\n")
	}
	return out.String(), nil
}

// endOfFile lies behind every place in a file.
const endOfFile = math.MaxInt32

// row is one line of output.
type row struct {
	text    string
	behind  string       // comment at its end
	declare *declaration // set for a declaration, whose columns are aligned
}

// declaration is a declaration in columns.
type declaration struct{ kind, name, doc, rest string }

type formatter struct {
	rows     []row
	comments []lexer.Token // those that are not yet printed
	lastLine int           // source line that the output has reached; 0 at the start of a block
}

// gap keeps one empty line where the source has some.
func (p *formatter) gap(line int) {
	if p.lastLine > 0 && line > p.lastLine+1 {
		p.rows = append(p.rows, row{})
	}
	p.lastLine = line
}

// above prints the comments that come before a place.
func (p *formatter) above(place Pos, indent string) {
	for len(p.comments) > 0 && p.comments[0].Pos.Offset < place.Offset {
		c := p.comments[0]
		p.comments = p.comments[1:]
		p.gap(min(c.Pos.Line, place.Line))
		p.rows = append(p.rows, row{text: indent + comment(c)})
	}
}

// statement prints one statement with the comments above, inside and behind
// it. What comes next in the source begins at limit.
func (p *formatter) statement(r row, start, end Pos, limit int, indent string) {
	p.above(start, indent)
	p.above(Pos{Offset: end.Offset, Line: start.Line}, indent)
	p.gap(start.Line)
	for i, l := range strings.Split(r.text, "\n") {
		if i > 0 {
			l = "    " + l
		}
		p.rows = append(p.rows, row{text: indent + l, declare: r.declare})
	}
	p.lastLine = end.Line
	p.behind(end, limit)
}

// behind puts a comment at the end of the last row, if it follows on the same
// line of the source with nothing between.
func (p *formatter) behind(end Pos, limit int) {
	if len(p.comments) > 0 && p.comments[0].Pos.Line == end.Line && p.comments[0].Pos.Offset < limit {
		p.rows[len(p.rows)-1].behind = comment(p.comments[0])
		p.comments = p.comments[1:]
	}
}

func comment(c lexer.Token) string { return strings.TrimRight(c.Value, " \t\r") }

func (p *formatter) operator(it *Item, limit int) {
	const indent = "    "
	op := it.Operator
	head := "operator " + op.Name
	if op.Doc != "" {
		head += " " + quote(op.Doc)
	}
	first := op.EndPos
	if len(op.Statements) > 0 {
		first = op.Statements[0].Pos
	}
	p.above(op.Pos, "")
	p.gap(op.Pos.Line)
	p.rows = append(p.rows, row{text: head + " {"})
	p.behind(op.Pos, min(first.Offset, op.EndPos.Offset))
	p.lastLine = 0
	for i, s := range op.Statements {
		next := op.EndPos.Offset - 1 // the closing brace
		if i+1 < len(op.Statements) {
			next = op.Statements[i+1].Pos.Offset
		}
		r := row{text: formatStatement(s)}
		if s.Declare != nil {
			r.declare = columns(s)
		}
		p.statement(r, s.Pos, s.EndPos, next, indent)
	}
	p.above(op.EndPos, indent)
	p.rows = append(p.rows, row{text: "}"})
	p.lastLine = op.EndPos.Line
	p.behind(op.EndPos, limit)
}

// align pads the columns of each run of declarations on neighbouring lines.
func align(rows []row) {
	const indent = "    "
	for i := 0; i < len(rows); i++ {
		j := i
		var kind, name, doc int
		for ; j < len(rows) && rows[j].declare != nil; j++ {
			d := rows[j].declare
			kind, name, doc = max(kind, width(d.kind)), max(name, width(d.name)), max(doc, width(d.doc))
		}
		for ; i < j; i++ {
			d := rows[i].declare
			text := indent + pad(d.kind, kind) + " " + pad(d.name, name)
			if doc > 0 {
				text += "  " + pad(d.doc, doc)
			}
			rows[i].text = strings.TrimRight(text+d.rest, " ")
		}
	}
}

func width(s string) int { return utf8.RuneCountInString(s) }

func pad(s string, columns int) string { return s + strings.Repeat(" ", columns-width(s)) }

func quote(s string) string { return `"` + s + `"` }
