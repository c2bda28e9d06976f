// Package stability judges discretised problems by von Neumann's analysis of the scheme
// itself: the coefficients are frozen, a plane wave is put in, and the amplification
// matrix of one step must have no eigenvalue beyond the unit circle. The phases of the
// eigenvalues give the speeds of waves.
//
// In: a problem after lower.Discretise, and media, which are values of its fields and
// scalars. Out: the largest stable time step, and the speeds of waves. Start at Limit
// and its example; New and Scheme.Judge serve for many media.
//
// Boundaries, mirrors and regions do not enter: of several updates of a function the one
// of the whole grid counts.
package stability

import (
	"errors"
	"math"

	"github.com/courant-pde/courant/symbolic"
)

// ErrNonlinear says that the updates are not linear in the wavefields, so
// that plane waves tell nothing.
var ErrNonlinear = errors.New("the updates are not linear in the wavefields")

// Medium is one choice of the coefficients by name.
type Medium struct {
	Fields  map[string]float64 // value of every field that does not vary in time
	Scalars map[string]float64 // dt, spacings, parameters
}

// Limit is the largest time step, in the units of dt, up to which the scheme
// is stable in all of the given media: the least of their Judge.Limit. The dt
// that the first one holds, if any, is where the search starts.
func Limit(p *symbolic.Problem, media []Medium) (float64, error) {
	s, err := New(p)
	if err != nil {
		return 0, err
	}
	least := math.Inf(1)
	for _, m := range media {
		j, err := s.In(m)
		if err != nil {
			return 0, err
		}
		hint := m.Scalars["dt"]
		if least > 0 && !math.IsInf(least, 0) {
			hint = least
		}
		v, err := j.Limit(hint)
		if err != nil {
			return 0, err
		}
		least = min(least, v.Dt)
	}
	return least, nil
}
