// Package operator runs compiled operators on data.
//
//	op, err := operator.Load(ctx, "acoustic.pde", operator.Options{...})
//	run, err := op.Apply(ctx, operator.Arguments{
//		Shape: []int{101, 101}, Spacing: []float64{10, 10}, Steps: 400, Dt: 1,
//		Fields: map[string]*field.Array{"m": m, "damp": damp},
//		Points: map[string]operator.Points{"src": {At: where, Traces: wavelet}, "rec": {At: receivers}},
//	})
//	defer run.Close()
//	record := run.Traces("rec")
//
// Everything that can be wrong with the arguments is checked before the first
// step, all faults are reported together, and no memory is taken before it is
// known to suffice. Apply is Bind followed by Advance to the end; callers that
// want to look at the wavefield on the way use these two.
package operator
