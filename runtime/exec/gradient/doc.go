// Package gradient computes the value of a misfit of records and its exact derivatives
// by the fields, by the traces and places of the sources and by the initial state of any
// operator, from the operator's own file: nobody writes an adjoint.
//
// In: an operator file and the fields to differentiate by, the arguments of a run, and a
// Misfit. Out: a Result with the value and an array of derivatives for each field. Load
// compiles an operator and its adjoint, Plan says how the wavefields of the forward run
// are kept, Evaluate runs both; start at the example of Operator.Evaluate, which is a
// whole program.
//
// The forward run keeps what the backward run needs of its wavefields: all of it, or
// checkpoints from which parts are computed again, as the memory allows; see Storage.
// The result does not depend on that, but for the ways that are approximations by name.
package gradient
