package survey

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// WaveletPicture draws a wavelet's first duration ms and, beside it, its
// amplitude spectrum.
func WaveletPicture(w Wavelet, duration float64, title string) (*Picture, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	if !(duration > 0 && duration < 1e12) {
		return nil, fmt.Errorf("a wavelet of %g ms cannot be drawn; the duration must be positive", duration)
	}
	// Of a long shot only the part around the wavelet says something.
	shown := min(duration, w.Delay+4/w.Peak)
	if shown <= 0 {
		shown = duration
	}
	const samples = 2000
	dt := shown / (samples - 1)
	values := w.Sample(samples, dt)
	trace := make(plotter.XYs, samples)
	for i, v := range values {
		trace[i] = plotter.XY{X: float64(i) * dt, Y: v}
	}
	frequency, amplitude := spectrum(values, dt, 4*w.Peak)
	curve := make(plotter.XYs, len(frequency))
	for i := range curve {
		curve[i] = plotter.XY{X: frequency[i] * 1000, Y: amplitude[i]}
	}

	const left, right, top, bottom, height = 78, 20, 44, 58, 330
	p := newPage(height + top + bottom)
	width := vg.Length(pageWidth-2*left-2*right) / 2
	for _, e := range []struct {
		box         vg.Rectangle
		title, x, y string
		line        plotter.XYs
		x1, y0, y1  float64
		filled      bool
	}{
		{p.box(left, top, width, height), title, "Time [ms]", "Amplitude", trace, shown, -1.1, 1.1, false},
		{p.box(2*left+right+width, top, width, height), fmt.Sprintf("Spectrum, peak %.3g Hz", w.Peak*1000), "Frequency [Hz]", "Relative amplitude", curve, 4000 * w.Peak, 0, 1.1, true},
	} {
		pl := axes(e.x, e.y, 0, e.x1, e.y0, e.y1, false)
		grid := plotter.NewGrid()
		grid.Horizontal.Color, grid.Vertical.Color = color.Gray{0xdd}, color.Gray{0xdd}
		line, err := plotter.NewLine(e.line)
		if err != nil {
			return nil, err
		}
		line.Width, line.Color = 1.8, color.RGBA{0x21, 0x66, 0xac, 255}
		if e.filled {
			line.FillColor = color.RGBA{0xd1, 0xe5, 0xf0, 255}
		}
		pl.Add(grid, line)
		p.place(pl, e.box)
		p.frame(e.box)
		p.title(e.box, e.title)
	}
	return p.picture(), nil
}

// spectrum gives frequencies up to a highest one in kHz, and the amplitudes
// there relative to the greatest. Zeros are appended so that the curve is
// smooth.
func spectrum(values []float64, dt, highest float64) (frequency, amplitude []float64) {
	padded := make([]float64, 32*len(values))
	copy(padded, values)
	greatest := 0.0
	for i, c := range fourier.NewFFT(len(padded)).Coefficients(nil, padded) {
		f := float64(i) / (float64(len(padded)) * dt)
		if f > highest {
			break
		}
		frequency = append(frequency, f)
		amplitude = append(amplitude, math.Hypot(real(c), imag(c)))
		greatest = max(greatest, amplitude[i])
	}
	for i := range amplitude {
		if greatest > 0 {
			amplitude[i] /= greatest
		}
	}
	return frequency, amplitude
}
