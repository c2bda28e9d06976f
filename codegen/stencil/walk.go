package stencil

import "github.com/courant-pde/courant/codegen/expr"

// Values calls f for every expression that a statement evaluates.
func Values(s Stmt, f func(expr.Expr)) {
	switch x := s.(type) {
	case *Let:
		f(x.Value)
	case *Compute:
		for _, b := range x.Body {
			f(ValueOf(b))
		}
	case *Inject:
		f(x.Value)
	case *Sample:
		f(x.Value)
	case *Reduce:
		f(x.Value)
	}
}

// ValueOf is the value of a part of a body.
func ValueOf(a Assignment) expr.Expr {
	switch x := a.(type) {
	case *Let:
		return x.Value
	case *Assign:
		return x.Value
	}
	return nil
}

// Reads calls f for every access in the values of a statement.
func Reads(s Stmt, f func(*Access)) { Values(s, func(e expr.Expr) { ReadsOf(e, f) }) }

// ReadsOf calls f for every access in an expression.
func ReadsOf(e expr.Expr, f func(*Access)) {
	expr.Visit(e, func(e expr.Expr) {
		if a, ok := e.(*Access); ok {
			f(a)
		}
	})
}

// MapValues rebuilds statements with f applied to every expression.
func MapValues(body []Stmt, f func(expr.Expr) expr.Expr) []Stmt {
	out := make([]Stmt, len(body))
	for i, s := range body {
		switch x := s.(type) {
		case *Let:
			out[i] = &Let{x.Name, f(x.Value)}
		case *Compute:
			c := *x
			c.Body = MapBody(x.Body, f)
			out[i] = &c
		case *Inject:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		case *Sample:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		case *Reduce:
			c := *x
			c.Value = f(x.Value)
			out[i] = &c
		default:
			out[i] = s
		}
	}
	return out
}

// MapBody rebuilds a body with f applied to the value of every part.
func MapBody(body []Assignment, f func(expr.Expr) expr.Expr) []Assignment {
	out := make([]Assignment, len(body))
	for i, b := range body {
		switch x := b.(type) {
		case *Let:
			out[i] = &Let{x.Name, f(x.Value)}
		case *Assign:
			out[i] = &Assign{x.Target, f(x.Value), x.Note}
		}
	}
	return out
}

// MapComputes rebuilds statements with f applied to every compute.
func MapComputes(body []Stmt, f func(*Compute) *Compute) []Stmt {
	out := make([]Stmt, len(body))
	for i, s := range body {
		if c, ok := s.(*Compute); ok {
			s = f(c)
		}
		out[i] = s
	}
	return out
}

// MapBodies rebuilds statements with f applied to the body of every compute.
func MapBodies(body []Stmt, f func([]Assignment) []Assignment) []Stmt {
	return MapComputes(body, func(c *Compute) *Compute {
		d := *c
		d.Body = f(c.Body)
		return &d
	})
}
