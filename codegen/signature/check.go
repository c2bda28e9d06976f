package signature

import (
	"fmt"
	"slices"
)

// Check reports what is wrong with the declarations of a signature: names that
// are taken, arrays whose properties contradict each other. An error is a
// fault of the compiler.
func (o *Operator) Check() error {
	if len(o.Axes) == 0 {
		return fmt.Errorf("the operator has no axes")
	}
	if len(o.Halo) != len(o.Axes) {
		return fmt.Errorf("%d halo widths for %d axes", len(o.Halo), len(o.Axes))
	}
	if slices.Min(o.Halo) < 0 || o.FirstStep < 0 || o.LastStep < 0 {
		return fmt.Errorf("a halo width or a bound of time is negative")
	}
	if slices.Contains(o.Axes, "t") {
		return fmt.Errorf("axis t has the name of time")
	}
	declared := map[[2]string]bool{}
	declare := func(kind, name string) error {
		if !IsName(name) {
			return fmt.Errorf("%s %q: not a name", kind, name)
		}
		if declared[[2]string{kind, name}] {
			return fmt.Errorf("%s %s is declared twice", kind, name)
		}
		declared[[2]string{kind, name}] = true
		return nil
	}
	if err := declare("operator", o.Name); err != nil {
		return err
	}
	for _, a := range o.Axes {
		if err := declare("axis", a); err != nil {
			return err
		}
	}
	for _, s := range o.Scalars {
		if err := declare("scalar", s); err != nil {
			return err
		}
	}
	for _, q := range o.Points {
		if err := declare("points", q.Name); err != nil {
			return err
		}
		if q.Stagger != nil && len(q.Stagger) != len(o.Axes) {
			return fmt.Errorf("%s has places along %d axes of %d", q.Name, len(q.Stagger), len(o.Axes))
		}
		if q.Staged < 0 || q.Staged > 0 && q.Inject {
			return fmt.Errorf("points %s: samples are staged, and of one step or more", q.Name)
		}
	}
	for _, s := range o.Series {
		if err := declare("series", s.Name); err != nil {
			return err
		}
	}
	for _, a := range o.Arrays {
		if err := declare("array", a.Name); err != nil {
			return err
		}
		if err := o.checkArray(a); err != nil {
			return err
		}
	}
	return nil
}

func (o *Operator) checkArray(a *Array) error {
	for i, x := range a.Axes {
		if x < 0 || x >= len(o.Axes) || (i > 0 && x <= a.Axes[i-1]) {
			return fmt.Errorf("array %s does not span its axes in order", a.Name)
		}
	}
	// Levels t and back stay alive until t+1 is complete.
	wrong := a.Buffers != 1 || a.Levels != 1
	if a.Computed() {
		wrong = a.Levels < 2 || a.Buffers > a.Levels || a.Buffers < a.Levels-1 || a.Storage == Saved && a.Buffers < a.Levels
	}
	if wrong {
		return fmt.Errorf("%s array %s: %d buffers for %d levels", a.Role, a.Name, a.Buffers, a.Levels)
	}
	if a.Usual != nil && (a.Role != Param && a.Role != Precomputed || *a.Usual != 0 && *a.Usual != 1) {
		return fmt.Errorf("%s array %s: usual value %g", a.Role, a.Name, *a.Usual)
	}
	if a.Storage != Rotating && a.Role != State {
		return fmt.Errorf("%s array %s: only wavefields have %s levels", a.Role, a.Name, a.Storage)
	}
	if a.Narrow && (o.Real != F32 || !a.CanNarrow()) {
		return fmt.Errorf("%s array %s of an operator in %s is stored in half precision", a.Role, a.Name, o.Real)
	}
	if (a.Role == History) == a.Every.IsZero() {
		return fmt.Errorf("%s array %s: frames belong to histories, and histories to frames", a.Role, a.Name)
	}
	if !a.Every.IsZero() {
		if err := o.CheckSteps(a.Every); err != nil {
			return fmt.Errorf("array %s: %w", a.Name, err)
		}
	}
	for what, n := range map[string]int{"edges": len(a.Edges), "places": len(a.Stagger), "halos": len(a.Halo), "slabs": len(a.Slabs)} {
		if n != 0 && n != len(o.Axes) {
			return fmt.Errorf("array %s: %s of %d axes of %d", a.Name, what, n, len(o.Axes))
		}
	}
	for axis, e := range a.Edges {
		if (e[0] == Wrap) != (e[1] == Wrap) {
			return fmt.Errorf("array %s wraps around at one end of %s only", a.Name, o.Axes[axis])
		}
	}
	for axis, h := range a.Halo {
		if min(h[0], h[1]) < 0 {
			return fmt.Errorf("array %s: a negative halo along %s", a.Name, o.Axes[axis])
		}
	}
	for axis, s := range a.Slabs {
		if min(s.First, s.Last, s.Gap) < 0 {
			return fmt.Errorf("array %s: a negative slab along %s", a.Name, o.Axes[axis])
		}
	}
	return nil
}

// CheckSteps reports what is wrong with a number of steps.
func (o *Operator) CheckSteps(s Steps) error {
	switch {
	case s.Scalar != "" && !slices.Contains(o.Scalars, s.Scalar):
		return fmt.Errorf("unknown scalar $%s", s.Scalar)
	case s.Scalar == "" && s.Number < 1:
		return fmt.Errorf("every %d steps", s.Number)
	}
	return nil
}

// IsName reports whether a text is a name: letters and digits, first a letter.
func IsName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
