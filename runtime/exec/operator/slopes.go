package operator

import (
	"fmt"

	"github.com/courant-pde/courant/runtime/exec/field"
)

// Slopes ties points that rest to the nodes that they interpolate linearly,
// followed by as many points for each axis whose weights are the derivatives of
// theirs by that coordinate: sampling there gives the derivatives of what is
// sampled by the places of the points. They are tied for the place at which the
// operator uses the set of that name. At a node the derivative is that towards
// the next one. It fails for points that move, that are tied already, that lie
// at several places, or that are not interpolated linearly.
func (op *Operator) Slopes(a Arguments, name string) (Points, error) {
	p := a.Points[name]
	var half []bool
	sets := 0
	for _, q := range op.Program.Signature.Points {
		if q.Traces == name {
			half, sets = q.Stagger, sets+1
		}
	}
	switch {
	case p.At == nil || len(p.At.Shape) != 2:
		return p, fmt.Errorf("%s moves, or is tied to nodes: there is no derivative by its place", name)
	case sets != 1:
		return p, fmt.Errorf("%s is used at %d places of the grid: there is no derivative by its place", name, sets)
	case a.Interpolation != Linear:
		return p, fmt.Errorf("derivatives by the place of %s need linear interpolation", name)
	}
	origin := a.Origin
	if origin == nil {
		origin = make([]float64, len(a.Shape))
	}
	base := &lattice{op.Program.Signature.Axes, a.Shape, origin, a.Spacing, op.Program.Problem.Grid.Periodic}
	g := base.at(half)
	dim, n := len(a.Shape), p.Count()
	corners := 1 << dim
	out := Points{Nodes: field.New64(n*(1+dim), corners, dim), Weights: field.New64(n*(1+dim), corners)}
	for i := range n {
		for corner := range corners {
			node := make([]int, dim)
			weight := make([]float64, dim)
			slope := make([]float64, dim)
			for axis := range dim {
				up := corner >> axis & 1
				last := a.Shape[axis] - 1
				at := (p.At.At(i*dim+axis) - g.origin[axis]) / g.spacing[axis]
				if !g.wraps(axis) {
					at = min(max(at, 0), float64(last))
				}
				first := int(at)
				if first == last && !g.wraps(axis) && last > 0 {
					first-- // at the end the derivative is that from within
				}
				f := at - float64(first)
				node[axis] = (first + up) % a.Shape[axis]
				weight[axis], slope[axis] = 1-f, -1/g.spacing[axis]
				if up == 1 {
					weight[axis], slope[axis] = f, 1/g.spacing[axis]
				}
			}
			for set := range 1 + dim { // the point itself, then its derivatives
				w := 1.0
				for axis := range dim {
					if set == axis+1 {
						w *= slope[axis]
					} else {
						w *= weight[axis]
					}
				}
				row := (set*n+i)*corners + corner
				out.Weights.F64[row] = w
				for axis := range dim {
					out.Nodes.F64[row*dim+axis] = float64(node[axis])
				}
			}
		}
	}
	return out, nil
}
