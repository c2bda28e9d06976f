package dsl

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2/lexer"
)

// Keywords cannot be used as names.
var Keywords = []string{
	"operator", "import", "order", "axes", "units", "let", "def",
	"vector", "tensor", "field", "wavefield", "image", "scalar", "points", "history", "on", "staggered", "harmonic", "saved", "folded", "local",
	"region", "boundary", "periodic", "require", "absorb",
	"solve", "for", "inject", "into", "sample", "save", "reduce", "from", "in", "every",
}

// The last two kinds of token are never valid. With them the lexer cannot
// fail, so that one wrong character does not hide the faults behind it.
var tokens = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Comment", Pattern: `#[^\n]*`},
	{Name: "String", Pattern: `"[^"\n]*"`},
	{Name: "Dim", Pattern: `[123]D\b`},
	{Name: "Number", Pattern: `(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?`},
	{Name: "Keyword", Pattern: `(` + strings.Join(Keywords, "|") + `)\b`},
	{Name: "Ident", Pattern: `[A-Za-z_][A-Za-z0-9_]*`},
	{Name: "Op", Pattern: `\*\*|[+<>]=|[-+*/^=<>(){}\[\],.]`},
	{Name: "Space", Pattern: `\s+`},
	{Name: "OpenString", Pattern: `"[^"\n]*`},
	{Name: "Bad", Pattern: `(?s).`},
})

var symbols = tokens.Symbols()

// scan splits a source into tokens, the last of which is the end of the file.
// The quotes around texts are taken off; there are no escapes.
func scan(name, source string) ([]lexer.Token, error) {
	lex, err := tokens.LexString(name, source)
	if err != nil {
		return nil, err
	}
	all, err := lexer.ConsumeAll(lex)
	for i, t := range all {
		if t.Type == symbols["String"] {
			all[i].Value = t.Value[1 : len(t.Value)-1]
		}
	}
	return all, err
}

// Comments returns the comments of a source with their positions.
func Comments(name, source string) []lexer.Token {
	all, err := scan(name, source)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(t lexer.Token) bool { return t.Type != symbols["Comment"] })
}

// lookalikes are characters that text processors put in place of the
// language's.
var lookalikes = map[rune]string{
	'−': "-", '–': "-", '—': "-", '×': "*", '·': "*", '⋅': "*", '÷': "/", '²': "^2", '³': "^3",
	'“': `"`, '”': `"`, '„': `"`, '\'': `"`, '∂': "u.dx or u.dt", '∇': "grad(...), div(...) or laplace(...)", 'Δ': "laplace(...)",
	'π': "pi", '√': "sqrt(...)", ';': "each statement on a line of its own", '\ufeff': "the file without a byte order mark",
}

// invalid reports whether a token is never valid.
func invalid(t lexer.Token) bool {
	return t.Type == symbols["Bad"] || t.Type == symbols["OpenString"] || t.Type == symbols["String"] && invisible(t.Value) >= 0
}

// invisible is the place in a text of the first character that is neither
// seen nor a space, or is none: control characters, marks that turn the
// direction of writing around, bytes that are not UTF-8. It is -1 if there is
// none. Such a text shows as another than it is, in a terminal and in the code
// that is made of the file.
func invisible(text string) int {
	for i, r := range []rune(text) {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			return i
		}
	}
	return -1
}

// lexical reports a token that is never valid.
func lexical(t lexer.Token, source string) *Error {
	e := &Error{Pos: t.Pos, Line: SourceLine(source, t.Pos.Line), Width: 1}
	if t.Type == symbols["String"] {
		i := invisible(t.Value)
		e.Pos = after(t.Pos, string([]rune(`"` + t.Value)[:i+1]))
		e.Message, e.Hint = fmt.Sprintf("character %+q within a text", []rune(t.Value)[i]), "texts hold letters, signs and spaces only"
		return e
	}
	if t.Type == symbols["OpenString"] {
		e.Message, e.Hint = "this text is not closed on its line", `close it with "`
		return e
	}
	r := []rune(t.Value)[0]
	e.Message = fmt.Sprintf("unexpected character %q", r)
	if s := lookalikes[r]; s != "" {
		e.Hint = "write " + s
	}
	return e
}
