package dsl

import (
	"errors"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// syntaxError puts the parser's error into the language's words. It also
// returns the index of a token of the statement to blame.
func syntaxError(all []lexer.Token, source string, err error) (*Error, int) {
	e := &Error{Message: err.Error(), Pos: all[0].Pos}
	var at participle.Error
	if errors.As(err, &at) {
		e.Pos, e.Message = at.Position(), at.Message()
	}
	i := max(0, slices.IndexFunc(all, func(t lexer.Token) bool { return !elided(t) && t.Pos.Offset >= e.Pos.Offset }))
	e.Line = SourceLine(source, e.Pos.Line)
	e.Width = len([]rune(all[i].Value))
	var want string
	var unexpected *participle.UnexpectedTokenError
	if errors.As(err, &unexpected) {
		want = expected(unexpected)
		e.Message = "unexpected " + describe(all[i])
		if want != "" {
			e.Message += ": expected " + want
		}
	} else if k := strings.LastIndex(e.Message, ": expected "); k >= 0 {
		want = e.Message[k+len(": expected "):]
	}
	before := previous(all, i)
	if want == "=" {
		if j := trailing(all, i); j >= 0 {
			i, before = j, previous(all, j)
			e.Pos, e.Line, e.Width = all[i].Pos, SourceLine(source, all[i].Pos.Line), len(all[i].Value)
			e.Message, e.Hint = "unexpected "+all[i].Value+": expected the end of this statement", adjacentHint(all[opener(all, before)].Value)
			if e.Hint == "" {
				e.Hint = DidYouMean(all[i].Value, inside)
			}
			return e, i
		}
	}
	switch {
	case all[i].EOF() && want == aStatement:
		for opener(all, i) != i || all[i].Value != "operator" {
			i = previous(all, i)
		}
		e.Pos, e.Width, e.Line = all[i].Pos, len("operator"), SourceLine(source, all[i].Pos.Line)
		e.Message, e.Hint = "this operator is not closed", "add } behind its last statement"
		return e, len(all) - 1
	case want == anItem && all[i].Type == symbols["Keyword"]:
		e.Hint = "statements stand inside operator NAME { ... }"
	case unknownStatement(all, i) >= 0:
		i = unknownStatement(all, i)
		word := all[i].Value
		e.Pos, e.Width, e.Line = all[i].Pos, len(word), SourceLine(source, all[i].Pos.Line)
		e.Message = "no statement begins with " + word
		if e.Hint = DidYouMean(word, Keywords); e.Hint == "" {
			e.Hint = "statements begin with " + strings.Join(openers(), ", ") + ", or with u.forward ="
		}
		return e, i
	case before >= 0 && !brace(all[before]) && want != "" && want != aStatement && (all[i].EOF() || firstOnLine(all, i)):
		// It is the line before that is unfinished.
		t := all[before]
		e.Message = "this statement is not finished: expected " + want
		e.Pos = after(t.Pos, quoted(t))
		e.Line, e.Width = SourceLine(source, e.Pos.Line), 1
		return e, before
	case before >= 0 && adjacent(all[before], all[i]) && !adjacent(all[i], all[next(all, i)]):
		e.Hint = adjacentHint(all[opener(all, before)].Value)
	case all[i].Type == symbols["Keyword"] && want == "a name":
		e.Hint = all[i].Value + " is a keyword: choose another name"
	case all[i].Value == "=" && before >= 0 && all[before].Value == "=":
		e.Hint = "an equation has one ="
	case all[i].Value == "in" && want == aStatement:
		e.Hint = "write in before every"
	}
	if e.Hint == "" && all[i].Type == symbols["Ident"] {
		e.Hint = DidYouMean(all[i].Value, strings.FieldsFunc(want, func(r rune) bool { return r == ' ' || r == ',' }))
	}
	if before >= 0 && opens(all, i) && !brace(all[before]) {
		return e, before
	}
	return e, i
}

// What is expected inside and outside of operators.
const (
	aStatement = "a statement or }"
	anItem     = "import, operator, let or def"
)

// unknownStatement finds the first word of a line that begins with no keyword
// and is no update either: NAME NAME, where most often the first is a slip.
// It is -1 when token i belongs to no such line.
func unknownStatement(all []lexer.Token, i int) int {
	first := i
	if !leads(all, i) {
		first = previous(all, i)
	}
	if first < 0 || all[first].Type != symbols["Ident"] || !leads(all, first) || !opens(all, first) && firstOnLine(all, first) {
		return -1
	}
	second := all[next(all, first)]
	if word(second) || second.Type == symbols["String"] || declares(second) {
		return first
	}
	return -1
}

// openers are the keywords that statements of an operator begin with.
func openers() []string {
	return slices.DeleteFunc(slices.Clone(Keywords), func(k string) bool { return k == "operator" || k == "import" || slices.Contains(inside, k) })
}

// adjacent reports whether two tokens lack something between them.
func adjacent(a, b lexer.Token) bool {
	if a.Pos.Line != b.Pos.Line {
		return false
	}
	ends := word(a) || a.Value == ")"
	return ends && (word(b) && b.Value[0] != '.' || b.Value == "(")
}

// trailing finds the first word behind a complete statement on its line, which
// the parser takes for the beginning of an update; -1 when there is none.
func trailing(all []lexer.Token, i int) int {
	first := opener(all, max(0, previous(all, i)))
	if k := all[first].Value; k == "region" || k == "boundary" { // several words in a row are nothing unusual there
		return previous(all, i)
	}
	if k := all[first]; k.Type != symbols["Keyword"] || k.Value == "solve" || k.Value == "let" || k.Value == "def" {
		return -1
	}
	for j := next(all, first); j < i; j = next(all, j) {
		if all[j].Type == symbols["Ident"] && adjacent(all[previous(all, j)], all[j]) {
			return j
		}
	}
	return -1
}

// adjacentHint says what may be missing between two words of a statement.
func adjacentHint(statement string) string {
	switch statement {
	case "order", "axes", "units", "periodic":
		return "separate them with ,"
	case "region":
		return "separate its spans with ,"
	case "inject":
		return "write * to multiply, or into before the target"
	}
	if slices.Contains(Keywords, statement) && statement != "solve" {
		return ""
	}
	return "write * to multiply"
}

// words puts participle's names of things into the language's.
var words = strings.NewReplacer(
	"<ident>", "a name", "<number>", "a number", "<string>", "a text in quotes", "<eof>", "the end of the file",
	"OrderTerm", "space or time", "Statement", "a statement", "Ident", "a name", "Node", "an expression", "Number", "a number",
	"Let", "let", "Def", "def", "Part", "a name", "Span", "first, last, inner or all but", `"`, "")

// expected is what the parser would have taken instead of a token.
func expected(e *participle.UnexpectedTokenError) string {
	_, want, ok := strings.Cut(e.Message(), "(expected ")
	if !ok {
		return anItem
	}
	want = strings.TrimSuffix(want, ")")
	if want == `"}"` {
		return aStatement
	}
	// What may follow is of no help where the first thing is missing.
	if strings.HasPrefix(want, `(("its"`) {
		return "the names of axes, or its axis"
	}
	if group, _, found := strings.Cut(want, ")"); found && strings.HasPrefix(want, "(") {
		all := strings.Split(group[1:], " | ")
		last := len(all) - 1
		want = strings.Join(all[:last], ", ") + " or " + all[last]
	} else if first, _, found := strings.Cut(want, " "); found {
		want = first
	}
	if want == `"=" or "+="` {
		want = "=" // the other is for images only
	}
	return words.Replace(want)
}

func describe(t lexer.Token) string {
	switch {
	case t.EOF():
		return "end of file"
	case t.Type == symbols["Keyword"]:
		return "keyword " + t.Value
	case t.Type == symbols["String"]:
		return "text " + quoted(t)
	}
	return t.Value
}

// quoted is a token as it stands in the source.
func quoted(t lexer.Token) string {
	if t.Type == symbols["String"] {
		return `"` + t.Value + `"`
	}
	return t.Value
}
