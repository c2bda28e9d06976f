package dsl

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// without leaves out the statement that token i belongs to, so that parsing
// can go on with the others. The head of an operator is replaced by a valid
// one, to keep its block.
func without(all []lexer.Token, i int) []lexer.Token {
	if all[i].Value == "}" && brace(all[i]) {
		return slices.Delete(slices.Clone(all), i, i+1)
	}
	from := opener(all, i)
	top := depth(all[:from]) == 0
	to := from
	for to <= i || !opens(all, to) {
		switch {
		case all[to].EOF(), brace(all[to]) && (top || all[to].Value == "}"):
		case brace(all[to]):
			// A stray block goes with all that it holds.
			for open := 1; !all[to].EOF() && open > 0; {
				to++
				open += depth(all[to : to+1])
			}
			if all[to].EOF() {
				break
			}
			fallthrough
		default:
			to++
			continue
		}
		break
	}
	rest := slices.Clone(all[:from])
	block := brace(all[to]) && all[to].Value == "{"
	if top && (block || all[from].Value == "operator") {
		rest = append(rest, lexer.Token{Type: symbols["Keyword"], Value: "operator", Pos: all[from].Pos}, lexer.Token{Type: symbols["Ident"], Value: "_", Pos: all[from].Pos})
		if !block {
			rest = append(rest, lexer.Token{Type: symbols["Op"], Value: "{", Pos: all[from].Pos})
		}
	}
	return append(rest, all[to:]...)
}

// depth is the number of blocks that are open behind the tokens.
func depth(all []lexer.Token) int {
	n := 0
	for _, t := range all {
		switch {
		case brace(t) && t.Value == "{":
			n++
		case brace(t):
			n--
		}
	}
	return n
}

// opener is the first token of the statement that token i belongs to.
func opener(all []lexer.Token, i int) int {
	for !opens(all, i) {
		p := previous(all, i)
		if p < 0 || brace(all[p]) {
			break
		}
		i = p
	}
	return i
}

// inside are the keywords that stand within a statement.
var inside = []string{"for", "into", "from", "on", "staggered", "harmonic", "in", "every"}

// opens reports whether token i begins a statement: a keyword or a number of
// axes does, and at the start of a line the target of an update or a misspelt
// keyword.
func opens(all []lexer.Token, i int) bool {
	t := all[i]
	if p := previous(all, i); p >= 0 {
		before := all[p]
		switch {
		case before.Type == symbols["Dim"], before.Type == symbols["Keyword"] && (before.Value == "vector" || before.Value == "tensor"):
			return false // it has begun already
		case before.Pos.Line == t.Pos.Line && (before.Type == symbols["Keyword"] || before.Value == "("):
			return false // a keyword in place of a name, or u.dx(order 4)
		case t.Value == "order" && before.Value == ",":
			return false // u.dx(at 1/2, order 4)
		}
	}
	switch {
	case t.Type == symbols["Keyword"]:
		return !slices.Contains(inside, t.Value)
	case t.Type == symbols["Dim"]:
		return true
	case t.Type != symbols["Ident"] || !firstOnLine(all, i):
		return false
	}
	j := next(all, i)
	if n := all[j]; n.Pos.Line == t.Pos.Line && (n.Type == symbols["Ident"] || n.Type == symbols["String"] || declares(n)) {
		return true
	}
	last := i
	for all[j].Value == "." && all[next(all, j)].Type == symbols["Ident"] {
		last = next(all, j)
		j = next(all, last)
	}
	return all[j].Value == "+=" || all[j].Value == "=" && all[last].Value == "forward"
}

// declares reports whether a token is the kind of a declaration.
func declares(t lexer.Token) bool {
	return t.Type == symbols["Keyword"] && slices.Contains([]string{"field", "wavefield", "image", "scalar", "points", "history"}, t.Value)
}

// leads reports whether token i is the first of its line, but for a number of
// axes.
func leads(all []lexer.Token, i int) bool {
	p := previous(all, i)
	return firstOnLine(all, i) || all[p].Type == symbols["Dim"] && firstOnLine(all, p)
}

func elided(t lexer.Token) bool {
	return t.Type == symbols["Space"] || t.Type == symbols["Comment"]
}

func brace(t lexer.Token) bool {
	return t.Type == symbols["Op"] && (t.Value == "{" || t.Value == "}")
}

// previous is the index of the last token before i that is neither space nor
// comment, -1 when there is none.
func previous(all []lexer.Token, i int) int {
	for i--; i >= 0 && elided(all[i]); i-- {
	}
	return i
}

// next is the index of the first such token behind i; at the end of the file
// it stays there.
func next(all []lexer.Token, i int) int {
	for i = min(i+1, len(all)-1); elided(all[i]); i++ {
	}
	return i
}

func firstOnLine(all []lexer.Token, i int) bool {
	p := previous(all, i)
	return p < 0 || all[p].Pos.Line < all[i].Pos.Line
}
