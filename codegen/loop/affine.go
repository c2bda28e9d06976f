package loop

import (
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/codegen/text"
)

// Symbol is an integer that bounds and indices are made of.
type Symbol struct {
	Kind SymbolKind
	Name string // of the variable, or of the axis
}

// SymbolKind is the kind of a symbol.
type SymbolKind int

// The kinds of symbols.
const (
	Var    SymbolKind = iota // a loop variable; in sparse statements an axis stands for the node's index
	Size                     // points of this rank's part of the grid along an axis
	Block                    // extent of a tile along an axis, chosen at run time
	Origin                   // global index of the first point of this rank's part
	Global                   // points of the whole grid along an axis
	First                    // first step of the call
	Last                     // last step of the call
)

var symbolWords = map[SymbolKind]string{Size: "size", Block: "block", Origin: "origin", Global: "global", First: "first", Last: "last"}

func (s Symbol) String() string {
	switch s.Kind {
	case Var:
		return s.Name
	case First, Last:
		return symbolWords[s.Kind] + "(t)"
	}
	return symbolWords[s.Kind] + "(" + s.Name + ")"
}

// Term is an integer times a symbol.
type Term struct {
	Coef int
	Symbol
}

// Affine is a sum of terms and a number.
type Affine struct {
	Terms []Term
	Const int
}

// Int is a number as an affine form.
func Int(n int) Affine { return Affine{Const: n} }

// Of is a symbol as an affine form.
func Of(kind SymbolKind, name string) Affine { return Affine{Terms: []Term{{1, Symbol{kind, name}}}} }

// V is a loop variable as an affine form.
func V(name string) Affine { return Of(Var, name) }

// Plus adds a number.
func (a Affine) Plus(n int) Affine { return Affine{a.Terms, a.Const + n} }

// Add adds c times b.
func (a Affine) Add(c int, b Affine) Affine {
	out := Affine{slices.Clone(a.Terms), a.Const + c*b.Const}
	for _, t := range b.Terms {
		if c == 0 {
			break
		}
		i := slices.IndexFunc(out.Terms, func(o Term) bool { return o.Symbol == t.Symbol })
		if i < 0 {
			out.Terms = append(out.Terms, Term{c * t.Coef, t.Symbol})
		} else if out.Terms[i].Coef += c * t.Coef; out.Terms[i].Coef == 0 {
			out.Terms = slices.Delete(out.Terms, i, i+1)
		}
	}
	return out
}

// Coef is the coefficient of a symbol.
func (a Affine) Coef(s Symbol) int {
	for _, t := range a.Terms {
		if t.Symbol == s {
			return t.Coef
		}
	}
	return 0
}

// Replace puts an affine form in the place of a symbol.
func (a Affine) Replace(s Symbol, by Affine) Affine {
	c := a.Coef(s)
	if c == 0 {
		return a
	}
	return a.Add(-c, Affine{Terms: []Term{{1, s}}}).Add(c, by)
}

// Equal reports whether two forms are the same.
func (a Affine) Equal(b Affine) bool { d := a.Add(-1, b); return len(d.Terms) == 0 && d.Const == 0 }

// IsConst reports whether the form is a number.
func (a Affine) IsConst() bool { return len(a.Terms) == 0 }

func (a Affine) String() string {
	var b strings.Builder
	for i, t := range a.Terms {
		c := t.Coef
		switch {
		case c < 0:
			b.WriteString("-")
			c = -c
		case i > 0:
			b.WriteString("+")
		}
		if c != 1 {
			b.WriteString(strconv.Itoa(c) + "*")
		}
		b.WriteString(t.Symbol.String())
	}
	switch {
	case b.Len() == 0:
		return strconv.Itoa(a.Const)
	case a.Const > 0:
		b.WriteString("+" + strconv.Itoa(a.Const))
	case a.Const < 0:
		b.WriteString(strconv.Itoa(a.Const))
	}
	return b.String()
}

// readAffine reads an affine form.
func readAffine(p *text.Parser) Affine {
	out := Affine{}
	for first := true; first || p.At("+") || p.At("-"); first = false {
		sign := 1
		if p.Accept("-") {
			sign = -1
		} else {
			p.Accept("+")
		}
		if p.Peek().Kind == text.Number {
			sign *= p.Integer()
			if !p.Accept("*") {
				out.Const += sign
				continue
			}
		}
		out = out.Add(sign, Affine{Terms: []Term{{1, readSymbol(p)}}})
	}
	return out
}

func readSymbol(p *text.Parser) Symbol {
	name := p.Name("a variable")
	for kind, word := range symbolWords {
		if word != name {
			continue
		}
		if (kind == First || kind == Last) && p.Accept("(") {
			p.Expect("t")
			p.Expect(")")
			return Symbol{Kind: kind}
		}
		if p.Accept("(") {
			s := Symbol{kind, p.Name("an axis")}
			p.Expect(")")
			return s
		}
	}
	return Symbol{Var, name}
}

// Max leaves out forms that are never greater than another one by a number, and
// so never the greatest.
func Max(all []Affine) []Affine { return extremes(all, func(d int) bool { return d > 0 }) }

// Min leaves out forms that are never the least.
func Min(all []Affine) []Affine { return extremes(all, func(d int) bool { return d < 0 }) }

func extremes(all []Affine, beats func(int) bool) []Affine {
	var out []Affine
next:
	for _, a := range all {
		for i, b := range out {
			if d := a.Add(-1, b); d.IsConst() {
				if beats(d.Const) {
					out[i] = a
				}
				continue next
			}
		}
		out = append(out, a)
	}
	return out
}
