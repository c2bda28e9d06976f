package bench

import (
	"fmt"
	"math"
	"slices"

	"github.com/courant-pde/courant/codegen"
	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/exec/operator"
	"github.com/courant-pde/courant/symbolic/stability"
)

// values gives fields and scalars numbers, and a time step that is stable
// with them. Speed does not depend on them, but for coefficients of a sponge, which
// damp in the layers alone. Too little memory for the arrays of those is an error.
func (b *bench) values(p *codegen.Program) error {
	for _, a := range p.Signature.Arrays {
		switch {
		case a.Role == signature.Param && a.Usual != nil:
			b.args.Constants[a.Name] = *a.Usual
		case a.Role == signature.Param || a.Given():
			b.args.Constants[a.Name] = 1
		}
	}
	for _, q := range p.Problem.Parameters {
		if _, number := q.Number(); !number {
			b.args.Constants[q.Name] = 1
		}
	}
	for name, v := range b.Set {
		b.args.Constants[name] = v
	}
	m := stability.Medium{Fields: b.args.Constants, Scalars: map[string]float64{}}
	for name, v := range b.args.Constants {
		m.Scalars[name] = v
	}
	for i, x := range p.Signature.Axes {
		m.Scalars["h_"+x] = b.args.Spacing[i]
	}
	for _, q := range p.Problem.Parameters {
		if v, number := q.Number(); number && m.Scalars[q.Name] == 0 {
			m.Scalars[q.Name] = v
		}
	}
	limit, err := stability.Limit(p.Discretised, []stability.Medium{m})
	b.args.Dt = limit / 2
	if err != nil || !(limit > 0) || math.IsInf(limit, 0) {
		b.args.Dt = 1e-3 // nothing is known; the wavefields stay small
		b.args.Unstable = true
	}
	return b.sponge(p.Signature)
}

// sponge gives coefficients with usual values others in the layers, as a sponge has.
func (b *bench) sponge(k *signature.Operator) error {
	for _, a := range k.Arrays {
		if _, set := b.Set[a.Name]; set || a.Role != signature.Param || a.Usual == nil || b.Pad == 0 {
			continue
		}
		if b.args.Fields == nil {
			b.args.Fields = map[string]*field.Array{}
		}
		if err := machine.Room(4 * b.points); err != nil {
			return operator.BadArguments{fmt.Sprintf("%v; choose a smaller grid", err)}
		}
		f := field.New32(b.args.Shape...)
		for i := range f.F32 {
			f.F32[i] = float32(*a.Usual)
		}
		last := len(b.args.Shape) - 1
		row := b.args.Shape[last]
		for from := 0; from < len(f.F32); from += row {
			deep := 0 // points of the row's place in the layers along other axes
			rest := from / row
			for axis := last - 1; axis >= 0; axis-- {
				n := b.args.Shape[axis]
				deep = max(deep, b.Pad-rest%n, rest%n-(n-1-b.Pad))
				rest /= n
			}
			for z := range row {
				if d := max(deep, b.Pad-z, z-(row-1-b.Pad)); d > 0 {
					// Damping grows to a tenth, up from zero or down from one.
					f.F32[from+z] = float32(math.Abs(*a.Usual - 0.1*float64(d)/float64(b.Pad)))
				}
			}
		}
		delete(b.args.Constants, a.Name)
		b.args.Fields[a.Name] = f
	}
	return nil
}

// spreadOut says where the receivers are.
type spreadOut int

const (
	atOnePoint spreadOut = iota
	onALine              // above every interior point of a line along the first axis
	carpet               // above every interior point of the surface
)

// keptLevels is the number of levels that saved wavefields keep: more than a step
// reads, few enough for any grid.
const keptLevels = 8

// place adds a source in the middle and receivers near the surface, none of them on a
// node. Points that the rival does not have are left out.
func (b *bench) place(args *operator.Arguments, k *signature.Operator, receivers spreadOut) {
	args.Points = map[string]operator.Points{}
	args.Kept = keptLevels
	dim := len(b.shape)
	for _, p := range k.Points {
		n := 1
		if b.Against != nil && !slices.Contains(b.Against.points(b.result.Operator), p.Traces) {
			n = 0
		} else if !p.Inject && receivers == carpet {
			for _, s := range b.shape[:dim-1] {
				n *= s
			}
		} else if !p.Inject && receivers == onALine && dim > 1 {
			n = b.shape[0]
		}
		at := field.New64(n, dim)
		for i := range n {
			rest := i
			for a := dim - 1; a >= 0; a-- {
				x := float64(b.shape[a]-1) / 2
				switch {
				case p.Inject || receivers == atOnePoint:
				case a == dim-1:
					x = float64(min(2, b.shape[a]-1))
				case receivers == carpet:
					x = float64(rest % b.shape[a])
					rest /= b.shape[a]
				case a == 0:
					x = float64(i)
				}
				if x+0.3 < float64(b.shape[a]-1) {
					x += 0.3
				}
				at.F64[i*dim+a] = 10 * x
			}
		}
		points := operator.Points{At: at}
		if p.Inject {
			points.Traces = field.New64(args.Steps, n)
			for t := range points.Traces.F64 {
				points.Traces.F64[t] = math.Sin(float64(t))
			}
		}
		args.Points[p.Traces] = points
	}
}
