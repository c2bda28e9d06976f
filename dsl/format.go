package dsl

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// formatWidth is the column after which a long sum is broken.
const formatWidth = 88

// Format prints a file in its one canonical form. Comments stay before or
// behind the statement that they stand at. Formatting twice changes nothing.
func Format(f *File) (string, error) {
	p := &formatter{comments: Comments(f.Name, f.Source)}
	for _, it := range f.Items {
		p.before(it.Pos.Line, "")
		switch {
		case it.Import != nil:
			p.line("", fmt.Sprintf("import %q", it.Import.Path))
		case it.Let != nil:
			p.line("", formatLet(it.Let))
		case it.Def != nil:
			p.line("", formatDef(it.Def))
		case it.Operator != nil:
			p.operator(it.Operator)
		}
		p.behind(it.EndPos)
	}
	p.before(1<<30, "")
	return p.out.String(), nil
}

type formatter struct {
	out      strings.Builder
	comments []lexer.Token
	lastLine int // source line that the output has reached; 0 at the start of a block
}

func (p *formatter) line(indent, text string) {
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			p.out.WriteString(indent + "    ")
		} else {
			p.out.WriteString(indent)
		}
		p.out.WriteString(strings.TrimRight(l, " ") + "\n")
	}
}

// before prints the comments above a source line and keeps one empty line
// where the source has some.
func (p *formatter) before(line int, indent string) {
	for len(p.comments) > 0 && p.comments[0].Pos.Line < line {
		c := p.comments[0]
		p.comments = p.comments[1:]
		p.gap(c.Pos.Line)
		p.out.WriteString(indent + strings.TrimRight(c.Value, " \t\r") + "\n")
		p.lastLine = c.Pos.Line
	}
	if line < 1<<30 {
		p.gap(line)
	}
}

func (p *formatter) gap(line int) {
	if p.lastLine > 0 && line > p.lastLine+1 {
		p.out.WriteString("\n")
	}
	p.lastLine = line
}

// behind puts a comment that shares the last line of a statement at its end.
func (p *formatter) behind(end Pos) {
	line := p.lastLine
	if end.Line > line {
		line = end.Line
	}
	if len(p.comments) > 0 && p.comments[0].Pos.Line <= line {
		text := strings.TrimSuffix(p.out.String(), "\n")
		p.out.Reset()
		p.out.WriteString(text + "  " + strings.TrimRight(p.comments[0].Value, " \t\r") + "\n")
		p.comments = p.comments[1:]
		// Further comments of the same statement follow on their own lines.
	}
	p.lastLine = line
}

func (p *formatter) operator(op *Operator) {
	head := "operator " + op.Name
	if op.Doc != "" {
		head += " " + quote(op.Doc)
	}
	p.line("", head+" {")
	start := op.Pos.Line
	if len(p.comments) > 0 && p.comments[0].Pos.Line == start && (len(op.Statements) == 0 || op.Statements[0].Pos.Line > start) {
		p.behind(Pos{Line: start})
	}
	p.lastLine = 0
	widths := p.columns(op)
	const indent = "    "
	for i, s := range op.Statements {
		p.before(s.Pos.Line, indent)
		p.line(indent, formatStatement(s, widths[i]))
		p.lastLine = s.Pos.Line
		p.behind(lastPos(s))
	}
	p.before(op.EndPos.Line, indent)
	// No empty line before the closing brace.
	text := strings.TrimRight(p.out.String(), "\n")
	p.out.Reset()
	p.out.WriteString(text + "\n}\n")
	p.lastLine = op.EndPos.Line
}

// lastPos is the place of the last token of a statement.
func lastPos(s *Statement) Pos {
	p := s.Pos
	grow := func(n *Node) {
		if n != nil && n.Expr != nil && n.Expr.End().Line > p.Line {
			p = n.Expr.End()
		}
	}
	switch {
	case s.Let != nil:
		grow(s.Let.Value)
	case s.Def != nil:
		grow(s.Def.Value)
	case s.Solve != nil:
		grow(s.Solve.Target)
	case s.Inject != nil:
		grow(s.Inject.Target)
	case s.Sample != nil:
		grow(s.Sample.Value)
	case s.Assign != nil:
		grow(s.Assign.Value)
	case s.Declare != nil:
		grow(s.Declare.Default)
	}
	return p
}

// declarationWidths are the columns that a run of declarations shares.
type declarationWidths struct{ kind, name, doc int }

func (p *formatter) columns(op *Operator) []declarationWidths {
	out := make([]declarationWidths, len(op.Statements))
	for i := 0; i < len(op.Statements); {
		j := i
		var w declarationWidths
		for j < len(op.Statements) && op.Statements[j].Declare != nil && (j == i || op.Statements[j].Pos.Line <= op.Statements[j-1].Pos.Line+1) {
			d := op.Statements[j].Declare
			w.kind = max(w.kind, len(d.Kind))
			w.name = max(w.name, len(d.Name.Name))
			if d.Doc != "" {
				w.doc = max(w.doc, utf8.RuneCountInString(quote(d.Doc)))
			}
			j++
		}
		for k := i; k < j; k++ {
			out[k] = w
		}
		i = max(j, i+1)
	}
	return out
}

func formatStatement(s *Statement, w declarationWidths) string {
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
	case s.Declare != nil:
		d := s.Declare
		text := pad(d.Kind, w.kind) + " " + pad(d.Name.Name, w.name)
		if w.doc > 0 {
			doc := ""
			if d.Doc != "" {
				doc = quote(d.Doc)
			}
			text += "  " + pad(doc, w.doc)
		}
		if d.Unit != nil {
			text += "  [" + d.Unit.Text + "]"
		}
		if len(d.On) > 0 {
			text += "  on " + names(d.On)
		}
		if d.Default != nil {
			text += "  = " + FormatExpr(d.Default.Expr)
		}
		return strings.TrimRight(text, " ")
	case s.Let != nil:
		return formatLet(s.Let)
	case s.Def != nil:
		return formatDef(s.Def)
	case s.Solve != nil:
		return broken("solve ", s.Solve.Left.Expr) + " = " + FormatExpr(s.Solve.Right.Expr) + " for " + FormatExpr(s.Solve.Target.Expr)
	case s.Inject != nil:
		return "inject " + FormatExpr(s.Inject.Value.Expr) + " into " + FormatExpr(s.Inject.Target.Expr)
	case s.Sample != nil:
		return "sample " + s.Sample.Points.Name + " from " + FormatExpr(s.Sample.Value.Expr)
	case s.Assign != nil:
		return broken(FormatExpr(s.Assign.Target.Expr)+" = ", s.Assign.Value.Expr)
	}
	return ""
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

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

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
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = formatExpr(a, true)
		}
		return x.Fn.Name + "(" + strings.Join(args, ", ") + ")"
	case *Member:
		s := formatExpr(x.Of, false) + "." + x.Suffix
		if x.Order != nil {
			s += "(order " + x.Order.Text + ")"
		}
		return s
	}
	return ""
}
