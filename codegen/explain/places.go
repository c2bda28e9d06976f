package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-pde/courant/symbolic"
)

// Place is a place within a cell of the grid, with the functions whose values
// lie there.
type Place struct {
	Half      []bool   `json:"half"` // per axis: half a spacing up
	Name      string   `json:"name"`
	Functions []string `json:"functions"`
	Mark      string   `json:"-"` // that stands for it in pictures
}

// places lists where the functions of a problem lie, the nodes first.
func places(p *symbolic.Problem) []Place {
	var out []Place
	for _, f := range p.Functions {
		half := make([]bool, p.Grid.Dim())
		for axis := range half {
			half[axis] = f.IsHalf(axis) && f.Spans(axis)
		}
		i := slices.IndexFunc(out, func(x Place) bool { return slices.Equal(x.Half, half) })
		if i < 0 {
			i = len(out)
			out = append(out, Place{Half: half, Name: placeName(p.Grid, half)})
		}
		out[i].Functions = append(out[i].Functions, f.Name)
	}
	slices.SortStableFunc(out, func(a, b Place) int {
		if c := count(a.Half) - count(b.Half); c != 0 {
			return c
		}
		return slices.Index(a.Half, true) - slices.Index(b.Half, true)
	})
	for i, letter := 0, 'a'; i < len(out); i++ {
		if out[i].Mark = "o"; count(out[i].Half) > 0 {
			out[i].Mark = string(letter)
			letter++
		}
	}
	return out
}

func count(half []bool) int {
	n := 0
	for _, h := range half {
		if h {
			n++
		}
	}
	return n
}

// placeName is what a place is called: node, edge, face, centre.
func placeName(g *symbolic.Grid, half []bool) string {
	var axes []string
	for axis, h := range half {
		if h {
			axes = append(axes, g.Axes[axis])
		}
	}
	switch {
	case len(axes) == 0:
		return "node"
	case len(axes) == g.Dim():
		return "centre"
	case len(axes) == 1:
		return "edge along " + axes[0]
	}
	return "face " + strings.Join(axes, "-")
}

// where spells a place, such as "x+1/2, z".
func (p Place) where(axes []string) string {
	parts := slices.Clone(axes)
	for axis, h := range p.Half {
		if h {
			parts[axis] += "+1/2"
		}
	}
	return strings.Join(parts, ", ")
}

// staggered reports whether any function lies between the nodes.
func (r *Report) staggered() bool {
	return slices.ContainsFunc(r.Places, func(p Place) bool { return count(p.Half) > 0 })
}

// cell is the text picture of one cell with its places, and what they mean.
func (r *Report) cell() string {
	art := cellArt(len(r.Axes), r.Places)
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
	caption := []string{r.Axes[0] + " right"}
	if n := len(r.Axes); n > 1 {
		caption = append(caption, r.Axes[n-1]+" down")
		if n > 2 {
			caption = append(caption, r.Axes[1]+" back")
		}
	}
	legend = append(legend, "", strings.Join(caption, ", "))
	return beside([]string{art, strings.Join(legend, "\n")}, 4)
}

// cellArt draws a cell: its edges, and the mark of each place wherever the
// place occurs in the cell.
func cellArt(dim int, places []Place) string {
	const right, down, back = 8, 3, 2 // characters for half a spacing
	extent := [3]int{2, 0, 0}         // along x, y (back), z (down), in half spacings
	axis := [3]int{0, -1, -1}         // of the problem
	switch dim {
	case 2:
		extent, axis = [3]int{2, 0, 2}, [3]int{0, -1, 1}
	case 3:
		extent, axis = [3]int{2, 2, 2}, [3]int{0, 1, 2}
	}
	rows, columns := down*extent[2]+back*extent[1]+1, right*2+back*extent[1]+1
	canvas := make([][]byte, rows)
	for i := range canvas {
		canvas[i] = []byte(strings.Repeat(" ", columns))
	}
	at := func(p [3]int) (row, column int) {
		return down*p[2] + back*(extent[1]-p[1]), right*p[0] + back*p[1]
	}
	// An edge is drawn character by character, from corner to corner.
	edge := func(from, to [3]int, mark byte) {
		r0, c0 := at(from)
		r1, c1 := at(to)
		steps := max(r1-r0, c1-c0, r0-r1)
		for s := range steps + 1 {
			canvas[r0+(r1-r0)*s/steps][c0+(c1-c0)*s/steps] = mark
		}
	}
	// Those behind the cell first, with dots.
	for _, hidden := range []bool{true, false} {
		for y := 0; y <= extent[1]; y += 2 {
			for z := 0; z <= extent[2]; z += 2 {
				if behind := y > 0 && z > 0; behind == hidden {
					edge([3]int{0, y, z}, [3]int{2, y, z}, mark(behind, '-'))
				}
			}
			for x := 0; x <= 2 && extent[2] > 0; x += 2 {
				if behind := y > 0 && x == 0; behind == hidden {
					edge([3]int{x, y, 0}, [3]int{x, y, 2}, mark(behind, '|'))
				}
			}
		}
		for x := 0; x <= 2 && extent[1] > 0; x += 2 {
			for z := 0; z <= 2; z += 2 {
				if behind := x == 0 && z > 0; behind == hidden {
					edge([3]int{x, 0, z}, [3]int{x, 2, z}, mark(behind, '/'))
				}
			}
		}
	}
	for x := range 3 {
		for y := 0; y <= extent[1]; y++ {
			for z := 0; z <= extent[2]; z++ {
				p := [3]int{x, y, z}
				row, column := at(p)
				half := make([]bool, dim)
				corner := true
				for i, a := range axis {
					if a >= 0 {
						half[a] = p[i] == 1
						corner = corner && !half[a]
					}
				}
				if corner {
					canvas[row][column] = '+'
				}
				for _, q := range places {
					if slices.Equal(q.Half, half) {
						canvas[row][column] = q.Mark[0]
					}
				}
			}
		}
	}
	var out strings.Builder
	for _, row := range canvas {
		out.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return out.String()
}

func mark(hidden bool, visible byte) byte {
	if hidden {
		return '.'
	}
	return visible
}
