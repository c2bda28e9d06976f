package inversion

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

// TasksTopic is where workers that were started by hand find the tasks of a run.
func TasksTopic(r *workflow.Run) string { return "tasks-" + filepath.Base(r.Name) }

// Worker carries out tasks one after the other, and tells of them.
type Worker struct {
	Do           func(ctx context.Context, t workflow.Task) error
	Out          io.Writer // for a line about each task, if Verbose, and the sum in the end
	Verbose      bool
	Done, Failed int
}

// Task carries out a task.
func (w *Worker) Task(ctx context.Context, t workflow.Task) error {
	start := time.Now()
	err := w.Do(ctx, t)
	end := "done"
	if err == nil {
		w.Done++
	} else {
		w.Failed++
		end = err.Error()
	}
	if w.Verbose {
		fmt.Fprintf(w.Out, "worker: %s: %s, after %s\n", t, end, dashboard.Span(time.Since(start).Seconds()))
	}
	return err
}

// Serve carries out the tasks that a run's queue has, until ctx ends; store is the
// name of the run's store.
func (w *Worker) Serve(ctx context.Context, r *workflow.Run, store string) error {
	fmt.Fprintf(w.Out, "worker: waits for tasks of %s in %s\n", r.Name, store)
	defer func() {
		fmt.Fprintf(w.Out, "worker: ended after %d tasks, %d of them failed\n", w.Done+w.Failed, w.Failed)
	}()
	return batch.ServeQueue(ctx, r.Queue, TasksTopic(r), w.Task, func(err error) { fmt.Fprintln(w.Out, "warning:", err) })
}
