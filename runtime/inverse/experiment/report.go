package experiment

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// Table is what an experiment found.
type Table struct {
	Name, Title string
	Columns     []string
	Rows        [][]string
	Notes       []string
	Figure      Figure
}

// Figure draws a table.
type Figure struct {
	X, Y   string
	Series []Series
	Logs   bool // x by its logarithm
	Low    bool // the names of the lines stand below them
}

// Series is a line of a figure.
type Series struct {
	Name   string
	X, Y   []float64
	Points bool // without a line
}

// Add appends a row.
func (t *Table) Add(cells ...any) {
	var row []string
	for _, c := range cells {
		switch c := c.(type) {
		case float64:
			row = append(row, fmt.Sprintf("%.3g", c))
		default:
			row = append(row, fmt.Sprint(c))
		}
	}
	t.Rows = append(t.Rows, row)
}

// At adds a point to the series of a name.
func (f *Figure) At(name string, points bool, x, y float64) {
	for i := range f.Series {
		if f.Series[i].Name == name {
			f.Series[i].X, f.Series[i].Y = append(f.Series[i].X, x), append(f.Series[i].Y, y)
			return
		}
	}
	f.Series = append(f.Series, Series{name, []float64{x}, []float64{y}, points})
}

// Write writes a table to a folder as .csv, .md and .png.
func (t *Table) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	base := filepath.Join(folder, t.Name)
	var text strings.Builder
	c := csv.NewWriter(&text)
	if err := c.WriteAll(append([][]string{t.Columns}, t.Rows...)); err != nil {
		return err
	}
	if err := os.WriteFile(base+".csv", []byte(text.String()), 0o644); err != nil {
		return err
	}
	text.Reset()
	t.Print(&text)
	if err := os.WriteFile(base+".md", []byte(text.String()), 0o644); err != nil {
		return err
	}
	return t.draw(base + ".png")
}

// Print writes a table as Markdown.
func (t *Table) Print(w io.Writer) {
	fmt.Fprintf(w, "## %s\n\n| %s |\n|%s\n", t.Title, strings.Join(t.Columns, " | "), strings.Repeat("---|", len(t.Columns)))
	for _, row := range t.Rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
	for _, n := range t.Notes {
		fmt.Fprintf(w, "\n%s\n", n)
	}
}

func (t *Table) draw(path string) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = t.Title, t.Figure.X, t.Figure.Y
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = !t.Figure.Low, true, vg.Millimeter
	if t.Figure.Logs {
		p.X.Scale = plot.LogScale{}
	}
	// Ticks where something was measured.
	ticks, seen := plot.ConstantTicks{}, map[float64]bool{}
	for _, s := range t.Figure.Series {
		for _, x := range s.X {
			if !seen[x] {
				seen[x] = true
				ticks = append(ticks, plot.Tick{Value: x, Label: fmt.Sprintf("%g", x)})
			}
		}
	}
	p.X.Tick.Marker = ticks
	for i, s := range t.Figure.Series {
		xy := make(plotter.XYs, len(s.X))
		for k := range xy {
			xy[k].X, xy[k].Y = s.X[k], s.Y[k]
		}
		line, points, err := plotter.NewLinePoints(xy)
		if err != nil {
			return err
		}
		line.Color, points.Color, points.Shape = plotutil.Color(i), plotutil.Color(i), plotutil.Shape(i)
		if s.Points {
			p.Add(points)
			p.Legend.Add(s.Name, points)
		} else {
			p.Add(line, points)
			p.Legend.Add(s.Name, line, points)
		}
	}
	p.Y.Min, p.Y.Max = 0, 1.15*p.Y.Max
	return p.Save(18*vg.Centimeter, 12*vg.Centimeter, path)
}
