package explain

import (
	"fmt"
	"html/template"
	"slices"
)

// cellPicture draws one cell of the grid with the places of the functions.
// Those that belong to neighbouring cells are pale.
func (r *Report) cellPicture() template.HTML {
	dim := len(r.Axes)
	const side = 210.
	project := func(half [3]int) [2]float64 {
		at := [3]float64{float64(half[0]) / 2, 0, 0}
		switch dim {
		case 2:
			at[2] = float64(half[1]) / 2
		case 3:
			at[1], at[2] = float64(half[1])/2, float64(half[2])/2
		}
		xy := oblique(at[0], at[1], at[2])
		return [2]float64{side * xy[0], side * xy[1]}
	}
	d := &drawing{}
	// Every edge of the cell, those that the cell hides dashed.
	corners := [][3]int{}
	for i := range 1 << dim {
		var c [3]int
		for axis := range dim {
			c[axis] = i >> axis & 1 * 2
		}
		corners = append(corners, c)
	}
	for _, from := range corners {
		for axis := range dim {
			to := from
			to[axis] = 2
			if from[axis] != 0 {
				continue
			}
			class := "cell"
			if dim == 3 && (behind(from) || behind(to)) {
				class = "cell hidden"
			}
			d.line(project(from), project(to), class)
		}
	}
	// The places, the farthest first.
	var all [][3]int
	for i := range 27 {
		all = append(all, [3]int{i % 3, i / 3 % 3, i / 9})
	}
	slices.SortStableFunc(all, func(a, b [3]int) int { return b[1] - a[1] })
	for _, at := range all {
		half, own := make([]bool, dim), true
		for axis := range dim {
			half[axis] = at[axis] == 1
			own = own && at[axis] < 2
		}
		if dim < 3 && at[2] > 0 || dim < 2 && at[1] > 0 {
			continue
		}
		i := slices.IndexFunc(r.Places, func(p Place) bool { return slices.Equal(p.Half, half) })
		if i < 0 {
			continue
		}
		p := r.Places[i]
		class := fmt.Sprintf("place p%d", p.number())
		if !own {
			class += " other"
		}
		if count(half) == 0 {
			d.dot(project(at), 6, class, p.Name)
			continue
		}
		d.dot(project(at), 11, class, p.Name)
		d.text(project(at), "middle", "mark", p.Mark)
	}
	arrow := func(axis int, at [3]int, away [2]float64) {
		xy := project(at)
		d.text([2]float64{xy[0] + away[0], xy[1] + away[1]}, "middle", "axis", r.Axes[axis])
	}
	switch dim {
	case 1:
		arrow(0, [3]int{2, 0, 0}, [2]float64{26, 0})
	case 2:
		arrow(0, [3]int{2, 0, 0}, [2]float64{26, 0})
		arrow(1, [3]int{0, 2, 0}, [2]float64{0, 24})
	case 3:
		arrow(0, [3]int{2, 0, 2}, [2]float64{8, 22})
		arrow(1, [3]int{0, 2, 0}, [2]float64{-20, -8})
		arrow(2, [3]int{0, 0, 2}, [2]float64{-22, 4})
	}
	return d.svg("one cell of the grid with the places of the functions")
}

// behind reports whether a corner of a cell in space touches none of the faces
// that the reader sees: in front, on top, to the right.
func behind(corner [3]int) bool { return corner[1] == 2 && corner[2] == 2 && corner[0] == 0 }

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
