package expr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/text"
)

// The text form of expressions:
//
//	2*u[t, x] - %c0*(u[t, x-1] + u[t, x+1])/m[x] + sqrt($dt)
//
// Products and quotients group to the left, as in C: a*b/c is (a*b)/c.
// Everything else that is nested stands in parentheses, because rounding
// depends on the grouping: a + (b + c) is not a + b + c.

// Key is a text that equal expressions share, and no others.
func Key(e Expr) string { return Text(e, Read.Key) }

// Text prints an expression, its reads by a function.
func Text(e Expr, read func(Read) string) string {
	p := printer{read: read}
	p.expr(e, bindSum)
	return p.String()
}

type printer struct {
	strings.Builder
	read func(Read) string
}

// How tightly an expression binds, and the least that a place asks for when
// it has no parentheses.
const (
	bindSum = iota
	bindProduct
	bindQuotient // may stand in front of * without becoming part of its product
	bindAtom
)

func strength(e Expr) int {
	switch e.(type) {
	case *Add:
		return bindSum
	case *Mul:
		return bindProduct
	case *Div:
		return bindQuotient
	}
	return bindAtom
}

func (p *printer) expr(e Expr, place int) {
	if strength(e) < place {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch x := e.(type) {
	case Const:
		p.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 64))
	case Scalar:
		p.WriteString("$" + string(x))
	case Local:
		p.WriteString("%" + string(x))
	case Read:
		p.WriteString(p.read(x))
	case *Add:
		for i, a := range x.Args {
			sub := i < len(x.Sub) && x.Sub[i]
			switch {
			case i == 0 && sub:
				p.negative(a)
				continue
			case sub:
				p.WriteString(" - ")
			case i > 0:
				p.WriteString(" + ")
			}
			p.expr(a, bindProduct)
		}
	case *Mul:
		place := bindQuotient
		for i, a := range x.Args {
			if i > 0 {
				p.WriteByte('*')
			}
			p.expr(a, place)
			place = bindAtom
		}
	case *Div:
		p.expr(x.X, bindProduct)
		p.WriteByte('/')
		p.expr(x.Y, bindAtom)
	case *Call:
		p.WriteString(x.Fn + "(")
		for i, a := range x.Args {
			if i > 0 {
				p.WriteString(", ")
			}
			p.expr(a, bindSum)
		}
		p.WriteByte(')')
	default:
		fmt.Fprintf(p, "%T", e) // only in a faulty program
	}
}

// negative writes the first term of a sum when it is subtracted. A minus in
// front of digits belongs to the number, so such a term takes parentheses.
func (p *printer) negative(e Expr) {
	term := printer{read: p.read}
	term.expr(e, bindProduct)
	out := term.String()
	if strings.ContainsRune("-0123456789", rune(out[0])) {
		out = "(" + out + ")"
	}
	p.WriteString("-" + out)
}

// Parser reads expressions in their text form.
type Parser struct {
	*text.Parser
	Read func() Read // reads what stands for a value of memory
}

// Sum reads an expression.
func (p Parser) Sum() (e Expr) {
	p.Nested(func() { e = p.sum() })
	return e
}

func (p Parser) sum() Expr {
	// A minus in front of digits belongs to the number.
	minus := p.At("-") && p.After().Kind != text.Number
	if minus {
		p.Take()
	}
	sum := &Add{Args: []Expr{p.product()}, Sub: []bool{minus}}
	for p.At("+") || p.At("-") {
		sum.Sub = append(sum.Sub, p.Take().Text == "-")
		sum.Args = append(sum.Args, p.product())
	}
	if len(sum.Args) == 1 && !minus {
		return sum.Args[0]
	}
	return sum
}

// product reads products and quotients, which group to the left.
func (p Parser) product() Expr {
	left := p.operand()
	var open *Mul // the product that a further factor joins
	for links := 0; ; {
		switch {
		case p.Accept("*"):
			if open == nil {
				open = &Mul{Args: []Expr{left}}
				left = open
				links++
			}
			open.Args = append(open.Args, p.operand())
		case p.Accept("/"):
			left, open = &Div{X: left, Y: p.operand()}, nil
			links++
		default:
			return left
		}
		if p.Depth+links > text.MaxDepth {
			p.Fail(p.Peek(), "nested more than %d deep", text.MaxDepth)
		}
	}
}

func (p Parser) operand() Expr {
	t := p.Peek()
	switch {
	case p.Accept("("):
		e := p.Sum()
		p.Expect(")")
		return e
	case p.Accept("$"):
		return Scalar(p.Name("a scalar"))
	case p.Accept("%"):
		return Local(p.Name("a local"))
	case t.Kind == text.Number || p.At("-"):
		return p.constant()
	case t.Kind == text.Name && p.After().Is("("):
		return p.call()
	case t.Kind == text.Name:
		return p.Read()
	}
	p.Fail(t, "expected an expression, found %s", t)
	return nil
}

func (p Parser) constant() Expr {
	sign := ""
	if p.Accept("-") {
		sign = "-"
	}
	t := p.Take()
	v, err := strconv.ParseFloat(sign+t.Text, 64)
	if t.Kind != text.Number || err != nil {
		p.Fail(t, "expected a number that fits a double, found %s", t)
	}
	return Const(v)
}

func (p Parser) call() Expr {
	c := &Call{Fn: p.Take().Text}
	p.Expect("(")
	for first := true; !p.Accept(")"); first = false {
		if !first {
			p.Expect(",")
		}
		c.Args = append(c.Args, p.Sum())
	}
	return c
}
