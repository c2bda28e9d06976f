package operator

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/symbolic"
)

// Complete gives the fields and scalars that the arguments leave out the values
// of their defaults: fields from other fields, point by point, profiles of
// absorbing layers from the border of the grid. What an equation reads is then
// in Fields or Constants. Errors: BadArguments with all that is missing or wrong.
func (op *Operator) Complete(a Arguments) (Arguments, error) {
	b := &binder{op: op, k: op.Program.Signature, a: a}
	b.separate()
	for _, check := range []func(){b.grid, b.names, b.defaults} {
		if check(); b.lattice == nil {
			break
		}
	}
	return b.a, b.err()
}

// defaults gives values to what the kernel reads and the arguments leave out.
func (b *binder) defaults() {
	if len(b.list) > 0 {
		return // of names and numbers nothing can be made then
	}
	p := b.op.Program.Problem
	r := &resolver{b: b, busy: map[string]bool{}, reductions: map[uint64]float64{}}
	said := map[string]bool{}
	fault := func(err error) {
		if text := err.Error(); !said[text] { // many may follow from what is missing
			said[text] = true
			b.add("%s", text)
		}
	}
	for _, q := range p.Parameters {
		if _, given := b.a.Constants[q.Name]; !given && q.Default != nil {
			if v, err := r.scalar(q.Name); err != nil {
				fault(err)
			} else {
				b.a.Constants[q.Name] = v
			}
		}
	}
	for _, x := range b.k.Arrays {
		f := functionOf(p, x.Name)
		if x.Role != signature.Param || f == nil || f.Default == nil || b.has(f.Name) {
			continue
		}
		if err := r.field(f); err != nil {
			fault(err)
		}
	}
}

func functionOf(p *symbolic.Problem, name string) *symbolic.Function {
	i := slices.IndexFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return p.Functions[i]
}

// has reports whether a field or a scalar has a value.
func (b *binder) has(name string) bool {
	_, constant := b.a.Constants[name]
	return constant || b.a.Fields[name] != nil
}

// resolver evaluates default values, each once.
type resolver struct {
	b          *binder
	busy       map[string]bool
	reductions map[uint64]float64
}

// scalar is the value of a number that is the same at all points.
func (r *resolver) scalar(name string) (float64, error) {
	b := r.b
	p := b.op.Program.Problem
	switch {
	case name == "layer_points":
		return float64(max(p.Border, 1)), nil
	case strings.HasPrefix(name, "layer_width."):
		axis := slices.Index(b.k.Axes, strings.TrimPrefix(name, "layer_width."))
		return float64(max(p.Border, 1)) * b.a.Spacing[axis], nil
	}
	if v := b.scalar(name); !math.IsNaN(v) {
		// Half of the sampling rate is the greatest frequency that there is.
		if name == "peak_frequency" && (v <= 0 || v*b.a.Dt > 0.5) {
			return 0, fmt.Errorf("peak_frequency %g is not possible with a time step of %g: give that of the sources, in one over the unit of time (0.01 is 10 Hz where that is ms)", v, b.a.Dt)
		}
		return v, nil
	}
	if name == "peak_frequency" {
		return 0, fmt.Errorf("operator %s needs the peak frequency of the sources, in one over the unit of time (0.01 is 10 Hz where that is ms): set peak_frequency", p.Name)
	}
	for _, q := range p.Parameters {
		if q.Name != name {
			continue
		}
		if q.Default == nil {
			return 0, fmt.Errorf("scalar %s%s has no value and no default", q.Name, described(q.Doc))
		}
		v, err := pointwise(q.Default, r.leaf(nil))
		if err != nil {
			return 0, err
		}
		out := make([]float64, 1)
		v(0, out)
		if !finite(out[0]) {
			return 0, fmt.Errorf("the default of scalar %s, %s, is %g; give it a value", name, q.Default, out[0])
		}
		return out[0], nil
	}
	return 0, fmt.Errorf("%s has no value", name)
}

// field computes a field from its default value, and puts it where given ones
// are.
func (r *resolver) field(f *symbolic.Function) error {
	b := r.b
	if r.busy[f.Name] {
		return nil // has failed, which is reported once
	}
	r.busy[f.Name] = true
	v, err := pointwise(f.Default, r.leaf(f))
	if err != nil && inLayers(f.Default) {
		return err // profiles of layers are made, and given by nobody
	}
	if err != nil {
		return fmt.Errorf("field %s%s has no values: give it, or what it follows from: %s = %s; %w", f.Name, described(f.Doc), f.Name, f.Default, err)
	}
	shape := []int{}
	for _, axis := range f.Axes {
		shape = append(shape, b.a.Shape[axis])
	}
	if r.uniform(f.Default) {
		shape = []int{}
	}
	out := field.New64(shape...)
	if b.k.Real == signature.F32 {
		out = field.New32(shape...)
	}
	var wrong sync.Once
	strips(out.Len(), func(from, count int) {
		row := make([]float64, count)
		v(from, row)
		for i, x := range row {
			if !finite(x) {
				wrong.Do(func() {
					err = fmt.Errorf("field %s = %s is %g at index %s; check what it is made of", f.Name, f.Default, x, field.ShapeString(out.Index(from+i)))
				})
			}
			out.Set(from+i, x)
		}
	})
	if err != nil {
		return err
	}
	if len(shape) == 0 {
		b.a.Constants[f.Name] = out.At(0)
	} else {
		b.a.Fields[f.Name] = out
	}
	return nil
}

// inLayers reports whether an expression depends on the place within the layers.
func inLayers(e symbolic.Expr) bool {
	found := false
	symbolic.Visit(e, func(e symbolic.Expr) {
		x, ok := e.(*symbolic.Scalar)
		found = found || ok && symbolic.LayerAxis(x) != ""
	})
	return found
}

// uniform reports whether an expression is the same at all points.
func (r *resolver) uniform(e symbolic.Expr) bool {
	if symbolic.IsReduction(e) {
		return true
	}
	switch x := e.(type) {
	case *symbolic.Scalar:
		return symbolic.LayerAxis(x) == "" || r.b.op.Program.Problem.Border == 0
	case *symbolic.Access:
		return r.b.a.Fields[x.Func.Name] == nil
	}
	for _, p := range symbolic.Children(e) {
		if !r.uniform(p) {
			return false
		}
	}
	return true
}

// leaf gives the values of what a default value of f holds; f is nil for a
// scalar's.
func (r *resolver) leaf(f *symbolic.Function) func(symbolic.Expr) (values, error) {
	return func(e symbolic.Expr) (values, error) {
		if symbolic.IsReduction(e) {
			v, err := r.reduction(e.(*symbolic.Call))
			return same(v), err
		}
		switch x := e.(type) {
		case *symbolic.Scalar:
			if name := symbolic.LayerAxis(x); name != "" {
				return r.layer(f, slices.Index(r.b.k.Axes, name), symbolic.LayerHalf(x)), nil
			}
			v, err := r.scalar(x.Name)
			return same(v), err
		case *symbolic.Access:
			return r.access(f, x.Func)
		}
		return nil, fmt.Errorf("%s has no value at a point", e)
	}
}

// access are the values of another field at the points of f.
func (r *resolver) access(f, of *symbolic.Function) (values, error) {
	b := r.b
	if !b.has(of.Name) {
		if of.Default == nil {
			return nil, fmt.Errorf("field %s%s is not given", of.Name, described(of.Doc))
		}
		if err := r.field(of); err != nil {
			return nil, err
		}
		if !b.has(of.Name) {
			return nil, fmt.Errorf("%s has no values", of.Name)
		}
	}
	if v, ok := b.a.Constants[of.Name]; ok {
		return same(v), nil
	}
	a := b.a.Fields[of.Name]
	want := []int{}
	for _, axis := range of.Axes {
		want = append(want, b.a.Shape[axis])
	}
	if !slices.Equal(a.Shape, want) {
		return nil, fmt.Errorf("%s has shape %s; on this grid it has shape %s", of.Name, field.ShapeString(a.Shape), field.ShapeString(want))
	}
	if i := a.FirstNotFinite(); i != nil {
		return nil, fmt.Errorf("%s has a NaN or an infinity at index %s", of.Name, field.ShapeString(i))
	}
	if f == nil || slices.Equal(f.Axes, of.Axes) {
		return func(from int, out []float64) {
			for i := range out {
				out[i] = a.At(from + i)
			}
		}, nil
	}
	return func(from int, out []float64) {
		for i := range out {
			at := b.place(f, from+i)
			k := 0
			for _, axis := range of.Axes {
				k = k*b.a.Shape[axis] + at[axis]
			}
			out[i] = a.At(k)
		}
	}, nil
}

// place is the grid point of a number of f's points, 0 along axes that f does not
// span.
func (b *binder) place(f *symbolic.Function, i int) [3]int {
	var at [3]int
	for _, axis := range slices.Backward(f.Axes) {
		at[axis] = i % b.a.Shape[axis]
		i /= b.a.Shape[axis]
	}
	return at
}

// layer is how far the points of f, moved by half spacings up an axis, lie within
// the layers along it.
func (r *resolver) layer(f *symbolic.Function, axis, halves int) values {
	b := r.b
	p := b.op.Program.Problem
	absorbs := p.Absorbs()[axis]
	along := make([]float64, b.a.Shape[axis])
	for i := range along {
		x := float64(i) + float64(halves)/2
		if f.IsStaggered(axis) {
			x += 0.5
		}
		inward := [2]float64{x, float64(len(along)-1) - x} // points from either end
		for end, d := range inward {
			if absorbs[end] && p.Border > 0 {
				// Half a point beyond the end of the grid is as good as the end.
				along[i] = min(max(along[i], 1-d/float64(p.Border)), 1)
			}
		}
	}
	return func(from int, out []float64) {
		for i := range out {
			out[i] = along[b.place(f, from+i)[axis]]
		}
	}
}

// reduction is the greatest or the least value of all points.
func (r *resolver) reduction(c *symbolic.Call) (float64, error) {
	if v, ok := r.reductions[c.Hash()]; ok {
		return v, nil
	}
	// Functions that span some of the axes are evaluated on all of them.
	whole := &symbolic.Function{Grid: r.b.op.Program.Problem.Grid}
	n := 1
	for axis := range r.b.k.Axes {
		whole.Axes = append(whole.Axes, axis)
		n *= r.b.a.Shape[axis]
	}
	v, err := pointwise(c.Args[0], r.leaf(whole))
	if err != nil {
		return 0, err
	}
	if r.uniform(c.Args[0]) {
		n = 1
	}
	sign := 1.0
	if c.Fn == "min" {
		sign = -1
	}
	best := math.Inf(-1)
	var lock sync.Mutex
	strips(n, func(from, count int) {
		row := make([]float64, count)
		v(from, row)
		most := math.Inf(-1)
		for _, x := range row {
			most = max(most, sign*x)
		}
		lock.Lock()
		best = max(best, most)
		lock.Unlock()
	})
	if best *= sign; !finite(best) {
		return 0, fmt.Errorf("%s is %g; check what it is made of", c, best)
	}
	r.reductions[c.Hash()] = best
	return best, nil
}

// Values are those of an expression without derivatives at all points of the grid.
// The arguments are complete, see Complete. Errors: those of Complete.
func (op *Operator) Values(a Arguments, e symbolic.Expr) (*field.Array, error) {
	b := &binder{op: op, k: op.Program.Signature, a: a}
	b.separate()
	if b.grid(); b.lattice == nil {
		return nil, b.err()
	}
	r := &resolver{b: b, busy: map[string]bool{}, reductions: map[uint64]float64{}}
	whole := &symbolic.Function{Grid: op.Program.Problem.Grid}
	for axis := range b.k.Axes {
		whole.Axes = append(whole.Axes, axis)
	}
	v, err := pointwise(e, r.leaf(whole))
	if err != nil {
		return nil, BadArguments{err.Error()}
	}
	out := field.New64(a.Shape...)
	strips(out.Len(), func(from, count int) { v(from, out.F64[from:from+count]) })
	if i := out.FirstNotFinite(); i != nil {
		return nil, BadArguments{fmt.Sprintf("%s is not finite at index %s", e, field.ShapeString(i))}
	}
	return out, nil
}
