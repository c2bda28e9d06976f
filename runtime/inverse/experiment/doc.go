// Package experiment measures how the workflow scales, what it costs, and what it loses
// when workers are killed: by real runs on this machine, and by a simulator that is
// calibrated by them for sizes that one machine cannot run.
//
// In: a Bench: a survey, and the command that begins a worker; the name of an
// experiment, one of Names. Out: a Table with its Figure. Start at Bench.Run; Trial
// carries one Plan out in real processes, Simulate in no time. docs/experiments.md has
// results.
//
// In a real run every task computes a real gradient in a worker process of its own, and
// then waits until its planned time has passed: so that more workers than cores behave
// as machines of their own would. Workers that are to die are killed by SIGKILL in the
// middle of a task.
package experiment
