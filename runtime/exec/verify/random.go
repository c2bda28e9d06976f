package verify

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/stability"
)

// Options say what to test on.
type Options struct {
	Compile codegen.Options
	Shape   []int     // nil for 15 points or so along each axis
	Spacing []float64 // nil for about 1
	Steps   int       // 0 for 40
	Dt      float64   // 0 for half the stability limit, or 0.01 when there is none
	// Set gives fields and scalars the values around which they are taken at
	// random, within 5 percent; 0.5 for fields that are not named. Scalars keep
	// their values, or defaults, or 1.
	Set  map[string]float64
	Seed uint64
}

// around is the value around which a field is taken.
func (o Options) around(name string) float64 {
	if v, ok := o.Set[name]; ok && v != 0 {
		return v
	}
	return 0.5
}

// data makes random arguments: a medium, initial states, sources and receivers
// on nodes, at the very edge and between.
type data struct {
	*rand.Rand
	op *operator.Operator
	o  Options
}

func newData(ctx context.Context, p *symbolic.Problem, o Options) (*data, operator.Arguments, error) {
	op, err := operator.CompileProblem(ctx, p, o.Compile)
	if err != nil {
		return nil, operator.Arguments{}, err
	}
	return dataOf(op, o)
}

// dataOf are data for a compiled operator.
func dataOf(op *operator.Operator, o Options) (*data, operator.Arguments, error) {
	d := &data{rand.New(rand.NewPCG(o.Seed, 29)), op, o}
	a, err := d.arguments()
	return d, a, err
}

func (d *data) uniform(lo, hi float64, shape ...int) *field.Array {
	x := field.New64(shape...)
	for i := range x.F64 {
		x.F64[i] = lo + (hi-lo)*d.Float64()
	}
	return x
}

func (d *data) arguments() (operator.Arguments, error) {
	k, p := d.op.Program.Signature, d.op.Program.Problem
	a := operator.Arguments{Shape: d.o.Shape, Spacing: d.o.Spacing, Steps: d.o.Steps, Dt: d.o.Dt, Unstable: true,
		Fields: map[string]*field.Array{}, Constants: map[string]float64{}, Points: map[string]operator.Points{}}
	if a.Shape == nil {
		for range k.Axes {
			// With layers, so many that those of both ends do not meet.
			n := 12 + d.IntN(7)
			if border := p.Border; border > 0 {
				n += 2 * (border + p.Grid.SpaceOrder)
			}
			a.Shape = append(a.Shape, n)
		}
	}
	if a.Spacing == nil {
		for range k.Axes {
			a.Spacing = append(a.Spacing, 0.8+0.4*d.Float64())
		}
	}
	if len(a.Shape) != len(k.Axes) || len(a.Spacing) != len(k.Axes) {
		return a, operator.BadArguments{fmt.Sprintf("the operator has %d axes; the shape has %d numbers and the spacing %d", len(k.Axes), len(a.Shape), len(a.Spacing))}
	}
	// All levels of all functions are kept, at random values of 8 bytes.
	steps := float64(max(a.Steps, 40))
	need := 8 * steps * float64(len(k.Arrays))
	for _, n := range a.Shape {
		need *= max(float64(n), 0)
	}
	if err := machine.Room(max(need, 8*steps)); err != nil || a.Steps < 0 || slices.Min(a.Shape) < 1 {
		return a, operator.BadArguments{fmt.Sprintf("a grid of %v points and %d steps: cannot be: at least 1 each, and within the memory (%v)", a.Shape, a.Steps, err)}
	}
	if a.Steps == 0 {
		a.Steps = 40
	}
	medium := stability.Medium{Fields: map[string]float64{}, Scalars: map[string]float64{}}
	for _, x := range k.Arrays {
		var shape []int
		for _, axis := range x.Axes {
			shape = append(shape, a.Shape[axis])
		}
		switch x.Role {
		case signature.Param:
			middle := d.o.around(x.Name)
			a.Fields[x.Name] = d.uniform(0.95*middle, 1.05*middle, shape...)
			medium.Fields[x.Name] = middle
		case signature.State:
			if slices.ContainsFunc(p.Functions, func(f *symbolic.Function) bool { return f.Name == x.Name && f.Local }) {
				continue // it is zero outside of its region
			}
			a.Fields[x.Name] = d.uniform(-0.1, 0.1, append([]int{k.FirstStep + 1}, shape...)...)
		}
	}
	for _, q := range p.Parameters {
		v, ok := d.o.Set[q.Name]
		if !ok {
			if v, ok = q.Number(); !ok {
				v = 1
			}
		}
		a.Constants[q.Name], medium.Scalars[q.Name] = v, v
	}
	for i, x := range k.Axes {
		medium.Scalars["h_"+x] = a.Spacing[i]
	}
	if a.Dt == 0 {
		a.Dt = 0.01
		if limit, err := stability.Limit(d.op.Program.Discretised, []stability.Medium{medium}); err == nil && limit > 0 && !math.IsInf(limit, 0) {
			a.Dt = limit / 2
		}
	}
	for _, q := range p.Points {
		points := operator.Points{At: d.places(a, 1+d.IntN(6))}
		if q.Inject {
			points.Traces = d.uniform(-1, 1, a.Steps, points.Count())
		}
		a.Points[q.Name] = points
	}
	return a, nil
}

// places are points of the grid, some of them on nodes or at an edge.
func (d *data) places(a operator.Arguments, n int) *field.Array {
	dim := len(a.Shape)
	at := field.New64(n, dim)
	for i := range at.F64 {
		axis := i % dim
		place := d.Float64() * float64(a.Shape[axis]-1)
		switch d.IntN(4) {
		case 0:
			place = math.Floor(place)
		case 1:
			place = float64(a.Shape[axis] - 1)
		}
		at.F64[i] = place * a.Spacing[axis]
	}
	return at
}

// run carries a problem out and gives the traces of its receivers.
func run(ctx context.Context, op *operator.Operator, a operator.Arguments) (map[string]*field.Array, error) {
	r, err := op.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := map[string]*field.Array{}
	for _, q := range op.Program.Problem.Points {
		if !q.Inject {
			out[q.Name] = r.Traces(q.Name)
		}
	}
	return out, nil
}

// fieldsOf are the names of the fields that a problem's statements read.
func fieldsOf(p *symbolic.Problem) (names []string) {
	read := p.Reads()
	for _, f := range p.Functions {
		if f.Role == symbolic.Field && read[f] {
			names = append(names, f.Name)
		}
	}
	return names
}

// base gives a field that others follow from random values, and takes those from
// what follows from it.
func (d *data) base(a *operator.Arguments, p *symbolic.Problem, name string) {
	if a.Fields[name] != nil {
		return
	}
	var give func(f *symbolic.Function)
	give = func(f *symbolic.Function) {
		if f.Default != nil && f.Name != name {
			for _, g := range f.From() {
				give(g)
			}
			return
		}
		if a.Fields[f.Name] == nil {
			shape := []int{}
			for _, axis := range f.Axes {
				shape = append(shape, a.Shape[axis])
			}
			middle := d.o.around(f.Name)
			a.Fields[f.Name] = d.uniform(0.95*middle, 1.05*middle, shape...)
		}
	}
	for _, f := range p.Functions {
		if f.Follows(name) {
			delete(a.Fields, f.Name)
			give(f)
		}
	}
}
