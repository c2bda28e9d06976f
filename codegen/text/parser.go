// Package text reads the text forms of the compiler's representations: words,
// numbers and marks, with faults that name their place.
package text

import "strconv"

// Parser reads tokens one after the other. A fault ends the whole parse: see
// Parse.
type Parser struct {
	text   string
	tokens []Token
	next   int
	Depth  int // of nested blocks and expressions
}

// MaxDepth bounds the nesting of blocks and expressions.
const MaxDepth = 500

// Parse runs f on a text. The error is a *SyntaxError, the one that f met
// first.
func Parse(text string, f func(*Parser)) (err error) {
	tokens, err := lex(text)
	if err != nil {
		return err
	}
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case *SyntaxError:
			err = fault
		default:
			panic(fault)
		}
	}()
	p := &Parser{text: text, tokens: tokens}
	f(p)
	if t := p.Peek(); t.Kind != End {
		p.Fail(t, "expected the end, found %s", t)
	}
	return nil
}

// Peek is the next token.
func (p *Parser) Peek() Token { return p.tokens[p.next] }

// After is the token behind the next one.
func (p *Parser) After() Token { return p.tokens[min(p.next+1, len(p.tokens)-1)] }

// Take reads a token.
func (p *Parser) Take() Token {
	t := p.Peek()
	if t.Kind != End {
		p.next++
	}
	return t
}

// Fail ends the parse with a fault at a token.
func (p *Parser) Fail(t Token, format string, args ...any) {
	panic(faultAt(p.text, t.at, format, args...))
}

// At reports whether the next token is a word or mark.
func (p *Parser) At(text string) bool { return p.Peek().Is(text) }

// Accept reads a word or mark if it is next.
func (p *Parser) Accept(text string) bool {
	if !p.At(text) {
		return false
	}
	p.Take()
	return true
}

// Expect reads a word or mark that must be next.
func (p *Parser) Expect(text string) {
	if !p.Accept(text) {
		p.Fail(p.Peek(), "expected %s, found %s", text, p.Peek())
	}
}

// Name reads a name of something.
func (p *Parser) Name(what string) string {
	t := p.Take()
	if t.Kind != Name {
		p.Fail(t, "expected the name of %s, found %s", what, t)
	}
	return t.Text
}

// Integer reads a whole number without a sign.
func (p *Parser) Integer() int {
	t := p.Take()
	n, err := strconv.Atoi(t.Text)
	if t.Kind != Number || err != nil {
		p.Fail(t, "expected a whole number, found %s", t)
	}
	return n
}

// Signed reads a whole number with or without a minus.
func (p *Parser) Signed() int {
	if p.Accept("-") {
		return -p.Integer()
	}
	return p.Integer()
}

// Shift reads the number behind a name: +n, -n, or nothing for 0.
func (p *Parser) Shift() int {
	switch {
	case p.Accept("+"):
		return p.Integer()
	case p.Accept("-"):
		return -p.Integer()
	}
	return 0
}

// Quoted reads a quoted text that may be missing.
func (p *Parser) Quoted() string {
	if p.Peek().Kind != Quoted {
		return ""
	}
	return p.Take().Text
}

// Labelled reads a word and the quoted text behind it, both of which may be
// missing.
func (p *Parser) Labelled(word string) string {
	if !p.At(word) || p.After().Kind != Quoted {
		return ""
	}
	p.Take()
	return p.Take().Text
}

// List reads what f reads, once or more, with commas between.
func (p *Parser) List(f func()) {
	for first := true; first || p.Accept(","); first = false {
		f()
	}
}

// Block reads what f reads, any number of times, between braces.
func (p *Parser) Block(f func()) {
	p.Expect("{")
	p.Nested(func() {
		for !p.Accept("}") {
			f()
		}
	})
}

// Nested runs f one level deeper.
func (p *Parser) Nested(f func()) {
	p.Depth++
	if p.Depth > MaxDepth {
		p.Fail(p.Peek(), "nested more than %d deep", MaxDepth)
	}
	f()
	p.Depth--
}
