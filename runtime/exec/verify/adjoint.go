package verify

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/gradient"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic"
	"github.com/courant-pde/courant/symbolic/adjoint"
)

// DotProduct compares <y, F x> with <F' y, x> for random x and y.
type DotProduct struct {
	Of    string  `json:"of"`    // what x is
	Left  float64 `json:"left"`  // <y, F x>
	Right float64 `json:"right"` // <F' y, x>
	// Error is their difference by the sum of the sizes of all products: what
	// rounding makes of a right adjoint is some units in the last place of that.
	Error float64 `json:"error"`
}

// Tolerance is the error that rounding explains: of the some hundred operations
// behind each product, over some dozens of steps.
func Tolerance(real signature.Real) float64 {
	if real == signature.F32 {
		return 1e-5
	}
	return 1e-13
}

// Adjoint tests the derivatives of a problem's records: by the traces of its
// sources, where the records are linear in these, by the initial state, and by
// all the fields together on which they depend, where F is Born modelling and F' the gradient.
// Errors: those of deriving, compiling and running.
func Adjoint(ctx context.Context, p *symbolic.Problem, o Options) ([]DotProduct, error) {
	wrt := slices.DeleteFunc(fieldsOf(p), func(name string) bool {
		_, err := adjoint.Gradient(p, adjoint.By{Fields: []string{name}})
		return errors.Is(err, adjoint.ErrIndependent)
	})
	op, err := gradient.Compile(ctx, p, gradient.Options{Compile: o.Compile, Wrt: wrt, Initial: true})
	if err != nil {
		return nil, err
	}
	d, a, err := dataOf(op.Forward, o)
	if err != nil {
		return nil, err
	}
	y := weights{}
	for _, q := range p.Points {
		if !q.Inject {
			y[q.Name] = d.uniform(-1, 1, a.Steps, a.Points[q.Name].Count())
		}
	}
	all := gradient.Plan{Keep: gradient.All, Segments: 1, Levels: a.Steps}
	back, err := op.Evaluate(ctx, a, y, all)
	if err != nil {
		return nil, err
	}
	var out []DotProduct
	if len(wrt) > 0 {
		linear, err := adjoint.Linearise(p, wrt...)
		if err != nil {
			return nil, err
		}
		born, err := operator.CompileProblem(ctx, linear, o.Compile)
		if err != nil {
			return nil, err
		}
		b := a
		b.Fields, b.Points = maps.Clone(a.Fields), map[string]operator.Points{}
		change := map[string]*field.Array{}
		for _, name := range wrt {
			change[name] = d.uniform(-0.5, 0.5, a.Fields[name].Shape...)
			b.Fields["d"+name] = change[name]
		}
		for _, q := range linear.Points {
			b.Points[q.Name] = a.Points[q.Name]
		}
		records, err := run(ctx, born, b)
		if err != nil {
			return nil, err
		}
		out = append(out, compared("fields", y, records, back.Fields, change))
	}
	if !gradient.IsLinear(p) {
		return out, nil
	}
	// From rest, the records are linear in the traces; without sources, in the
	// initial state.
	sources, states := map[string]*field.Array{}, map[string]*field.Array{}
	b := a
	b.Fields = maps.Clone(a.Fields)
	for _, f := range p.Functions {
		if f.Role == symbolic.Wavefield && !f.Local {
			states[f.Name] = a.Fields[f.Name]
			delete(b.Fields, f.Name)
		}
	}
	c := a
	c.Points = maps.Clone(a.Points)
	for _, q := range p.Points {
		if q.Inject {
			sources[q.Name] = a.Points[q.Name].Traces
			rest := a.Points[q.Name]
			rest.Traces = field.New64(rest.Traces.Shape...)
			c.Points[q.Name] = rest
		}
	}
	for _, side := range []struct {
		of   string
		args operator.Arguments
		at   map[string]*field.Array
		x    map[string]*field.Array
	}{{"sources", b, back.Sources, sources}, {"initial state", c, back.Initial, states}} {
		if len(side.x) == 0 || len(side.at) == 0 {
			continue
		}
		records, err := run(ctx, op.Forward, side.args)
		if err != nil {
			return nil, err
		}
		if side.of == "sources" || homogeneous(ctx, op.Forward, c) {
			out = append(out, compared(side.of, y, records, side.at, side.x))
		}
	}
	return out, nil
}

// homogeneous reports whether a run without sources from rest records nothing:
// then records are linear in the initial state.
func homogeneous(ctx context.Context, op *operator.Operator, a operator.Arguments) bool {
	a.Fields = maps.Clone(a.Fields)
	for _, x := range op.Program.Signature.Arrays {
		if x.Computed() {
			delete(a.Fields, x.Name)
		}
	}
	records, err := run(ctx, op, a)
	if err != nil {
		return false
	}
	for _, r := range records {
		if lo, hi := r.Range(); lo != 0 || hi != 0 {
			return false
		}
	}
	return true
}

func compared(of string, y weights, records, back, x map[string]*field.Array) DotProduct {
	p := DotProduct{Of: of}
	left, right := 0.0, 0.0
	for name, r := range records {
		p.Left += product(y[name], r, &left)
	}
	for name, v := range x {
		if back[name] != nil {
			p.Right += product(back[name], v, &right)
		}
	}
	// Where records do not depend on x, rounding is all that there is.
	if size := max(left, right); size > 1e-16*norm(x)*norm(y) {
		p.Error = math.Abs(p.Left-p.Right) / size
	}
	return p
}

// norm is the root of the sum of all squares.
func norm[M ~map[string]*field.Array](all M) float64 {
	sum, size := 0.0, 0.0
	for _, a := range all {
		sum += product(a, a, &size)
	}
	return math.Sqrt(sum)
}

// product is a scalar product; the sizes of its terms are added to size.
func product(a, b *field.Array, size *float64) (sum float64) {
	for i := range a.Len() {
		v := a.At(i) * b.At(i)
		sum += v
		*size += math.Abs(v)
	}
	return sum
}

// weights is the misfit sum(y*records).
type weights map[string]*field.Array

// Misfit implements gradient.Misfit.
func (y weights) Misfit(name string, records *field.Array) (float64, *field.Array, error) {
	size := 0.0
	return product(y[name], records, &size), y[name], nil
}
