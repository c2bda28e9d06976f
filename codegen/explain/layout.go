package explain

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks a long line into lines that are indented more than the first.
func wrap(text string, width, left int) string {
	var out strings.Builder
	out.WriteString(strings.Repeat(" ", left))
	line := ""
	for _, word := range words(text) {
		if line != "" && left+utf8.RuneCountInString(strings.TrimRight(line+word, " ")) > width {
			if out.Len() == left {
				width -= 4
			}
			out.WriteString(strings.TrimRight(line, " ") + "\n" + strings.Repeat(" ", left+4))
			line = ""
		}
		line += word
	}
	out.WriteString(line)
	return out.String()
}

// words are the parts of a line that stay together, with the blanks behind
// them: nothing within brackets is cut, nor an operator from what follows it.
// A long product may be cut between its factors.
func words(text string) []string {
	const long = 64
	var out []string
	word, brackets := "", 0
	for _, part := range strings.SplitAfter(text, " ") {
		for _, piece := range strings.SplitAfter(part, "*") {
			brackets += strings.Count(piece, "[") - strings.Count(piece, "]")
			word += piece
			if bare := strings.TrimSpace(piece); brackets > 0 || bare == "+" || bare == "-" || bare == "=" {
				continue
			}
			if strings.HasSuffix(piece, " ") || len(word) > long {
				out, word = append(out, word), ""
			}
		}
	}
	if word != "" {
		out = append(out, word)
	}
	// A value stays with its name.
	for i := len(out) - 1; i > 0; i-- {
		if strings.HasPrefix(out[i], "= ") {
			out[i-1] += out[i]
			out = append(out[:i], out[i+1:]...)
		}
	}
	return out
}

// fill puts words with commas between them on lines; at least one line.
func fill(words []string, width int) []string {
	lines := []string{""}
	for i, w := range words {
		if i < len(words)-1 {
			w += ","
		}
		switch last := &lines[len(lines)-1]; {
		case *last == "":
			*last = w
		case len(*last)+1+len(w) > width:
			lines = append(lines, w)
		default:
			*last += " " + w
		}
	}
	return lines
}

// indent puts blanks before all lines that have something.
func indent(text string, n int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			out.WriteString(strings.Repeat(" ", n))
		}
		out.WriteString(line)
	}
	return out.String()
}

func widthOf(block string) int {
	width := 0
	for line := range strings.Lines(block) {
		width = max(width, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
	}
	return width
}

// beside puts blocks of text next to each other.
func beside(blocks []string, gap int) string {
	var lines []string
	left := 0
	for _, b := range blocks {
		for i, line := range strings.Split(strings.TrimRight(b, "\n"), "\n") {
			if i == len(lines) {
				lines = append(lines, "")
			}
			if line != "" {
				lines[i] += strings.Repeat(" ", max(0, left-utf8.RuneCountInString(lines[i]))) + line
			}
		}
		left += widthOf(b) + gap
	}
	return strings.Join(lines, "\n") + "\n"
}

// aligned prints a table, the first column to the left, the others to the
// right.
func aligned(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			blanks := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				line.WriteString(cell + blanks)
			default:
				line.WriteString("   " + blanks + cell)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return out.String()
}
