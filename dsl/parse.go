package dsl

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

var parser = participle.MustBuild[File](
	participle.Lexer(tokens),
	participle.Elide("Space", "Comment"),
	participle.UseLookahead(2),
	participle.Unquote(),
)

// maxSyntaxErrors bounds how many faults one parse reports.
const maxSyntaxErrors = 20

// maxFileSize bounds the size of an operator file, in bytes.
const maxFileSize = 4 << 20

// ParseFile reads and parses the operator file at path.
func ParseFile(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileSize {
		return nil, fmt.Errorf("%s: %d bytes is too large for an operator file", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, string(text))
}

// Parse parses an operator file. All syntax errors are reported together, as
// Errors: after a fault, parsing goes on with the next statement.
func Parse(name, source string) (*File, error) {
	var faults Errors
	text := source
	for {
		file, err := parser.ParseString(name, text)
		if err == nil {
			file.Name, file.Source = name, source
			return file, faults.ErrOrNil()
		}
		fault := syntaxError(name, source, err)
		toLineBefore(fault, text)
		faults = append(faults, fault)
		rest := blankStatement(text, fault.Pos.Line)
		if rest == text || len(faults) == maxSyntaxErrors {
			return nil, faults.ErrOrNil()
		}
		text = rest
	}
}

// Grammar is the language's grammar in EBNF, without that of expressions.
func Grammar() string { return parser.String() }

func syntaxError(name, source string, err error) *Error {
	e := &Error{Message: err.Error(), Pos: Pos{Filename: name, Line: 1, Column: 1}}
	var at participle.Error
	if errors.As(err, &at) {
		e.Pos, e.Message = at.Position(), at.Message()
	}
	e.Pos.Filename = name
	e.Line = SourceLine(source, e.Pos.Line)
	var unexpected *participle.UnexpectedTokenError
	if errors.As(err, &unexpected) {
		t := unexpected.Unexpected
		e.Message = "unexpected " + describe(t)
		if want := expected(unexpected); want != "" {
			e.Message += ": expected " + want
		}
		e.Width = len([]rune(t.Value))
		e.Hint = slipHint(source, e.Pos.Line)
	}
	if strings.HasPrefix(e.Message, "lexer: invalid input text") {
		e.Message = fmt.Sprintf("unexpected character %q", string([]rune(e.Line + " ")[min(len([]rune(e.Line)), e.Pos.Column-1)]))
		if strings.Contains(e.Message, `\"`) {
			e.Message, e.Hint = "this text is not closed on its line", `close it with "`
		}
	}
	return e
}

// toLineBefore moves a fault that was met at the first word of a statement to
// the end of the line before: it is that line which is unfinished.
func toLineBefore(e *Error, text string) {
	line := SourceLine(text, e.Pos.Line)
	if strings.TrimSpace(firstRunes(line, e.Pos.Column-1)) != "" || !strings.Contains(e.Message, "expected") || strings.Contains(e.Message, "a statement") {
		return
	}
	for n := e.Pos.Line - 1; n > 0; n-- {
		code, _, _ := strings.Cut(SourceLine(text, n), "#")
		code = strings.TrimRight(code, " \t")
		if code == "" {
			continue
		}
		_, want, _ := strings.Cut(e.Message, "expected ")
		e.Message = "this statement is not finished: expected " + want
		e.Line, e.Width, e.Hint = SourceLine(text, n), 1, ""
		e.Pos = Pos{Filename: e.Pos.Filename, Line: n, Column: len([]rune(code)) + 1}
		return
	}
}

// expected puts participle's expectation into the language's words.
func expected(e *participle.UnexpectedTokenError) string {
	_, want, ok := strings.Cut(e.Message(), "(expected ")
	if !ok {
		return ""
	}
	want = strings.TrimSuffix(want, ")")
	if want == `"}"` {
		return "a statement or }"
	}
	for from, to := range map[string]string{"<ident>": "a name", "<number>": "a number", "<string>": "a text in quotes", "Statement": "a statement", "OrderTerm": "space or time", "Ident": "a name", "Node": "an expression"} {
		want = strings.ReplaceAll(want, from, to)
	}
	return want
}

// slipHint looks for a misspelt keyword at the start of the line.
func slipHint(source string, line int) string {
	fields := strings.Fields(SourceLine(source, line))
	if len(fields) < 2 {
		return ""
	}
	for _, k := range Keywords {
		if fields[0] == k {
			return ""
		}
	}
	return DidYouMean(fields[0], Keywords)
}

// blankStatement replaces the statement around a line by spaces, keeping all
// positions, so that parsing can go on behind it. It leaves braces alone.
func blankStatement(text string, line int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return text
	}
	first, last := line-1, line-1
	for first > 0 && !startsStatement(lines[first]) && !strings.ContainsAny(lines[first-1], "{}") {
		first--
	}
	for last+1 < len(lines) && !startsStatement(lines[last+1]) && !strings.ContainsAny(lines[last+1], "{}") {
		last++
	}
	changed := false
	for i := first; i <= last; i++ {
		blank := strings.Map(func(r rune) rune {
			if r == '{' || r == '}' {
				return r
			}
			return ' '
		}, lines[i])
		if strings.HasPrefix(strings.TrimSpace(lines[i]), "operator") {
			blank = strings.Repeat(" ", len(lines[i])) // its own brace goes too
			if strings.Contains(lines[i], "{") {
				blank = "operator _ {"
				if lines[i] == blank {
					blank = ""
				}
			}
		}
		changed = changed || strings.TrimSpace(lines[i]) != strings.TrimSpace(blank)
		lines[i] = blank
	}
	if !changed {
		return text
	}
	return strings.Join(lines, "\n")
}

// startsStatement reports whether a line begins with a keyword that opens a
// statement, or with the target of an explicit update.
func startsStatement(line string) bool {
	s := strings.TrimSpace(line)
	if s == "" {
		return true
	}
	word, _, _ := strings.Cut(s, " ")
	switch word {
	case "for", "into", "from", "on":
		return false
	}
	for _, k := range Keywords {
		if word == k {
			return true
		}
	}
	head, _, ok := strings.Cut(s, "=")
	return ok && strings.Contains(head, ".forward")
}

// Comments returns the comments of a source with their positions.
func Comments(name, source string) []lexer.Token {
	lex, err := tokens.LexString(name, source)
	if err != nil {
		return nil
	}
	var out []lexer.Token
	for {
		t, err := lex.Next()
		if err != nil || t.EOF() {
			return out
		}
		if t.Type == symbols["Comment"] {
			out = append(out, t)
		}
	}
}
