package symbolic

import (
	"slices"
	"strings"
)

// Layers are absorbing layers around the grid: in them a derivative in space
// d/dx becomes (1/s) d/dx with s = 1 + Damping/(Shift + i omega), which is
// perfectly matched where Damping begins at zero. Both are one over a time and
// may hold what default values may hold; there is one for each axis. Leak is nil,
// or the part of its damping by which a layer damps along the other axes too
// (Meza-Fajardo and Papageorgiou 2008).
type Layers struct {
	Damping, Shift []Expr
	Leak           Expr
	Source         Source
}

// Layer says how far a point lies within the absorbing layer along an axis: 0 at
// its inner edge and in front of it, 1 at the end of the grid.
func Layer(axis string) *Scalar { return NewScalar("layer." + axis) }

// LayerWidth is the thickness of the layers along an axis.
func LayerWidth(axis string) *Scalar { return NewScalar("layer_width." + axis) }

// LayerAxis is the axis of a Layer, "" for any other scalar.
func LayerAxis(s *Scalar) string {
	axis, ok := strings.CutPrefix(s.Name, "layer.")
	if !ok {
		return ""
	}
	axis, _, _ = strings.Cut(axis, " ")
	return axis
}

// halfPlaces are how the names of layers end that are half a spacing down or up.
var halfPlaces = map[int]string{-1: " at -1/2", 1: " at 1/2"}

// LayersAt is an expression with all layers along an axis taken half a spacing
// further up the axis, or down.
func LayersAt(e Expr, axis string, half int) Expr {
	if s, ok := e.(*Scalar); ok && LayerAxis(s) == axis {
		return NewScalar("layer." + axis + halfPlaces[half])
	}
	return Map(e, func(part Expr) Expr { return LayersAt(part, axis, half) })
}

// LayerHalf is by how many half spacings a layer is taken further up its axis.
func LayerHalf(s *Scalar) int {
	for half, end := range halfPlaces {
		if strings.HasSuffix(s.Name, end) {
			return half
		}
	}
	return 0
}

// IsReduction reports whether e is max(a) or min(a): the greatest or the least
// value of a at all points of the grid. Default values alone hold such.
func IsReduction(e Expr) bool {
	c, ok := e.(*Call)
	return ok && len(c.Args) == 1 && (c.Fn == "max" || c.Fn == "min")
}

// Absorbs says at which ends of each axis layers may lie: where no wavefield has
// an edge of its own, and the axis does not go on from its other end.
func (p *Problem) Absorbs() [][2]bool {
	out := make([][2]bool, p.Grid.Dim())
	for a := range out {
		if p.Grid.Periodic != nil && p.Grid.Periodic[a] {
			continue
		}
		for end := range out[a] {
			out[a][end] = !slices.ContainsFunc(p.Functions, func(f *Function) bool {
				return f.Varies() && f.Edges != nil && f.Edges[a][end] != Open
			})
		}
	}
	return out
}

// Absorbing reports whether the operator damps waves in layers around the grid:
// by absorb, or by a field whose default value holds a layer.
func (p *Problem) Absorbing() bool {
	return p.Layers != nil || slices.ContainsFunc(p.Functions, func(f *Function) bool {
		found := false
		if f.Default != nil {
			Visit(f.Default, func(e Expr) {
				s, ok := e.(*Scalar)
				found = found || ok && LayerAxis(s) != ""
			})
		}
		return found
	})
}

// Parts are the expressions that a statement holds.
func Parts(s Statement) []Expr {
	var out []Expr
	switch x := s.(type) {
	case *Update:
		out = []Expr{x.Left, x.Right, x.Value}
	case *Inject:
		out = []Expr{x.Value}
	case *Sample:
		out = []Expr{x.Value}
	case *Reduce:
		out = []Expr{x.Value}
	}
	return slices.DeleteFunc(out, func(e Expr) bool { return e == nil })
}

// Needed adds to the fields that are used those that their default values are
// made of, and what the default values of the parameters are made of.
func Needed(p *Problem, used map[*Function]bool) {
	var follow func(e Expr)
	follow = func(e Expr) {
		if e == nil {
			return
		}
		Visit(e, func(e Expr) {
			if a, ok := e.(*Access); ok && !used[a.Func] {
				used[a.Func] = true
				follow(a.Func.Default)
			}
		})
	}
	for _, f := range p.Functions {
		if used[f] {
			follow(f.Default)
		}
	}
	for _, q := range p.Parameters {
		follow(q.Default)
	}
}

// Reads are the functions that the statements read.
func (p *Problem) Reads() map[*Function]bool {
	out := map[*Function]bool{}
	for _, s := range p.Statements {
		for _, e := range Parts(s) {
			Visit(e, func(e Expr) {
				if a, ok := e.(*Access); ok {
					out[a.Func] = true
				}
			})
		}
	}
	return out
}
