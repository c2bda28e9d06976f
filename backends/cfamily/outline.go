package cfamily

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/courant-pde/courant/codegen/loop"
)

// Nests that take several steps, or strips between the parts of threads, go over rows
// in the same way many times: a row is then a function of its own, as compilers take
// their time for each copy.

// repeats reports whether a kernel has its rows several times.
func repeats(k *loop.Kernel) bool {
	again := len(k.Parts) > 0
	loop.Visit(k.Run, func(s loop.Stmt) {
		if l, ok := s.(*loop.For); ok && l.Var == "t" && l.Axis < 0 {
			again = again || !l.Step.Equal(loop.Int(1))
		}
	})
	return again
}

// outline prints a call of a function that has a row as f prints it, and remembers the
// function; rows that are alike but for the names of their pointers share one. It
// reports whether it could: what a row uses has to be numbers and pointers to rows.
func (p *Printer) outline(l *loop.For, f func()) bool {
	outer, indent := p.used, p.indent
	p.used, p.indent = map[string]bool{}, 1
	text := p.apart(f)
	used := p.used
	p.used, p.indent = outer, indent

	inside := map[string]bool{"var " + l.Var: true, "from " + l.Var: true, "to " + l.Var: true, "end " + l.Var: true}
	writes := map[string]bool{}
	loop.Visit([]loop.Stmt{l}, func(s loop.Stmt) {
		if x, ok := s.(*loop.Let); ok {
			inside["local "+x.Name] = true
		}
		if r := loop.TargetOf(s); r != nil {
			writes[r.Pointer] = true
		}
	})
	var parameters, arguments []string
	if strings.Contains(text, "args->") {
		parameters, arguments = append(parameters, "const struct courant_args *args"), append(arguments, "args")
	}
	pointers := map[string]string{} // by their names in the text
	for _, thing := range slices.Sorted(maps.Keys(used)) {
		kind, name, _ := strings.Cut(thing, " ")
		switch {
		case inside[thing]:
		case kind == "pointer":
			pointers[p.names[thing]] = name
		case numbers[kind] == "":
			return false
		default:
			parameters = append(parameters, "const "+numbers[kind]+" "+p.names[thing])
			arguments = append(arguments, p.names[thing])
		}
	}
	// Pointers are called by their order in the text.
	rows := map[string]string{}
	text = words.ReplaceAllStringFunc(text, func(word string) string {
		name, pointer := pointers[word]
		if !pointer {
			return word
		}
		if rows[word] == "" {
			n := len(rows)
			rows[word] = p.reserve(fmt.Sprint("row ", n), fmt.Sprint("row", n))
			read := "const "
			if writes[name] {
				read = ""
			}
			parameters = append(parameters, read+p.numberType(p.buffers[name])+" *restrict const "+rows[word])
			arguments = append(arguments, word)
		}
		return rows[word]
	})
	maps.Copy(p.used, used)
	function := "(" + strings.Join(parameters, ", ") + ")\n{\n" + text + "}\n\n"
	i := slices.Index(p.rowTexts, function)
	if i < 0 {
		i = len(p.rowTexts)
		p.rowTexts = append(p.rowTexts, function)
	}
	p.Line("%s(%s);", p.rowFunction(i), strings.Join(arguments, ", "))
	return true
}

// numbers are the kinds of things that a row takes as numbers, and their types in C.
var numbers = map[string]string{"size": "int64_t", "stride": "int64_t", "var": "int64_t", "origin": "int64_t", "global": "int64_t", "block": "int64_t", "scalar": "double", "local": "real", "unit": "real"}

var words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

func (p *Printer) rowFunction(i int) string {
	return p.reserve(fmt.Sprint("function of rows ", i), fmt.Sprintf("along%d", i))
}

// RowFunctions are the functions of rows that have been printed.
func (p *Printer) RowFunctions() string {
	var b strings.Builder
	for i, function := range p.rowTexts {
		fmt.Fprintf(&b, "/* one row along %s */\nstatic __attribute__((noinline)) void %s%s", CommentText(p.K.Axes[len(p.K.Axes)-1]), p.rowFunction(i), function)
	}
	return b.String()
}
