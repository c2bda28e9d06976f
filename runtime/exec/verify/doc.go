// Package verify tests the derivatives of an operator on random data: dot products for
// its adjoint and for Born modelling against the gradient, and Taylor remainders for the
// gradient. It is meant for operators of users as for those of the library.
//
// In: a symbolic.Problem and Options, of which only those of the compiler are required.
// Out: numbers to be judged: errors of dot products, which Tolerance bounds, and slopes,
// which are 2. Start at Adjoint and Gradient; the example calls both.
package verify
