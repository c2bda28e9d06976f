package survey

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// SEGYPicture draws where the sources and receivers of a file are, with the
// straight line that fits them best, and how many traces have their midpoint
// where along it.
func SEGYPicture(f *segy.File, title string) (*Picture, error) {
	if f.Traces() == f.Report.Dead {
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
	pl.Add(through, markers{mapped(f, line, false), 0, 1, receiverMark}, markers{mapped(f, line, true), 0, 1, sourceMark})
	p.place(pl, box)
	p.frame(box)
	p.title(box, title)
	p.key(box)

	from, step, counts := f.Fold(line)
	most := slices.Max(counts)
	ceiling, end := 1.1*float64(most), from+float64(len(counts))*step
	box = p.box(left, top+height+gap, width, fold)
	pl = axes("Position along the line [km]", "Traces", from/1000, end/1000, 0, ceiling, false)
	w, h := pixels(box)
	bars := paint(w, h, func(pixel int) color.RGBA {
		if n := counts[pixel%w*len(counts)/w]; float64(h-pixel/w) <= float64(n)/ceiling*float64(h) {
			return color.RGBA{0x92, 0xc5, 0xde, 255}
		}
		return color.RGBA{255, 255, 255, 255}
	})
	// The first row of an image is its top, which is where y is greatest.
	pl.Add(raster{bars, from / 1000, ceiling, end / 1000, 0})
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

// mapped are the places of sources or receivers as (number, 3), in their order along
// the line; of many only so many that their marks can be told apart.
func mapped(f *segy.File, line segy.Line, sources bool) *field.Array {
	most, seen := 200, map[segy.Place]bool{}
	if sources {
		most = 40
	}
	for source, receiver := range f.Pairs() {
		if sources {
			receiver = source
		}
		seen[receiver] = true
	}
	all := slices.SortedFunc(maps.Keys(seen), func(a, b segy.Place) int {
		return cmp.Or(cmp.Compare(line.Along(a), line.Along(b)), cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y), cmp.Compare(a.Depth, b.Depth))
	})
	var at []float64
	for i := 0; i < len(all); i += max((len(all)+most-1)/most, 1) {
		at = append(at, all[i].X, all[i].Y, all[i].Depth)
	}
	return &field.Array{Shape: []int{len(at) / 3, 3}, F64: at}
}
