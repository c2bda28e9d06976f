// Package workflow computes the iterations of an inversion from a store alone: a
// gradient of every shot, their sum, the next model.
//
// In: a Run: a store, an Algorithm, which makes the next state from a state and the sum
// of its tasks' gradients, and a batch.Batch, whose tasks Submit their gradients. Out:
// the State of every version, by Run.State and Run.Each. Nothing here knows of waves.
// Start at Drive and its example, which minimises parabolas.
//
// A run is a prefix of keys. What is there says what is to be done next, every
// object is written once and whole, and every transition may be carried out any
// number of times by any number of processes: so any of them may be killed at
// any moment, and any other carries on. Transitions has them all.
//
//	RUN/v0003/state             the optimiser's state, and the model to evaluate
//	RUN/v0003/n00-00007         what task 7 gives: value and derivatives
//	RUN/v0003/n01-00003         the sum of n00-00006 and n00-00007
//	RUN/v0003/sum               the sum over all tasks
//	RUN/v0004/state             made of that sum
//	RUN/data/00007              what tasks share, such as observed records
//	RUN/progress/v0003-00007    how far task 7 is, see Progress
//	RUN/dead/v0003-00007        why a task failed for good
//	RUN/cancelled               somebody wants no more of it
//	RUN/done                    the last state's version
//
// Every object is bound to its key by its checksum. The sums over all tasks are the
// run: states are made of them again when they are lost, or were deleted as old, and
// a sum that is lost is made again by its version's tasks.
//
// Sums have fixed places in a binary tree, so that the model is the same bit by
// bit in whatever order tasks end and however often they are carried out again.
// Version 0 is not of the misfit but of the illumination.
//
// Drive has the tasks carried out, Reduce makes sums as gradients are announced,
// and Advance makes whatever is left: announcements are hints.
package workflow
