package dsl

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Unit is the text of a unit between its brackets, such as "s^2/km^2".
type Unit struct {
	Pos  Pos
	Text string
}

// Parse implements participle.Parseable.
func (u *Unit) Parse(lex *lexer.PeekingLexer) error {
	open := *lex.Peek()
	if open.Value != "[" || open.Type != symbols["Op"] {
		return participle.NextMatch
	}
	lex.Next()
	u.Pos = open.Pos
	var b strings.Builder
	last := lexer.Token{}
	for {
		t := *lex.Peek()
		switch {
		case t.EOF() || t.Pos.Line != open.Pos.Line:
			return participle.Errorf(open.Pos, "this bracket is not closed on its line: expected a unit such as [s^2/km^2]")
		case t.Value == "]":
			lex.Next()
			u.Text = b.String()
			return nil
		case !word(t) && !strings.Contains("*/^-+", t.Value):
			return participle.Errorf(t.Pos, "unexpected %s in a unit: expected names joined by * and /, with powers, such as [s^2/km^2]", describe(t))
		}
		if word(last) && word(t) {
			b.WriteByte('*') // "kg m" is a product
		}
		b.WriteString(t.Value)
		last = t
		lex.Next()
	}
}

func word(t lexer.Token) bool {
	return t.Type == symbols["Ident"] || t.Type == symbols["Number"]
}
