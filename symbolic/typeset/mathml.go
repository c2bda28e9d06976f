package typeset

import (
	"encoding/xml"
	"strings"
)

// MathML prints a formula as elements that browsers draw: one for each part of
// the line between two places where it may break, as browsers do not break
// lines within an element.
func (f *Formula) MathML() string {
	var out []string
	w := &mathmlWriter{}
	end := func() {
		out = append(out, `<math displaystyle="true">`+w.b.String()+"</math>")
		w.b.Reset()
	}
	for _, p := range f.pieces() {
		if p.kind == lineBreak {
			end()
		} else {
			w.formula(p)
		}
	}
	end()
	return strings.Join(out, "<wbr/>")
}

type mathmlWriter struct{ b strings.Builder }

func (w *mathmlWriter) element(name, attributes string, parts ...*Formula) {
	w.b.WriteString("<" + name + attributes + ">")
	for _, p := range parts {
		w.formula(p)
	}
	w.b.WriteString("</" + name + ">")
}

func (w *mathmlWriter) token(name, attributes, text string) {
	w.b.WriteString("<" + name + attributes + ">")
	_ = xml.EscapeText(&w.b, []byte(text)) // a strings.Builder takes everything
	w.b.WriteString("</" + name + ">")
}

func (w *mathmlWriter) formula(f *Formula) {
	switch f.kind {
	case row:
		w.element("mrow", "", f.parts...)
	case letter:
		switch {
		case greek[f.text] != 0:
			w.token("mi", "", string(greek[f.text]))
		case f.text == "partial":
			w.token("mi", "", "∂")
		default:
			w.token("mi", "", f.text)
		}
	case word:
		w.token("mi", "", f.text)
	case function:
		name := f.text
		if other, ok := functionNames[name]; ok {
			name = other.mathml
		}
		w.token("mi", "", name)
	case number:
		w.token("mn", "", f.text)
	case operator, prefix:
		w.sign(f)
	case fraction:
		w.element("mfrac", "", f.parts...)
	case smallFrac:
		w.element("mfrac", ` displaystyle="false"`, f.parts...)
	case root:
		w.element("msqrt", "", f.parts...)
	case limits:
		w.element("munder", "", f.parts...)
	case script:
		switch base, lower, upper := f.parts[0], f.parts[1], f.parts[2]; {
		case upper == nil:
			w.element("msub", "", base, lower)
		case lower == nil:
			w.element("msup", "", base, upper)
		default:
			w.element("msubsup", "", base, lower, upper)
		}
	case accent:
		if f.text == "bar" {
			// Fonts for mathematics differ in which bars they can stretch.
			w.element("mrow", ` style="border-top:0.06em solid;padding-top:0.08em"`, f.parts...)
			return
		}
		w.b.WriteString(`<mover accent="true">`)
		w.formula(f.parts[0])
		w.token("mo", ` stretchy="true"`, "˜")
		w.b.WriteString("</mover>")
	case fence:
		w.b.WriteString("<mrow>")
		w.delimiter(f.text[:1], "prefix")
		w.formula(f.parts[0])
		w.delimiter(f.text[1:], "postfix")
		w.b.WriteString("</mrow>")
	case open, shut:
		// The two stand in different elements, and can only be given one size.
		form, size := "prefix", "1.2em"
		if f.kind == shut {
			form = "postfix"
		}
		if len(f.text) > 1 {
			size = "2.3em"
		}
		w.token("mo", ` form="`+form+`" fence="true" stretchy="true" symmetric="true" minsize="`+size+`" maxsize="`+size+`"`, f.text[:1])
	}
}

// sign prints an operator. It says how much room it takes, as browsers would
// guess that from its place on a line that may have been broken.
func (w *mathmlWriter) sign(f *Formula) {
	text := f.text
	if s, ok := signs[text]; ok {
		text = s.mathml
	}
	switch {
	case text == "":
		w.token("mspace", ` width="0.17em"`, "")
	case f.text == "|":
		w.token("mo", ` form="postfix" stretchy="false" lspace="0.1em" rspace="0"`, text)
	case f.text == "/":
		w.token("mo", ` form="infix" stretchy="false" lspace="0" rspace="0"`, text)
	case f.text == ",":
		w.token("mo", ` form="infix"`, text)
	case f.text == "sum", f.text == "min", f.text == "max":
		w.token("mo", ` form="prefix" movablelimits="false" rspace="0.17em"`, text)
	case f.kind == prefix:
		w.token("mo", ` form="prefix"`, text)
	default:
		w.token("mo", ` form="infix"`, text)
	}
}

// delimiter prints one side of a fence, nothing for a point.
func (w *mathmlWriter) delimiter(text, form string) {
	if text != "." {
		w.token("mo", ` form="`+form+`" fence="true" stretchy="true"`, text)
	}
}
