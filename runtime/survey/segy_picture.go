package survey

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/courant-pde/courant/runtime/field"
	"github.com/courant-pde/courant/runtime/segy"
)

// SEGYPicture draws where the sources and receivers of a file are, with the
// straight line that fits them best, and how many traces have their midpoint
// where along it.
func SEGYPicture(f *segy.File, title string) (*Picture, error) {
	if f.Traces() == 0 {
		return nil, errors.New("there are no traces to draw")
	}
	line := f.Fit()
	s := f.Summary()
	x0, x1 := extent(s.Sources.X, s.Receivers.X)
	y0, y1 := extent(s.Sources.Y, s.Receivers.Y)
	const left, right, top, gap, bottom, fold = 78, 20, 44, 96, 58, 220
	width := vg.Length(pageWidth - left - right)
	// The map is true to scale, as far as the page allows.
	height := min(max(width*vg.Length((y1-y0)/(x1-x0)), 160), 560)
	p := newPage(top + height + gap + fold + bottom)

	box := p.box(left, top, width, height)
	// What the box has more than the places need goes to the sides.
	if wide := (y1 - y0) * float64(width/height); wide > x1-x0 {
		x0, x1 = (x0+x1-wide)/2, (x0+x1+wide)/2
	} else {
		high := (x1 - x0) * float64(height/width)
		y0, y1 = (y0+y1-high)/2, (y0+y1+high)/2
	}
	pl := axes("x [km]", "y [km]", x0/1000, x1/1000, y0/1000, y1/1000, false)
	at := func(position float64) plotter.XY {
		sin, cos := math.Sincos(line.Azimuth * math.Pi / 180)
		return plotter.XY{X: (line.X + position*sin) / 1000, Y: (line.Y + position*cos) / 1000}
	}
	through, err := plotter.NewLine(plotter.XYs{at(line.From), at(line.To)})
	if err != nil {
		return nil, err
	}
	through.Color, through.Width = color.Gray{0x99}, 1
	pl.Add(through, markers{mapped(f, false), 0, 1, receiverMark}, markers{mapped(f, true), 0, 1, sourceMark})
	p.place(pl, box)
	p.frame(box)
	p.title(box, title)
	p.key(box)

	from, step, counts := f.Fold(line)
	most := 0
	bars := make(plotter.XYs, 0, 4*len(counts))
	for i, n := range counts {
		a, b := (from+float64(i)*step)/1000, (from+float64(i+1)*step)/1000
		bars = append(bars, plotter.XY{X: a}, plotter.XY{X: a, Y: float64(n)}, plotter.XY{X: b, Y: float64(n)}, plotter.XY{X: b})
		most = max(most, n)
	}
	box = p.box(left, top+height+gap, width, fold)
	pl = axes("Position along the line [km]", "Traces", from/1000, (from+float64(len(counts))*step)/1000, 0, 1.1*float64(most), false)
	area, err := plotter.NewPolygon(bars)
	if err != nil {
		return nil, err
	}
	area.Color, area.LineStyle.Width = color.RGBA{0x92, 0xc5, 0xde, 255}, 0
	pl.Add(plot.Plotter(area))
	p.place(pl, box)
	p.frame(box)
	p.title(box, fmt.Sprintf("Fold in bins of %.4g m, up to %d; the line has azimuth %.4g degrees, places are up to %.4g m off", step, most, line.Azimuth, line.Off))
	return p.picture(), nil
}

// extent holds two ranges with some room around.
func extent(a, b segy.Range) (least, greatest float64) {
	least, greatest = min(a.Least, b.Least), max(a.Greatest, b.Greatest)
	room := max(0.04*(greatest-least), 1)
	return least - room, greatest + room
}

// mapped are the places of sources or receivers as (number, 3), of many only some.
func mapped(f *segy.File, sources bool) *field.Array {
	const most = 20000
	every := max(f.Traces()/most, 1)
	var at []float64
	k := 0
	for _, g := range f.Shots {
		if sources {
			at = append(at, g.Source.X, g.Source.Y, g.Source.Depth)
			continue
		}
		for _, t := range g.Traces {
			if k++; k%every == 0 {
				at = append(at, t.Receiver.X, t.Receiver.Y, t.Receiver.Depth)
			}
		}
	}
	return &field.Array{Shape: []int{len(at) / 3, 3}, F64: at}
}
