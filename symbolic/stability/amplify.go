package stability

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/courant-pde/courant/symbolic"
	"gonum.org/v1/gonum/mat"
)

// waveRadius is the spectral radius for the plane wave with the given phase
// from a point to the next, per axis.
func waveRadius(p *symbolic.Problem, m Medium, phase []float64) (float64, error) {
	// The state is every wavefield at the levels t, t-1, ...
	first := map[string]int{}
	n := 0
	for _, f := range p.Functions {
		if f.Varies() {
			first[f.Name] = n
			n += p.Grid.TimeOrder
		}
	}
	w := &wave{medium: m, phase: phase, first: first, next: map[string]form{}}
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Target.Func.Role == symbolic.Image || u.Target.Func.Role == symbolic.History {
			continue
		}
		// What a boundary does to a wave is not judged: of several updates the
		// first one counts, which the others correct in their regions.
		if _, done := w.next[u.Target.Func.Name]; done && u.Region != nil {
			continue
		}
		f, err := w.eval(u.Value)
		if err != nil {
			return 0, err
		}
		w.next[u.Target.Func.Name] = f
	}
	// The real matrix [[A, -B], [B, A]] has the eigenvalues of A+iB and their
	// conjugates.
	matrix := mat.NewDense(2*n, 2*n, nil)
	finite := true
	set := func(i, j int, v complex128) {
		a, b := real(v), imag(v)
		finite = finite && !math.IsNaN(a+b) && !math.IsInf(a, 0) && !math.IsInf(b, 0)
		matrix.Set(i, j, a)
		matrix.Set(i+n, j+n, a)
		matrix.Set(i, j+n, -b)
		matrix.Set(i+n, j, b)
	}
	for name, i := range first {
		for j, v := range w.next[name].of {
			set(i, j, v)
		}
		for age := 1; age < p.Grid.TimeOrder; age++ {
			set(i+age, i+age-1, 1)
		}
	}
	if !finite {
		return math.Inf(1), nil
	}
	var eigen mat.Eigen
	if !eigen.Factorize(matrix, mat.EigenNone) {
		return 0, fmt.Errorf("the eigenvalues of the amplification matrix were not found")
	}
	r := 0.0
	for _, v := range eigen.Values(nil) {
		r = max(r, cmplx.Abs(v))
	}
	return r, nil
}

// wave evaluates updates for one plane wave in one medium.
type wave struct {
	medium Medium
	phase  []float64
	first  map[string]int  // place of each wavefield's level t in the state
	next   map[string]form // levels t+1 and temporaries computed so far
}

// form is a linear form in the entries of the state.
type form struct {
	alone complex128         // the part without the state
	of    map[int]complex128 // nil for a form that is a number
}

func (f form) times(c complex128) form {
	out := form{alone: f.alone * c}
	if f.of != nil {
		out.of = make(map[int]complex128, len(f.of))
		for i, v := range f.of {
			out.of[i] = v * c
		}
	}
	return out
}

func (w *wave) eval(e symbolic.Expr) (form, error) {
	switch x := e.(type) {
	case *symbolic.Access:
		return w.access(x)
	case *symbolic.Add:
		sum := form{}
		for _, t := range x.Terms {
			f, err := w.eval(t)
			if err != nil {
				return form{}, err
			}
			sum.alone += f.alone
			if f.of != nil && sum.of == nil {
				sum.of = map[int]complex128{}
			}
			for i, v := range f.of {
				sum.of[i] += v
			}
		}
		return sum, nil
	case *symbolic.Mul:
		product := form{alone: 1}
		for _, t := range x.Factors {
			f, err := w.eval(t)
			switch {
			case err != nil:
				return form{}, err
			case f.of == nil:
				product = product.times(f.alone)
			case product.of == nil:
				product = f.times(product.alone)
			default:
				return form{}, ErrNonlinear
			}
		}
		return product, nil
	}
	// All else is linear only when the state is not in it.
	v, err := symbolic.Eval(e, symbolic.Values{
		Scalar: w.scalar,
		Access: func(a *symbolic.Access) (complex128, error) {
			f, err := w.access(a)
			if err == nil && f.of != nil {
				err = ErrNonlinear
			}
			return f.alone, err
		},
	})
	return form{alone: v}, err
}

func (w *wave) scalar(s *symbolic.Scalar) (complex128, error) {
	x, ok := w.medium.Scalars[s.Name]
	if !ok {
		return 0, fmt.Errorf("no value for scalar %s", s.Name)
	}
	return complex(x, 0), nil
}

func (w *wave) access(a *symbolic.Access) (form, error) {
	switch a.Func.Role {
	case symbolic.Image, symbolic.History:
		return form{}, fmt.Errorf("%s: its values before the run are not known", a.Func.Name)
	case symbolic.Field:
		x, ok := w.medium.Fields[a.Func.Name]
		if !ok {
			return form{}, fmt.Errorf("no value for field %s", a.Func.Name)
		}
		return form{alone: complex(x, 0)}, nil
	}
	angle := 0.0
	for axis, o := range a.Offset {
		angle += w.phase[axis] * float64(o)
	}
	shift := cmplx.Exp(complex(0, angle))
	if a.Func.Role == symbolic.Temporary || a.Time == 1 {
		return w.next[a.Func.Name].times(shift), nil
	}
	return form{of: map[int]complex128{w.first[a.Func.Name] - a.Time: shift}}, nil
}
