package stability

import (
	"math"
	"slices"
)

// tolerance is the growth in a step that counts as none. The eigenvalue 1 of a
// constant is double for schemes of second order in time, and rounding of
// 1e-16 moves a double eigenvalue by its square root, 1e-8.
const tolerance = 1e-6

// exact is the relative accuracy of limits.
const exact = 1e-7

// Verdict is what a medium allows.
type Verdict struct {
	// Dt is the largest time step up to which nothing grows but what grows in
	// the equations too: infinite when there is none, 0 when waves grow at every
	// time step and the faster the finer the grid is.
	Dt float64
	// Phase is that of the wave that grows first beyond Dt, per axis and point.
	Phase []float64
	// Rate is how fast solutions of the equations themselves grow, by exp(Rate)
	// in a unit of time; 0 when they do not.
	Rate float64
	// Finite is false where coefficients are not.
	Finite bool

	floor float64 // growth that is rounding
}

// allows is the growth in a step that does not count. What grows by more than a
// tenth in a step is not resolved in time.
func (v *Verdict) allows(dt float64) float64 { return v.floor + min(v.Rate*dt, 0.1) }

// phases to start from: of the waves with all wave numbers k and -k, which grow
// alike, one. The first ones are where stencils usually amplify most.
func phases(dim int) [][]float64 {
	one := []float64{math.Pi, 2 * math.Pi / 3, math.Pi / 3, 0, -math.Pi / 3, -2 * math.Pi / 3}
	all := [][]float64{{}}
	for range dim {
		var next [][]float64
		for _, v := range one {
			for _, head := range all {
				next = append(next, append(slices.Clone(head), v))
			}
		}
		all = next
	}
	return slices.DeleteFunc(all, func(p []float64) bool {
		for _, v := range p {
			if v < 0 || v == math.Pi {
				return v < 0
			}
			if v > 0 {
				return false
			}
		}
		return false
	})
}

// Corners are the shortest waves along the axes and between them.
func Corners(dim int) [][]float64 {
	return slices.DeleteFunc(phases(dim), func(p []float64) bool {
		short := slices.Contains(p, math.Pi)
		return !short || slices.ContainsFunc(p, func(v float64) bool { return v != 0 && v != math.Pi })
	})
}

// Limit is what the medium allows; hint is a time step near which the search
// starts, or 0.
func (j *Judge) Limit(hint float64) (Verdict, error) {
	v, err := j.coarse(hint, phases(j.dim))
	if err != nil || v.Dt == 0 || math.IsInf(v.Dt, 0) {
		return v, err
	}
	return v, j.refine(&v)
}

// worst is the first of the phases that grows more than v allows, -1 when none
// does, and the growth there.
func (j *Judge) worst(v *Verdict, dt float64, waves [][]float64) (int, float64, error) {
	for i, p := range waves {
		g, err := j.growth(dt, p)
		if err != nil || g > v.allows(dt) {
			return i, g, err
		}
	}
	return -1, 0, nil
}

// greatest is the greatest growth.
func (j *Judge) greatest(dt float64, waves [][]float64) (float64, error) {
	most := math.Inf(-1)
	for _, p := range waves {
		g, err := j.growth(dt, p)
		if err != nil {
			return 0, err
		}
		most = max(most, g)
	}
	return most, nil
}

// coarse is the limit for some waves.
func (j *Judge) coarse(hint float64, waves [][]float64) (Verdict, error) {
	if !(hint > 0) || math.IsInf(hint, 0) {
		hint = 1
	}
	v := Verdict{floor: tolerance, Finite: true}
	low, high, err := j.bracket(&v, hint, waves)
	if err != nil || low == 0 || math.IsInf(high, 0) {
		v.Dt = high
		if low == 0 {
			v.Dt = 0
		}
		return v, err
	}
	// A stable scheme has no growth at half its limit. What grows there, at the
	// least like the square of the step, grows slowly at any step.
	g, err := j.greatest(low/2, waves)
	if err != nil {
		return v, err
	}
	if g > 0.2*v.floor {
		if v.Rate, err = j.rate(low / 8); err != nil || math.IsInf(v.Rate, 0) {
			v.Rate, v.Dt = 0, 0
			return v, err
		}
		if low, high, err = j.bracket(&v, low, waves); err != nil || low == 0 || math.IsInf(high, 0) {
			v.Dt = high
			if low == 0 {
				v.Dt = 0
			}
			return v, err
		}
	}
	v.Dt = high
	for i := range waves {
		if err := j.lower(&v, low, waves[i]); err != nil {
			return v, err
		}
	}
	return v, nil
}

// bracket finds a step at which all waves are stable and one, at most twice as
// large, at which some is not. The first is 0 when no step is stable, the
// second infinite when all are.
func (j *Judge) bracket(v *Verdict, dt float64, waves [][]float64) (low, high float64, err error) {
	// What grows even in steps of nothing is rounding of multiple eigenvalues,
	// or a scheme that does not know the time step.
	const tiny = 0x1p-60
	rest, err := j.greatest(dt*tiny, waves)
	if err != nil {
		return 0, 0, err
	}
	if math.IsInf(rest, 1) {
		v.Finite = false
	}
	if rest > 1e-3 {
		return 0, dt, nil
	}
	v.floor = max(v.floor, 3*rest)
	last := 0 // the wave that grew last grows first now
	stable := func(dt float64) (bool, error) {
		if g, err := j.growth(dt, waves[last]); err != nil || g > v.allows(dt) {
			return false, err
		}
		i, _, err := j.worst(v, dt, waves)
		if i >= 0 {
			last = i
		}
		return i < 0, err
	}
	low, high = dt, dt
	for range 60 {
		ok, err := stable(low)
		if err != nil {
			return 0, 0, err
		}
		if ok {
			break
		}
		low, high = low/2, low
	}
	if low < dt {
		return low, high, nil
	}
	for range 60 {
		high *= 2
		if ok, err := stable(high); err != nil || !ok {
			return low, high, err
		}
		low = high
	}
	return low, math.Inf(1), nil
}

// lower takes v.Dt down to the limit of one wave, if that is below; low is
// stable.
func (j *Judge) lower(v *Verdict, low float64, wave []float64) error {
	g, err := j.growth(v.Dt, wave)
	if err != nil || g <= v.allows(v.Dt) {
		return err
	}
	v.Phase = slices.Clone(wave)
	high := v.Dt
	for high > low*(1+exact) {
		mid := (low + high) / 2
		g, err := j.growth(mid, wave)
		switch {
		case err != nil:
			return err
		case g <= v.allows(mid):
			low = mid
		default:
			high = mid
		}
	}
	v.Dt = low
	return nil
}

// refine searches for a wave near the worst that grows earlier. Where a step of
// d no longer finds one, the limit is known to about d^2/2.
func (j *Judge) refine(v *Verdict) error {
	if v.Phase == nil {
		return nil
	}
	for d := math.Pi / 6; d > 3e-4; d /= 2 {
		for moved := true; moved; {
			moved = false
			for axis := range j.dim {
				for _, by := range []float64{d, -d} {
					p := slices.Clone(v.Phase)
					p[axis] += by
					before := v.Dt
					if err := j.lower(v, v.Dt/2, p); err != nil {
						return err
					}
					moved = moved || v.Dt < before*(1-2*exact)
				}
			}
		}
	}
	return nil
}

// rate is how fast solutions of the equations themselves grow, seen at a small
// time step; infinite when they grow the faster the finer the grid is: then
// they, or the scheme at any time step, make no sense.
func (j *Judge) rate(dt float64) (float64, error) {
	var waves [][]float64
	for _, p := range phases(j.dim) {
		for range 7 {
			waves = append(waves, slices.Clone(p))
			for axis := range p {
				p[axis] /= 2
			}
		}
	}
	whole, err := j.greatest(dt, waves)
	if err != nil {
		return 0, err
	}
	j.scale(0.25)
	fine, err := j.greatest(dt, waves)
	j.scale(4)
	if err != nil {
		return 0, err
	}
	// On a grid four times as fine what makes no sense grows four times as fast,
	// or sixteen times.
	if fine > 2.5*whole {
		return math.Inf(1), nil
	}
	// Waves between those that were looked at may grow a little faster.
	return 1.2 * whole / dt, nil
}

// Stable reports whether none of the waves grows at a time step by more than a
// verdict on a medium like this one lets pass.
func (j *Judge) Stable(like Verdict, dt float64, waves [][]float64) (bool, error) {
	i, _, err := j.worst(&like, dt, waves)
	return i < 0, err
}

// LimitOf is the limit for some waves only.
func (j *Judge) LimitOf(hint float64, waves [][]float64) (Verdict, error) {
	return j.coarse(hint, waves)
}
