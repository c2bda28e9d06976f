package typeset

import "slices"

// Formula is mathematics laid out for readers: what stands on a line, above a
// line, as an index. LaTeX and MathML spell it.
type Formula struct {
	kind  layout
	text  string     // of the kinds without parts, and of a fence
	parts []*Formula // as the kind says; nil where a script has none
}

type layout int

const (
	row       layout = iota // parts side by side
	letter                  // a letter, Latin or Greek by its English name
	word                    // an upright name of several letters
	function                // an elementary function
	number                  // digits
	operator                // a sign between two parts, see signs
	prefix                  // a sign before a part, see signs
	fraction                // above, below
	smallFrac               // the same, of numbers
	root                    // the square root of the part
	script                  // base, lower index, upper index
	limits                  // a sign and what stands below it
	accent                  // the part under a bar or a tilde
	fence                   // the part between two delimiters, which grow with it
	open                    // "(", or "((" if high, before parts between which lines may break
	shut                    // ")", or "))", behind them
	lineBreak               // a line may break here, unless it is within something
)

func line(parts ...*Formula) *Formula {
	var flat []*Formula
	for _, p := range parts {
		flat = append(flat, p.pieces()...)
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return &Formula{kind: row, parts: flat}
}

// pieces are the parts of a line.
func (f *Formula) pieces() []*Formula {
	if f.kind == row {
		return f.parts
	}
	return []*Formula{f}
}

func glyph(kind layout, text string) *Formula { return &Formula{kind: kind, text: text} }

func sign(text string) *Formula { return glyph(operator, text) }

func over(above, below *Formula) *Formula {
	return &Formula{kind: fraction, parts: []*Formula{above, below}}
}

// indexed is a base with a lower and an upper index, each of which may be nil.
func indexed(base, lower, upper *Formula) *Formula {
	if lower == nil && upper == nil {
		return base
	}
	return &Formula{kind: script, parts: []*Formula{base, lower, upper}}
}

// fenced puts a formula between two delimiters, such as "()" or ".|", where a
// point stands for none.
func fenced(pair string, f *Formula) *Formula {
	return &Formula{kind: fence, text: pair, parts: []*Formula{f}}
}

// parenthesised is fenced for what may be too long for a line.
func parenthesised(f *Formula) *Formula {
	if f.width() <= lengthy {
		return fenced("()", f)
	}
	return breakable(f, nil)
}

// breakable puts a formula between parentheses that leave it on the line,
// raised to a power unless that is nil.
func breakable(f, power *Formula) *Formula {
	left, right := "(", ")"
	if f.high() {
		left, right = "((", "))"
	}
	return line(glyph(open, left), f, indexed(glyph(shut, right), nil, power))
}

// high reports whether a formula is higher than a line of text.
func (f *Formula) high() bool {
	switch f.kind {
	case fraction, limits:
		return true
	case open:
		return f.text == "(("
	case script:
		return f.parts[0].high()
	}
	return slices.ContainsFunc(f.parts, (*Formula).high)
}

// list puts commas between parts.
func list(parts []*Formula) *Formula {
	var out []*Formula
	for i, p := range parts {
		if i > 0 {
			out = append(out, sign(","))
		}
		out = append(out, p)
	}
	return line(out...)
}

// lengthy is the width from which a formula should have places to break.
const lengthy = 26

// stacked is the width from which a sum stands behind a line rather than on it.
const stacked = 12

// width is roughly how many em a formula takes on paper.
func (f *Formula) width() float64 {
	const small = 0.65 // of indices
	w := 0.0
	switch f.kind {
	case letter:
		return 0.6
	case word, function, number:
		return 0.5 * float64(len(f.text))
	case operator:
		switch f.text {
		case ",", "/", "", "of":
			return 0.3
		}
		return 1.2
	case prefix:
		return 0.8
	case fraction, limits:
		return max(f.parts[0].width(), f.parts[1].width()) + 0.2
	case smallFrac:
		return small*max(f.parts[0].width(), f.parts[1].width()) + 0.2
	case script:
		for _, index := range f.parts[1:] {
			if index != nil {
				w = max(w, small*index.width())
			}
		}
		return f.parts[0].width() + w
	case root, fence:
		w = 1
	case open, shut:
		return 0.5
	}
	for _, p := range f.parts {
		w += p.width()
	}
	return w
}
