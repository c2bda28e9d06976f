package loop

import "slices"

// atLeastZero proves that an affine form is never negative: each variable,
// innermost first, is replaced by one of its bounds, until sizes are left.
func (v *verifier) atLeastZero(a Affine, vars []variable) bool {
	for i := len(vars) - 1; i >= 0; i-- {
		x := vars[i]
		s := Symbol{Var, x.name}
		c := a.Coef(s)
		if c == 0 {
			continue
		}
		bounds := x.lo
		if c < 0 {
			bounds = x.hi
		}
		for _, b := range bounds {
			if c < 0 {
				b = b.Plus(-x.step)
			}
			if v.atLeastZero(a.Replace(s, b), vars[:i]) {
				return true
			}
		}
		return false
	}
	least := a.Const
	for _, t := range a.Terms {
		switch {
		case t.Coef < 0:
			return false
		case t.Kind == Size:
			least += t.Coef * v.least[t.Name]
		case t.Kind == Block:
			least += t.Coef * v.extent(t.Name)
		case t.Kind == Var, t.Kind == First, t.Kind == Last:
			return false
		}
	}
	return least >= 0
}

func mentions(a Affine, vars []variable) bool {
	return slices.ContainsFunc(vars, func(x variable) bool { return a.Coef(Symbol{Var, x.name}) != 0 })
}

// reduced replaces the variables of inner loops by their bounds, and gives the
// least or greatest values in terms of the loop's own variable.
func (v *verifier) reduced(a Affine, vars []variable, greatest bool) []Affine {
	for i := len(vars) - 1; i >= 0; i-- {
		x := vars[i]
		s := Symbol{Var, x.name}
		c := a.Coef(s)
		if c == 0 {
			continue
		}
		bounds, minus := x.lo, 0
		if (c > 0) == greatest {
			bounds, minus = x.hi, x.step
		}
		var out []Affine
		for _, b := range bounds {
			out = append(out, v.reduced(a.Replace(s, b.Plus(-minus)), vars[:i], greatest)...)
		}
		return out
	}
	return []Affine{a}
}
