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
	first := map[*symbolic.Function]int{}
	n := 0
	for _, f := range p.Functions {
		if f.Varies() && !p.Given(f) {
			first[f] = n
			n += p.Grid.TimeOrder
		}
	}
	w := &wave{medium: m, phase: phase, first: first, size: n, next: map[*symbolic.Function]form{}, fields: map[*symbolic.Function]complex128{}, ahead: p.Next()}
	for _, s := range p.Statements {
		u, ok := s.(*symbolic.Update)
		if !ok || u.Target.Func.Role == symbolic.Image || u.Target.Func.Role == symbolic.History {
			continue
		}
		// What a boundary does to a wave is not judged: of several updates the
		// first one counts, which the others correct in their regions.
		if _, done := w.next[u.Target.Func]; done && u.Region != nil {
			continue
		}
		f, err := w.eval(u.Value)
		if err != nil {
			return 0, err
		}
		w.next[u.Target.Func] = f
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
	for f, i := range first {
		for j, v := range w.next[f].dense(n) {
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
	first  map[*symbolic.Function]int  // place of each wavefield's level t in the state
	size   int                         // entries of the state
	next   map[*symbolic.Function]form // levels t+1 and temporaries computed so far
	fields map[*symbolic.Function]complex128
	ahead  int // the level that a step computes
}

// form is a linear form in the entries of the state: a number alone, or a
// multiple of one entry, or, with all set, of any.
type form struct {
	alone  complex128
	all    []complex128
	entry  int
	amount complex128 // of the entry
	linear bool       // the state is in it
}

// dense are the coefficients of all n entries.
func (f form) dense(n int) []complex128 {
	if f.all != nil {
		return f.all
	}
	out := make([]complex128, n)
	if f.linear {
		out[f.entry] = f.amount
	}
	return out
}

func (f form) times(c complex128) form {
	f.alone *= c
	f.amount *= c
	if f.all != nil {
		all := make([]complex128, len(f.all))
		for i, v := range f.all {
			all[i] = v * c
		}
		f.all = all
	}
	return f
}

func (w *wave) eval(e symbolic.Expr) (form, error) {
	switch x := e.(type) {
	case *symbolic.Access:
		return w.access(x)
	case *symbolic.Add:
		return w.sum(x)
	case *symbolic.Mul:
		product := form{alone: 1}
		for _, t := range x.Factors {
			f, err := w.eval(t)
			switch {
			case err != nil:
				return form{}, err
			case !f.linear:
				product = product.times(f.alone)
			case !product.linear:
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
			if err == nil && f.linear {
				err = ErrNonlinear
			}
			return f.alone, err
		},
	})
	return form{alone: v}, err
}

func (w *wave) sum(x *symbolic.Add) (form, error) {
	out := form{}
	for _, t := range x.Terms {
		f, err := w.eval(t)
		if err != nil {
			return form{}, err
		}
		out.alone += f.alone
		if !f.linear {
			continue
		}
		if out.all == nil {
			out.all, out.linear = make([]complex128, w.size), true
		}
		if f.all == nil {
			out.all[f.entry] += f.amount
		}
		for i, v := range f.all {
			out.all[i] += v
		}
	}
	return out, nil
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
		v, ok := w.fields[a.Func]
		if !ok {
			x, ok := w.medium.Fields[a.Func.Name]
			if !ok {
				return form{}, fmt.Errorf("no value for field %s", a.Func.Name)
			}
			v = complex(x, 0)
			w.fields[a.Func] = v
		}
		return form{alone: v}, nil
	}
	if _, computed := w.first[a.Func]; !computed && a.Func.Varies() {
		return form{}, fmt.Errorf("%w: it depends on %s", ErrNonlinear, a.Func.Name)
	}
	angle := 0.0
	for axis, o := range a.Offset {
		angle += w.phase[axis] * float64(o)
	}
	shift := complex(1, 0)
	if angle != 0 {
		shift = cmplx.Exp(complex(0, angle))
	}
	if a.Func.Role == symbolic.Temporary || a.Time == w.ahead {
		return w.next[a.Func].times(shift), nil
	}
	return form{entry: w.first[a.Func] - a.Time*w.ahead, amount: shift, linear: true}, nil
}
