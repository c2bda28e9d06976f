package ir

import "fmt"

// Targets take the address of a row to be the only way to what it holds, so
// there is one row for a buffer, and all accesses near it go through it.

func (v verifier) row(r *Row, s scope) error {
	a := v.k.Array(r.Array)
	if a == nil {
		return fmt.Errorf("row of unknown array %s", r.Array)
	}
	if err := v.level(a, r.Time); err != nil {
		return err
	}
	if !isName(r.Name) {
		return fmt.Errorf("row %q: not a name", r.Name)
	}
	if s.rows[r.Name] != nil {
		return fmt.Errorf("row %s is defined twice", r.Name)
	}
	if other := v.rowOf(a, r.Time, s); other != nil {
		return fmt.Errorf("rows %s and %s are the same place", other.Name, r.Name)
	}
	for _, axis := range a.Axes {
		if axis != len(v.k.Axes)-1 && !hasPosition(s.loops, axis) {
			return fmt.Errorf("row %s is not in a loop along %s", r.Name, v.k.Axes[axis])
		}
	}
	s.rows[r.Name] = r
	return nil
}

// rowOf is the row in scope for a level of an array, nil if there is none.
func (v verifier) rowOf(a *Array, time int, s scope) *Row {
	for _, r := range s.rows {
		if r.Array == a.Name && a.Buffer(r.Time) == a.Buffer(time) {
			return r
		}
	}
	return nil
}

func (v verifier) throughRow(a *Access, array *Array, s scope) error {
	own := v.rowOf(array, a.Time, s)
	switch {
	case a.Row == "" && own != nil:
		return fmt.Errorf("%s does not go through row %s", v.k.Text(a), own.Name)
	case a.Row == "":
		return nil
	case s.rows[a.Row] == nil:
		return fmt.Errorf("%s: there is no row %s here", v.k.Text(a), a.Row)
	case own == nil || own.Name != a.Row:
		return fmt.Errorf("%s: row %s is another place", v.k.Text(a), a.Row)
	}
	return nil
}
