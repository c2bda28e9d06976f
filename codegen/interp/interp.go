// Package interp runs a kernel by interpretation: the oracle that every
// target is compared with.
//
// It follows the IR to the letter, loops and all, in the order in which they
// stand and on one thread. A float64 kernel is computed in float64; in a
// float32 kernel every operation on the grid is rounded to float32, as C does
// without contraction. To be bearable on real grids, the innermost loop is
// evaluated expression by expression over the whole row, which the verifier
// allows: no iteration reads what another one writes.
package interp

import (
	"fmt"

	"github.com/courant-pde/courant/codegen/ir"
)

// Real is the type of grid values.
type Real interface{ float32 | float64 }

// Array is the storage of one array of a kernel.
type Array[T Real] struct {
	Data   []T
	Origin int     // place in Data of the first interior element of buffer 0
	Buffer int     // elements from one time buffer, or frame, to the next
	Stride []int64 // per kernel axis, 0 along axes that it does not span
	Count  int     // time buffers of an array that keeps its levels
}

// Points is the storage of one set of points; see struct courant_points for
// the meaning of the rows.
type Points[T Real] struct {
	First              []int64 // rows of each step, nil when they are the same in all
	Start, Node, Point []int64
	Weight             []float64
	Traces             []T
	Count              int
}

// Binding is all that a kernel runs on.
type Binding[T Real] struct {
	Size, Block []int64 // per axis
	Scalars     []float64
	Arrays      []Array[T]
	Points      []Points[T]
	Series      [][]float64 // one number per step each
	Mirror      int         // see ir.Kernel.Backward
	End         int         // the last t of the run
}

// Prepare carries out what the kernel does once per run.
func Prepare[T Real](k *ir.Kernel, b *Binding[T]) error {
	m := newMachine(k, b)
	return m.run(k.Prepare)
}

// Steps carries out the time steps first to last, both included.
func Steps[T Real](k *ir.Kernel, b *Binding[T], first, last int) error {
	m := newMachine(k, b)
	for _, s := range k.Prepare { // scalars are recomputed, arrays are kept
		if l, ok := s.(*ir.Let); ok {
			if err := m.run([]ir.Stmt{l}); err != nil {
				return err
			}
		}
	}
	for t := first; t <= last; t++ {
		m.t, m.n = t, t
		if k.Backward {
			m.n = b.Mirror - t
		}
		if err := m.run(k.Step); err != nil {
			return fmt.Errorf("step %d: %w", t, err)
		}
	}
	return nil
}

type machine[T Real] struct {
	k      *ir.Kernel
	b      *Binding[T]
	t, n   int // see ir.Kernel.Backward
	vars   map[string]int64
	at     []int64 // current point
	wide   map[string]float64
	rows   map[string][]T // locals of the row being computed
	free   [][]T
	arrays map[string]int
	points map[string]int
	scalar map[string]float64
}

func newMachine[T Real](k *ir.Kernel, b *Binding[T]) *machine[T] {
	m := &machine[T]{k: k, b: b, vars: map[string]int64{}, at: make([]int64, len(k.Axes)), wide: map[string]float64{}, rows: map[string][]T{},
		arrays: map[string]int{}, points: map[string]int{}, scalar: map[string]float64{}}
	for i, a := range k.Arrays {
		m.arrays[a.Name] = i
	}
	for i, p := range k.Points {
		m.points[p.Name] = i
	}
	for i, s := range k.Scalars {
		m.scalar[s] = b.Scalars[i]
	}
	return m
}

func (m *machine[T]) run(body []ir.Stmt) error {
	for _, s := range body {
		switch x := s.(type) {
		case *ir.Loop:
			if err := m.loop(x); err != nil {
				return err
			}
		case *ir.Let:
			if !x.Wide {
				return fmt.Errorf("local %s outside of an innermost loop", x.Name)
			}
			v, err := m.double(x.Value)
			if err != nil {
				return err
			}
			m.wide[x.Name] = float64(T(v))
		case *ir.Inject:
			if err := m.inject(x); err != nil {
				return err
			}
		case *ir.Sample:
			if err := m.sample(x); err != nil {
				return err
			}
		case *ir.Reduce:
			if err := m.reduce(x); err != nil {
				return err
			}
		case *ir.Every:
			if k := int(m.steps(x.Steps)); k == 0 && m.t == m.b.End || k > 0 && m.n%k == 0 {
				if err := m.run(x.Body); err != nil {
					return err
				}
			}
		case *ir.HaloExchange:
			m.exchange(x)
		case *ir.Row:
			// Rows are resolved where they are used.
		default:
			return fmt.Errorf("cannot run %T outside of a loop", s)
		}
	}
	return nil
}

func (m *machine[T]) bound(b ir.Bound, axis int) int64 {
	end := func(fromZero bool) int64 {
		if fromZero {
			return int64(b.Shift)
		}
		return m.b.Size[axis] + int64(b.Shift)
	}
	switch b.Kind {
	case ir.Zero, ir.Size:
		return end(b.Kind == ir.Zero)
	case ir.One:
		return 1
	case ir.BlockLen:
		return m.b.Block[axis]
	case ir.At:
		return m.vars[b.Var]
	}
	return min(m.vars[b.Var]+m.b.Block[axis], end(b.FromZero))
}

// steps is the number of steps of an Every or a history.
func (m *machine[T]) steps(e ir.Expr) int64 {
	if s, ok := e.(ir.Scalar); ok {
		return int64(m.scalar[string(s)])
	}
	return int64(e.(ir.Const))
}

func (m *machine[T]) loop(l *ir.Loop) error {
	lo, hi, step := m.bound(l.Lo, l.Axis), m.bound(l.Hi, l.Axis), m.bound(l.Step, l.Axis)
	if step < 1 {
		return fmt.Errorf("loop %s: step %d", l.Var, step)
	}
	innermost := true
	for _, s := range l.Body {
		if _, ok := s.(*ir.Loop); ok {
			innermost = false
		}
	}
	if innermost {
		if step != 1 {
			return fmt.Errorf("innermost loop %s: step %d", l.Var, step)
		}
		m.at[l.Axis] = lo
		return m.row(l, int(hi-lo))
	}
	for v := lo; v < hi; v += step {
		m.vars[l.Var] = v
		if !l.Props.Block {
			m.at[l.Axis] = v
		}
		if err := m.run(l.Body); err != nil {
			return err
		}
	}
	return nil
}

// row runs the innermost loop over n points from the current one.
func (m *machine[T]) row(l *ir.Loop, n int) error {
	if n <= 0 {
		return nil
	}
	clear(m.rows)
	for _, s := range l.Body {
		switch x := s.(type) {
		case *ir.Let:
			v := make([]T, n)
			if err := m.eval(x.Value, v, l.Axis); err != nil {
				return err
			}
			m.rows[x.Name] = v
		case *ir.Assign:
			v := m.take(n)
			if err := m.eval(x.Value, v, l.Axis); err != nil {
				return err
			}
			data, at, stride := m.place(x.Target, l.Axis)
			for i := range v {
				data[at+i*stride] = v[i]
			}
			m.give(v)
		case *ir.Row, *ir.Sweep:
			// Rows are computed statement by statement anyway.
		default:
			return fmt.Errorf("cannot run %T in an innermost loop", s)
		}
	}
	return nil
}

// place is where an access starts and its stride along axis.
func (m *machine[T]) place(a *ir.Access, axis int) (data []T, at, stride int) {
	i := m.arrays[a.Array]
	array, store := m.k.Arrays[i], &m.b.Arrays[i]
	at = store.Origin + m.buffer(array, store, a.Time)*store.Buffer
	for x, o := range a.Offset {
		if array.Spans(x) {
			at += int(store.Stride[x]) * (int(m.at[x]) + o)
		}
	}
	if array.Spans(axis) {
		stride = int(store.Stride[axis])
	}
	return store.Data, at, stride
}

// buffer is the number of the time buffer, or of the frame, of a level.
func (m *machine[T]) buffer(a *ir.Array, store *Array[T], time int) int {
	switch {
	case a.Role == ir.History:
		return m.n / int(m.steps(a.Every))
	case a.Role == ir.Given: // the first steps may look for levels before the first one
		return ((m.n+time)%store.Count + store.Count) % store.Count
	case a.Kept:
		return (m.t + time) % store.Count
	}
	return a.Buffer(m.t + time)
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

// eval computes e at the len(out) points along axis from the current one.
func (m *machine[T]) eval(e ir.Expr, out []T, axis int) error {
	fill := func(v T) {
		for i := range out {
			out[i] = v
		}
	}
	switch x := e.(type) {
	case ir.Const:
		fill(T(x))
	case ir.Scalar:
		fill(T(m.scalar[string(x)]))
	case ir.Local:
		if v, ok := m.rows[string(x)]; ok {
			copy(out, v)
		} else if w, ok := m.wide[string(x)]; ok {
			fill(T(w))
		} else {
			return fmt.Errorf("local %s has no value", string(x))
		}
	case *ir.Access:
		data, at, stride := m.place(x, axis)
		for i := range out {
			out[i] = data[at+i*stride]
		}
	case *ir.Add:
		if err := m.eval(x.Args[0], out, axis); err != nil {
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
			if err := m.eval(a, v, axis); err != nil {
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
	case *ir.Mul:
		if err := m.eval(x.Args[0], out, axis); err != nil {
			return err
		}
		v := m.take(len(out))
		defer m.give(v)
		for _, a := range x.Args[1:] {
			if err := m.eval(a, v, axis); err != nil {
				return err
			}
			for i := range out {
				out[i] *= v[i]
			}
		}
	case *ir.Div:
		v := m.take(len(out))
		defer m.give(v)
		if err := m.eval(x.X, out, axis); err != nil {
			return err
		}
		if err := m.eval(x.Y, v, axis); err != nil {
			return err
		}
		for i := range out {
			out[i] /= v[i]
		}
	case *ir.Call:
		args := make([][]T, len(x.Args))
		for j, a := range x.Args {
			args[j] = m.take(len(out))
			defer m.give(args[j])
			if err := m.eval(a, args[j], axis); err != nil {
				return err
			}
		}
		values := make([]float64, len(args))
		for i := range out {
			for j := range args {
				values[j] = float64(args[j][i])
			}
			out[i] = T(ir.EvalCall(x.Fn, values))
		}
	default:
		return fmt.Errorf("cannot evaluate %T", e)
	}
	return nil
}

// double computes an expression of scalars in float64.
func (m *machine[T]) double(e ir.Expr) (float64, error) {
	var args []float64
	for _, o := range ir.Operands(e) {
		v, err := m.double(o)
		if err != nil {
			return 0, err
		}
		args = append(args, v)
	}
	switch x := e.(type) {
	case ir.Const:
		return float64(x), nil
	case ir.Scalar:
		return m.scalar[string(x)], nil
	case ir.Local:
		return m.wide[string(x)], nil
	case *ir.Add:
		sum := 0.0
		for i, a := range args {
			if x.Sub[i] {
				a = -a
			}
			sum += a
		}
		return sum, nil
	case *ir.Mul:
		product := args[0]
		for _, a := range args[1:] {
			product *= a
		}
		return product, nil
	case *ir.Div:
		return args[0] / args[1], nil
	case *ir.Call:
		return ir.EvalCall(x.Fn, args), nil
	}
	return 0, fmt.Errorf("%s is not a scalar", ir.Key(e))
}
