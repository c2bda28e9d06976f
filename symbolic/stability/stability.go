// Package stability finds the largest stable time step of a discretised
// problem by von Neumann's analysis of the scheme itself: the coefficients
// are frozen, a plane wave is put in, and the amplification matrix of one
// step must have no eigenvalue beyond the unit circle.
package stability

import (
	"errors"
	"math"

	"github.com/courant-pde/courant/symbolic"
)

// ErrNonlinear says that the updates are not linear in the wavefields, so
// that plane waves tell nothing.
var ErrNonlinear = errors.New("the updates are not linear in the wavefields")

// Medium is one choice of the coefficients.
type Medium struct {
	Fields  map[string]float64 // value of every field that does not vary in time
	Scalars map[string]float64 // dt, spacings, parameters
}

// tolerance is how far beyond 1 an eigenvalue may lie. The eigenvalue 1 of a
// constant is double for schemes of second order in time, and rounding of
// 1e-16 moves a double eigenvalue by its square root, 1e-8.
const tolerance = 1e-6

// Stable reports whether no plane wave grows in the given medium. Wave
// numbers 0, pi/2, 2pi/3 and pi per point along every axis stand for all:
// stencils amplify most at their ends or, for first derivatives, between.
func Stable(p *symbolic.Problem, m Medium) (bool, error) {
	r, err := Radius(p, m)
	return r <= 1+tolerance, err
}

// Radius is the largest modulus of an eigenvalue over the plane waves of
// Stable.
func Radius(p *symbolic.Problem, m Medium) (float64, error) {
	phases := []float64{math.Pi, 2 * math.Pi / 3, math.Pi / 2, 0}
	dim := p.Grid.Dim()
	worst := 0.0
	phase := make([]float64, dim)
	var walk func(axis int) error
	walk = func(axis int) error {
		if axis == dim {
			r, err := waveRadius(p, m, phase)
			worst = max(worst, r)
			return err
		}
		for _, f := range phases {
			phase[axis] = f
			if err := walk(axis + 1); err != nil {
				return err
			}
		}
		return nil
	}
	err := walk(0)
	return worst, err
}

// Limit is the largest time step, in the units of dt, below which the scheme
// is stable in all of the given media; the dt that they hold is where the
// search starts. It is found to one part in 10^4 and rounded down. It is 0
// when no step is stable and infinite when all are.
func Limit(p *symbolic.Problem, media []Medium) (float64, error) {
	at := func(dt float64) (bool, error) {
		for _, m := range media {
			scalars := map[string]float64{}
			for k, v := range m.Scalars {
				scalars[k] = v
			}
			scalars["dt"] = dt
			if ok, err := Stable(p, Medium{m.Fields, scalars}); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	dt := 1.0
	if len(media) > 0 && media[0].Scalars["dt"] > 0 {
		dt = media[0].Scalars["dt"]
	}
	lo, hi := dt, dt
	for range 60 {
		ok, err := at(lo)
		if err != nil {
			return 0, err
		}
		if ok {
			break
		}
		lo /= 2
	}
	if ok, err := at(lo); err != nil || !ok {
		return 0, err
	}
	hi = lo * 2
	for range 60 {
		ok, err := at(hi)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		lo, hi = hi, hi*2
	}
	if ok, _ := at(hi); ok {
		return math.Inf(1), nil
	}
	for hi/lo > 1.0001 {
		mid := (lo + hi) / 2
		if ok, _ := at(mid); ok {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo, nil
}
