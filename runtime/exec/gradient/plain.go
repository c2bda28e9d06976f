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
	// Coefficients of a sponge are left out of rows in the middle, and act at the ends.
	op.plain.once.Do(func() { op.plain.same = op.compare(a, atTheEnds) && op.compare(a, inTheMiddle) })
	return op.plain.same
}

// place says where a part of a grid lies: how many of the points that are left out are
// in front of it.
type place func(out int) int

func atTheEnds(int) int       { return 0 }
func inTheMiddle(out int) int { return out / 2 }

// compare carries out some steps from noise by both operators, on a small part of the
// grid with the parameters that are there. Where that cannot be done it reports false.
func (op *Operator) compare(a operator.Arguments, at place) bool {
	part := a
	part.Shape, part.Fields = nil, map[string]*field.Array{}
	for _, n := range a.Shape {
		part.Shape = append(part.Shape, min(n, comparedSize+2*op.Forward.Program.Problem.Border))
	}
	k := op.taped.Program.Signature
	noise := field.NewNoise()
	for _, x := range k.Arrays {
		switch {
		case x.Local: // begins with zeros
		case x.Computed():
			shape := []int{}
			for _, axis := range x.Axes {
				shape = append(shape, part.Shape[axis])
			}
			part.Fields[x.Name] = noise.Array(shape...)
		case a.Fields[x.Name] != nil:
			v := a.Fields[x.Name]
			if len(v.Shape) > 0 {
				v = partOf(v, x.Axes, part.Shape, at)
			}
			part.Fields[x.Name] = v
		}
	}
	part.Constants = maps.Clone(a.Constants)
	for _, x := range k.Arrays {
		if x.Computed() {
			delete(part.Constants, x.Name)
		}
	}
	part.Steps = comparedSteps + k.FirstStep + k.LastStep
	part.Unstable, part.Kept, part.Progress, part.Warn, part.Block = true, 0, nil, nil, nil
	part.Points = op.Forward.NoPoints(part.Steps)
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

// partOf is the part of that shape of a field along some axes.
func partOf(v *field.Array, axes, shape []int, where place) *field.Array {
	var size, from []int
	for i, axis := range axes {
		size = append(size, shape[axis])
		from = append(from, where(v.Shape[i]-shape[axis]))
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
