package typeset

import (
	"fmt"
	"github.com/courant-pde/courant/symbolic"
	"math/big"
	"strconv"
	"strings"
)

// notation says how much of an access is written: of an equation as it is
// stated, functions; of a discretised one, values at places and time levels.
type notation struct {
	places, levels bool
	means          map[*symbolic.Function]mean // that stand for means of other functions
}

// Set lays e out with all places and time levels.
func Set(e symbolic.Expr) *Formula {
	n := notation{places: true, levels: true}
	e = n.withMeans(e)
	return n.set(e, bindSum)
}

// SetLevel lays out a function at the time level of an access, without a place.
func SetLevel(a *symbolic.Access) *Formula {
	return notation{levels: true}.access(a.Func.At(a.Time, nil))
}

// LaTeX prints e as LaTeX mathematics.
func LaTeX(e symbolic.Expr) string { return Set(e).LaTeX() }

// set lays e out, in parentheses if it binds less tightly than its
// surroundings.
func (n notation) set(e symbolic.Expr, around int) *Formula {
	f, bind := n.bare(e)
	if bind < around {
		return parenthesised(f)
	}
	return f
}

// bare lays e out and says how tightly it binds.
func (n notation) bare(e symbolic.Expr) (*Formula, int) {
	switch x := e.(type) {
	case *symbolic.Num:
		return numeral(x.Rat())
	case *symbolic.Scalar:
		return Name(x.Name), bindAtom
	case *symbolic.Access:
		return n.access(x), bindAtom
	case *symbolic.Add:
		return n.sum(x), bindSum
	case *symbolic.Mul:
		return n.product(x)
	case *symbolic.Pow:
		return n.power(x)
	case *symbolic.Call:
		return n.call(x, nil), bindPower
	case *symbolic.Deriv:
		return n.derivative(x), bindPower
	case *symbolic.Place:
		var where []*Formula
		for axis, h := range x.Half {
			where = append(where, shifted(symbol(symbolic.AxisName(x.Of, axis)), 0, h))
		}
		return indexed(fenced(".|", n.set(x.Of, bindSum)), list(where), nil), bindPower
	}
	panic("symbolic: unknown kind of expression")
}

// numeral prints a rational as a fraction, or as a decimal where that is what
// one would write.
func numeral(r *big.Rat) (*Formula, int) {
	if r.Sign() < 0 {
		f, _ := numeral(new(big.Rat).Neg(r))
		return line(glyph(prefix, "-"), f), bindSum
	}
	const digits = 9 // of numbers that are written out
	a, b := r.Num().String(), r.Denom().String()
	switch {
	case len(a) > digits || len(b) > digits:
		v, _ := r.Float64()
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'g', 6, 64), "e")
		up, _ := strconv.Atoi(exponent)
		if up == 0 {
			return glyph(number, mantissa), bindAtom
		}
		power, _ := numeral(big.NewRat(int64(up), 1))
		return line(glyph(number, mantissa), sign("times"), indexed(glyph(number, "10"), nil, power)), bindProduct
	case r.IsInt():
		return glyph(number, a), bindAtom
	case len(b) > 1:
		if k, exact := r.FloatPrec(); exact && k <= 3 {
			return glyph(number, r.FloatString(k)), bindAtom
		}
	}
	return &Formula{kind: smallFrac, parts: []*Formula{glyph(number, a), glyph(number, b)}}, bindPower
}

// access is a function's letter with its place below and its time level above.
// A bar keeps a component from being taken for a place.
func (n notation) access(x *symbolic.Access) *Formula {
	level := n.level(x)
	m, isMean := n.means[x.Func]
	if !isMean {
		m.of = x.Func
	}
	base, component := nameParts(m.of.Name)
	if !n.places && x.IsHere() || len(x.Func.Axes) == 0 {
		return indexed(base, component, level)
	}
	letter := indexed(base, component, nil)
	if isMean {
		letter = &Formula{kind: accent, text: []string{"bar", "tilde"}[m.kind], parts: []*Formula{letter}}
	}
	if component != nil {
		letter = line(letter, sign("|"))
	}
	return indexed(letter, place(x), level)
}

// level is the upper index of an access, nil for none.
func (n notation) level(x *symbolic.Access) *Formula {
	step := glyph(letter, "n")
	switch f := x.Func; {
	case f.Role == symbolic.History && n.levels && f.Every != nil && !symbolic.IsOne(f.Every):
		every, _ := n.bare(f.Every)
		return line(step, sign("/"), every)
	case f.Role == symbolic.History && n.levels:
		return step
	case !f.Varies() || x.Time == 0 && !n.levels:
		return nil
	}
	return shifted(step, x.Time, false)
}

// place is where an access lies, in spacings from the current node.
func place(e *symbolic.Access) *Formula {
	var parts []*Formula
	for _, a := range e.Func.Axes {
		parts = append(parts, shifted(symbol(e.Func.Grid.Axes[a]), e.Offset[a], e.Func.IsStaggered(a)))
	}
	return list(parts)
}

// shifted is name+steps, or name+steps+1/2.
func shifted(name *Formula, steps int, half bool) *Formula {
	halves := 2 * steps
	if half {
		halves++
	}
	way := "+"
	if halves < 0 {
		way = "-"
	}
	switch size := max(halves, -halves); {
	case halves == 0:
		return name
	case size%2 == 0:
		return line(name, sign(way), glyph(number, fmt.Sprint(size/2)))
	default:
		return line(name, sign(way), glyph(number, fmt.Sprint(size)), sign("/"), glyph(number, "2"))
	}
}
