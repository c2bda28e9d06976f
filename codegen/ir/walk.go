package ir

// Operands returns the direct parts of an expression.
func Operands(e Expr) []Expr {
	switch x := e.(type) {
	case *Add:
		return x.Args
	case *Mul:
		return x.Args
	case *Div:
		return []Expr{x.X, x.Y}
	case *Call:
		return x.Args
	}
	return nil
}

// MapOperands rebuilds e with f applied to every direct part.
func MapOperands(e Expr, f func(Expr) Expr) Expr {
	all := func(args []Expr) []Expr {
		out := make([]Expr, len(args))
		for i, a := range args {
			out[i] = f(a)
		}
		return out
	}
	switch x := e.(type) {
	case *Add:
		return &Add{Args: all(x.Args), Sub: x.Sub}
	case *Mul:
		return &Mul{Args: all(x.Args)}
	case *Div:
		return &Div{X: f(x.X), Y: f(x.Y)}
	case *Call:
		return &Call{Fn: x.Fn, Args: all(x.Args)}
	}
	return e
}

// VisitExpr calls f for e and all its parts, outermost first.
func VisitExpr(e Expr, f func(Expr)) {
	f(e)
	for _, o := range Operands(e) {
		VisitExpr(o, f)
	}
}

// VisitStmts calls f for every statement, outermost first.
func VisitStmts(body []Stmt, f func(Stmt)) {
	for _, s := range body {
		f(s)
		switch x := s.(type) {
		case *Loop:
			VisitStmts(x.Body, f)
		case *Every:
			VisitStmts(x.Body, f)
		}
	}
}

// Value returns the expression that a statement evaluates, nil if none.
func Value(s Stmt) Expr {
	switch x := s.(type) {
	case *Let:
		return x.Value
	case *Assign:
		return x.Value
	case *Inject:
		return x.Value
	case *Sample:
		return x.Value
	case *Reduce:
		return x.Value
	}
	return nil
}

// Target returns the access that a statement writes, nil if none.
func Target(s Stmt) *Access {
	switch x := s.(type) {
	case *Assign:
		return x.Target
	case *Inject:
		return x.Target
	}
	return nil
}

// MapValues rebuilds statements with f applied to the whole expression of
// each, loops included.
func MapValues(body []Stmt, f func(Expr) Expr) []Stmt {
	out := make([]Stmt, len(body))
	for i, s := range body {
		switch x := s.(type) {
		case *Loop:
			l := *x
			l.Body = MapValues(x.Body, f)
			out[i] = &l
		case *Every:
			c := *x
			c.Body = MapValues(x.Body, f)
			out[i] = &c
		case *Reduce:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		case *Let:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		case *Assign:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		case *Inject:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		case *Sample:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		default:
			out[i] = s
		}
	}
	return out
}

// MapNests rebuilds statements with f applied to every outermost loop.
func MapNests(body []Stmt, f func(*Loop) Stmt) []Stmt {
	out := make([]Stmt, len(body))
	for i, s := range body {
		switch x := s.(type) {
		case *Loop:
			out[i] = f(x)
		case *Every:
			out[i] = &Every{Steps: x.Steps, Body: MapNests(x.Body, f)}
		default:
			out[i] = s
		}
	}
	return out
}

// MapInnermost rebuilds a nest with f applied to the body of its innermost
// loop.
func MapInnermost(l *Loop, f func([]Stmt) []Stmt) *Loop {
	c := *l
	if len(l.Body) > 0 {
		if inner, ok := l.Body[len(l.Body)-1].(*Loop); ok {
			c.Body = append(append([]Stmt(nil), l.Body[:len(l.Body)-1]...), MapInnermost(inner, f))
			return &c
		}
	}
	c.Body = f(l.Body)
	return &c
}

// Innermost returns the innermost loop of a nest.
func Innermost(l *Loop) *Loop {
	for len(l.Body) > 0 {
		inner, ok := l.Body[len(l.Body)-1].(*Loop)
		if !ok {
			break
		}
		l = inner
	}
	return l
}
