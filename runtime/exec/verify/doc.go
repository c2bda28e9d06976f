// Package verify tests the derivatives of an operator on random data: dot
// products for its adjoint and for Born modelling against the gradient, and
// Taylor remainders for the gradient. It is meant for operators of users as for
// those of the library.
package verify
