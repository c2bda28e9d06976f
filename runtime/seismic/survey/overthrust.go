package survey

import (
	"math"
	"math/rand/v2"
)

// thrust is a fault on which older rock was pushed over younger, upwards
// along x. It climbs as a ramp from the décollement, a level slip surface, to its toe.
type thrust struct {
	toe   float64 // where it would reach the surface, at y = 1/2
	bow   float64 // how much the trace curves with y
	skew  float64 // how much it turns with y
	slip  float64 // stratigraphic throw
	width float64 // of the ramp
	decay float64 // distance in which the sheet levels out behind its front
}

// behind is the distance along x from the front of the sheet.
func (t thrust) behind(x, y float64) float64 {
	return t.toe + t.bow*(y-0.5)*(y-0.5) + t.skew*(y-0.5) - x
}

// depth is that of the fault plane: level at the décollement behind the ramp
// and rising to 0 at the toe; negative in front of it.
func (t thrust) depth(x, y, decollement float64) float64 {
	d := t.behind(x, y) / t.width
	if d <= 0 {
		return d
	}
	return decollement * (1 - math.Exp(-d*d*0.6-0.9*d)) // steepest at the front
}

// lift is how far the layers at a place have been raised.
func (t thrust) lift(x, y, z, decollement float64) float64 {
	if z > t.depth(x, y, decollement) {
		return 0
	}
	lateral := 0.35 + 0.65*math.Cos(2.4*(y-0.5)) // sheets die out sideways
	return t.slip * lateral * math.Exp(-square(t.behind(x, y)/t.decay))
}

// channel is a meandering river bed at one level of the young sediments.
type channel struct {
	level, y, width, depth float64
	course                 relief
}

func (c channel) contains(x, y, z float64) bool {
	across := (y - c.y - 0.05*c.course.at(x, 0)) / c.width
	return math.Abs(across) < 1 && z > c.level && z < c.level+c.depth*(1-across*across)
}

func overthrustLike(s Synthetic) func(x, y, z float64) float64 {
	r := rand.New(rand.NewPCG(s.Seed, 2))
	span := s.To - s.From
	beds := newBedding(r, 22, s.From+0.25*span, s.To-0.08*span, 0.09)
	basement := newBedding(r, 5, s.To-0.35*span, s.To, 0.04)
	young := newBedding(r, 9, s.From, s.From+0.4*span, 0.05)
	warp, erosion, floor := newRelief(r, 3, 1.2), newRelief(r, 4, 0.9), newRelief(r, 2, 1.6)
	const decollement = 0.74
	var thrusts []thrust
	for i := range 3 {
		thrusts = append(thrusts, thrust{
			toe: 0.42 + 0.21*float64(i) + 0.05*r.Float64(), bow: -0.3 - 0.5*r.Float64(), skew: 0.3 * (r.Float64() - 0.5),
			slip: 0.15 + 0.05*r.Float64(), width: 0.24 + 0.05*r.Float64(), decay: 0.17 + 0.06*r.Float64(),
		})
	}
	var channels []channel
	for i := range 3 {
		channels = append(channels, channel{
			level: 0.05 + 0.035*float64(i), y: 0.2 + 0.3*float64(i), width: 0.018 + 0.01*r.Float64(), depth: 0.03,
			course: newRelief(r, 3, 0.5),
		})
	}
	// A section at y = 1/2 crosses the middle channel wherever its course does.
	return func(x, y, z float64) float64 {
		bottom := decollement + 0.02*floor.at(x, y) - 0.06*(x-0.5)
		if z > bottom {
			step := 0.03 * smoothstep(-0.004, 0.004, x-0.35-0.1*y) // a normal fault of the basement
			return basement.at((z - bottom + step) / (1 - decollement))
		}
		unconformity := 0.13 + 0.022*erosion.at(x, y)
		for _, t := range thrusts {
			unconformity -= 0.05 * bell(t.behind(x, y), 0.10, 0.10)
		}
		if z < unconformity {
			for _, c := range channels {
				if c.contains(x, y, z) {
					return s.From * 0.95
				}
			}
			return young.at((z + 0.01*warp.at(x, y)) / 0.2)
		}
		age := z + (0.03*warp.at(x, y)+0.06*(x-0.5))*(1-z)
		for _, t := range thrusts {
			age += t.lift(x, y, z, bottom)
		}
		return beds.at(min((age-0.02)/decollement/1.05, 1))
	}
}
