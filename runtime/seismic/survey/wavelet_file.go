package survey

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/seismic/segy"
)

// readWavelet reads samples, every so long, of which a SEG-Y file tells the
// interval itself. peak is the frequency at which the spectrum is highest, 0 to
// find it; second is the unit of time in s.
func readWavelet(path string, every, peak, second float64) (Wavelet, error) {
	w := Wavelet{Name: filepath.Base(path), Peak: peak, every: every}
	var err error
	switch {
	case segy.Named(path):
		if every != 0 {
			return w, fmt.Errorf("%s tells the interval of its samples itself: leave interval out", path)
		}
		w.traces, w.every, err = readTraces(path)
		w.every *= 1e-3 / second
	case every == 0:
		return w, fmt.Errorf("%s does not tell the time between its samples: give interval", path)
	case strings.EqualFold(filepath.Ext(path), ".npy"):
		var a *field.Array
		if a, err = field.ReadNPY(path); err == nil {
			w.traces, err = columns(a)
		}
	default:
		w.traces, err = readNumbers(path)
	}
	if err != nil {
		return w, fmt.Errorf("%s: %w", path, err)
	}
	for shot, trace := range w.traces {
		for i, v := range trace {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return w, fmt.Errorf("%s: sample %d of wavelet %d is not a finite number", path, i, shot)
			}
			if shot == 0 && math.Abs(v) > w.most {
				w.most, w.centre = math.Abs(v), float64(i)*w.every
			}
		}
	}
	if w.most == 0 {
		return w, fmt.Errorf("%s: all samples are zero", path)
	}
	w.Delay = w.centre
	if w.Peak == 0 {
		w.Peak = highest(w.traces[0], w.every)
	}
	return w, nil
}

// For is the wavelet of a shot, where each has its own.
func (w Wavelet) For(shot int) Wavelet {
	if len(w.traces) > 1 {
		w.traces = w.traces[min(shot, len(w.traces)-1):][:1]
	}
	return w
}

// Shots is the number of shots that have a wavelet of their own; 0 when all share
// one.
func (w Wavelet) Shots() int {
	if len(w.traces) > 1 {
		return len(w.traces)
	}
	return 0
}

// readTraces reads the traces of a SEG-Y file and their interval, ms.
func readTraces(path string) (traces [][]float64, every float64, err error) {
	f, err := segy.Open(path, segy.Reading{Unplaced: true})
	if err != nil {
		return nil, 0, err
	}
	for shot := range f.Shots {
		samples, err := f.Read(shot)
		if err != nil {
			return nil, 0, err
		}
		traces = append(traces, samples...)
	}
	if len(traces) == 0 {
		return nil, 0, fmt.Errorf("it has no traces")
	}
	return traces, f.Interval, nil
}

// columns are those of an array of shape (samples) or (samples, shots).
func columns(a *field.Array) ([][]float64, error) {
	if len(a.Shape) == 0 || len(a.Shape) > 2 || a.Len() == 0 {
		return nil, fmt.Errorf("a wavelet has the shape (samples), or (samples, shots), not %s", field.ShapeString(a.Shape))
	}
	n := a.Len() / a.Shape[0]
	out := make([][]float64, n)
	for i := range a.Len() {
		out[i%n] = append(out[i%n], a.At(i))
	}
	return out, nil
}

// readNumbers reads a text with a sample a line; a second column would be another
// quantity, and is refused.
func readNumbers(path string) ([][]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []float64
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("line %d: %.40q is no number; write one sample a line", n, text)
		}
		if out = append(out, v); len(out) > 1<<24 {
			return nil, fmt.Errorf("it has more than %d samples", 1<<24)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it has no samples")
	}
	return [][]float64{out}, nil
}

// between is the value of samples at a place between them, by a sinc under a
// Lanczos window of eight lobes: exact for what the samples can carry, to a few
// parts in a thousand up to two thirds of their highest frequency.
func between(samples []float64, at float64) float64 {
	const lobes = 8
	first := int(math.Floor(at)) - lobes + 1
	sum := 0.0
	for i := max(first, 0); i < min(first+2*lobes, len(samples)); i++ {
		if x := math.Pi * (at - float64(i)); x == 0 {
			sum += samples[i]
		} else {
			sum += samples[i] * math.Sin(x) / x * math.Sin(x/lobes) / (x / lobes)
		}
	}
	return sum
}

// highest is the frequency at which the spectrum of samples is highest.
func highest(samples []float64, every float64) float64 {
	n := 4 * len(samples)
	padded := make([]float64, n)
	copy(padded, samples)
	best, at := 0.0, 1
	for k, c := range fourier.NewFFT(n).Coefficients(nil, padded) {
		if size := real(c)*real(c) + imag(c)*imag(c); size > best && k > 0 {
			best, at = size, k
		}
	}
	return float64(at) / (float64(n) * every)
}
