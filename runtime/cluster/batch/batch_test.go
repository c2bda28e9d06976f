package batch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/batchtest"
	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// This program is its own worker when it is told so.
func TestMain(m *testing.M) {
	if folder := os.Getenv("BATCH_TEST"); folder != "" {
		if err := batch.Serve(context.Background(), batchtest.Do(folder)); err != nil {
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
	b := batch.NewPulled(q, "tasks", batch.Quiet)
	for range 3 {
		go func() {
			if err := batch.ServeQueue(t.Context(), q, "tasks", batchtest.Do(folder), nil); err != nil {
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

// A queue that is gone is no fault of a task, and a worker that cannot tell its
// end tells it later: the task is carried out again.
func TestPulledThroughAnOutage(t *testing.T) {
	m := queue.NewMemory(200 * time.Millisecond)
	driver, worker := &outage{Queue: m}, &outage{Queue: m}
	driver.left.Store(1)
	worker.left.Store(2) // that it begins, and that it is done
	b := batch.NewPulled(driver, "tasks", batch.Quiet)
	var n atomic.Int32
	go func() {
		_ = batch.ServeQueue(t.Context(), worker, "tasks", func(context.Context, batch.Task) error { n.Add(1); return nil }, nil)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := b.Do(ctx, batch.Task{Place: 1}, func() {}); !errors.Is(err, batch.ErrAway) {
		t.Errorf("a queue that is gone: %v", err)
	}
	if err := b.Do(ctx, batch.Task{Place: 1}, func() {}); err != nil || n.Load() != 2 {
		t.Errorf("%v after %d times", err, n.Load())
	}
}

// Tasks that the queue loses are put there again, whether a worker has taken them
// or not, and so is one whose end was lost.
func TestPulledAreNotLost(t *testing.T) {
	q := queue.NewMemory(queue.Lease)
	b := batch.NewPulled(q, "tasks", 20*time.Millisecond)
	defer b.Close()
	ended := make(chan error)
	for place := range 5 {
		go func() { ended <- b.Do(t.Context(), batch.Task{Place: place}, func() {}) }()
	}
	for {
		if n, err := q.Count(t.Context(), "tasks"); err != nil {
			t.Fatal(err)
		} else if n == 5 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	q.Lose()
	var n atomic.Int32
	go func() {
		_ = batch.ServeQueue(t.Context(), q, "tasks", func(context.Context, batch.Task) error {
			if n.Add(1) == 3 {
				q.Lose() // this one and all that wait
			}
			return nil
		}, nil)
	}()
	for range 5 {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("lost after %d", n.Load())
		}
	}
}

// Messages that are no tasks are dropped with a word, and a task that its workers do
// not survive fails.
func TestPulledRefuses(t *testing.T) {
	const lease = 20 * time.Millisecond
	q := queue.NewMemory(lease)
	bad := []string{"", "{}", `{"id":"a","replies":"b","task":{"place":-1}}`, `{"id":"a","replies":"b","task":{"version":1e99}}`, `{"id":"a","replies":"b.c","task":{}}`, `{"id":"a","replies":"b","task":{"needs":{"threads":99999999}}}`}
	for _, text := range bad {
		if err := q.Send(t.Context(), "tasks", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	warned := make(chan error, len(bad))
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		_ = batch.ServeQueue(ctx, q, "tasks", func(context.Context, batch.Task) error {
			t.Error("it was carried out")
			return nil
		}, func(err error) { warned <- err })
	}()
	for range bad {
		<-warned
	}
	stop()
	if n, err := q.Count(t.Context(), "tasks"); err != nil || n > 0 {
		t.Errorf("%d messages are left, %v", n, err)
	}
	b := batch.NewPulled(q, "deadly", time.Hour)
	defer b.Close()
	ended := make(chan error)
	go func() { ended <- b.Do(t.Context(), batch.Task{}, func() {}) }()
	for taken := 0; ; taken++ {
		if taken < 3 {
			if _, err := q.Receive(t.Context(), "deadly"); err != nil { // and nothing more is heard of the worker
				t.Fatal(err)
			}
			continue
		}
		go func() {
			_ = batch.ServeQueue(t.Context(), q, "deadly", func(context.Context, batch.Task) error { return nil }, nil)
		}()
		if err := <-ended; err == nil || !strings.Contains(err.Error(), "no more") {
			t.Errorf("%v", err)
		}
		return
	}
}

// Whatever kind of failure a task has, whoever asked for it is told.
func TestKindsOfFailures(t *testing.T) {
	q := queue.NewMemory(queue.Lease)
	b := batch.NewPulled(q, "tasks", time.Hour)
	defer b.Close()
	go func() {
		_ = batch.ServeQueue(t.Context(), q, "tasks", func(_ context.Context, t batch.Task) error {
			return []error{errors.New("bad luck"), batch.Permanent(errors.New("bad\nluck")), batch.Away(errors.New("bad luck"))}[t.Place]
		}, nil)
	}()
	for place, kinds := range [][2]bool{{false, false}, {true, false}, {false, true}} {
		err := b.Do(t.Context(), batch.Task{Place: place}, func() {})
		if err == nil || errors.Is(err, batch.ErrPermanent) != kinds[0] || errors.Is(err, batch.ErrAway) != kinds[1] || !strings.HasPrefix(err.Error(), "bad") {
			t.Errorf("%d: %v", place, err)
		}
	}
}

// What a worker took that is no more, another one carries out.
func TestPulledFromTheDead(t *testing.T) {
	q := queue.NewMemory(500 * time.Millisecond)
	b := batch.NewPulled(q, "tasks", batch.Quiet)
	dead, die := context.WithCancel(t.Context())
	began := make(chan bool, 2)
	go func() {
		_ = batch.ServeQueue(dead, q, "tasks", func(ctx context.Context, _ batch.Task) error {
			die()
			<-ctx.Done()
			return ctx.Err()
		}, nil)
	}()
	ended := make(chan error)
	go func() { ended <- b.Do(t.Context(), batch.Task{Place: 1}, func() { began <- true }) }()
	<-began
	go func() {
		_ = batch.ServeQueue(t.Context(), q, "tasks", func(context.Context, batch.Task) error { return nil }, nil)
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
