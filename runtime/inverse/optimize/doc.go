// Package optimize minimises functions of models. An optimiser asks for the value and
// the derivatives at a trial point and is told them; what lies between can be kept, and
// gone on with by another process.
//
// In: a first point, then values and gradients. Out: the next point to evaluate, and the
// best one so far. Start at Method and the example; LBFGS is for misfits with bounds, CG
// for linear least squares, Stochastic for gradients of changing parts of the data.
package optimize
