package survey

import (
	"math"
	"math/rand/v2"
)

// listric is a normal fault that starts steep at the surface and flattens
// with depth. The block above it has slid down and towards it.
type listric struct {
	x      float64 // where it meets the surface
	reach  float64 // horizontal distance in which it flattens
	floor  float64 // depth at which it is flat
	throw  float64
	toward float64 // +1 dips to greater x, -1 to lesser
}

// above tells whether a place is in the block that slid.
func (f listric) above(x, z float64) (distance float64, slid bool) {
	d := f.toward * (x - f.x)
	return d, d > 0 && z < f.floor*(1-math.Exp(-d/f.reach))
}

// drop is how far the layers at a place lie below where they were laid down.
// The block tilts back into the fault, so the drop fades away from it; it
// fades towards the surface because layers grew while the fault moved.
func (f listric) drop(x, z float64) float64 {
	d, slid := f.above(x, z)
	if !slid {
		return 0
	}
	return f.throw * math.Exp(-d/(3*f.reach)) * smoothstep(-0.05, 0.35, z)
}

func marmousiLike(s Synthetic) func(x, y, z float64) float64 {
	r := rand.New(rand.NewPCG(s.Seed, 1))
	deep := newBedding(r, 44, s.From+0.12*(s.To-s.From), s.To, 0.13)
	young := newBedding(r, 16, s.From, s.From+0.55*(s.To-s.From), 0.06)
	folds, erosion, bed := newRelief(r, 3, 1.1), newRelief(r, 3, 1.3), newRelief(r, 2, 0.9)
	dome := 0.58 + 0.12*r.Float64()
	var faults []listric
	for i := range 3 {
		faults = append(faults, listric{
			x: 0.22 + 0.13*float64(i) + 0.04*r.Float64(), reach: 0.13 + 0.05*r.Float64(),
			floor: 0.88 + 0.06*r.Float64(), throw: 0.06 + 0.045*r.Float64(), toward: 1,
		})
	}
	faults = append(faults, listric{x: 0.90 + 0.04*r.Float64(), reach: 0.16, floor: 0.85, throw: 0.05, toward: -1})
	gas := [2]float64{dome + 0.03*r.NormFloat64(), 0.30 + 0.04*r.Float64()}
	depth := float64(s.Shape[1]-1) * s.Spacing[1]
	water := s.Water / depth

	// age is the stratigraphic depth of the faulted and folded sequence.
	age := func(x, z float64) float64 {
		w := z
		for _, f := range faults {
			w -= f.drop(x, z)
		}
		w += 0.20*bell(x, dome, 0.20)*smoothstep(0.05, 1.1, z) + 0.022*folds.at(x, 0) + 0.10*(x-0.5)
		return (w - 0.05) / 1.12
	}
	return func(x, _, z float64) float64 {
		if z < water+0.15*water*bed.at(x, 0)*0.5 {
			return 1.5 // sea water
		}
		if s.Salt {
			// A diapir with a broad root, an overhang, and beds that it has pulled up.
			neck := 0.035 + 0.11*smoothstep(0.70, 1.05, z) + 0.035*bell(z, 0.47, 0.12)
			centre := dome - 0.28 + 0.03*math.Sin(5*z)
			if z > 0.36+1.5*square((x-centre)/0.2) && math.Abs(x-centre) < neck {
				return 4.5
			}
			z += 0.10 * bell(x, centre, 0.10) * smoothstep(0.25, 0.8, z)
		}
		unconformity := 0.20 + 0.025*erosion.at(x, 0) - 0.09*bell(x, dome, 0.22) + 0.05*x
		if z < unconformity {
			return young.at(0.7*z/0.25 + 0.15*(unconformity-z)/0.25)
		}
		v := deep.at(age(x, z))
		if square((x-gas[0])/0.05)+square((z-gas[1])/0.018) < 1 {
			v *= 0.82 // gas slows the sand on top of the dome
		}
		return v
	}
}
