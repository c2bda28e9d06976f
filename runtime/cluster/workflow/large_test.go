package workflow

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// crowd is a batch system whose elements are goroutines of this process, some at a time.
type crowd struct {
	store store.Store
	do    func(ctx context.Context, t Task) error

	mu    sync.Mutex
	ended map[string]map[int]string
}

func (*crowd) Most() int { return 10_000 }

func (s *crowd) Submit(ctx context.Context, a batch.Array) (string, error) {
	s.mu.Lock()
	ended := map[int]string{}
	s.ended[a.Name] = ended
	s.mu.Unlock()
	room := make(chan struct{}, 4)
	go func() {
		for i := range a.Size {
			room <- struct{}{}
			go func() {
				defer func() { <-room }()
				how := "well"
				if _, err := batch.ServeElement(ctx, s.store, a.Name, i, s.do); err != nil {
					how = err.Error()
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				ended[i] = how
			}()
		}
	}()
	return a.Name, nil
}

func (s *crowd) Ended(_ context.Context, a batch.Array) (map[int]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ended := map[int]string{}
	for i, how := range s.ended[a.Name] {
		ended[i] = how
	}
	return ended, nil
}

func (*crowd) LastWords(context.Context, batch.Array, int) string { return "" }
func (*crowd) Cancel(context.Context, batch.Array, int) error     { return nil }
func (*crowd) Forget(context.Context, batch.Array) error          { return nil }

// many is how many tasks an evaluation has; COURANT_TASKS says another number, such as
// 100000 or 1000000.
func many(t *testing.T) int {
	text := os.Getenv("COURANT_TASKS")
	if text == "" {
		return 5000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// An evaluation of many tasks through a batch system costs each of them little, in time
// and in memory of the driver: less than 5 ms, and, beside the store that is in memory
// here, less than 2 KiB.
func TestManyTasks(t *testing.T) {
	n := many(t)
	st := store.NewMemory()
	r := newToy(st, n, 0)
	do := func(ctx context.Context, task Task) error {
		return r.Submit(ctx, task, n, toy{}.of(task, nil))
	}
	b := &batch.Arrays{System: &crowd{store: st, do: do, ended: map[string]map[int]string{}}, Store: st, Poll: 500 * time.Millisecond}
	start := time.Now()
	if err := Drive(t.Context(), r, b, Options{}); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d tasks in %v, %v each; %d MiB of memory in use at most, with the store", n, took, took/time.Duration(n), m.HeapSys>>20)
	if took/time.Duration(n) > 5*time.Millisecond {
		t.Errorf("%v a task", took/time.Duration(n))
	}
}
