package loop

import (
	"fmt"
	"maps"
	"slices"

	"github.com/courant-pde/courant/codegen/signature"
)

func (v *verifier) pointer(p *Pointer, s scope) error {
	if !signature.IsName(p.Name) || s.pointers[p.Name] != nil {
		return fmt.Errorf("pointer %q: not a name, or defined twice", p.Name)
	}
	if v.k.Array(p.Buffer) == nil && v.k.Buffer(p.Buffer) == nil {
		return fmt.Errorf("pointer %s into unknown buffer %s", p.Name, p.Buffer)
	}
	if !v.hasLevel(p.Buffer, p.Level) {
		return fmt.Errorf("pointer %s: %s has no level %d", p.Name, p.Buffer, p.Level)
	}
	for _, x := range p.Index {
		if err := v.known(x, s); err != nil {
			return fmt.Errorf("pointer %s: %w", p.Name, err)
		}
	}
	if n := v.rowDims(p.Buffer); len(p.Index) != n {
		return fmt.Errorf("pointer %s has %d indices of %d", p.Name, len(p.Index), n)
	}
	first, behind, ring, _ := v.dims(p.Buffer)
	for i, x := range p.Index {
		if !v.atLeastZero(x.Add(-1, first[i]), s.vars) {
			return fmt.Errorf("pointer %s: index %s may be less than %s", p.Name, x, first[i])
		}
		if !ring[i] && !v.atLeastZero(behind[i].Add(-1, x).Plus(-1), s.vars) {
			return fmt.Errorf("pointer %s: index %s may reach %s", p.Name, x, behind[i])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.pointers)) {
		o := s.pointers[name]
		row := &Ref{Buffer: p.Buffer, Level: p.Level, Index: p.Index}
		switch {
		case v.leads(o, row):
			return fmt.Errorf("pointers %s and %s are the same place, or some rows apart", o.Name, p.Name)
		case (p.Write || o.Write) && v.meets(o, row):
			return fmt.Errorf("pointers %s and %s may be the same place, and one is to write", o.Name, p.Name)
		}
	}
	s.pointers[p.Name] = p
	return nil
}

// rowDims is the number of dimensions of a buffer along which rows lie side by
// side: all but that of rows.
func (v *verifier) rowDims(buffer string) int {
	if a := v.k.Array(buffer); a != nil {
		if a.Spans(len(v.k.Axes) - 1) {
			return len(a.Axes) - 1
		}
		return len(a.Axes)
	}
	return len(v.k.Buffer(buffer).Dims) - 1
}

// throughPointer checks that a ref goes through the pointer to its row, if
// there is one: targets take it to be the only way there.
func (v *verifier) throughPointer(r *Ref, s scope, write bool) error {
	if r.Pointer == "" {
		for _, name := range slices.Sorted(maps.Keys(s.pointers)) {
			p := s.pointers[name]
			if v.leads(p, r) || (write || p.Write) && v.meets(p, r) {
				return fmt.Errorf("%s does not go through pointer %s", r, p.Name)
			}
		}
		return nil
	}
	p := s.pointers[r.Pointer]
	if p == nil {
		return fmt.Errorf("%s: there is no pointer %s here", r, r.Pointer)
	}
	if !v.leads(p, r) {
		return fmt.Errorf("%s: pointer %s is another place", r, r.Pointer)
	}
	return nil
}

// leads reports whether a ref lies in the row of a pointer, or a number of rows
// from it.
func (v *verifier) leads(p *Pointer, r *Ref) bool {
	if p.Buffer != r.Buffer || v.slot(p.Buffer, p.Level) != v.slot(r.Buffer, r.Level) || len(p.Index) > len(r.Index) {
		return false
	}
	b := v.k.Buffer(r.Buffer)
	for i := range p.Index {
		d := r.Index[i].Add(-1, p.Index[i])
		if !d.IsConst() || d.Const != 0 && b != nil && b.Dims[i].Ring {
			return false
		}
	}
	return true
}

// meets reports whether a ref may lie where a pointer leads, which planes of a
// ring that are a number apart do not.
func (v *verifier) meets(p *Pointer, r *Ref) bool {
	if p.Buffer != r.Buffer || v.slot(p.Buffer, p.Level) != v.slot(r.Buffer, r.Level) {
		return false
	}
	for i := range min(len(p.Index), len(r.Index)) {
		d := r.Index[i].Add(-1, p.Index[i])
		if b := v.k.Buffer(r.Buffer); b != nil && b.Dims[i].Ring && d.IsConst() && d.Const%b.Dims[i].Extent.Const != 0 {
			return false
		}
	}
	return true
}
