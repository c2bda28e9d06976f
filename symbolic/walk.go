package symbolic

// Children returns the direct parts of e.
func Children(e Expr) []Expr {
	switch x := e.(type) {
	case *Add:
		return x.Terms
	case *Mul:
		return x.Factors
	case *Pow:
		return []Expr{x.Base, x.Exp}
	case *Call:
		return x.Args
	case *Deriv:
		return []Expr{x.Of}
	case *Place:
		return []Expr{x.Of}
	}
	return nil
}

// Map rebuilds e with f applied to every direct part.
func Map(e Expr, f func(Expr) Expr) Expr {
	switch x := e.(type) {
	case *Add:
		return Sum(mapAll(x.Terms, f)...)
	case *Mul:
		return Product(mapAll(x.Factors, f)...)
	case *Pow:
		return Power(f(x.Base), f(x.Exp))
	case *Call:
		return Apply(x.Fn, mapAll(x.Args, f)...)
	case *Deriv:
		return NewDeriv(f(x.Of), x.Axis, x.Order, x.Scheme)
	case *Place:
		return NewPlace(f(x.Of), x.Half)
	}
	return e
}

func mapAll(es []Expr, f func(Expr) Expr) []Expr {
	out := make([]Expr, len(es))
	for i, e := range es {
		out[i] = f(e)
	}
	return out
}

// Substitute replaces every part of e that equals from by to.
func Substitute(e, from, to Expr) Expr {
	if Equal(e, from) {
		return to
	}
	return Map(e, func(c Expr) Expr { return Substitute(c, from, to) })
}

// Contains reports whether part occurs in e.
func Contains(e, part Expr) bool {
	found := false
	Visit(e, func(c Expr) { found = found || Equal(c, part) })
	return found
}

// Visit calls f for e and all its parts, outermost first.
func Visit(e Expr, f func(Expr)) {
	f(e)
	for _, c := range Children(e) {
		Visit(c, f)
	}
}

// Shift moves every access in e by n points along axis, or by n time levels.
func Shift(e Expr, axis, n int) Expr {
	if n == 0 {
		return e
	}
	if x, ok := e.(*Access); ok {
		if axis == TimeAxis {
			return x.Func.At(x.Time+n, x.Offset)
		}
		off := append([]int(nil), x.Offset...)
		off[axis] += n
		return x.Func.At(x.Time, off)
	}
	return Map(e, func(c Expr) Expr { return Shift(c, axis, n) })
}

// Varies reports whether e changes along axis: whether it holds a function
// that spans it, or for TimeAxis one that varies in time.
func Varies(e Expr, axis int) bool {
	found := false
	Visit(e, func(c Expr) {
		if x, ok := c.(*Access); ok {
			found = found || (axis == TimeAxis && x.Func.Varies()) || (axis != TimeAxis && x.Func.Spans(axis))
		}
	})
	return found
}

// Cost counts the arithmetic of e per grid point, as it would be evaluated term
// by term; a division weighs as much as eight other operations. What is the
// same at all points is free, as it is computed once.
func Cost(e Expr) int {
	n, _ := cost(e)
	return n
}

// cost also reports whether e is the same at all points.
func cost(e Expr) (n int, fixed bool) {
	if _, ok := e.(*Access); ok {
		return 0, false
	}
	parts, held := 0, 0 // parts that vary, and whether others stand beside them
	for _, c := range Children(e) {
		m, same := cost(c)
		n += m
		if same {
			held = 1
		} else {
			parts++
		}
	}
	if parts == 0 {
		return 0, true
	}
	switch x := e.(type) {
	case *Add, *Mul:
		return n + parts + held - 1, false
	case *Pow:
		k, isInt := 0, false
		if v, ok := x.Exp.(*Num); ok {
			k, isInt = v.IsInt()
		}
		switch {
		case !isInt:
			return n + 20, false
		case k < 0:
			return n + 8 - k - 1, false
		}
		return n + k - 1, false
	case *Call:
		return n + 20, false
	}
	return n, false
}
