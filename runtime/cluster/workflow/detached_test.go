package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// The toy's workers are this program, with these variables.
const (
	detachedFolder = "COURANT_TEST_DETACHED"
	detachedFault  = "COURANT_TEST_FAULT" // what goes wrong
	detachedTime   = "COURANT_TEST_GENERATION"
)

const (
	detachedShots      = 6
	detachedIterations = 4
)

// TestMain makes this program the worker of a run that nobody drives, or a function
// that a timer calls.
func TestMain(m *testing.M) {
	folder := os.Getenv(detachedFolder)
	if folder == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	array, index, _, err := batch.Element()
	if err == nil {
		err = serveDetached(ctx, folder, array, index)
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

// detachedToy is a toy in a folder, and how its processes go on with it. Each process
// has its part of the batch system, which is a folder too.
func detachedToy(folder, generation string) (*Run, Detached, error) {
	s, err := store.OpenFiles(filepath.Join(folder, "store"))
	if err != nil {
		return nil, Detached{}, err
	}
	return newToy(s, detachedShots, detachedIterations), Detached{
		// Two arrays for a version of six tasks.
		System: &systemtest.Folder{Path: filepath.Join(folder, "system"), Many: 4}, Generation: generation, Attempts: 3,
		Environment: map[string]string{detachedTime: generation},
	}, nil
}

func serveDetached(ctx context.Context, folder, array string, index int) error {
	r, d, err := detachedToy(folder, os.Getenv(detachedTime))
	if err != nil {
		return err
	}
	fault := os.Getenv(detachedFault)
	// once reports whether something has not been done yet.
	once := func(what string, t Task) bool {
		return os.Mkdir(filepath.Join(folder, fmt.Sprintf("%s-%d-%d", what, t.Version, t.Place)), 0o755) == nil
	}
	if fault == "drop" {
		d.Policy = Drop
	}
	return d.Serve(ctx, r, array, index, do(r, func(ctx context.Context, t Task) error {
		switch {
		case fault == "die" && (t.Version+t.Place)%3 == 0 && once("died", t):
			os.Exit(9)
		case fault == "fail" && (t.Version+t.Place)%2 == 0 && once("failed", t):
			return errors.New("bad luck")
		case fault == "late" && t.Place == 2 && once("late", t):
			// Its gradient comes into being and the worker dies before it sums.
			if err := do(r, nil)(ctx, t); err != nil {
				return err
			}
			os.Exit(9)
		case (fault == "bad" || fault == "drop") && t.Version == 2 && t.Place == 1:
			return batch.Permanent(errors.New("no such shot"))
		case fault == "vanish" && t.Version == 1 && array == d.name(r, 1, t.Place/d.System.Most(), 0),
			fault == "cancel" && t.Version == 1 && d.Generation == "g":
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}), func(err error) { fmt.Fprintln(os.Stderr, "stopped:", err) })
}

// What is cancelled ends with its workers, and goes on in another generation.
func TestDetachedCancelled(t *testing.T) {
	folder := t.TempDir()
	r, d, err := detachedToy(folder, "g")
	if err != nil {
		t.Fatal(err)
	}
	machine := &systemtest.Machine{Folder: systemtest.Folder{Path: filepath.Join(folder, "system")}, Environment: []string{detachedFolder + "=" + folder, detachedFault + "=cancel"}}
	machine.Start(t)
	step := func() {
		t.Helper()
		if _, err := Step(t.Context(), r, d); err != nil {
			t.Fatal(err)
		}
	}
	step()
	until(t, machine, func() bool {
		last, err := r.Last(t.Context())
		return err == nil && last == 1
	})
	if err := r.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	step()
	until(t, machine, func() bool { return machine.Kill() == 0 })
	if p, err := r.Position(t.Context()); err != nil || !p.Cancelled || p.Done {
		t.Errorf("%+v, %v", p, err)
	}
	if err := r.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, d, err = detachedToy(folder, "h"); err != nil {
		t.Fatal(err)
	}
	step()
	until(t, machine, func() bool {
		p, err := r.Position(t.Context())
		return err == nil && p.Done
	})
}

// until waits for something.
func until(t *testing.T, machine *systemtest.Machine, done func() bool) {
	t.Helper()
	for start := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatalf("in vain:\n%s", machine.Words())
		}
	}
}

// A run goes on by itself, whatever becomes of its workers, and gives the same bits as
// one that is driven.
func TestDetached(t *testing.T) {
	plain := newToy(store.NewMemory(), detachedShots, detachedIterations)
	if err := Drive(t.Context(), plain, work(plain, 2, nil), Options{}); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, plain)
	for _, fault := range []string{"", "die", "fail", "late", "vanish", "timer", "bad", "drop"} {
		t.Run("fault "+fault, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			r, d, err := detachedToy(folder, "g")
			if err != nil {
				t.Fatal(err)
			}
			machine := &systemtest.Machine{Folder: systemtest.Folder{Path: filepath.Join(folder, "system")}, Environment: []string{detachedFolder + "=" + folder, detachedFault + "=" + fault}}
			stop := machine.Start(t)
			defer stop()
			if fault == "drop" {
				d.Policy = Drop
			}
			if _, err := Step(t.Context(), r, d); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
				p, err := r.Position(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if p.Done {
					break
				}
				if fault == "bad" && len(p.Dead) > 0 {
					break
				}
				for part := range 2 {
					// Arrays are deleted under their workers; a timer finds that out.
					if fault == "vanish" && p.Version == 1 {
						if err := d.System.Forget(t.Context(), batch.Array{Name: d.name(r, 1, part, 0)}); err != nil {
							t.Fatal(err)
						}
					}
				}
				if fault == "timer" || fault == "vanish" {
					for range 2 {
						all.Go(func() {
							if _, err := Step(t.Context(), r, d); err != nil {
								t.Error(err)
							}
						})
					}
				}
				if time.Since(start) > time.Minute {
					t.Fatalf("it is at version %d, with %d gradients missing:\n%s", p.Version, len(p.Missing), machine.Words())
				}
			}
			all.Wait()
			switch fault {
			case "bad":
				why, err := r.Why(t.Context(), Task{Version: 2, Place: 1})
				if err != nil || why != "no such shot" {
					t.Errorf("%q, %v", why, err)
				}
				if _, err := Step(t.Context(), r, d); !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), "no such shot") {
					t.Errorf("%v", err)
				}
			case "drop":
				if got := outcome(t, r); got == want {
					t.Error("nothing was dropped")
				}
			default:
				if got := outcome(t, r); got != want {
					t.Errorf("%s\nwhere one that is driven gives\n%s", got, want)
				}
			}
		})
	}
}
