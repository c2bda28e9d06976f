// Package batch has tasks carried out: in this process, in child processes whose crashes
// harm nobody else, by workers that take them from a queue, or by a batch system such as
// Slurm or Kubernetes.
//
// In: a Task, which is no more than its number, and a function that knows what to do.
// Out: an error that says whether another attempt may succeed; results go elsewhere,
// such as to a store. Start at Batch and the example; Local, Processes, Pulled and Arrays
// implement it, and Serve, ServeQueue and ServeElement are the workers' side. A batch
// system is a System, of which Arrays makes a Batch.
package batch

import (
	"context"
	"fmt"
)

// Task is a piece of work of one version of a run: the illumination of a shot in
// version 0, its misfit and gradient, or those of several shots at once, in all
// others.
type Task struct {
	Version int       `json:"version"`
	Place   int       `json:"place"` // among the tasks of its version
	Needs   Resources `json:"needs"`
}

// Resources are what a task runs on.
type Resources struct {
	Threads int   `json:"threads,omitempty"` // 0 for those that its worker was given
	Ranks   int   `json:"ranks,omitempty"`   // of MPI; 0 and 1 are the same
	GPUs    int   `json:"gpus,omitempty"`
	Memory  int64 `json:"memory,omitempty"` // bytes; 0 for what its worker was given
}

func (t Task) String() string { return fmt.Sprintf("version %d, task %d", t.Version, t.Place) }

// Batch has tasks carried out, as many at a time as it has room for.
type Batch interface {
	// Do has a task carried out, once, and waits for its end; many tasks are given
	// at once, by as many goroutines. It calls began when the task begins, which may still
	// end ctx. When it returns nil, the task's own function has; otherwise the error says what the
	// task reported, or how its worker died and what it wrote last. When ctx ends
	// the task is given up.
	Do(ctx context.Context, t Task, began func()) error
	// Close frees what the batch holds; tasks that run are given up.
	Close() error
}

// Local carries out tasks in this process.
type Local struct {
	do   func(ctx context.Context, t Task) error
	room chan struct{}
}

// NewLocal carries out so many tasks at a time by a function.
func NewLocal(workers int, do func(ctx context.Context, t Task) error) *Local {
	return &Local{do, make(chan struct{}, workers)}
}

// Do implements Batch.
func (b *Local) Do(ctx context.Context, t Task, began func()) error {
	select {
	case b.room <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-b.room }()
	began()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return b.do(ctx, t)
}

// Close implements Batch.
func (*Local) Close() error { return nil }
