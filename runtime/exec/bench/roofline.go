package bench

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The size of the plotted area, and about what its axes and its title take besides.
const (
	width, height = 22 * vg.Centimeter, 14 * vg.Centimeter
	margin        = 1.5 * vg.Centimeter
)

// IsPicture reports whether Roofline can write a file of that name.
func IsPicture(path string) bool {
	return slices.Contains([]string{".png", ".svg"}, strings.ToLower(filepath.Ext(path)))
}

// roof is what bandwidth or arithmetic allow.
type roof struct {
	name      string
	bandwidth float64 // GB/s; 0 for the peak
	peak      float64 // GFLOP/s
}

// mark is a measured case.
type mark struct {
	name                    string
	intensity               float64 // operations a byte
	median, least, greatest float64 // GFLOP/s
}

// Roofline draws the measured roofs of the machine and the cases below them, with the
// operations a byte of memory that they need. Cases without a bound, such as whole
// gradients, are left out.
func (all *Results) Roofline(path string) error {
	if !IsPicture(path) {
		return fmt.Errorf("%s: a picture is a .png or .svg file", path)
	}
	roofs, marks := all.roofs(), all.marks()
	if len(marks) == 0 {
		return fmt.Errorf("there is nothing to draw: no case has operations and bytes a point")
	}
	p := plot.New()
	p.Title.Text = all.Cases[0].CPU
	p.X.Label.Text, p.Y.Label.Text = "operations a byte", "GFLOP/s"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = powers{}, powers{}
	left, right, bottom, top := extent(roofs, marks)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = left, right, bottom, top

	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{230}, color.Gray{230}
	p.Add(grid)
	// The angle of a line along which both axes grow by the same factor.
	slope := math.Atan2(float64(height)/math.Log(top/bottom), float64(width)/math.Log(right/left))
	for _, r := range roofs {
		if err := r.draw(p, left, right, bottom, slope); err != nil {
			return err
		}
	}
	if err := drawMarks(p, marks, top/bottom); err != nil {
		return err
	}
	return p.Save(width+margin, height+margin, path)
}

// roofs are the measured ones, the lowest bandwidth first and the peak last.
func (all *Results) roofs() (list []roof) {
	f, peak := all.Machine, 0.0
	for _, r := range all.Cases {
		if r.Bounds != nil {
			peak = r.Peak
		}
	}
	for _, r := range []roof{{"memory", f.InPlace, peak}, {"L3", f.L3, peak}, {"L2", f.L2, peak}} {
		if r.bandwidth > 0 {
			list = append(list, r)
		}
	}
	return append(list, roof{name: "multiply-adds", peak: peak})
}

// marks have short names: what all cases have in common is in the picture's title
// or left out.
func (all *Results) marks() (list []mark) {
	for _, r := range all.Cases {
		if r.Bounds == nil || r.BytesPerPoint == 0 || r.FlopsPerPoint == 0 {
			continue
		}
		flops := float64(r.FlopsPerPoint)
		list = append(list, mark{
			name:      fmt.Sprintf("%s, order %d, %s", r.Operator, r.SpaceOrder, r.grid()),
			intensity: flops / float64(r.BytesPerPoint),
			median:    flops * r.Rate.Median, least: flops * r.Rate.Least, greatest: flops * r.Rate.Greatest,
		})
	}
	return list
}

// extent is the range of both axes: a margin around the marks, the peak, and the
// ridge of the lowest roof.
func extent(roofs []roof, marks []mark) (left, right, bottom, top float64) {
	left, bottom = math.Inf(1), math.Inf(1)
	for _, m := range marks {
		left, right = min(left, m.intensity), max(right, m.intensity)
		bottom, top = min(bottom, m.least), max(top, m.greatest)
	}
	for _, r := range roofs {
		top = max(top, r.peak)
		if r.bandwidth > 0 {
			right = max(right, r.peak/r.bandwidth)
			bottom = min(bottom, r.bandwidth*left)
		}
	}
	return left / 4, right * 4, bottom / 2, top * 2
}

func (r roof) at(intensity float64) float64 {
	if r.bandwidth == 0 {
		return r.peak
	}
	return min(r.peak, r.bandwidth*intensity)
}

// draw draws a roof up to where the peak takes over, with its name along its start.
func (r roof) draw(p *plot.Plot, left, right, bottom, slope float64) error {
	from, to := left, right
	name, at := fmt.Sprintf("%s, %.0f GFLOP/s", r.name, r.peak), plotter.XY{X: right / 1.1, Y: r.peak * 1.06}
	style := draw.TextStyle{Color: color.Gray{90}, Font: p.X.Label.TextStyle.Font, Handler: p.TextHandler, XAlign: draw.XRight}
	if r.bandwidth > 0 {
		from, to = max(left, bottom/r.bandwidth), r.peak/r.bandwidth
		name, at = fmt.Sprintf("%s, %.0f GB/s", r.name, r.bandwidth), plotter.XY{X: from * 1.1, Y: r.at(from*1.1) * 1.05}
		style.XAlign, style.Rotation = draw.XLeft, slope
	}
	line, err := plotter.NewLine(plotter.XYs{{X: from, Y: r.at(from)}, {X: to, Y: r.at(to)}})
	if err != nil {
		return err
	}
	line.Width, line.Color = vg.Points(1.2), color.Gray{90}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{at}, Labels: []string{name}})
	if err != nil {
		return err
	}
	style.Font.Size = vg.Points(9)
	labels.TextStyle = []draw.TextStyle{style}
	p.Add(line, labels)
	return nil
}

// colours of marks, by operator and order in turn.
var colours = []color.Color{
	color.RGBA{31, 119, 180, 255}, color.RGBA{214, 39, 40, 255}, color.RGBA{44, 160, 44, 255},
	color.RGBA{148, 103, 189, 255}, color.RGBA{255, 127, 14, 255}, color.RGBA{23, 190, 207, 255},
}

// drawMarks draws each case as a point with its range, and its name beside it.
func drawMarks(p *plot.Plot, marks []mark, heights float64) error {
	places := apart(marks, math.Pow(heights, 1.0/32)) // 32 lines of text fit the picture
	for i, m := range marks {
		colour := colours[i%len(colours)]
		point, err := plotter.NewScatter(plotter.XYs{{X: m.intensity, Y: m.median}})
		if err != nil {
			return err
		}
		point.GlyphStyle = draw.GlyphStyle{Color: colour, Radius: vg.Points(3.5), Shape: draw.CircleGlyph{}}
		spread, err := plotter.NewLine(plotter.XYs{{X: m.intensity, Y: m.least}, {X: m.intensity, Y: m.greatest}})
		if err != nil {
			return err
		}
		spread.Color, spread.Width = colour, vg.Points(1.5)
		at := plotter.XY{X: m.intensity * 1.12, Y: places[i]}
		lead, err := plotter.NewLine(plotter.XYs{{X: m.intensity, Y: m.median}, at})
		if err != nil {
			return err
		}
		lead.Color, lead.Width = colour, vg.Points(0.4)
		label, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{at}, Labels: []string{" " + m.name}})
		if err != nil {
			return err
		}
		style := draw.TextStyle{Color: colour, Font: p.X.Label.TextStyle.Font, Handler: p.TextHandler, YAlign: draw.YCenter}
		style.Font.Size = vg.Points(9)
		label.TextStyle = []draw.TextStyle{style}
		p.Add(spread, lead, point, label)
	}
	return nil
}

// apart are the heights of the names: those of the marks, moved up where two names
// would be nearer than a factor.
func apart(marks []mark, factor float64) []float64 {
	order := make([]int, len(marks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(marks[i].median, marks[j].median) })
	places := make([]float64, len(marks))
	last := 0.0
	for _, i := range order {
		places[i] = max(marks[i].median, last*factor)
		last = places[i]
	}
	return places
}

// powers are ticks of a logarithmic axis: names at 1, 2 and 5 of each power of ten.
type powers struct{}

// Ticks are those of a range.
func (powers) Ticks(from, to float64) (ticks []plot.Tick) {
	for e := math.Floor(math.Log10(from)); e <= math.Ceil(math.Log10(to)); e++ {
		for digit := 1.0; digit < 10; digit++ {
			t := plot.Tick{Value: digit * math.Pow(10, e)}
			if t.Value < from || t.Value > to {
				continue
			}
			if digit == 1 || digit == 2 || digit == 5 {
				t.Label = fmt.Sprintf("%g", math.Round(t.Value*1e6)/1e6)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}
