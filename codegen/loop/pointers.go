package loop

import (
	"fmt"
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
	for _, o := range s.pointers {
		if o.Buffer == p.Buffer && v.slot(p.Buffer, o.Level) == v.slot(p.Buffer, p.Level) && slices.EqualFunc(o.Index, p.Index, Affine.Equal) {
			return fmt.Errorf("pointers %s and %s are the same place", o.Name, p.Name)
		}
	}
	for _, x := range p.Index {
		if err := v.known(x, s); err != nil {
			return fmt.Errorf("pointer %s: %w", p.Name, err)
		}
	}
	if n := v.rowDims(p.Buffer); len(p.Index) != n {
		return fmt.Errorf("pointer %s has %d indices of %d", p.Name, len(p.Index), n)
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
func (v *verifier) throughPointer(r *Ref, s scope) error {
	if r.Pointer == "" {
		for _, p := range s.pointers {
			if v.leads(p, r) {
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
