// Package expr holds the expressions of both levels of the compiler: stencil
// programs read fields at offsets, loop kernels read buffers at indices, and
// all else is the same.
//
// An expression is never changed: what transforms it makes a new one.
package expr

// Expr is an expression: Const, Scalar, Local, Read, *Add, *Mul, *Div or *Call.
type Expr interface{ IsExpr() }

// Const is a number.
type Const float64

// Scalar is a run-time scalar of the ABI.
type Scalar string

// Local is the value of a Let.
type Local string

// Read takes a value from memory; what of it each level says for itself.
type Read interface {
	Expr
	// Key is the same for reads of the same value, and for no others.
	Key() string
}

// Add is a sum, evaluated from left to right. Sub marks the terms that are
// subtracted.
type Add struct {
	Args []Expr
	Sub  []bool
}

// Mul is a product, evaluated from left to right.
type Mul struct{ Args []Expr }

// Div is X/Y.
type Div struct{ X, Y Expr }

// Call is an elementary function.
type Call struct {
	Fn   string
	Args []Expr
}

// IsExpr marks expressions.
func (Const) IsExpr()  {}
func (Scalar) IsExpr() {}
func (Local) IsExpr()  {}
func (*Add) IsExpr()   {}
func (*Mul) IsExpr()   {}
func (*Div) IsExpr()   {}
func (*Call) IsExpr()  {}

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

// MapLeaves rebuilds e with f applied to every part that has no parts.
func MapLeaves(e Expr, f func(Expr) Expr) Expr {
	switch e.(type) {
	case *Add, *Mul, *Div, *Call:
		return MapOperands(e, func(o Expr) Expr { return MapLeaves(o, f) })
	}
	return f(e)
}

// Visit calls f for e and all its parts, outermost first.
func Visit(e Expr, f func(Expr)) {
	f(e)
	for _, o := range Operands(e) {
		Visit(o, f)
	}
}

// Uses reports whether e reads a local.
func Uses(e Expr, local string) bool {
	used := false
	Visit(e, func(e Expr) { used = used || e == Expr(Local(local)) })
	return used
}
