package symbolic

import (
	"fmt"
	"math/big"
	"strings"
)

// Binding strengths, loosest first, for parentheses.
const (
	bindSum = iota
	bindProduct
	bindUnary
	bindPower
	bindAtom
)

func (e *Num) String() string    { return print(e, bindSum) }
func (e *Scalar) String() string { return e.Name }
func (e *Access) String() string { return print(e, bindSum) }
func (e *Add) String() string    { return print(e, bindSum) }
func (e *Mul) String() string    { return print(e, bindSum) }
func (e *Pow) String() string    { return print(e, bindSum) }
func (e *Call) String() string   { return print(e, bindSum) }
func (e *Deriv) String() string  { return print(e, bindSum) }
func (e *Place) String() string  { return print(e, bindSum) }

// print writes e as the operator language does, in parentheses if it binds
// less tightly than its surroundings.
func print(e Expr, around int) string { return printer(place).print(e, around) }

// Print writes e as the operator language does, accesses as the function says.
func Print(e Expr, access func(*Access) string) string { return printer(access).print(e, bindSum) }

// printer says how accesses are written.
type printer func(*Access) string

// place writes an access with its indices.
func place(a *Access) string { return a.Func.Name + "[" + strings.Join(a.index(), ", ") + "]" }

func (p printer) print(e Expr, around int) string {
	text, bind := "", bindAtom
	switch x := e.(type) {
	case *Num:
		text, bind = decimal(x.val)
	case *Scalar:
		text = x.Name
	case *Access:
		text = p(x)
	case *Add:
		bind = bindSum
		var b strings.Builder
		for i, t := range x.Terms {
			c, rest := SplitCoefficient(t)
			if n, ok := t.(*Num); ok {
				c, rest = n.val, nil
			}
			sign := " + "
			if c.Sign() < 0 {
				sign = " - "
			}
			if i > 0 {
				b.WriteString(sign)
			} else if c.Sign() < 0 {
				b.WriteString("-")
			}
			size := Rational(new(big.Rat).Abs(c))
			if rest == nil {
				b.WriteString(p.print(size, bindProduct))
			} else {
				b.WriteString(p.print(Product(size, rest), bindProduct))
			}
		}
		text = b.String()
	case *Mul:
		bind = bindProduct
		var above, below []string
		factors := x.Factors
		sign := ""
		if n, ok := factors[0].(*Num); ok && isNum(n, -1) {
			sign, factors = "-", factors[1:]
			bind = bindSum
		}
		for _, f := range factors {
			if q, ok := f.(*Pow); ok {
				if n, ok := q.Exp.(*Num); ok && n.val.Sign() < 0 {
					below = append(below, p.print(Power(q.Base, Rational(new(big.Rat).Neg(n.val))), bindPower))
					continue
				}
			}
			above = append(above, p.print(f, bindUnary))
		}
		if len(above) == 0 {
			above = []string{"1"}
		}
		text = sign + strings.Join(append([]string{strings.Join(above, "*")}, below...), "/")
	case *Pow:
		bind = bindPower
		if n, ok := x.Exp.(*Num); ok && n.val.Cmp(big.NewRat(1, 2)) == 0 {
			return "sqrt(" + p.print(x.Base, bindSum) + ")"
		}
		if n, ok := x.Exp.(*Num); ok && n.val.Sign() < 0 {
			bind = bindProduct
			text = "1/" + p.print(Power(x.Base, Rational(new(big.Rat).Neg(n.val))), bindPower)
			break
		}
		text = p.print(x.Base, bindAtom) + "^" + p.print(x.Exp, bindAtom)
	case *Call:
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = p.print(a, bindSum)
		}
		text = x.Fn + "(" + strings.Join(args, ", ") + ")"
	case *Deriv:
		text = p.print(x.Of, bindAtom) + x.suffix()
		if a, ok := x.Of.(*Access); ok && a.Time == 0 && a.IsHere() {
			text = a.Func.Name + x.suffix()
		}
	case *Place:
		text = "at(" + p.print(x.Of, bindSum)
		for axis, h := range x.Half {
			if h {
				text += ", " + AxisName(x.Of, axis)
			}
		}
		text += ")"
	}
	if bind < around {
		return "(" + text + ")"
	}
	return text
}

// index prints the place of an access, such as "t+1", "x", "z-2", "y+1/2".
func (e *Access) index() []string {
	var out []string
	if e.Func.Varies() {
		out = append(out, offset("t", 2*e.Time))
	}
	for _, a := range e.Func.Axes {
		halves := 2 * e.Offset[a]
		if e.Func.IsStaggered(a) {
			halves++
		}
		out = append(out, offset(e.Func.Grid.Axes[a], halves))
	}
	return out
}

// IsHere reports whether an access is to the point at hand.
func (e *Access) IsHere() bool {
	for _, o := range e.Offset {
		if o != 0 {
			return false
		}
	}
	return true
}

func offset(name string, halves int) string {
	switch {
	case halves == 0:
		return name
	case halves%2 == 0:
		return fmt.Sprintf("%s%+d", name, halves/2)
	}
	return fmt.Sprintf("%s%+d/2", name, halves)
}

func (e *Deriv) suffix() string {
	axis := "t"
	if e.Axis != TimeAxis {
		axis = e.gridAxis()
	}
	s := ".d" + axis
	if e.Order > 1 {
		s += fmt.Sprint(e.Order)
	}
	switch e.Side {
	case Centred:
		s += "c"
	case LeftOf:
		s += "l"
	case RightOf:
		s += "r"
	}
	var asked []string
	if e.Accuracy > 0 {
		asked = append(asked, fmt.Sprintf("order %d", e.Accuracy))
	}
	if e.Half != 0 {
		asked = append(asked, map[int]string{-1: "at -1/2", 1: "at 1/2"}[e.Half])
	}
	if e.Weights != nil {
		var ws []string
		for _, w := range e.Weights {
			text, _ := decimal(w)
			ws = append(ws, text)
		}
		asked = append(asked, "weights "+strings.Join(ws, ", "))
	}
	if asked != nil {
		s += "(" + strings.Join(asked, ", ") + ")"
	}
	return s
}

// gridAxis is the name of the derivative's axis.
func (e *Deriv) gridAxis() string { return AxisName(e.Of, e.Axis) }

// AxisName is the name of an axis of the grid that an expression is on, its number where
// there is none.
func AxisName(e Expr, axis int) string {
	name := fmt.Sprint(axis)
	Visit(e, func(c Expr) {
		if a, ok := c.(*Access); ok {
			name = a.Func.Grid.Axes[axis]
		}
	})
	return name
}

// decimal prints a rational as a terminating decimal when it is a short one.
func decimal(r *big.Rat) (string, int) {
	bind := bindAtom
	if r.Sign() < 0 {
		bind = bindSum
	}
	if r.IsInt() {
		return r.Num().String(), bind
	}
	if n, exact := r.FloatPrec(); exact && n <= 6 {
		return r.FloatString(n), bind
	}
	return r.String(), min(bind, bindProduct)
}
