// Package optimize minimises functions of models. An optimiser asks for the
// value and the derivatives at a trial point and is told them; what lies between
// can be kept, and gone on with by another process.
package optimize
