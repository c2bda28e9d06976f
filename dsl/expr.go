package dsl

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxDepth bounds the nesting of expressions, so that no input can exhaust
// the stack.
const maxDepth = 200

// maxTerms bounds the names, numbers and suffixes of one expression, which may
// form a chain without any nesting.
const maxTerms = 1000

// binding strengths of the binary operators; ^ binds tighter than a sign to
// its left, and groups to the right.
var strength = map[string]int{"+": 1, "-": 1, "*": 2, "/": 2, "^": 4, "**": 4}

const signStrength = 3

// Parse implements participle.Parseable by precedence climbing.
func (n *Node) Parse(lex *lexer.PeekingLexer) error {
	p := exprParser{lex: lex}
	e, err := p.binary(1)
	n.Expr = e
	return err
}

type exprParser struct {
	lex   *lexer.PeekingLexer
	depth int
	parts int
}

func (p *exprParser) is(text string) bool {
	t := p.lex.Peek()
	return t.Type == symbols["Op"] && t.Value == text
}

func (p *exprParser) binary(least int) (Expr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, participle.Errorf(p.lex.Peek().Pos, "expression nested more than %d deep: name its parts with let", maxDepth)
	}
	x, err := p.unary()
	if err != nil {
		return nil, err
	}
	for {
		t := p.lex.Peek()
		s := strength[t.Value]
		if t.Type != symbols["Op"] || s == 0 || s < least {
			return x, nil
		}
		if t.Value == "**" {
			return nil, participle.Errorf(t.Pos, "unexpected **: powers are written ^")
		}
		p.lex.Next()
		next := s + 1
		if t.Value == "^" {
			next = signStrength // right-associative, and 2^-1 is allowed
		}
		y, err := p.binary(next)
		if err != nil {
			return nil, err
		}
		x = &Binary{X: x, Y: y, Op: t.Value, OpPos: t.Pos}
	}
}

func (p *exprParser) unary() (Expr, error) {
	if t := p.lex.Peek(); t.Type == symbols["Op"] && (t.Value == "-" || t.Value == "+") {
		pos := t.Pos
		op := t.Value
		p.lex.Next()
		x, err := p.binary(signStrength)
		if err != nil {
			return nil, err
		}
		return &Unary{Pos: pos, Op: op, X: x}, nil
	}
	return p.postfix()
}

func (p *exprParser) postfix() (Expr, error) {
	x, err := p.primary()
	for err == nil && p.is(".") {
		if err := p.part(); err != nil {
			return nil, err
		}
		m := &Member{Of: x, Dot: p.lex.Next().Pos}
		t := p.lex.Peek()
		if _, number := x.(*Number); number && t.Type != symbols["Ident"] {
			return nil, participle.Errorf(m.Dot, "unexpected .: expected digits behind the decimal point")
		}
		if t.Type != symbols["Ident"] {
			return nil, participle.Errorf(t.Pos, "unexpected %s after the dot: expected a derivative such as dt2 or dx, forward, backward, or a component", describe(*t))
		}
		m.Suffix = p.lex.Next().Value
		m.Close = after(t.Pos, m.Suffix)
		if p.is("(") {
			if m.Options, err = p.options(); err != nil {
				return nil, err
			}
			if m.Close, err = p.closing(); err != nil {
				return nil, err
			}
		}
		x = m
	}
	return x, err
}

// options reads what follows a suffix in parentheses. A comma stands between
// options, and between the weights of one.
func (p *exprParser) options() ([]*Option, error) {
	var out []*Option
	for first := true; first || p.is(","); first = false {
		p.lex.Next()
		switch t := p.lex.Peek(); {
		case t.Value == "order" || t.Value == "at" || t.Value == "weights":
			out = append(out, &Option{Pos: t.Pos, Name: t.Value})
			p.lex.Next()
		case first || out[len(out)-1].Name != "weights":
			return nil, participle.Errorf(t.Pos, "unexpected %s: a derivative takes order, at and weights, as in u.dx(order 4, at 1/2)", describe(*t))
		}
		x, err := p.binary(1)
		if err != nil {
			return nil, err
		}
		last := out[len(out)-1]
		last.Values = append(last.Values, x)
	}
	return out, nil
}

// part counts one more name, number or suffix.
func (p *exprParser) part() error {
	if p.parts++; p.parts > maxTerms {
		return participle.Errorf(p.lex.Peek().Pos, "expression of more than %d parts: name some of them with let", maxTerms)
	}
	return nil
}

func (p *exprParser) primary() (Expr, error) {
	if err := p.part(); err != nil {
		return nil, err
	}
	t := *p.lex.Peek()
	switch {
	case t.Type == symbols["Number"]:
		p.lex.Next()
		return &Number{Pos: t.Pos, Text: t.Value}, nil
	case t.Type == symbols["Ident"]:
		p.lex.Next()
		name := &Name{Pos: t.Pos, Name: t.Value}
		if !p.is("(") {
			return name, nil
		}
		p.lex.Next()
		call := &Call{Fn: name}
		for !p.is(")") || len(call.Args) > 0 {
			arg, err := p.binary(1)
			if err != nil {
				return nil, err
			}
			call.Args = append(call.Args, arg)
			if !p.is(",") {
				break
			}
			p.lex.Next()
		}
		end, err := p.closing()
		call.Close = end
		return call, err
	case p.is("("):
		p.lex.Next()
		x, err := p.binary(1)
		if err != nil {
			return nil, err
		}
		parts := []Expr{x}
		for p.is(",") {
			p.lex.Next()
			if x, err = p.binary(1); err != nil {
				return nil, err
			}
			parts = append(parts, x)
		}
		end, err := p.closing()
		if len(parts) > 1 {
			return &Tuple{Pos: t.Pos, Parts: parts, Close: end}, err
		}
		return &Paren{Pos: t.Pos, X: x, Close: end}, err
	}
	return nil, participle.Errorf(t.Pos, "unexpected %s: expected a name, a number or a parenthesis", describe(t))
}

func (p *exprParser) closing() (Pos, error) {
	t := *p.lex.Peek()
	if !p.is(")") {
		return t.Pos, participle.Errorf(t.Pos, "unexpected %s: expected , or ) to close the parenthesis", describe(t))
	}
	p.lex.Next()
	return after(t.Pos, t.Value), nil
}
