package gradient

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// Misfit judges records.
type Misfit interface {
	// Misfit is the value for one set of receivers with the given name, and its
	// derivatives by their records; both arrays have shape (steps, points).
	Misfit(receivers string, records *field.Array) (value float64, derivatives *field.Array, err error)
}

// Data are what records are compared with.
type Data struct {
	// Observed are traces by receivers, of the shape of the records. Receivers
	// that are not named do not count.
	Observed map[string]*field.Array
	// Weights multiply both sides before they are compared: masks, mutes, the
	// inverse of the noise. They have the shape of the records, or (points) for
	// one weight a trace. Receivers that are not named weigh 1.
	Weights map[string]*field.Array
}

// pair is one set of weighted records and observed traces.
type pair struct {
	steps, points              int
	records, observed, weights []float64
}

func (d Data) pair(name string, records *field.Array) (*pair, error) {
	p := &pair{steps: records.Shape[0], points: records.Shape[1], records: values(records)}
	o, w := d.Observed[name], d.Weights[name]
	if o == nil {
		return nil, nil
	}
	if !slices.Equal(o.Shape, records.Shape) {
		return nil, badData("the observed traces of %s have shape %s, and the records %s", name, field.ShapeString(o.Shape), field.ShapeString(records.Shape))
	}
	if i := o.FirstNotFinite(); i != nil {
		return nil, badData("the observed traces of %s have a NaN or an infinity at index %s", name, field.ShapeString(i))
	}
	p.observed, p.weights = values(o), make([]float64, len(p.records))
	for i := range p.weights {
		switch {
		case w == nil:
			p.weights[i] = 1
		case slices.Equal(w.Shape, records.Shape):
			p.weights[i] = w.At(i)
		case slices.Equal(w.Shape, []int{p.points}):
			p.weights[i] = w.At(i % p.points)
		default:
			return nil, badData("the weights of %s have shape %s; give one a trace, shape %d, or one a number, shape %s", name, field.ShapeString(w.Shape), p.points, field.ShapeString(records.Shape))
		}
		p.records[i] *= p.weights[i]
		p.observed[i] *= p.weights[i]
	}
	return p, nil
}

// badData says what is wrong with what records are compared with.
func badData(format string, args ...any) error {
	return operator.BadArguments{fmt.Sprintf(format, args...)}
}

func values(a *field.Array) []float64 {
	out := make([]float64, a.Len())
	for i := range out {
		out[i] = a.At(i)
	}
	return out
}

// derivatives are those by the records, from those by the weighted ones.
func (p *pair) derivatives(d []float64) *field.Array {
	out := field.New64(p.steps, p.points)
	for i := range d {
		out.F64[i] = d[i] * p.weights[i]
	}
	return out
}

// trace is a trace of traces.
func (p *pair) trace(of []float64, point int) []float64 {
	out := make([]float64, p.steps)
	for t := range out {
		out[t] = of[t*p.points+point]
	}
	return out
}

// each is a misfit that is a sum over pairs of numbers.
func (d Data) each(name string, records *field.Array, f func(residual float64) (value, slope float64)) (float64, *field.Array, error) {
	p, err := d.pair(name, records)
	if p == nil {
		return 0, field.New64(records.Shape...), err
	}
	sum, slopes := 0.0, make([]float64, len(p.records))
	for i := range p.records {
		v, s := f(p.records[i] - p.observed[i])
		sum, slopes[i] = sum+v, s
	}
	return sum, p.derivatives(slopes), nil
}

// Misfits are the names of the misfits.
var Misfits = []string{"l2", "huber", "correlation", "envelope"}

// NewMisfit is the misfit of a name; threshold is that of Huber. Errors:
// operator.BadArguments: no such name, no threshold.
func NewMisfit(name string, d Data, threshold float64) (Misfit, error) {
	switch name {
	case "l2":
		return L2{d}, nil
	case "huber":
		if !(threshold > 0) {
			return nil, badData("the Huber misfit needs a threshold above 0: --threshold")
		}
		return Huber{d, threshold}, nil
	case "correlation":
		return Correlation{d}, nil
	case "envelope":
		return Envelope{d}, nil
	}
	return nil, badData("there is no misfit %q; there are %s", name, strings.Join(Misfits, ", "))
}

// L2 is half the sum of the squares of the residuals.
type L2 struct{ Data }

// Misfit implements Misfit.
func (m L2) Misfit(name string, records *field.Array) (float64, *field.Array, error) {
	return m.each(name, records, func(r float64) (float64, float64) { return r * r / 2, r })
}

// Huber is half the square of residuals up to the threshold, and grows linearly
// beyond: outliers count less (Huber 1964). With a small threshold it is the L1
// norm, rounded where that has no derivative.
type Huber struct {
	Data
	Threshold float64 // in the unit of the records, above 0
}

// Misfit implements Misfit.
func (m Huber) Misfit(name string, records *field.Array) (float64, *field.Array, error) {
	if !(m.Threshold > 0) {
		return 0, nil, fmt.Errorf("the threshold of the Huber misfit is %g; it must be positive", m.Threshold)
	}
	return m.each(name, records, func(r float64) (float64, float64) {
		if math.Abs(r) <= m.Threshold {
			return r * r / 2, r
		}
		return m.Threshold * (math.Abs(r) - m.Threshold/2), math.Copysign(m.Threshold, r)
	})
}

// Correlation is the sum over the traces of 1 - <p, o>/(|p| |o|): it compares
// shapes and leaves amplitudes out. Traces of zeros do not count.
type Correlation struct{ Data }

// Misfit implements Misfit.
func (m Correlation) Misfit(name string, records *field.Array) (float64, *field.Array, error) {
	p, err := m.pair(name, records)
	if p == nil {
		return 0, field.New64(records.Shape...), err
	}
	sum, slopes := 0.0, make([]float64, len(p.records))
	for k := range p.points {
		a, b := p.trace(p.records, k), p.trace(p.observed, k)
		ab, aa, bb := inner(a, b), inner(a, a), inner(b, b)
		if aa == 0 || bb == 0 {
			continue
		}
		size := math.Sqrt(aa * bb)
		sum += 1 - ab/size
		for t := range a {
			slopes[t*p.points+k] = (ab/aa*a[t] - b[t]) / size
		}
	}
	return sum, p.derivatives(slopes), nil
}

func inner(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// Envelope is half the sum of the squares of the differences of the envelopes:
// the sizes of the analytic signals. It does not care for phase, so it sees
// further when the first model is poor (Bozdag, Trampert and Tromp 2011).
type Envelope struct{ Data }

// Misfit implements Misfit.
func (m Envelope) Misfit(name string, records *field.Array) (float64, *field.Array, error) {
	p, err := m.pair(name, records)
	if p == nil {
		return 0, field.New64(records.Shape...), err
	}
	sum, slopes := 0.0, make([]float64, len(p.records))
	fft := fourier.NewCmplxFFT(p.steps)
	for k := range p.points {
		a, b := p.trace(p.records, k), p.trace(p.observed, k)
		ha, hb := hilbert(fft, a), hilbert(fft, b)
		// Where there is no signal, the envelope has no derivative: a floor far
		// below the signal rounds it off.
		floor := 1e-6 * math.Sqrt((inner(a, a)+inner(b, b))/float64(p.steps))
		direct, turned := make([]float64, p.steps), make([]float64, p.steps)
		for t := range a {
			ea := math.Sqrt(a[t]*a[t] + ha[t]*ha[t] + floor*floor)
			eb := math.Sqrt(b[t]*b[t] + hb[t]*hb[t] + floor*floor)
			sum += (ea - eb) * (ea - eb) / 2
			if ea > 0 {
				direct[t], turned[t] = (ea-eb)*a[t]/ea, (ea-eb)*ha[t]/ea
			}
		}
		back := hilbert(fft, turned) // the transform's transpose is its negative
		for t := range a {
			slopes[t*p.points+k] = direct[t] - back[t]
		}
	}
	return sum, p.derivatives(slopes), nil
}

// hilbert is the Hilbert transform of a trace: its phase turned by 90 degrees.
func hilbert(fft *fourier.CmplxFFT, a []float64) []float64 {
	n := len(a)
	z := make([]complex128, n)
	for i, v := range a {
		z[i] = complex(v, 0)
	}
	z = fft.Coefficients(nil, z)
	for i := range z {
		switch k := 2 * i; {
		case i == 0 || k == n:
			z[i] = 0
		case k < n:
			z[i] *= -1i
		default:
			z[i] *= 1i
		}
	}
	z = fft.Sequence(nil, z)
	out := make([]float64, n)
	for i := range out {
		out[i] = real(z[i]) / float64(n)
	}
	return out
}

// Mute are weights that take the direct wave out: 0 until delay behind the time
// at which a wave of the given velocity arrives from a distance, 1 from taper
// behind that on, and a cosine between. Distances are those of the points from
// the source; dt, delay and taper are times of one unit, and velocity is a
// distance by it.
func Mute(steps int, dt float64, distances []float64, velocity, delay, taper float64) *field.Array {
	out := field.New64(steps, len(distances))
	for t := range steps {
		for k, x := range distances {
			into := float64(t)*dt - x/velocity - delay
			switch {
			case into >= taper:
				out.F64[t*len(distances)+k] = 1
			case into > 0:
				out.F64[t*len(distances)+k] = (1 - math.Cos(math.Pi*into/taper)) / 2
			}
		}
	}
	return out
}
