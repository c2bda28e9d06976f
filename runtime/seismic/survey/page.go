package survey

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Picture is a finished drawing, 1920 pixels wide.
type Picture struct{ canvas *vgimg.Canvas }

const (
	pageWidth  = 12 * vg.Inch
	resolution = 160 // pixels an inch
)

// Image is the drawing as pixels.
func (p *Picture) Image() image.Image { return p.canvas.Image() }

// WriteTo writes the picture in PNG format.
func (p *Picture) WriteTo(w io.Writer) (int64, error) {
	return vgimg.PngCanvas{Canvas: p.canvas}.WriteTo(w)
}

// Save writes the picture as a PNG file.
func (p *Picture) Save(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = p.WriteTo(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// page is a picture in the making.
type page struct {
	canvas draw.Canvas
	image  *vgimg.Canvas
}

func newPage(height vg.Length) page {
	c := vgimg.NewWith(vgimg.UseWH(pageWidth, height), vgimg.UseDPI(resolution))
	return page{draw.New(c), c}
}

func (p page) picture() *Picture { return &Picture{p.image} }

// box is a rectangle on the page, from its top left corner.
func (p page) box(left, top, width, height vg.Length) vg.Rectangle {
	y := p.canvas.Max.Y - top
	return vg.Rectangle{Min: vg.Point{X: left, Y: y - height}, Max: vg.Point{X: left + width, Y: y}}
}

// lettering is upright text of a size in points.
func lettering(size vg.Length) text.Style {
	return text.Style{
		Color:   color.RGBA{0x20, 0x20, 0x20, 255},
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

// title writes a line above a box, from its left edge.
func (p page) title(box vg.Rectangle, line string) {
	p.canvas.FillText(lettering(15), vg.Point{X: box.Min.X, Y: box.Max.Y + 10}, line)
}

// place draws a plot such that its data fill the box exactly: the room that
// labels need is found by laying out repeatedly, and added around.
func (p page) place(pl *plot.Plot, box vg.Rectangle) {
	outer := box
	for range 6 { // labels that stick out make the room depend on the place
		have := pl.DataCanvas(draw.Canvas{Canvas: p.canvas.Canvas, Rectangle: outer}).Rectangle
		outer.Min.X += box.Min.X - have.Min.X
		outer.Min.Y += box.Min.Y - have.Min.Y
		outer.Max.X += box.Max.X - have.Max.X
		outer.Max.Y += box.Max.Y - have.Max.Y
	}
	pl.Draw(draw.Canvas{Canvas: p.canvas.Canvas, Rectangle: outer})
}

// axes is a plot without content, with the limits and labels of its axes.
// With down set, y grows downwards.
func axes(xlabel, ylabel string, x0, x1, y0, y1 float64, down bool) *plot.Plot {
	pl := plot.New()
	pl.BackgroundColor = nil
	pl.X.Label.Text, pl.Y.Label.Text = xlabel, ylabel
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = x0, x1, y0, y1
	if down {
		pl.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	}
	for _, a := range []*plot.Axis{&pl.X, &pl.Y} {
		a.Padding = 0
		for _, s := range []*text.Style{&a.Label.TextStyle, &a.Tick.Label} {
			s.Font = lettering(13).Font
			s.Color = lettering(13).Color
		}
		a.Tick.Label.Font.Size = 12
		a.Label.Padding = 4
		a.LineStyle.Width = 0 // the frame is the axis
		a.Tick.LineStyle.Width = 0.8
		a.Tick.Length = 5
	}
	pl.X.Tick.Marker, pl.Y.Tick.Marker = roundTicks{8}, roundTicks{6}
	return pl
}

// frame closes the box that the two axes leave open.
func (p page) frame(b vg.Rectangle) {
	p.canvas.StrokeLines(draw.LineStyle{Color: color.Black, Width: 0.8}, []vg.Point{
		b.Min, {X: b.Max.X, Y: b.Min.Y}, b.Max, {X: b.Min.X, Y: b.Max.Y}, b.Min,
	})
}
