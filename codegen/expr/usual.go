package expr

// Usual is a value where some reads have values that are known, 0 or 1: what they
// multiply and add to is left out. Nothing is rounded differently for it.
func Usual(e Expr, known func(Read) *float64) Expr {
	if r, ok := e.(Read); ok {
		if v := known(r); v != nil {
			return Const(*v)
		}
		return e
	}
	e = MapOperands(e, func(o Expr) Expr { return Usual(o, known) })
	switch x := e.(type) {
	case *Mul:
		return usualProduct(x)
	case *Add:
		return usualSum(x)
	case *Div:
		if x.X == Expr(Const(0)) {
			return x.X
		}
		if x.Y == Expr(Const(1)) {
			return x.X
		}
	}
	return e
}

func usualProduct(x *Mul) Expr {
	number, rest := 1.0, []Expr(nil)
	for _, a := range x.Args {
		c, ok := a.(Const)
		switch {
		case ok && c == 0:
			return c
		case ok:
			number *= float64(c)
		default:
			rest = append(rest, a)
		}
	}
	switch {
	case len(rest) == 0 && exact(number):
		return Const(number)
	case number == 1:
		return Product(rest...)
	}
	return x
}

func usualSum(x *Add) Expr {
	number, numbers := 0.0, true
	var rest []Expr
	for i, a := range x.Args {
		if a == Expr(Const(0)) {
			continue
		}
		if c, ok := a.(Const); ok {
			if x.Sub[i] {
				c = -c
			}
			number += float64(c)
		} else {
			numbers = false
		}
		if x.Sub[i] {
			a = Subtract(a)
		}
		rest = append(rest, a)
	}
	if numbers && exact(number) {
		return Const(number)
	}
	return Sum(rest...)
}

// exact reports whether single precision holds a number.
func exact(v float64) bool { return float64(float32(v)) == v }
