// Package typeset lays expressions and statements out as readers write mathematics:
//
//	typeset.Set(e).LaTeX()
//	typeset.Stated(statement).MathML()
//
// In: expressions and statements of package symbolic, as an operator states them or
// discretised. Out: a Formula, which LaTeX and MathML print. Start at the example, then
// at Set, for an expression, and at Stated and Discrete, for a statement.
package typeset

import "github.com/courant-pde/courant/symbolic"

// How tightly what is laid out binds, loosest first, for parentheses.
const (
	bindSum = iota
	bindProduct
	bindUnary
	bindPower
	bindAtom
)

// isMinusOne reports whether e is the number -1.
func isMinusOne(e symbolic.Expr) bool { return symbolic.IsOne(symbolic.Neg(e)) }
