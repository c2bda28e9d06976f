package c

import (
	"fmt"
	"maps"
	"strings"
	"unicode"

	"github.com/courant-pde/courant/codegen/ir"
)

// function prints a body and, in front of it, only the declarations that the
// body uses.
func (p *printer) function(name, doc string, body func()) string {
	p.out.Reset()
	p.indent = 1
	body()
	text := p.out.String()
	p.out.Reset()
	fmt.Fprintf(&p.out, "/* %s %s. */\nint %s(const struct courant_args *args)\n{\n", name, doc, name)
	p.indent = 1
	p.line("if (args->version != COURANT_ABI_VERSION) return COURANT_BAD_ABI;")
	p.declare(text)
	p.out.WriteString(text)
	p.line("return 0;")
	p.out.WriteString("}\n")
	return p.out.String()
}

// declare prints the declarations that a body uses.
func (p *printer) declare(text string) {
	decls := p.declarations()
	used := make([]bool, len(decls))
	// A declaration may use an earlier one, so walk backwards.
	words := identifiers(text)
	for i := len(decls) - 1; i >= 0; i-- {
		if words[decls[i].name] {
			used[i] = true
			maps.Copy(words, identifiers(decls[i].text))
		}
	}
	for i, d := range decls {
		if used[i] {
			p.line("%s", d.text)
		}
	}
}

// identifiers is the set of words of a piece of C, outside of comments.
func identifiers(text string) map[string]bool {
	words := map[string]bool{}
	for text != "" {
		code, rest, _ := strings.Cut(text, "/*")
		for _, word := range strings.FieldsFunc(code, func(r rune) bool {
			return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			words[word] = true
		}
		_, text, _ = strings.Cut(rest, "*/")
	}
	return words
}

type declaration struct{ name, text string }

func (p *printer) declarations() []declaration {
	var out []declaration
	add := func(name, format string, args ...any) {
		out = append(out, declaration{name, fmt.Sprintf(format, args...)})
	}
	last := len(p.k.Axes) - 1
	for i, a := range p.k.Axes {
		n := p.size(i)
		add(n, "const int64_t %s = args->size[%d]; /* points along %s */", n, i, commentText(a))
	}
	for i, a := range p.k.Axes[:last] {
		n := p.stride(nil, i)
		add(n, "const int64_t %[1]s = args->stride[%[2]d]; /* from %[3]s to %[3]s+1 */", n, i, commentText(a))
	}
	for i := range p.k.Axes[:last] {
		n := p.blockLen(i)
		add(n, "const int64_t %s = args->block[%d];", n, i)
	}
	for i, s := range p.k.Scalars {
		n := p.name("scalar "+s, s)
		add(n, "const double %s = args->scalar[%d];", n, i)
	}
	for i, a := range p.k.Arrays {
		n := p.name("array "+a.Name, a.Name)
		add(n, "real *const %s = args->array[%d].data;", n, i)
		if a.Buffers > 1 || a.Role == ir.History || a.Keeps() {
			b := p.bufferLen(a)
			add(b, "const int64_t %s = args->array[%d].buffer;", b, i)
		}
		if a.Keeps() {
			n := p.count(a)
			add(n, "const int64_t %s = args->array[%d].count;", n, i)
		}
		if len(a.Axes) < len(p.k.Axes) {
			for _, x := range a.Axes {
				s := p.stride(a, x)
				add(s, "const int64_t %s = args->array[%d].stride[%d];", s, i, x)
			}
		}
	}
	for i, s := range p.k.Points {
		n := p.name("points "+s.Name, s.Name)
		add(n, "const struct courant_points *const %s = &args->points[%d];", n, i)
	}
	for i, s := range p.k.Series {
		n := p.name("series "+s.Name, s.Name)
		add(n, "const struct courant_series *const %s = &args->series[%d];", n, i)
	}
	for _, s := range p.k.Prepare {
		if l, ok := s.(*ir.Let); ok {
			n := p.local(l.Name)
			add(n, "const real %s = %s;", n, p.wideValue(l.Value))
		}
	}
	return out
}
