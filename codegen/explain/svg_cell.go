package explain

import (
	"fmt"
	"html/template"
)

// cellPicture draws one cell of the grid with the places of the functions.
// Those that belong to neighbouring cells are pale.
func (r *Report) cellPicture() template.HTML {
	const side = 210.
	dim := len(r.Axes)
	at := func(s spot) [2]float64 {
		right, back, down := s.inSpace(dim)
		xy := oblique(float64(right), float64(back), float64(down))
		return [2]float64{side / 2 * xy[0], side / 2 * xy[1]}
	}
	d := &drawing{}
	for _, e := range cellEdges(dim) {
		class := "cell"
		if e.hidden {
			class = "cell hidden"
		}
		d.line(at(e.from), at(e.to), class)
	}
	for _, s := range cellSpots(dim) {
		half := s.half(dim)
		p := placeAt(r.Places, half)
		if p == nil {
			continue
		}
		class := fmt.Sprintf("place p%d", p.number())
		radius := 11.
		if count(half) == 0 {
			radius = 6
		}
		if s[0] == 2 || s[1] == 2 || s[2] == 2 {
			class += " other"
			d.dot(at(s), radius, "backing", p.Name)
		}
		d.dot(at(s), radius, class, p.Name)
		if count(half) > 0 {
			d.text(at(s), "middle", "mark", p.Mark)
		}
	}
	label := func(axis int, s spot, right, down float64) {
		xy := at(s)
		d.text([2]float64{xy[0] + right, xy[1] + down}, "middle", "axis", r.Axes[axis])
	}
	switch dim {
	case 1:
		label(0, spot{2}, 26, 0)
	case 2:
		label(0, spot{2}, 26, 0)
		label(1, spot{0, 2}, 0, 24)
	case 3:
		label(0, spot{2, 0, 2}, 8, 22)
		label(1, spot{0, 2}, -20, -8)
		label(2, spot{0, 0, 2}, -22, 4)
	}
	return d.svg("one cell of the grid with the places of the functions")
}

// number tells the places of a cell apart: a bit for each axis.
func (p Place) number() int {
	n := 0
	for axis, h := range p.Half {
		if h {
			n |= 1 << axis
		}
	}
	return n
}
