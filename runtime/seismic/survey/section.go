package survey

import (
	"fmt"
	"image/color"
	"math"

	"github.com/courant-pde/courant/runtime/exec/field"
	"gonum.org/v1/plot/vg"
)

// slice is a section through a model along two of its axes, the second one
// drawn downwards for depth and upwards for maps.
type slice struct {
	across, along int // axes of the picture's x and y
	model         *Model
	place         []int // grid indices of the section in the other axes
}

// of views values on the model's grid in the section.
func (s slice) of(a *field.Array) plane {
	shape := s.model.Shape()
	stride := make([]int, len(shape))
	n := 1
	for k := len(shape) - 1; k >= 0; k-- {
		stride[k] = n
		n *= shape[k]
	}
	start := 0
	for k := range shape {
		if k != s.across && k != s.along {
			start += s.place[k] * stride[k]
		}
	}
	sx, sy := stride[s.across], stride[s.along]
	p := plane{nx: shape[s.across], ny: shape[s.along], at: func(i, j int) float64 { return a.At(start + i*sx + j*sy) }}
	if !s.down() {
		up := p.at
		p.at = func(i, j int) float64 { return up(i, p.ny-1-j) }
	}
	return p
}

func (s slice) down() bool { return s.along == s.model.Dim()-1 }

// extent is the section's size in m.
func (s slice) extent() (width, height float64) {
	end := s.model.End()
	return end[s.across] - s.model.Origin[s.across], end[s.along] - s.model.Origin[s.along]
}

// painter gives the colour of every pixel of a section drawn w by h pixels.
type painter func(s slice, w, h int) func(pixel int) color.RGBA

// panel draws the section into a box.
func (p page) panel(s slice, b vg.Rectangle, g *Geometry, colour painter) {
	m, dim, end := s.model, s.model.Dim(), s.model.End()
	label := map[string]string{"x": "x [km]", "y": "y [km]", "z": "Depth [km]"}
	x0, x1 := m.Origin[s.across]/1000, end[s.across]/1000
	y0, y1 := m.Origin[s.along]/1000, end[s.along]/1000
	pl := axes(label[axisName(s.across, dim)], label[axisName(s.along, dim)], x0, x1, y0, y1, s.down())
	pl.X.Tick.Marker = roundTicks{max(2, int(b.Size().X/70))}
	pl.Y.Tick.Marker = roundTicks{max(3, int(b.Size().Y/32))}
	w, h := pixels(b)
	r := raster{paint(w, h, colour(s, w, h)), x0, y0, x1, y1}
	if !s.down() {
		r.y0, r.y1 = y1, y0
	}
	pl.Add(r)
	if g != nil {
		if dim == 2 || !s.down() { // receivers of a carpet lie off the sections
			pl.Add(markers{g.Receivers, s.across, s.along, receiverMark})
		}
		pl.Add(markers{g.Sources, s.across, s.along, sourceMark})
	}
	p.place(pl, b)
	p.frame(b)
}

// scale is a colour bar.
type scale struct {
	colours         colourMap
	least, greatest float64
	label           string
}

// sections draws a 2D model as one panel with the scale on its right, and a
// 3D model as three slices through a place, with equal scales of length.
func sections(m *Model, g *Geometry, title string, bar *scale, colour painter) (*Picture, error) {
	if err := checkPicture(m, g); err != nil {
		return nil, err
	}
	const left, right, top, bottom = 72, 96, 44, 58
	if m.Dim() == 2 {
		s := slice{across: 0, along: 1, model: m, place: []int{0, 0}}
		width := vg.Length(pageWidth - left - right)
		w, h := s.extent()
		height := min(max(width*vg.Length(h/w), 0.2*width), 0.85*width)
		if h/w > 0.85 {
			width = max(height*vg.Length(w/h), 0.3*width)
		}
		p := newPage(height + top + bottom)
		b := p.box((pageWidth-right+left-width)/2, top, width, height)
		p.panel(s, b, g, colour)
		p.title(b, title)
		if g != nil {
			p.key(b)
		}
		if bar != nil {
			p.colourBar(p.box(b.Max.X+14, top, 16, height), bar.colours, bar.least, bar.greatest, bar.label)
		}
		return p.picture(), nil
	}
	place := sectionPlace(m, g)
	xz := slice{0, 2, m, place}
	yz := slice{1, 2, m, place}
	xy := slice{0, 1, m, place}
	lx, lz := xz.extent()
	_, ly := xy.extent()
	room := vg.Length(pageWidth - 2*left - 40)
	unit := room / vg.Length(lx+ly) // points a metre
	unit = min(unit, 1000/vg.Length(lz+ly))
	// Extreme shapes are drawn with a wrong ratio rather than as a hair.
	at := func(l float64) vg.Length { return min(max(vg.Length(l)*unit, 110), 900) }
	p := newPage(2*top + 2*bottom + at(lz) + at(ly) + 10)
	upper := p.box(left, top, at(lx), at(lz))
	side := p.box(2*left+at(lx), top, at(ly), at(lz))
	chart := p.box(left, 2*top+bottom+at(lz), at(lx), at(ly))
	coordinate := func(axis int) float64 { return (m.Origin[axis] + float64(place[axis])*m.Spacing[axis]) / 1000 }
	for _, e := range []struct {
		s     slice
		b     vg.Rectangle
		title string
	}{
		{xz, upper, fmt.Sprintf("%s, y = %.2f km", title, coordinate(1))},
		{yz, side, fmt.Sprintf("x = %.2f km", coordinate(0))},
		{xy, chart, fmt.Sprintf("depth %.2f km", coordinate(2))},
	} {
		p.panel(e.s, e.b, g, colour)
		p.title(e.b, e.title)
	}
	if g != nil {
		p.key(chart)
	}
	if bar != nil {
		b := p.box(2*left+at(lx), 2*top+bottom+at(lz)+30, max(at(ly), 180), 16)
		p.colourBar(b, bar.colours, bar.least, bar.greatest, bar.label)
	}
	return p.picture(), nil
}

// sectionPlace is where slices cut a 3D model: at the first source and, in
// depth, a third of the way down.
func sectionPlace(m *Model, g *Geometry) []int {
	place := make([]int, m.Dim())
	for a, n := range m.Shape() {
		place[a] = n / 2
		if g != nil {
			place[a] = min(max(int(math.Round((g.Sources.At(a)-m.Origin[a])/m.Spacing[a])), 0), n-1)
		}
	}
	place[m.Dim()-1] = m.Shape()[m.Dim()-1] / 3
	return place
}

func checkPicture(m *Model, g *Geometry) error {
	if m == nil {
		return fmt.Errorf("a picture needs a model")
	}
	if m.Dim() == 1 {
		return fmt.Errorf("a model with one axis has no section to draw; pictures need 2 or 3 axes")
	}
	if g == nil {
		return nil
	}
	return g.Check(m)
}
