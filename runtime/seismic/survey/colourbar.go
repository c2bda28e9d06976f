package survey

import (
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colourBar draws a scale beside or under a panel: upright when the box is
// taller than wide, with values and label on its right, else below.
func (p page) colourBar(b vg.Rectangle, colours colourMap, least, greatest float64, label string) {
	const steps = 256
	size := b.Size()
	upright := size.Y > size.X
	if !(greatest > least) {
		greatest = least + 1e-6 + 1e-6*max(least, -least)
	}
	img := image.NewRGBA(image.Rect(0, 0, steps, 1))
	if upright {
		img = image.NewRGBA(image.Rect(0, 0, 1, steps))
	}
	for i := range steps {
		if v := (float64(i) + 0.5) / steps; upright {
			img.SetRGBA(0, steps-1-i, colours.at(v))
		} else {
			img.SetRGBA(i, 0, colours.at(v))
		}
	}
	p.canvas.DrawImage(b, img)
	p.frame(b)
	style := lettering(12)
	line := draw.LineStyle{Color: style.Color, Width: 0.8}
	var ticks []plot.Tick
	if upright {
		ticks = roundTicks{max(3, int(size.Y/40))}.Ticks(least, greatest)
	} else {
		ticks = roundTicks{max(3, int(size.X/60))}.Ticks(least, greatest)
	}
	widest := vg.Length(0)
	for _, t := range ticks {
		share := vg.Length((t.Value - least) / (greatest - least))
		if upright {
			y := b.Min.Y + share*size.Y
			p.canvas.StrokeLine2(line, b.Max.X, y, b.Max.X+4, y)
			style.YAlign = draw.YCenter
			p.canvas.FillText(style, vg.Point{X: b.Max.X + 7, Y: y}, t.Label)
		} else {
			x := b.Min.X + share*size.X
			p.canvas.StrokeLine2(line, x, b.Min.Y, x, b.Min.Y-4)
			style.XAlign, style.YAlign = draw.XCenter, draw.YTop
			p.canvas.FillText(style, vg.Point{X: x, Y: b.Min.Y - 7}, t.Label)
		}
		widest = max(widest, style.Width(t.Label))
	}
	name := lettering(13)
	name.XAlign, name.YAlign = draw.XCenter, draw.YTop
	if upright {
		name.Rotation = 1.5707963
		name.XAlign, name.YAlign = draw.XCenter, draw.YTop
		p.canvas.FillText(name, vg.Point{X: b.Max.X + 13 + widest, Y: b.Min.Y + size.Y/2}, label)
		return
	}
	p.canvas.FillText(name, vg.Point{X: b.Min.X + size.X/2, Y: b.Min.Y - 24}, label)
}
