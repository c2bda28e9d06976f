package stability

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/courant-pde/courant/symbolic"
)

// Judge judges a scheme in one medium at a time. It is not safe for use by
// several goroutines.
type Judge struct {
	*Scheme
	values []float64      // of scalars, fields and then all coefficients
	coef   []float64      // of each term
	dt     float64        // that coef is of; NaN when stale
	powers [][]complex128 // per axis, of the phase factor, from -reach to reach
	shifts []complex128   // per offset
	news   [][]complex128
	ahead  []complex128
	m      *matrix
	eigen  []complex128
	args   []complex128
}

// Judge makes room for judging; scalars are in the order of Scalars. Their
// time step does not matter.
func (s *Scheme) Judge(scalars []float64) *Judge {
	j := &Judge{Scheme: s, values: make([]float64, len(s.ops)), coef: make([]float64, len(s.terms)), dt: math.NaN(),
		shifts: make([]complex128, len(s.offsets)), ahead: make([]complex128, len(s.rows)), m: newMatrix(s.size), args: make([]complex128, 4)}
	copy(j.values, scalars)
	for range s.dim {
		j.powers = append(j.powers, make([]complex128, 2*s.reach+1))
	}
	for range s.rows {
		j.news = append(j.news, make([]complex128, s.size))
	}
	return j
}

// In is a judge for one medium by name.
func (s *Scheme) In(m Medium) (*Judge, error) {
	var scalars, fields []float64
	for _, name := range s.Scalars {
		v, ok := m.Scalars[name]
		if !ok && name != "dt" {
			return nil, fmt.Errorf("no value for scalar %s", name)
		}
		scalars = append(scalars, v)
	}
	for _, name := range s.Fields {
		v, ok := m.Fields[name]
		if !ok {
			return nil, fmt.Errorf("no value for field %s", name)
		}
		fields = append(fields, v)
	}
	j := s.Judge(scalars)
	j.Set(fields)
	return j, nil
}

// Set changes the medium: one value for each of Fields.
func (j *Judge) Set(fields []float64) {
	copy(j.values[len(j.Scalars):], fields)
	j.dt = math.NaN()
}

// scale multiplies all spacings.
func (j *Judge) scale(by float64) {
	for i := range j.dim {
		j.values[1+i] *= by
	}
	j.dt = math.NaN()
}

// prepare computes all coefficients for a time step.
func (j *Judge) prepare(dt float64) {
	if j.dt == dt {
		return
	}
	j.dt = dt
	j.values[0] = dt
	for i := len(j.Scalars) + len(j.Fields); i < len(j.ops); i++ {
		j.values[i] = j.value(j.ops[i])
	}
	clear(j.coef)
	for _, a := range j.adds {
		j.coef[a[0]] += j.values[a[1]]
	}
}

func (j *Judge) value(o op) float64 {
	v := j.values
	switch x := o.of.(type) {
	case *symbolic.Num:
		return x.Float()
	case *symbolic.Add:
		sum := 0.0
		for _, k := range o.args {
			sum += v[k]
		}
		return sum
	case *symbolic.Mul:
		product := 1.0
		for _, k := range o.args {
			product *= v[k]
		}
		return product
	case *symbolic.Pow:
		if v[o.args[1]] == -1 {
			return 1 / v[o.args[0]]
		}
		return math.Pow(v[o.args[0]], v[o.args[1]])
	case *symbolic.Call:
		switch x.Fn {
		case "abs":
			return math.Abs(v[o.args[0]])
		case "min":
			return math.Min(v[o.args[0]], v[o.args[1]])
		case "max":
			return math.Max(v[o.args[0]], v[o.args[1]])
		case "atan2":
			return math.Atan2(v[o.args[0]], v[o.args[1]])
		}
		f := symbolic.Functions[x.Fn].Eval
		if f == nil {
			return math.NaN()
		}
		args := j.args[:0]
		for _, k := range o.args {
			args = append(args, complex(v[k], 0))
		}
		if z := f(args...); imag(z) == 0 {
			return real(z)
		}
	}
	return math.NaN() // as the real function gives outside of its domain
}

// amplification makes the matrix of one step for the plane wave with the given
// phase from a point to the next, per axis. It is false where an entry is not
// finite.
func (j *Judge) amplification(dt float64, phase []float64) bool {
	j.prepare(dt)
	r := j.reach
	for axis, p := range j.powers {
		step := cmplx.Exp(complex(0, phase[axis]))
		p[r] = 1
		for o := 1; o <= r; o++ {
			p[r+o] = p[r+o-1] * step
			p[r-o] = cmplx.Conj(p[r+o])
		}
	}
	for i, offset := range j.offsets {
		shift := complex(1, 0)
		for axis, o := range offset {
			shift *= j.powers[axis][r+o]
		}
		j.shifts[i] = shift
	}
	finite := true
	for i, row := range j.rows {
		out := j.news[i]
		clear(out)
		clear(j.ahead)
		for k := row.from; k < row.to; k++ {
			t := j.terms[k]
			z := complex(j.coef[k], 0) * j.shifts[t.offset]
			finite = finite && size(z)-size(z) == 0
			if t.ahead {
				j.ahead[t.source] += z
			} else {
				out[t.source] += z
			}
		}
		for from, z := range j.ahead[:i] {
			if z != 0 {
				for e, v := range j.news[from] {
					out[e] += z * v
				}
			}
		}
	}
	clear(j.m.a)
	for i, e := range j.entries {
		if e.age > 0 {
			j.m.a[i*j.size+i-1] = 1
			continue
		}
		for k, z := range j.news[e.row] {
			finite = finite && size(z)-size(z) == 0
			j.m.a[i*j.size+k] = z
		}
	}
	return finite
}

// growth is the logarithm of the largest modulus of an eigenvalue: how much the
// wave grows in a step. It is infinite where coefficients are not finite.
func (j *Judge) growth(dt float64, phase []float64) (float64, error) {
	if !j.amplification(dt, phase) {
		return math.Inf(1), nil
	}
	values, ok := j.m.eigenvalues(j.eigen)
	j.eigen = values
	if !ok {
		return 0, fmt.Errorf("the eigenvalues of the amplification matrix were not found")
	}
	most := 0.0
	for _, v := range values {
		most = max(most, cmplx.Abs(v))
	}
	return math.Log(most), nil
}
