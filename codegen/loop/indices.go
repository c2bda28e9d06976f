package loop

import (
	"fmt"
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
)

// bounds checks that the ends of boxes are made of what is known.
func (v *verifier) bounds(within []Within, s scope) error {
	for _, w := range within {
		if w.Axis < 0 || w.Axis >= len(v.k.Axes) || len(w.Lo) == 0 || len(w.Hi) == 0 {
			return fmt.Errorf("a box along axis %d of %d, or without ends", w.Axis, len(v.k.Axes))
		}
		for _, b := range slices.Concat(w.Lo, w.Hi) {
			if err := v.known(b, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// named checks that an index of nodes, or of points that are reduced, has not the
// name of a loop around: the two would be one.
func (v *verifier) named(what string, s scope) error {
	for _, x := range s.vars {
		if slices.Contains(v.k.Axes, x.name) {
			return fmt.Errorf("%s stands in a loop %s, and its own index along that axis has the same name", what, x.name)
		}
	}
	return nil
}

// node is the place of a node: anywhere on the grid, and within the box of a
// tile.
func (v *verifier) node(within []Within) []variable {
	var out []variable
	for axis, name := range v.k.Axes {
		x := variable{name, []Affine{{}}, []Affine{Of(Size, name)}, 1}
		for _, w := range within {
			if w.Axis == axis {
				x.lo, x.hi = append(x.lo, w.Lo...), append(x.hi, w.Hi...)
			}
		}
		out = append(out, x)
	}
	return out
}

// known checks that the variables of an index are those of loops around it.
func (v *verifier) known(x Affine, s scope) error {
	for _, t := range x.Terms {
		switch t.Kind {
		case Var:
			if !slices.ContainsFunc(s.vars, func(o variable) bool { return o.name == t.Name }) {
				return fmt.Errorf("%s: there is no loop %s around it", x, t.Name)
			}
		case Size, Block, Origin, Global:
			if !slices.Contains(v.k.Axes, t.Name) {
				return fmt.Errorf("%s: there is no axis %s", x, t.Name)
			}
		}
	}
	return nil
}

// slot is the time buffer of a level.
func (v *verifier) slot(buffer string, level int) int {
	if a := v.k.Array(buffer); a != nil {
		return a.Buffer(level)
	}
	if v.k.Buffer(buffer) != nil {
		return 0
	}
	return level // of samples
}

// maxLevel is the number of levels from the current one up to which kernels
// reach: those of a time tile.
const maxLevel = 64

// hasLevel reports whether a buffer may have a level.
func (v *verifier) hasLevel(buffer string, level int) bool {
	a := v.k.Array(buffer)
	return a == nil || max(level, -level) <= maxLevel && (level == 0 || a.Role == signature.State || a.Role == signature.History)
}

// dims are the least and the greatest index of each dimension of a buffer:
// first <= index < behind, or all for rings.
func (v *verifier) dims(buffer string) (first, behind []Affine, ring []bool, err error) {
	if b := v.k.Buffer(buffer); b != nil {
		for _, d := range b.Dims {
			first, behind, ring = append(first, Affine{}), append(behind, d.Extent), append(ring, d.Ring)
		}
		return first, behind, ring, nil
	}
	a := v.k.Array(buffer)
	if a == nil {
		return nil, nil, nil, fmt.Errorf("unknown buffer %s", buffer)
	}
	for _, axis := range a.Axes {
		h := v.k.HaloOf(a, axis)
		n := Of(Size, v.k.Axes[axis])
		if a.Slabs != nil && !a.Slabs[axis].Whole() {
			n = Int(a.Slabs[axis].Extent(0))
		}
		first, behind, ring = append(first, Int(-h[0])), append(behind, n.Plus(h[1])), append(ring, false)
	}
	return first, behind, ring, nil
}

// ref checks that an element lies inside of its buffer.
func (v *verifier) ref(r *Ref, s scope, write bool) error {
	first, behind, ring, err := v.dims(r.Buffer)
	if err != nil {
		return err
	}
	if !v.hasLevel(r.Buffer, r.Level) {
		return fmt.Errorf("%s: there is no such level", r)
	}
	if len(r.Index) != len(first) {
		return fmt.Errorf("%s has %d indices of %d", r, len(r.Index), len(first))
	}
	for i, x := range r.Index {
		if err := v.known(x, s); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
		if !v.atLeastZero(x.Add(-1, first[i]), s.vars) {
			return fmt.Errorf("%s: index %s may be less than %s", r, x, first[i])
		}
		if !ring[i] && !v.atLeastZero(behind[i].Add(-1, x).Plus(-1), s.vars) {
			return fmt.Errorf("%s: index %s may reach %s", r, x, behind[i])
		}
	}
	return v.throughPointer(r, s, write)
}

// hint checks that a prefetched element has a name: it need not exist.
func (v *verifier) hint(r *Ref, s scope) error {
	first, _, _, err := v.dims(r.Buffer)
	if err != nil {
		return err
	}
	if len(r.Index) != len(first) {
		return fmt.Errorf("%s has %d indices of %d", r, len(r.Index), len(first))
	}
	for _, x := range r.Index {
		if err := v.known(x, s); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
	}
	return v.throughPointer(r, s, false)
}
