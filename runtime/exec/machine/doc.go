// Package machine tells what this machine is and what it can do: processor,
// caches and memory that this process may use, and the measured bandwidth and
// arithmetic rate that bound every kernel.
package machine
