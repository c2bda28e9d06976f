// Package operator runs compiled operators on data.
//
// Load compiles an operator, Apply runs it on arguments; the example of
// Operator.Apply is a whole program.
//
// Everything that can be wrong with the arguments is checked before the first
// step, all faults are reported together, and no memory is taken before it is
// known to suffice. Apply is Bind followed by Advance to the end; callers that
// want to look at the wavefield on the way use these two.
package operator
