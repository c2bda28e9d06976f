package gradient

import (
	"context"
	"maps"
	"sync"

	"github.com/courant-pde/courant/codegen/signature"
	"github.com/courant-pde/courant/runtime/exec/field"
	"github.com/courant-pde/courant/runtime/exec/operator"
)

// Between checkpoints nobody reads the levels of the forward run, and the plain
// operator, which keeps none, is faster: its next level overwrites the last one, and
// several steps may share a pass. Both compute the same, but a C compiler may join
// products and sums in another way where a loop looks different. As a gradient must not
// depend on the memory that it has, the plain operator is taken only where a
// comparison finds the same bits.

// comparison is done once for an operator.
type comparison struct {
	once sync.Once
	same bool
}

// compared are the steps, and the points along an axis, of a comparison: enough for
// whole vectors and what is left of a row, and for a pass of several steps.
const (
	comparedSteps = 9
	comparedSize  = 45
)

// hasPlain reports whether the plain operator may carry out steps for the one that
// keeps levels.
func (op *Operator) hasPlain(a operator.Arguments) bool {
	k := op.Forward.Program.Signature
	for _, x := range k.Arrays {
		if x.Role == signature.Image || x.Role == signature.History {
			return false // results of its own, which are to be there once
		}
	}
	if len(k.Series) > 0 || len(op.reading()) == 0 {
		return false
	}
	op.plain.once.Do(func() { op.plain.same = op.compare(a) })
	return op.plain.same
}

// compare carries out some steps from noise by both operators, on a small part of the
// grid with the parameters that are there. Where that cannot be done it reports false.
func (op *Operator) compare(a operator.Arguments) bool {
	part := a
	part.Shape, part.Fields = nil, map[string]*field.Array{}
	for _, n := range a.Shape {
		part.Shape = append(part.Shape, min(n, comparedSize+2*op.Forward.Program.Problem.Border))
	}
	k := op.taped.Program.Signature
	for _, x := range k.Arrays {
		switch {
		case x.Local: // begins with zeros
		case x.Computed():
			shape := []int{}
			for _, axis := range x.Axes {
				shape = append(shape, part.Shape[axis])
			}
			part.Fields[x.Name] = noise(shape)
		case a.Fields[x.Name] != nil:
			v := a.Fields[x.Name]
			if len(v.Shape) > 0 {
				v = middle(v, x.Axes, part.Shape)
			}
			part.Fields[x.Name] = v
		}
	}
	part.Constants, part.Points = maps.Clone(a.Constants), map[string]operator.Points{}
	for _, x := range k.Arrays {
		if x.Computed() {
			delete(part.Constants, x.Name)
		}
	}
	part.Steps = comparedSteps + k.FirstStep + k.LastStep
	part.Unstable, part.Kept, part.Progress, part.Warn, part.Block = true, 0, nil, nil, nil
	for _, q := range op.Forward.Program.Problem.Points {
		if q.Inject {
			part.Points[q.Name] = operator.Points{At: field.New64(0, len(part.Shape)), Traces: field.New64(part.Steps, 0)}
		}
	}
	var states []*operator.State
	for _, each := range []*operator.Operator{op.taped, op.Forward} {
		run, err := each.Bind(part)
		if err != nil {
			return false
		}
		defer run.Close()
		if _, err := run.Time(context.Background(), run.Last-run.First+1); err != nil {
			return false
		}
		states = append(states, run.State(nil))
	}
	return states[0].Equal(states[1])
}

// noise is an array of numbers between -1 and 1.
func noise(shape []int) *field.Array {
	out := field.New32(shape...)
	state := uint64(1)
	for i := range out.F32 {
		state = state*6364136223846793005 + 1442695040888963407 // Knuth, MMIX
		out.F32[i] = float32(int64(state)>>40) * 0x1p-23
	}
	return out
}

// middle is the part of that shape in the middle of a field along some axes.
func middle(v *field.Array, axes, shape []int) *field.Array {
	var size, from []int
	for i, axis := range axes {
		size = append(size, shape[axis])
		from = append(from, (v.Shape[i]-shape[axis])/2)
	}
	out := field.New64(size...)
	for i := range out.F64 {
		at, place := out.Index(i), 0
		for k, x := range at {
			place = place*v.Shape[k] + from[k] + x
		}
		out.F64[i] = v.At(place)
	}
	return out
}
