package explain

import (
	"fmt"
	"strings"
)

// cell is the text picture of one cell with its places, and what they mean.
func (r *Report) cell() string {
	width := 0
	for _, p := range r.Places {
		width = max(width, len(p.where(r.Axes)))
	}
	var legend []string
	for _, p := range r.Places {
		lines := fill(p.Functions, 32)
		legend = append(legend, fmt.Sprintf("%s  %-*s  %-14s  %s", p.Mark, width, p.where(r.Axes), p.Name, lines[0]))
		for _, more := range lines[1:] {
			legend = append(legend, strings.Repeat(" ", width+21)+more)
		}
	}
	caption := r.Axes[0] + " right"
	if n := len(r.Axes); n > 1 {
		caption += ", " + r.Axes[n-1] + " down"
		if n > 2 {
			caption += ", " + r.Axes[1] + " back"
		}
	}
	return beside([]string{cellText(len(r.Axes), r.Places), strings.Join(append(legend, "", caption), "\n")}, 4)
}

// cellText draws a cell: its edges, dotted where they are hidden, and the mark
// of each place wherever it occurs.
func cellText(dim int, places []Place) string {
	const acrossHalf, downHalf, backHalf = 8, 3, 2 // characters for half a spacing
	rows, deep := 1, 0
	if dim > 1 {
		rows += 2 * downHalf
	}
	if dim > 2 {
		deep = 2
		rows += deep * backHalf
	}
	at := func(s spot) (row, column int) {
		right, back, down := s.inSpace(dim)
		return downHalf*down + backHalf*(deep-back), acrossHalf*right + backHalf*back
	}
	canvas := make([][]byte, rows)
	for i := range canvas {
		canvas[i] = []byte(strings.Repeat(" ", 2*acrossHalf+deep*backHalf+1))
	}
	for _, e := range cellEdges(dim) {
		r0, c0 := at(e.from)
		r1, c1 := at(e.to)
		mark := byte('-')
		switch {
		case e.hidden:
			mark = '.'
		case r1 > r0:
			mark = '|'
		case r1 < r0:
			mark = '/'
		}
		steps := max(r1-r0, r0-r1, c1-c0)
		for i := range steps + 1 {
			canvas[r0+(r1-r0)*i/steps][c0+(c1-c0)*i/steps] = mark
		}
	}
	for _, s := range cellSpots(dim) {
		row, column := at(s)
		half := s.half(dim)
		if p := placeAt(places, half); p != nil {
			canvas[row][column] = p.Mark[0]
		} else if count(half) == 0 {
			canvas[row][column] = '+'
		}
	}
	var out strings.Builder
	for _, row := range canvas {
		out.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return out.String()
}
