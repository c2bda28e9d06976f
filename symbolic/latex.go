package symbolic

import (
	"fmt"
	"math/big"
	"strings"
)

// LaTeX prints e as LaTeX mathematics.
func LaTeX(e Expr) string { return latex(e, bindSum) }

func latex(e Expr, around int) string {
	text, bind := "", bindAtom
	switch x := e.(type) {
	case *Num:
		if x.val.IsInt() {
			text = x.val.Num().String()
		} else if n, exact := x.val.FloatPrec(); exact && n <= 3 {
			text = x.val.FloatString(n)
		} else {
			text = fmt.Sprintf(`\tfrac{%s}{%s}`, new(big.Int).Abs(x.val.Num()), x.val.Denom())
			if x.val.Sign() < 0 {
				text = "-" + text
			}
		}
		if x.val.Sign() < 0 {
			bind = bindSum
		}
	case *Scalar:
		text = latexName(x.Name)
	case *Access:
		sub := strings.Join(x.Index(), ",")
		if x.Func.Varies() {
			parts := x.Index()
			text = fmt.Sprintf("%s^{%s}_{%s}", latexName(x.Func.Name), parts[0], strings.Join(parts[1:], ","))
		} else {
			text = fmt.Sprintf("%s_{%s}", latexName(x.Func.Name), sub)
		}
	case *Add:
		bind = bindSum
		for i, t := range x.Terms {
			c, _ := SplitCoefficient(t)
			switch {
			case i == 0:
				text = latex(t, bindSum)
			case c.Sign() < 0:
				text += " - " + latex(Neg(t), bindProduct)
			default:
				text += " + " + latex(t, bindProduct)
			}
		}
	case *Mul:
		bind = bindProduct
		var above, below []Expr
		factors, sign := x.Factors, ""
		if n, ok := factors[0].(*Num); ok && n.val.Sign() < 0 {
			sign, bind = "-", bindSum
			factors = append([]Expr{Rational(new(big.Rat).Neg(n.val))}, factors[1:]...)
			if IsOne(factors[0]) {
				factors = factors[1:]
			}
		}
		for _, f := range factors {
			if p, ok := f.(*Pow); ok {
				if n, ok := p.Exp.(*Num); ok && n.val.Sign() < 0 {
					below = append(below, Power(p.Base, Rational(new(big.Rat).Neg(n.val))))
					continue
				}
			}
			above = append(above, f)
		}
		if len(below) > 0 {
			text = fmt.Sprintf(`\frac{%s}{%s}`, latexProduct(above, bindSum), latexProduct(below, bindSum))
		} else {
			text = latexProduct(above, bindProduct)
		}
		text = sign + text
	case *Pow:
		bind = bindPower
		n, isNumber := x.Exp.(*Num)
		switch {
		case isNumber && n.val.Cmp(big.NewRat(1, 2)) == 0:
			return `\sqrt{` + latex(x.Base, bindSum) + "}"
		case isNumber && n.val.Sign() < 0:
			bind = bindProduct
			text = fmt.Sprintf(`\frac{1}{%s}`, latex(Power(x.Base, Rational(new(big.Rat).Neg(n.val))), bindSum))
		default:
			base := latex(x.Base, bindAtom)
			if a, ok := x.Base.(*Access); ok && a.Func.Varies() {
				base = `\left(` + base + `\right)`
			}
			text = fmt.Sprintf("%s^{%s}", base, latex(x.Exp, bindSum))
		}
	case *Call:
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = latex(a, bindSum)
		}
		text = fmt.Sprintf(`\operatorname{%s}\left(%s\right)`, x.Fn, strings.Join(args, ", "))
	case *Deriv:
		bind = bindProduct
		axis, of := "t", latex(x.Of, bindProduct)
		if x.Axis != TimeAxis {
			axis = x.gridAxis()
		}
		if a, ok := x.Of.(*Access); ok && a.Time == 0 && a.isHere() {
			of = latexName(a.Func.Name)
		}
		if x.Order == 1 {
			text = fmt.Sprintf(`\frac{\partial}{\partial %s} %s`, axis, of)
		} else {
			text = fmt.Sprintf(`\frac{\partial^{%d}}{\partial %s^{%d}} %s`, x.Order, axis, x.Order, of)
		}
	}
	if bind < around {
		return `\left(` + text + `\right)`
	}
	return text
}

// latexProduct prints factors side by side; a single one needs parentheses
// only if the surroundings ask for them.
func latexProduct(factors []Expr, around int) string {
	switch len(factors) {
	case 0:
		return "1"
	case 1:
		return latex(factors[0], around)
	}
	parts := make([]string, len(factors))
	for i, f := range factors {
		parts[i] = latex(f, bindUnary)
	}
	return strings.Join(parts, `\,`)
}

var greek = map[string]bool{"alpha": true, "beta": true, "gamma": true, "delta": true, "epsilon": true, "theta": true, "phi": true, "psi": true, "rho": true, "sigma": true, "tau": true, "mu": true, "nu": true, "kappa": true, "omega": true, "eta": true, "xi": true, "zeta": true, "chi": true, "pi": true, "lambda": true}

// latexName typesets a name: Greek letters as letters, what follows the first
// underscore as a subscript, longer words upright.
func latexName(name string) string {
	if name == "dt" {
		return `\Delta t`
	}
	head, tail, has := strings.Cut(name, "_")
	switch {
	case greek[head]:
		head = `\` + head
	case head == "lam":
		head = `\lambda`
	case len(head) > 1:
		head = `\mathrm{` + head + "}"
	}
	if has {
		return head + "_{" + strings.ReplaceAll(tail, "_", `\_`) + "}"
	}
	return head
}
