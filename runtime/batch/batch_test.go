package batch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/batch"
	"github.com/courant-pde/courant/runtime/batch/batchtest"
	"github.com/courant-pde/courant/runtime/queue"
)

// This program is its own worker when it is told so.
func TestMain(m *testing.M) {
	if folder := os.Getenv("BATCH_TEST"); folder != "" {
		serve := func() error {
			return batch.ServeFile(context.Background(), os.Args[len(os.Args)-1], batchtest.Do(folder))
		}
		if filepath.Ext(os.Args[len(os.Args)-1]) != ".task" {
			serve = func() error { return batch.Serve(context.Background(), batchtest.Do(folder)) }
		}
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestLocal(t *testing.T) {
	folder := t.TempDir()
	b := batch.NewLocal(3, batchtest.Do(folder))
	batchtest.Run(t, b, folder, false)
}

func TestProcesses(t *testing.T) {
	folder := t.TempDir()
	b := batch.NewProcesses(3, func() *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "BATCH_TEST="+folder)
		return c
	})
	batchtest.Run(t, b, folder, true)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestPulled(t *testing.T) {
	folder := t.TempDir()
	q := queue.NewMemory(500 * time.Millisecond)
	b := batch.NewPulled(q, "tasks")
	for range 3 {
		go func() {
			if err := batch.ServeQueue(t.Context(), q, "tasks", batchtest.Do(folder)); err != nil {
				t.Error(err)
			}
		}()
	}
	batchtest.Run(t, b, folder, false)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// outage is a queue that is gone for the first messages.
type outage struct {
	queue.Queue
	left atomic.Int32
}

func (q *outage) Send(ctx context.Context, topic string, data []byte) error {
	if q.left.Add(-1) >= 0 {
		return errors.New("the server is gone")
	}
	return q.Queue.Send(ctx, topic, data)
}

// A queue that is gone for a while delays a task, and a worker that cannot tell its
// end tells it later: the task is carried out again.
func TestPulledThroughAnOutage(t *testing.T) {
	m := queue.NewMemory(200 * time.Millisecond)
	driver, worker := &outage{Queue: m}, &outage{Queue: m}
	driver.left.Store(1)
	worker.left.Store(2) // that it begins, and that it is done
	b := batch.NewPulled(driver, "tasks")
	var n atomic.Int32
	go func() {
		_ = batch.ServeQueue(t.Context(), worker, "tasks", func(context.Context, batch.Task) error { n.Add(1); return nil })
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := b.Do(ctx, batch.Task{Place: 1}, func() {}); err != nil || n.Load() != 2 {
		t.Errorf("%v after %d times", err, n.Load())
	}
}

// What a worker took that is no more, another one carries out.
func TestPulledFromTheDead(t *testing.T) {
	q := queue.NewMemory(500 * time.Millisecond)
	b := batch.NewPulled(q, "tasks")
	dead, die := context.WithCancel(t.Context())
	began := make(chan bool, 2)
	go func() {
		_ = batch.ServeQueue(dead, q, "tasks", func(ctx context.Context, _ batch.Task) error {
			die()
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	ended := make(chan error)
	go func() { ended <- b.Do(t.Context(), batch.Task{Place: 1}, func() { began <- true }) }()
	<-began
	go func() {
		_ = batch.ServeQueue(t.Context(), q, "tasks", func(context.Context, batch.Task) error { return nil })
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody carries it out")
	}
}

func TestSlurm(t *testing.T) {
	if err := exec.Command("sinfo").Run(); err != nil {
		t.Skip("no Slurm answers: see .ci/slurm")
	}
	// A folder that the nodes see too, as they do not see another's temporary one.
	folder, err := os.MkdirTemp("", "slurm")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	b := &batch.Slurm{Folder: filepath.Join(folder, "jobs of it's own"), Command: []string{os.Args[0]}, Environment: []string{"BATCH_TEST=" + folder}, Poll: time.Second}
	batchtest.Run(t, b, folder, true)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
