// Package gradient computes the value of a misfit of records and its exact
// derivatives by the fields, by the traces and places of the sources and by the
// initial state of any operator, from the operator's own file: nobody writes an
// adjoint.
//
//	op, err := gradient.Load(ctx, "acoustic.pde", gradient.Options{Options: o, Wrt: []string{"m"}})
//	plan, err := op.Plan(arguments, gradient.Storage{Memory: 2 << 30})
//	result, err := op.Evaluate(ctx, arguments, gradient.L2{Observed: observed}, plan)
//	// result.Value, result.Fields["m"]
//
// The forward run keeps what the backward run needs of its wavefields: all of
// it, or checkpoints from which parts are computed again, as the memory allows;
// see Storage. The result does not depend on that, but for the ways that are
// approximations by name.
package gradient
