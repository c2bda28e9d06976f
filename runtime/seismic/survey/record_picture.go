package survey

import (
	"fmt"
	"image/color"
	"math"

	"github.com/courant-pde/courant/runtime/exec/field"
	"gonum.org/v1/plot/vg"
)

// RecordStyle says how a shot record is drawn.
type RecordStyle struct {
	Clip   float64 // percentile of the absolute values at which colours end, 0 to 100; 0: 99
	Gain   float64 // traces are multiplied by t^Gain; 0: as they are
	Colour bool    // blue, white and red rather than grey
}

// RecordPicture draws a shot record: traces side by side, time downwards.
// record has the shape (nt, receivers), dt is in ms. receivers are the
// coordinates (number, dim) in m, or nil; if they follow a regular line along
// x the axis shows x, else the trace number.
func RecordPicture(record *field.Array, dt float64, receivers *field.Array, style RecordStyle, title string) (*Picture, error) {
	if record == nil || len(record.Shape) != 2 || record.Shape[0] < 2 || record.Shape[1] < 1 {
		return nil, fmt.Errorf("a record to draw needs the shape (time steps, receivers) with at least 2 steps and a receiver")
	}
	if !(dt > 0 && dt < 1e9) {
		return nil, fmt.Errorf("a record with dt = %g ms cannot be drawn; dt must be positive", dt)
	}
	if !(style.Gain >= 0 && style.Gain <= 10) {
		return nil, fmt.Errorf("a gain of t^%g is not possible; give a power from 0 to 10", style.Gain)
	}
	if style.Clip == 0 {
		style.Clip = 99
	}
	nt, n := record.Shape[0], record.Shape[1]
	gained := field.New64(nt, n)
	for i := range gained.F64 {
		gained.F64[i] = record.At(i) * math.Pow(float64(i/n)*dt/1000, style.Gain) // t in s
	}
	limit, err := clipAt(gained, style.Clip)
	if err != nil {
		return nil, err
	}
	x0, x1, label := 0.5, float64(n)+0.5, "Trace number"
	if a, b, ok := regularLine(receivers, n); ok {
		half := (b - a) / float64(n-1) / 2
		x0, x1, label = (a-half)/1000, (b+half)/1000, "Receiver x [km]"
	}
	colours := grey
	if style.Colour {
		colours = seismic
	}
	const left, right, top, bottom = 72, 110, 44, 58
	width, height := vg.Length(pageWidth-left-right), vg.Length(500)
	p := newPage(height + top + bottom)
	b := p.box(left, top, width, height)
	pl := axes(label, "Time [s]", x0, x1, 0, float64(nt-1)*dt/1000, true)
	pl.X.Tick.Marker, pl.Y.Tick.Marker = roundTicks{10}, roundTicks{10}
	w, h := pixels(b)
	v := plane{nx: n, ny: nt, at: func(i, j int) float64 { return gained.F64[j*n+i] }}.resample(w, h)
	pl.Add(raster{paint(w, h, func(i int) color.RGBA { return colours.at((v[i]/limit + 1) / 2) }), x0, 0, x1, float64(nt-1) * dt / 1000})
	p.place(pl, b)
	p.frame(b)
	p.title(b, title)
	name := "Amplitude"
	if style.Gain > 0 {
		name = fmt.Sprintf("Amplitude, gain t^%g", style.Gain)
	}
	p.colourBar(p.box(b.Max.X+14, top, 16, height), colours, -limit, limit, name)
	return p.picture(), nil
}

// regularLine gives the ends of n receivers that follow x at even distances.
func regularLine(receivers *field.Array, n int) (from, to float64, ok bool) {
	if receivers == nil || len(receivers.Shape) != 2 || receivers.Shape[0] != n || n < 2 || receivers.Shape[1] < 2 {
		return 0, 0, false
	}
	dim := receivers.Shape[1]
	from, to = receivers.At(0), receivers.At((n-1)*dim)
	step := (to - from) / float64(n-1)
	for i := range n {
		if !(math.Abs(receivers.At(i*dim)-from-float64(i)*step) < 0.01*step) {
			return 0, 0, false
		}
	}
	return from, to, true
}
