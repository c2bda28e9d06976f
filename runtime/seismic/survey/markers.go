package survey

import (
	"image/color"
	"math"

	"github.com/courant-pde/courant/runtime/exec/field"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Markers with a white rim, to be seen on any colour.
var (
	sourceMark   = draw.GlyphStyle{Color: color.RGBA{0xe6, 0x1e, 0x1e, 255}, Radius: 8, Shape: star{}}
	receiverMark = draw.GlyphStyle{Color: color.RGBA{0x10, 0x10, 0x10, 255}, Radius: 4, Shape: droplet{}}
)

type star struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (star) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	var corners []vg.Point
	for i := range 10 {
		r, angle := float64(s.Radius), math.Pi/2+float64(i)*math.Pi/5
		if i%2 == 1 {
			r *= 0.42
		}
		corners = append(corners, vg.Point{X: at.X + vg.Length(r*math.Cos(angle)), Y: at.Y + vg.Length(r*math.Sin(angle))})
	}
	rimmed(c, s, corners)
}

// droplet is a triangle that stands on its tip.
type droplet struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (droplet) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius
	rimmed(c, s, []vg.Point{{X: at.X - r, Y: at.Y + r}, {X: at.X + r, Y: at.Y + r}, {X: at.X, Y: at.Y - r}})
}

func rimmed(c *draw.Canvas, s draw.GlyphStyle, corners []vg.Point) {
	c.FillPolygon(s.Color, corners)
	c.StrokeLines(draw.LineStyle{Color: color.White, Width: 0.6}, append(corners, corners[0]))
}

// markers draws points of a shot at two of their coordinates, in km. It has
// no glyph boxes, so that markers on the border take no room from the data.
type markers struct {
	points *field.Array
	a, b   int // axes
	style  draw.GlyphStyle
}

// Plot implements plot.Plotter. Of dense points only so many are drawn that
// they stay apart.
func (m markers) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	n, dim := m.points.Shape[0], m.points.Shape[1]
	most := 2500
	if m.b == dim-1 {
		most = 80 // a section: receivers lie side by side
	} else if n > 100 {
		m.style.Radius *= 0.6
	}
	for i := 0; i < n; i += (n + most - 1) / most {
		c.DrawGlyph(m.style, vg.Point{
			X: x(m.points.At(i*dim+m.a) / 1000), Y: y(m.points.At(i*dim+m.b) / 1000),
		})
	}
}

// key explains the markers, right-aligned above a box.
func (p page) key(b vg.Rectangle) {
	style := lettering(12)
	x, y := b.Max.X, b.Max.Y+10
	for _, entry := range []struct {
		text string
		mark draw.GlyphStyle
	}{{"receivers", receiverMark}, {"source", sourceMark}} {
		x -= style.Width(entry.text)
		p.canvas.FillText(style, vg.Point{X: x, Y: y}, entry.text)
		x -= 12
		entry.mark.Radius *= 0.9
		p.canvas.DrawGlyph(entry.mark, vg.Point{X: x, Y: y + 5})
		x -= 22
	}
}
