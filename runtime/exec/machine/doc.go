// Package machine tells what this machine is and what it can do: processor, caches and
// memory that this process may use, and the measured bandwidth and arithmetic rate that
// bound every kernel.
//
// In: nothing; it looks at the system, within the limits of its control group and
// affinity mask. Out: a Machine, by Describe; Figures, by Measure, which takes seconds
// and is remembered; what the compiler has to know, by Facts. Start at Describe. Room is
// to be asked before memory is taken.
package machine
