package interp

import (
	"fmt"

	"github.com/courant-pde/courant/backends/abi"
	"github.com/courant-pde/courant/codegen/expr"
	"github.com/courant-pde/courant/codegen/loop"
	"github.com/courant-pde/courant/codegen/signature"
)

// row runs the body of an innermost loop over n points from the current one.
func (m *machine[T]) row(body []loop.Stmt, n, slot int) error {
	if n <= 0 {
		return nil
	}
	clear(m.rows)
	for _, s := range body {
		switch x := s.(type) {
		case *loop.Let:
			v := make([]T, n)
			if err := m.eval(x.Value, v, slot); err != nil {
				return err
			}
			m.rows[x.Name] = v
		case *loop.Store:
			if err := m.store(x, n, slot); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *machine[T]) store(x *loop.Store, n, slot int) error {
	v := m.take(n)
	defer m.give(v)
	if err := m.eval(x.Value, v, slot); err != nil {
		return err
	}
	data, at, stride := m.at(x.To, slot)
	m.round(x.To, v)
	for i := range v {
		data[at+i*stride] = v[i]
	}
	return nil
}

// round makes values what a wavefield in half precision stores of them.
func (m *machine[T]) round(to *loop.Ref, values []T) {
	if a := m.k.Array(to.Buffer); a != nil && a.Narrow && a.Role == signature.State {
		for i, v := range values {
			values[i] = T(abi.Narrow(float32(v)).Widen())
		}
	}
}

// place is where a ref lies: what does not depend on variables is computed
// once.
type place struct {
	array  *signature.Array // nil for a buffer
	number int              // of the array
	fixed  form             // of the dimensions that are no rings, times their strides
	rings  []ring
}

type ring struct {
	index          form
	extent, stride int64
}

func (m *machine[T]) placeOf(r *loop.Ref) (*place, *Array[T]) {
	p := m.places[r]
	if p == nil {
		p = &place{array: m.k.Array(r.Buffer), number: m.arrays[r.Buffer]}
		var store *Array[T]
		var dims []loop.Dim
		if p.array != nil {
			store = &m.b.Arrays[p.number]
		} else {
			store, dims = m.buffers[r.Buffer], m.k.Buffer(r.Buffer).Dims
		}
		sum := loop.Int(store.Origin)
		for i, x := range r.Index {
			stride := 0
			if p.array != nil {
				stride = int(store.Stride[p.array.Axes[i]])
			} else {
				stride = int(store.Stride[i])
			}
			if dims != nil && dims[i].Ring {
				p.rings = append(p.rings, ring{m.form(x), int64(dims[i].Extent.Const), int64(stride)})
			} else {
				sum = sum.Add(stride, x)
			}
		}
		p.fixed = m.form(sum)
		m.places[r] = p
	}
	if p.array != nil {
		return p, &m.b.Arrays[p.number]
	}
	return p, m.buffers[r.Buffer]
}

// at is where an element lies and how far the next one along a variable is.
func (m *machine[T]) at(r *loop.Ref, slot int) (data []T, at, stride int) {
	p, store := m.placeOf(r)
	i := m.affine(p.fixed)
	for _, x := range p.rings {
		i += (m.affine(x.index) % x.extent) * x.stride
	}
	if p.array != nil {
		i += int64(m.buffer(p.array, store, r.Level) * store.Buffer)
	}
	for _, t := range p.fixed.terms {
		if t.slot == slot {
			stride = int(t.coef)
		}
	}
	return store.Data, int(i), stride
}

// buffer is the number of the time buffer, or of the frame, of a level.
func (m *machine[T]) buffer(a *signature.Array, store *Array[T], level int) int {
	switch {
	case a.Role == signature.History: // its levels count own steps
		return int((m.own(0) + int64(level)) / m.steps(a.Every))
	case a.Given(): // the first steps may look for levels before the first one
		return int((m.own(0)+int64(level))%int64(store.Count)+int64(store.Count)) % store.Count
	case a.Storage == signature.Saved:
		return (int(m.vars[m.t]) + level) % store.Count
	}
	return a.Buffer(int(m.vars[m.t]) + level)
}

func (m *machine[T]) take(n int) []T {
	if k := len(m.free); k > 0 && cap(m.free[k-1]) >= n {
		v := m.free[k-1][:n]
		m.free = m.free[:k-1]
		return v
	}
	return make([]T, n)
}

func (m *machine[T]) give(v []T) { m.free = append(m.free, v) }

// eval computes e at len(out) points along a variable from the current one.
func (m *machine[T]) eval(e expr.Expr, out []T, slot int) error {
	fill := func(v T) {
		for i := range out {
			out[i] = v
		}
	}
	switch x := e.(type) {
	case expr.Const:
		fill(T(x))
	case expr.Scalar:
		fill(T(m.scalar[string(x)]))
	case expr.Local:
		if v, ok := m.rows[string(x)]; ok {
			copy(out, v)
		} else if w, ok := m.wide[string(x)]; ok {
			fill(T(w))
		} else {
			return fmt.Errorf("local %s has no value", string(x))
		}
	case *loop.Ref:
		data, at, stride := m.at(x, slot)
		for i := range out {
			out[i] = data[at+i*stride]
		}
	case *expr.Add:
		if err := m.eval(x.Args[0], out, slot); err != nil {
			return err
		}
		if x.Sub[0] {
			for i := range out {
				out[i] = -out[i]
			}
		}
		v := m.take(len(out))
		defer m.give(v)
		for j, a := range x.Args[1:] {
			if err := m.eval(a, v, slot); err != nil {
				return err
			}
			if x.Sub[j+1] {
				for i := range out {
					out[i] -= v[i]
				}
			} else {
				for i := range out {
					out[i] += v[i]
				}
			}
		}
	case *expr.Mul:
		if err := m.eval(x.Args[0], out, slot); err != nil {
			return err
		}
		v := m.take(len(out))
		defer m.give(v)
		for _, a := range x.Args[1:] {
			if err := m.eval(a, v, slot); err != nil {
				return err
			}
			for i := range out {
				out[i] *= v[i]
			}
		}
	case *expr.Div:
		v := m.take(len(out))
		defer m.give(v)
		if err := m.eval(x.X, out, slot); err != nil {
			return err
		}
		if err := m.eval(x.Y, v, slot); err != nil {
			return err
		}
		for i := range out {
			out[i] /= v[i]
		}
	case *expr.Call:
		args := make([][]T, len(x.Args))
		for j, a := range x.Args {
			args[j] = m.take(len(out))
			defer m.give(args[j])
			if err := m.eval(a, args[j], slot); err != nil {
				return err
			}
		}
		values := make([]float64, len(args))
		for i := range out {
			for j := range args {
				values[j] = float64(args[j][i])
			}
			out[i] = T(expr.EvalCall(x.Fn, values))
		}
	default:
		return fmt.Errorf("cannot evaluate %T", e)
	}
	return nil
}

// double computes an expression of scalars in float64.
func (m *machine[T]) double(e expr.Expr) (float64, error) {
	var args []float64
	for _, o := range expr.Operands(e) {
		v, err := m.double(o)
		if err != nil {
			return 0, err
		}
		args = append(args, v)
	}
	switch x := e.(type) {
	case expr.Const:
		return float64(x), nil
	case expr.Scalar:
		return m.scalar[string(x)], nil
	case expr.Local:
		return m.wide[string(x)], nil
	case *expr.Add:
		sum := 0.0
		for i, a := range args {
			if x.Sub[i] {
				a = -a
			}
			sum += a
		}
		return sum, nil
	case *expr.Mul:
		product := args[0]
		for _, a := range args[1:] {
			product *= a
		}
		return product, nil
	case *expr.Div:
		return args[0] / args[1], nil
	case *expr.Call:
		return expr.EvalCall(x.Fn, args), nil
	}
	return 0, fmt.Errorf("%s is not a scalar", loop.Text(e))
}
