package typeset

import (
	"strings"
	"unicode"
)

// signs prints the operators that have no character of their own.
var signs = map[string]struct{ latex, mathml string }{
	"":      {`\,`, ""}, // between factors
	"of":    {"", ""},   // between a function and its argument
	"-":     {"-", "−"},
	"times": {`\times`, "×"},
	"<-":    {`\leftarrow`, "←"},
	"+=":    {`\mathrel{+}=`, "+="},
	"sum":   {`\sum`, "∑"},
	"min":   {`\min`, "min"},
	"max":   {`\max`, "max"},
}

// functionNames prints the elementary functions that mathematics knows by
// other names than the language, or LaTeX not at all.
var functionNames = map[string]struct{ latex, mathml string }{
	"asin":  {`\arcsin`, "arcsin"},
	"acos":  {`\arccos`, "arccos"},
	"atan":  {`\arctan`, "arctan"},
	"atan2": {`\operatorname{atan2}`, "atan2"},
}

// LaTeX prints a formula as LaTeX mathematics. Lines may break where it says
// \allowbreak.
func (f *Formula) LaTeX() string {
	var w latexWriter
	w.formula(f, true)
	return w.b.String()
}

type latexWriter struct {
	b       strings.Builder
	command bool // a command ends the text, which a letter would run into
	indices int  // that enclose what is written
}

func (w *latexWriter) write(text string) {
	if text == "" {
		return
	}
	if w.command && unicode.IsLetter(rune(text[0])) {
		w.b.WriteByte(' ')
	}
	w.b.WriteString(text)
	last := strings.LastIndexByte(text, '\\')
	w.command = last >= 0 && strings.IndexFunc(text[last+1:], func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

func (w *latexWriter) within(before string, f *Formula, after string) {
	w.write(before)
	w.formula(f, false)
	w.write(after)
}

// formula prints f; breaks says that it stands on the line itself, not within
// something.
func (w *latexWriter) formula(f *Formula, breaks bool) {
	switch f.kind {
	case row:
		for _, p := range f.parts {
			w.formula(p, breaks)
		}
	case letter:
		if greek[f.text] != 0 || f.text == "partial" {
			w.write(`\` + f.text)
		} else {
			w.write(f.text)
		}
	case word:
		w.write(`\mathrm{` + strings.ReplaceAll(f.text, "_", `\_`) + "}")
	case function:
		if name, ok := functionNames[f.text]; ok {
			w.write(name.latex)
		} else {
			w.write(`\` + f.text)
		}
	case number:
		w.write(f.text)
	case operator, prefix:
		w.sign(f)
	case fraction, smallFrac:
		w.within(map[layout]string{fraction: `\frac{`, smallFrac: `\tfrac{`}[f.kind], f.parts[0], "}")
		w.within("{", f.parts[1], "}")
	case root:
		w.within(`\sqrt{`, f.parts[0], "}")
	case script, limits:
		if f.parts[0].kind == row {
			w.within("{", f.parts[0], "}")
		} else {
			w.formula(f.parts[0], false)
		}
		w.indices++
		for i, p := range f.parts[1:] {
			if p != nil {
				w.within([]string{"_{", "^{"}[i], p, "}")
			}
		}
		w.indices--
	case accent:
		w.within(map[string]string{"bar": `\overline{`, "tilde": `\widetilde{`}[f.text], f.parts[0], "}")
	case fence:
		w.within(`\left`+f.text[:1], f.parts[0], `\right`+f.text[1:])
	case open:
		w.write(map[string]string{"(": `\bigl(`, "((": `\Bigl(`}[f.text])
	case shut:
		w.write(map[string]string{")": `\bigr)`, "))": `\Bigr)`}[f.text])
	case lineBreak:
		if breaks {
			w.write(`\allowbreak`)
		}
	}
}

func (w *latexWriter) sign(f *Formula) {
	text := f.text
	if s, ok := signs[text]; ok {
		text = s.latex
	}
	switch f.text {
	case "+", "-", "=", "times", "<-", "+=":
		if f.kind == operator && w.indices == 0 {
			text = " " + text + " "
		}
	}
	w.write(text)
}
