// Package systemtest is the conformance suite of batch systems.
//
// The system's elements run the test program itself: a test calls Main first in its
// TestMain, and Run with a system whose command is that program.
package systemtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/batchtest"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// folderVariable names the folder of the suite, to the elements.
const folderVariable = "COURANT_SYSTEMTEST"

// Main is the whole program of an element of the suite, and does nothing elsewhere.
func Main() {
	folder := os.Getenv(folderVariable)
	array, index, ok, err := batch.Element()
	if folder == "" || !ok {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err == nil {
		err = serve(ctx, folder, array, index)
	}
	switch {
	case errors.Is(err, batch.ErrLeaving):
		os.Exit(batch.Leaving)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// diesOnce is the place of a task whose worker dies when it is first begun.
const diesOnce = 2000

func serve(ctx context.Context, folder, array string, index int) error {
	s, err := store.OpenFiles(folder + "/store")
	if err != nil {
		return err
	}
	_, err = batch.ServeElement(ctx, s, array, index, func(ctx context.Context, t batch.Task) error {
		if t.Place == diesOnce {
			if err := os.Mkdir(folder+"/died", 0o755); err == nil {
				fmt.Fprintln(os.Stderr, "the last words")
				os.Exit(3)
			}
		}
		return batchtest.Do(folder)(ctx, t)
	})
	return err
}

// Run tests a system that runs this program, on this machine: its elements see the same
// folders. Begins says that the system begins an element again whose worker has died,
// as the array's Attempts allow.
func Run(t *testing.T, s batch.System, begins bool) {
	// Other users run the elements of some systems, and see no folder of the test's own.
	folder, err := os.MkdirTemp("", "courant-systemtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	st, err := store.OpenFiles(folder + "/store")
	if err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{folderVariable: folder}
	b := &batch.Arrays{System: s, Store: st, Environment: environment, Poll: time.Second}
	batchtest.Run(t, b, folder, true)
	if err := b.Close(); err != nil {
		t.Error(err)
	}

	t.Run("the same array is submitted twice", func(t *testing.T) {
		a := batch.Array{Name: fmt.Sprintf("courant-twice-%d", time.Now().UnixNano()), Size: 2, Needs: batch.Resources{Threads: 1}, Attempts: 1}
		tasks := []batch.Task{{Version: 5, Place: 0, Needs: a.Needs}, {Version: 5, Place: 1, Needs: a.Needs}}
		var err error
		for range 2 {
			if a.ID, err = batch.Submit(t.Context(), s, st, a, tasks, nil, environment); err != nil {
				t.Fatal(err)
			}
		}
		wait(t, s, a)
		for place := range 2 {
			if _, err := os.Stat(fmt.Sprintf("%s/5-%d-1", folder, place)); err != nil {
				t.Error(err)
			}
		}
		if err := s.Forget(t.Context(), a); err != nil {
			t.Error(err)
		}
	})
	t.Run("a whole array is cancelled", func(t *testing.T) {
		a := batch.Array{Name: fmt.Sprintf("courant-cancel-%d", time.Now().UnixNano()), Size: 2, Needs: batch.Resources{Threads: 1}, Attempts: 1}
		hang := batch.Task{Place: batchtest.Hangs, Needs: a.Needs}
		var err error
		if a.ID, err = batch.Submit(t.Context(), s, st, a, []batch.Task{hang, hang}, nil, environment); err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), a, -1); err != nil {
			t.Fatal(err)
		}
		wait(t, s, a)
		if err := s.Cancel(t.Context(), a, -1); err != nil {
			t.Errorf("what has ended is cancelled: %v", err)
		}
	})
	t.Run("an element whose worker dies is begun again", func(t *testing.T) {
		if !begins {
			t.Skip("this system does not")
		}
		again := &batch.Arrays{System: s, Store: st, Environment: environment, Attempts: 3, Poll: time.Second}
		defer again.Close()
		if err := again.Do(t.Context(), batch.Task{Place: diesOnce, Needs: batch.Resources{Threads: 1}}, func() {}); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(folder + "/died"); err != nil {
			t.Errorf("it did not die: %v", err)
		}
	})
	t.Run("of an array that is not known all elements are over", func(t *testing.T) {
		a := batch.Array{Name: "courant-unknown", ID: "999999999", Size: 3}
		ended, err := s.Ended(t.Context(), a)
		if err != nil || len(ended) != 3 {
			t.Errorf("%v, %v", ended, err)
		}
	})
}

// wait waits until all elements of an array are over.
func wait(t *testing.T, s batch.System, a batch.Array) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(500 * time.Millisecond) {
		ended, err := s.Ended(t.Context(), a)
		if err == nil && len(ended) == a.Size {
			return
		}
		if time.Since(start) > 2*time.Minute {
			t.Fatalf("of %d elements ended %s, %v; what they wrote: %s", a.Size, strings.TrimSpace(fmt.Sprint(ended)), err, s.LastWords(t.Context(), a, 0))
		}
	}
}
