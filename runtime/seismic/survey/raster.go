package survey

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// plane is a section through a grid: nx by ny values, y downwards in the
// picture.
type plane struct {
	nx, ny int
	at     func(i, j int) float64
}

// sample interpolates linearly at a place in grid cells.
func (p plane) sample(x, y float64) float64 {
	x, y = min(max(x, 0), float64(p.nx-1)), min(max(y, 0), float64(p.ny-1))
	i, j := min(int(x), max(p.nx-2, 0)), min(int(y), max(p.ny-2, 0))
	fx, fy := x-float64(i), y-float64(j)
	i1, j1 := min(i+1, p.nx-1), min(j+1, p.ny-1)
	return (1-fx)*((1-fy)*p.at(i, j)+fy*p.at(i, j1)) + fx*((1-fy)*p.at(i1, j)+fy*p.at(i1, j1))
}

// resample gives w by h values over the whole plane, row by row from the top.
// Where several cells fall into one value they are averaged, so that fine
// waves fade instead of making false patterns.
func (p plane) resample(w, h int) []float64 {
	out := make([]float64, w*h)
	sx, sy := float64(p.nx-1)/float64(w), float64(p.ny-1)/float64(h)
	kx, ky := min(int(math.Ceil(sx)), 16), min(int(math.Ceil(sy)), 16)
	kx, ky = max(kx, 1), max(ky, 1)
	for row := range h {
		for column := range w {
			sum := 0.0
			for b := range ky {
				for a := range kx {
					sum += p.sample((float64(column)+(float64(a)+0.5)/float64(kx))*sx, (float64(row)+(float64(b)+0.5)/float64(ky))*sy)
				}
			}
			out[row*w+column] = sum / float64(kx*ky)
		}
	}
	return out
}

// pixels is the number of device pixels that a box covers.
func pixels(b vg.Rectangle) (w, h int) {
	return int(b.Size().X * resolution / vg.Inch), int(b.Size().Y * resolution / vg.Inch)
}

// paint colours the resampled values of planes of one size.
func paint(w, h int, colour func(pixel int) color.RGBA) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		c := colour(i)
		copy(img.Pix[4*i:], []uint8{c.R, c.G, c.B, 255})
	}
	return img
}

// raster puts an image into data coordinates; its top left corner is at
// (x0, y0). It implements plot.Plotter.
type raster struct {
	image          image.Image
	x0, y0, x1, y1 float64
}

// Plot draws the image; an inverted axis needs no flip.
func (r raster) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	a, b := vg.Point{X: x(r.x0), Y: y(r.y1)}, vg.Point{X: x(r.x1), Y: y(r.y0)}
	c.DrawImage(vg.Rectangle{Min: a, Max: b}, r.image)
}
