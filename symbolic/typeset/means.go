package typeset

import (
	"math/big"

	"github.com/courant-pde/courant/symbolic"
)

// A sum over the corners of a box, which is how a function is brought to a
// place where it has no values, is written as the mean that it is: as the
// function's letter with a bar, or a tilde for the harmonic mean, at the place
// in the middle.

// mean is the function that stands for the means of another one.
type mean struct {
	of   *symbolic.Function
	kind symbolic.Mean
}

// withMeans replaces sums of neighbouring values in e by means, which are
// entered in n.
func (n *notation) withMeans(e symbolic.Expr) symbolic.Expr {
	if n.means == nil {
		n.means = map[*symbolic.Function]mean{}
	}
	e = symbolic.Map(e, n.withMeans)
	s, ok := e.(*symbolic.Add)
	if !ok {
		return e
	}
	var corners []*symbolic.Access
	var weight *big.Rat
	kind := symbolic.Arithmetic
	for i, t := range s.Terms {
		c, rest := symbolic.SplitCoefficient(t)
		k := symbolic.Arithmetic
		if p, ok := rest.(*symbolic.Pow); ok && isMinusOne(p.Exp) {
			k, rest = symbolic.Harmonic, p.Base
		}
		a, ok := rest.(*symbolic.Access)
		if !ok || i > 0 && (k != kind || c.Cmp(weight) != 0 || a.Func != corners[0].Func || a.Time != corners[0].Time) {
			return e
		}
		kind, weight, corners = k, c, append(corners, a)
	}
	middle := n.middle(corners, kind)
	if middle == nil {
		return e
	}
	if kind == symbolic.Harmonic {
		return symbolic.Product(symbolic.Rational(weight), symbolic.Int(len(corners)), symbolic.Power(middle, symbolic.Int(-1)))
	}
	return symbolic.Product(symbolic.Rational(weight), symbolic.Int(len(corners)), middle)
}

// middle is the mean of a function's values at the corners of a box, nil when
// they are none.
func (n *notation) middle(corners []*symbolic.Access, kind symbolic.Mean) symbolic.Expr {
	f := corners[0].Func
	m := &symbolic.Function{Name: f.Name, Grid: f.Grid, Role: f.Role, Axes: f.Axes, Stagger: make([]bool, f.Grid.Dim()), Every: f.Every}
	lowest := append([]int(nil), corners[0].Offset...)
	offset := make([]int, len(lowest))
	count := 1
	for axis := range lowest {
		highest := lowest[axis]
		for _, c := range corners {
			lowest[axis], highest = min(lowest[axis], c.Offset[axis]), max(highest, c.Offset[axis])
		}
		m.Stagger[axis], offset[axis] = f.IsStaggered(axis), lowest[axis]
		switch highest - lowest[axis] {
		case 0:
			continue
		case 1:
			count *= 2
			m.Stagger[axis] = !f.IsStaggered(axis)
			if f.IsStaggered(axis) {
				offset[axis]++
			}
			// Means at other places are other functions.
			m.Name += " " + f.Grid.Axes[axis]
		default:
			return nil
		}
	}
	if count != len(corners) {
		return nil
	}
	if kind == symbolic.Harmonic {
		m.Name += " harmonic"
	}
	n.means[m] = mean{f, kind}
	return m.At(corners[0].Time, offset)
}
