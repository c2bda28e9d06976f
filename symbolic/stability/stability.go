// Package stability finds the largest stable time step of a discretised
// problem by von Neumann's analysis of the scheme itself: the coefficients
// are frozen, a plane wave is put in, and the amplification matrix of one
// step must have no eigenvalue beyond the unit circle.
package stability

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"

	"github.com/courant-pde/courant/symbolic"
	"gonum.org/v1/gonum/mat"
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

// slot is one entry of the state: a wavefield at level t-age.
type slot struct {
	name string
	age  int
}

// waveRadius is the spectral radius for the plane wave with the given phase
// from a point to the next, per axis.
func waveRadius(p *symbolic.Problem, m Medium, phase []float64) (float64, error) {
	var state []slot
	for _, f := range p.Functions {
		if f.Varies() {
			for age := range p.Grid.TimeOrder {
				state = append(state, slot{f.Name, age})
			}
		}
	}
	n := len(state)
	matrix := make([][]complex128, n)
	for j := range state {
		column, err := step(p, m, phase, state, j, 1)
		if err != nil {
			return 0, err
		}
		twice, err := step(p, m, phase, state, j, 2)
		if err != nil {
			return 0, err
		}
		matrix[j] = column
		for i := range column {
			if cmplx.Abs(twice[i]-2*column[i]) > 1e-9*(cmplx.Abs(column[i])+1e-300) {
				return 0, ErrNonlinear
			}
		}
	}
	// The real matrix [[A, -B], [B, A]] has the eigenvalues of A+iB and their
	// conjugates.
	real2 := mat.NewDense(2*n, 2*n, nil)
	for j := range n {
		for i := range n {
			a, b := real(matrix[j][i]), imag(matrix[j][i])
			if math.IsNaN(a) || math.IsInf(a, 0) || math.IsNaN(b) || math.IsInf(b, 0) {
				return math.Inf(1), nil
			}
			real2.Set(i, j, a)
			real2.Set(i+n, j+n, a)
			real2.Set(i, j+n, -b)
			real2.Set(i+n, j, b)
		}
	}
	var eigen mat.Eigen
	if !eigen.Factorize(real2, mat.EigenNone) {
		return 0, fmt.Errorf("the eigenvalues of the amplification matrix were not found")
	}
	r := 0.0
	for _, v := range eigen.Values(nil) {
		r = max(r, cmplx.Abs(v))
	}
	return r, nil
}

// step applies one time step to the state whose entry j is amount and whose
// others are zero.
func step(p *symbolic.Problem, m Medium, phase []float64, state []slot, j int, amount complex128) ([]complex128, error) {
	next := map[string]complex128{}
	v := symbolic.Values{
		Scalar: func(s *symbolic.Scalar) (complex128, error) {
			x, ok := m.Scalars[s.Name]
			if !ok {
				return 0, fmt.Errorf("no value for scalar %s", s.Name)
			}
			return complex(x, 0), nil
		},
		Access: func(a *symbolic.Access) (complex128, error) {
			angle := 0.0
			for axis, o := range a.Offset {
				angle += phase[axis] * float64(o)
			}
			wave := cmplx.Exp(complex(0, angle))
			switch a.Func.Role {
			case symbolic.Temporary:
				return next[a.Func.Name] * wave, nil
			case symbolic.Image, symbolic.History:
				return 0, fmt.Errorf("%s: its values before the run are not known", a.Func.Name)
			case symbolic.Field:
				x, ok := m.Fields[a.Func.Name]
				if !ok {
					return 0, fmt.Errorf("no value for field %s", a.Func.Name)
				}
				return complex(x, 0), nil
			}
			if a.Time == 1 {
				return next[a.Func.Name] * wave, nil
			}
			if state[j] == (slot{a.Func.Name, -a.Time}) {
				return amount * wave, nil
			}
			return 0, nil
		},
	}
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Target.Func.Role == symbolic.Image || u.Target.Func.Role == symbolic.History {
			continue
		}
		// What a boundary does to a wave is not judged: of several updates the
		// first one counts, which the others correct in their regions.
		if _, done := next[u.Target.Func.Name]; done && u.Region != nil {
			continue
		}
		x, err := symbolic.Eval(u.Value, v)
		if err != nil {
			return nil, err
		}
		next[u.Target.Func.Name] = x
	}
	out := make([]complex128, len(state))
	for i, s := range state {
		switch {
		case s.age == 0:
			out[i] = next[s.name]
		case state[j] == (slot{s.name, s.age - 1}):
			out[i] = amount
		}
	}
	return out, nil
}
