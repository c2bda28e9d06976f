// Package batchtest is the conformance suite of batches.
package batchtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Places of tasks with a meaning; all others succeed.
const (
	Fails = 1000 + iota // its error has a reason
	Hangs               // until it is given up
	Dies                // with its worker
)

// Do is what the tasks of the suite do, with a folder to leave traces in.
func Do(folder string) func(ctx context.Context, t batch.Task) error {
	return func(ctx context.Context, t batch.Task) error {
		switch t.Place {
		case Fails:
			return errors.New("out of luck;\nwith a reason")
		case Hangs:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
			}
			return errors.New("it was not given up")
		case Dies:
			fmt.Fprintln(os.Stderr, "the last words")
			os.Exit(3)
		}
		return os.WriteFile(filepath.Join(folder, fmt.Sprint(t.Version, "-", t.Place, "-", t.Needs.Threads)), nil, 0o644)
	}
}

// Run tests a batch whose tasks are carried out by Do with a folder. Separate
// says that a task may die without harm.
func Run(t *testing.T, b batch.Batch, folder string, separate bool) {
	t.Run("many tasks are carried out", func(t *testing.T) {
		var all sync.WaitGroup
		var mu sync.Mutex
		begun := 0
		for place := range 12 {
			all.Add(1)
			go func() {
				defer all.Done()
				task := batch.Task{Version: 3, Place: place, Needs: batch.Resources{Threads: 1}}
				if err := b.Do(t.Context(), task, func() { mu.Lock(); begun++; mu.Unlock() }); err != nil {
					t.Error(err)
				}
				if _, err := os.Stat(filepath.Join(folder, fmt.Sprint("3-", place, "-1"))); err != nil {
					t.Error(err)
				}
			}()
		}
		all.Wait()
		if begun != 12 {
			t.Errorf("%d have begun", begun)
		}
	})
	t.Run("what fails says why", func(t *testing.T) {
		err := b.Do(t.Context(), batch.Task{Place: Fails}, func() {})
		if err == nil || !strings.Contains(err.Error(), "out of luck") || !strings.Contains(err.Error(), "with a reason") {
			t.Errorf("%v", err)
		}
	})
	t.Run("what hangs is given up", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		late := errors.New("too late")
		start := time.Now()
		// Only what has begun can hang.
		err := b.Do(ctx, batch.Task{Place: Hangs}, func() { time.AfterFunc(200*time.Millisecond, func() { cancel(late) }) })
		if !errors.Is(err, late) && !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("after %v", d)
		}
	})
	t.Run("what dies harms nobody", func(t *testing.T) {
		if !separate {
			t.Skip("tasks are carried out in this process")
		}
		err := b.Do(t.Context(), batch.Task{Place: Dies}, func() {})
		if err == nil || !strings.Contains(err.Error(), "the last words") {
			t.Errorf("%v", err)
		}
		if err := b.Do(t.Context(), batch.Task{Version: 4}, func() {}); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}
