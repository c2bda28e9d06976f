package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError is a fault in a text form.
type SyntaxError struct {
	Line, Column int    // from 1, columns in characters
	Text         string // the line
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s\n\t%s", e.Line, e.Column, e.Message, e.Text)
}

// Kind is the kind of a token.
type Kind int

// The kinds of tokens.
const (
	End Kind = iota
	Name
	Number
	Quoted
	Mark // punctuation; ".." is one mark
)

// Token is a word, a number, a text or a mark.
type Token struct {
	Kind Kind
	Text string // of a quoted text, what is between the quotes
	at   int    // byte offset
}

// Is reports whether a token is that word or mark.
func (t Token) Is(text string) bool { return t.Text == text && (t.Kind == Name || t.Kind == Mark) }

func (t Token) String() string {
	switch t.Kind {
	case End:
		return "the end"
	case Quoted:
		return strconv.Quote(t.Text)
	}
	return t.Text
}

// lex splits a text into tokens, the last of which is the end.
func lex(text string) ([]Token, error) {
	var out []Token
	for i := 0; i < len(text); {
		c, start := text[i], i
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
			continue
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
			continue
		case isLetter(c):
			for i < len(text) && (isLetter(text[i]) || isDigit(text[i])) {
				i++
			}
			out = append(out, Token{Name, text[start:i], start})
		case isDigit(c):
			i = numberEnd(text, i)
			out = append(out, Token{Number, text[start:i], start})
		case c == '"':
			literal, err := strconv.QuotedPrefix(text[i:])
			if err != nil {
				return nil, faultAt(text, i, "a text without its closing quote, or with a wrong escape")
			}
			i += len(literal)
			value, err := strconv.Unquote(literal)
			if err != nil {
				return nil, faultAt(text, start, "a text with a wrong escape")
			}
			out = append(out, Token{Quoted, value, start})
		case strings.HasPrefix(text[i:], ".."):
			i += 2
			out = append(out, Token{Mark, "..", start})
		case strings.IndexByte("+-*/=()[]{},:;$%|<@", c) >= 0:
			i++
			out = append(out, Token{Mark, string(c), start})
		default:
			r, _ := utf8.DecodeRuneInString(text[i:])
			return nil, faultAt(text, i, "unexpected character %q", r)
		}
	}
	return append(out, Token{End, "", len(text)}), nil
}

// numberEnd is where the number at i ends: digits, a fraction, an exponent.
// A dot without a digit behind it belongs to "..".
func numberEnd(text string, i int) int {
	digits := func(i int) int {
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		return i
	}
	i = digits(i)
	if i+1 < len(text) && text[i] == '.' && isDigit(text[i+1]) {
		i = digits(i + 1)
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		j := i + 1
		if j < len(text) && (text[j] == '+' || text[j] == '-') {
			j++
		}
		if k := digits(j); k > j {
			i = k
		}
	}
	return i
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// faultAt describes a fault at a byte offset.
func faultAt(text string, at int, format string, args ...any) *SyntaxError {
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return &SyntaxError{
		Line:    strings.Count(text[:at], "\n") + 1,
		Column:  utf8.RuneCountInString(text[start:at]) + 1,
		Text:    strings.TrimRight(line, "\r"),
		Message: fmt.Sprintf(format, args...),
	}
}
