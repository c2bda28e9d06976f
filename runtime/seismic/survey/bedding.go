package survey

import (
	"math"
	"math/rand/v2"
	"slices"
)

// bedding is a pile of beds: velocity as a function of stratigraphic depth,
// 0 at the youngest bed and 1 at the oldest, piecewise constant but for a
// slight increase within every bed.
type bedding struct {
	top, velocity []float64
	slope         float64 // increase per unit of depth within a bed
}

// newBedding draws n beds of exponentially distributed thickness around a
// trend from one velocity to another. Neighbours alternate between slow
// shales and fast sands or limestones by the given contrast, so that
// reflections change sign.
func newBedding(r *rand.Rand, n int, from, to, contrast float64) *bedding {
	b := &bedding{slope: 0.25 * (to - from)}
	depth := 0.0
	for range n {
		b.top = append(b.top, depth)
		depth += 0.25 + r.ExpFloat64()
	}
	for i := range b.top {
		b.top[i] /= depth
	}
	for i, top := range b.top {
		side := float64(2*(i%2) - 1)
		v := from + (to-from)*math.Pow(top, 0.85)
		v *= 1 + contrast*side*(0.25+0.75*r.Float64())
		b.velocity = append(b.velocity, min(max(v, from), 1.08*to))
	}
	return b
}

// at is the velocity at a stratigraphic depth; beyond its ends the pile goes
// on with its first and last bed.
func (b *bedding) at(s float64) float64 {
	i, found := slices.BinarySearch(b.top, s)
	if !found {
		i = max(i-1, 0)
	}
	return b.velocity[i] + b.slope*min(max(s-b.top[i], 0), 0.1)
}

// relief is a smooth random curve of about unit size: a few waves, slower
// ones stronger.
type relief struct{ amplitude, wavenumber, tilt, phase []float64 }

func newRelief(r *rand.Rand, waves int, longest float64) relief {
	var f relief
	for i := range waves {
		f.amplitude = append(f.amplitude, (0.6+0.4*r.Float64())/float64(i+1))
		f.wavenumber = append(f.wavenumber, 2*math.Pi*(float64(i)+0.8+0.4*r.Float64())/longest)
		f.tilt = append(f.tilt, 2*r.Float64()-1)
		f.phase = append(f.phase, 2*math.Pi*r.Float64())
	}
	return f
}

func (f relief) at(x, y float64) float64 {
	sum := 0.0
	for i, a := range f.amplitude {
		sum += a * math.Sin(f.wavenumber[i]*(x+f.tilt[i]*y)+f.phase[i])
	}
	return sum
}

// smoothstep rises from 0 at a to 1 at b with level ends.
func smoothstep(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}

// bell is exp(-t^2) with t = (x-centre)/width.
func bell(x, centre, width float64) float64 { return math.Exp(-square((x - centre) / width)) }
