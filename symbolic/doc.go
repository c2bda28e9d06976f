// Package symbolic holds the mathematics that an operator file states: immutable
// expressions over grid functions, and the problem that they make.
//
// An expression is built with Sum, Product, Power and Apply, which keep it in one
// canonical form: nested sums and products are flat, like terms are collected, numbers
// are exact rationals and the parts stand in one total order. Two expressions are
// therefore equal in the sense of Equal whenever they differ only by commutation,
// association, like terms or exact arithmetic. Products of sums are never expanded
// behind the caller's back: that is a question of cost, which belongs to whoever asks.
//
// In: nothing but what callers build; dsl/check makes a Problem of a file. Out:
// expressions and problems, from which symbolic/adjoint derives others and codegen/lower
// makes programs. Start at the example, then at Problem and Expr. The package imports
// nothing of Courant.
package symbolic
