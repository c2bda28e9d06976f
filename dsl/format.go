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
			text = prefix(it.Dim) + formatLet(it.Let)
		case it.Def != nil:
			text = prefix(it.Dim) + formatDef(it.Def)
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
		r := row{text: prefix(s.Dim) + formatStatement(s)}
		if s.Declare != nil {
			r.declare = columns(s.Declare)
			r.declare.kind = prefix(s.Dim) + r.declare.kind
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

// prefix is a statement's dimension in front of it.
func prefix(dim string) string {
	if dim == "" {
		return ""
	}
	return dim + " "
}

// columns takes a declaration apart.
func columns(d *Declare) *declaration {
	out := &declaration{kind: d.Kind, name: d.Name.Name}
	if d.Rank != "" {
		out.kind = d.Rank + " " + d.Kind
	}
	if d.Doc != "" {
		out.doc = quote(d.Doc)
	}
	if d.Unit != nil {
		out.rest += "  [" + d.Unit.Text + "]"
	}
	if d.OnOwn {
		out.rest += "  on its axis"
	}
	if len(d.On) > 0 {
		out.rest += "  on " + names(d.On)
	}
	if d.Staggered {
		out.rest += "  staggered"
	}
	if d.Faces {
		out.rest += " on faces"
	}
	if len(d.Along) > 0 {
		out.rest += " along " + names(d.Along)
	}
	if d.Harmonic {
		out.rest += "  harmonic"
	}
	if d.Every != nil {
		out.rest += " " + every(d.Every)
	}
	if d.Default != nil {
		out.rest += "  = " + FormatExpr(d.Default.Expr)
	}
	return out
}

func formatStatement(s *Statement) string {
	switch {
	case s.Order != nil:
		var terms []string
		for _, t := range s.Order.Terms {
			terms = append(terms, t.Along+" "+t.Value)
		}
		return "order " + strings.Join(terms, ", ")
	case s.Axes != nil:
		return "axes " + names(s.Axes.Names)
	case s.Units != nil:
		return "units " + s.Units.Length.Name + ", " + s.Units.Time.Name
	case s.Region != nil:
		return "region " + s.Region.Name.Name + " = " + spans(s.Region.Spans)
	case s.Boundary != nil:
		return "boundary " + parts(s.Boundary.Of) + " " + s.Boundary.Kind + ends(s.Boundary)
	case s.Periodic != nil:
		return "periodic " + names(s.Periodic.Axes)
	case s.Let != nil:
		return formatLet(s.Let)
	case s.Def != nil:
		return formatDef(s.Def)
	case s.Solve != nil:
		return broken("solve ", s.Solve.Left.Expr) + " = " + FormatExpr(s.Solve.Right.Expr) + " for " + FormatExpr(s.Solve.Target.Expr) + within(s.Solve.In)
	case s.Inject != nil:
		return "inject " + FormatExpr(s.Inject.Value.Expr) + " into " + FormatExpr(s.Inject.Target.Expr) + every(s.Inject.Every)
	case s.Sample != nil:
		return "sample " + s.Sample.Points.Name + " from " + FormatExpr(s.Sample.Value.Expr) + every(s.Sample.Every)
	case s.Save != nil:
		return "save " + s.Save.History.Name + " from " + FormatExpr(s.Save.Value.Expr) + every(s.Save.Every)
	case s.Reduce != nil:
		return "reduce " + s.Reduce.Series.Name + " from " + s.Reduce.Op + "(" + FormatExpr(s.Reduce.Value.Expr) + ")" + within(s.Reduce.In) + every(s.Reduce.Every)
	case s.Assign != nil:
		return broken(FormatExpr(s.Assign.Target.Expr)+" "+s.Assign.Op+" ", s.Assign.Value.Expr) + within(s.Assign.In) + every(s.Assign.Every)
	}
	return ""
}

func every(e *Every) string {
	switch {
	case e == nil:
		return ""
	case e.Name != nil:
		return " every " + e.Name.Name
	}
	return " every " + e.Number
}

func within(region *Ident) string {
	if region == nil {
		return ""
	}
	return " in " + region.Name
}

func ends(b *Boundary) string {
	if b.Axis == nil {
		return ""
	}
	return " at " + b.End + " " + b.Axis.Name
}

func spans(all []*Span) string {
	out := make([]string, len(all))
	for i, s := range all {
		if s.AllBut {
			out[i] = "all but "
		}
		out[i] += s.Which + " " + s.Points + " along " + s.Axis.Name
	}
	return strings.Join(out, ", ")
}

func parts(all []*Part) string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.Name.Name
		if p.Component != nil {
			out[i] += "." + p.Component.Name
		}
	}
	return strings.Join(out, ", ")
}

func formatLet(l *Let) string { return broken("let "+l.Name.Name+" = ", l.Value.Expr) }

func formatDef(d *Def) string {
	return broken("def "+d.Name.Name+"("+names(d.Params)+") = ", d.Value.Expr)
}

func names(ids []*Ident) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.Name
	}
	return strings.Join(out, ", ")
}

func width(s string) int { return utf8.RuneCountInString(s) }

func pad(s string, columns int) string { return s + strings.Repeat(" ", columns-width(s)) }

func quote(s string) string { return `"` + s + `"` }

// broken prints head and e, on several lines at the outermost plus and minus
// signs when one line would be too long.
func broken(head string, e Expr) string {
	one := head + FormatExpr(e)
	if len(one) <= formatWidth {
		return one
	}
	var terms []string
	for {
		b, ok := e.(*Binary)
		if !ok || strength[b.Op] != 1 {
			break
		}
		terms = append([]string{b.Op + " " + FormatExpr(b.Y)}, terms...)
		e = b.X
	}
	return strings.Join(append([]string{head + FormatExpr(e)}, terms...), "\n")
}

// FormatExpr prints an expression on one line: spaces around + and - of the
// outermost sum, none inside products and powers.
func FormatExpr(e Expr) string { return formatExpr(e, true) }

func formatExpr(e Expr, spaced bool) string {
	switch x := e.(type) {
	case *Number:
		return x.Text
	case *Name:
		return x.Name
	case *Paren:
		return "(" + formatExpr(x.X, true) + ")"
	case *Unary:
		return x.Op + formatExpr(x.X, false)
	case *Binary:
		if strength[x.Op] == 1 && spaced {
			return formatExpr(x.X, true) + " " + x.Op + " " + formatExpr(x.Y, true)
		}
		return formatExpr(x.X, false) + x.Op + formatExpr(x.Y, false)
	case *Call:
		return x.Fn.Name + "(" + list(x.Args, true) + ")"
	case *Member:
		s := formatExpr(x.Of, false) + "." + x.Suffix
		var options []string
		for _, o := range x.Options {
			options = append(options, o.Name+" "+list(o.Args, false))
		}
		if options != nil {
			s += "(" + strings.Join(options, ", ") + ")"
		}
		return s
	case *Tuple:
		return "(" + list(x.Items, true) + ")"
	}
	return ""
}

func list(all []Expr, spaced bool) string {
	out := make([]string, len(all))
	for i, e := range all {
		out[i] = formatExpr(e, spaced)
	}
	return strings.Join(out, ", ")
}
