package explain

import (
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
			half[axis] = f.IsStaggered(axis) && f.Spans(axis)
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

// where prints a place, such as "x+1/2, z".
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
