// Package optimize minimises functions of models: smooth ones within bounds by
// L-BFGS, least squares by conjugate gradients. Both take one step at a time, so
// that what lies between two steps can be kept and gone on with.
package optimize
