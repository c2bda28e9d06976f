package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Reducers alone make all sums, and the driver hears of them: it never sweeps.
func TestReducersMakeTheSums(t *testing.T) {
	r := newToy(store.NewMemory(), 9, 3)
	r.Queue = queue.NewMemory(queue.Lease)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 2 {
		go func() { _ = Reduce(ctx, r.Store, r.Queue, func(err error) { t.Error(err) }) }()
	}
	start := time.Now()
	err := Drive(ctx, r, work(r, 2, nil), Options{Sweep: time.Minute, Event: func(e Event) {
		if e.Kind == "sweep" {
			t.Error("a sweep")
		}
	}})
	if err != nil || outcome(t, r) != undisturbed(t, 9, 3) {
		t.Errorf("%v, or another result", err)
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("after %v", d)
	}
}

// A run that is cancelled stops at once, wherever it is driven, stays so, and
// goes on when it is resumed.
func TestCancelAndResume(t *testing.T) {
	r := newToy(store.NewMemory(), 4, 3)
	r.Queue = queue.NewMemory(queue.Lease)
	hangs := work(r, 2, func(ctx context.Context, t Task) error {
		if t.Version == 2 {
			if err := r.Cancel(context.WithoutCancel(ctx)); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	})
	if err := Drive(t.Context(), r, hangs, Options{Sweep: time.Millisecond}); !errors.Is(err, ErrCancelled) {
		t.Fatalf("%v", err)
	}
	if p, err := r.Position(t.Context()); err != nil || p.Phase() != Cancelled || p.Version != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := Drive(t.Context(), r, work(r, 2, nil), Options{}); !errors.Is(err, ErrCancelled) {
		t.Errorf("driven again: %v", err)
	}
	if err := r.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := Drive(t.Context(), r, work(r, 2, nil), Options{Sweep: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if outcome(t, r) != undisturbed(t, 4, 3) {
		t.Error("another result")
	}
}

// Taken back to any version, a run ends the same.
func TestRestart(t *testing.T) {
	want := undisturbed(t, 5, 4)
	r := newToy(store.NewMemory(), 5, 4)
	if err := Drive(t.Context(), r, work(r, 2, nil), Options{}); err != nil {
		t.Fatal(err)
	}
	last, _ := r.Last(t.Context())
	for version := range last + 1 {
		if err := r.Restart(t.Context(), version); err != nil {
			t.Fatal(err)
		}
		if p, err := r.Position(t.Context()); err != nil || p.Version != version || p.Present != 0 && !p.Done {
			t.Errorf("restarted from version %d: %+v, %v", version, p, err)
		}
		if err := Drive(t.Context(), r, work(r, 2, nil), Options{}); err != nil {
			t.Fatal(err)
		}
		if outcome(t, r) != want {
			t.Errorf("restarted from version %d: another result", version)
		}
	}
	if err := r.Restart(t.Context(), last+1); err == nil {
		t.Error("restarted from where it never was")
	}
}

// mortal is a store whose user dies after some operations.
type mortal struct {
	store.Store
	left int
}

func (m *mortal) lives() error {
	if m.left--; m.left < 0 {
		return errKilled
	}
	return nil
}

func (m *mortal) Create(ctx context.Context, key string, data io.Reader) error {
	if err := m.lives(); err != nil {
		return err
	}
	return m.Store.Create(ctx, key, data)
}

func (m *mortal) Delete(ctx context.Context, key string) error {
	if err := m.lives(); err != nil {
		return err
	}
	return m.Store.Delete(ctx, key)
}

// Killed at any moment while it is taken back, or old states are deleted, a run is
// still one, and ends the same.
func TestRestartIsKilled(t *testing.T) {
	const shots, iterations = 4, 3
	want := undisturbed(t, shots, iterations)
	for version := range 4 {
		for left, whole := 0, false; !whole; left++ {
			m := store.NewMemory()
			r := newToy(m, shots, iterations)
			if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil {
				t.Fatal(err)
			}
			r.Store = &mortal{m, left}
			err := r.Restart(t.Context(), version)
			if whole = err == nil; err != nil && !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			r.Store = m
			if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil {
				t.Fatalf("killed after %d operations: %v", left, err)
			}
			if outcome(t, r) != want {
				t.Errorf("killed after %d operations: another result", left)
			}
		}
	}
}

// Tasks stop when the budget is spent; with a greater one the run goes on, and
// what it paid before counts.
func TestBudget(t *testing.T) {
	r := newToy(store.NewMemory(), 6, 3)
	var n atomic.Int32
	slow := work(r, 1, func(context.Context, Task) error {
		n.Add(1)
		time.Sleep(20 * time.Millisecond)
		return nil
	})
	err := Drive(t.Context(), r, slow, Options{Budget: 50 * time.Millisecond})
	// Three spend it, and one more may have begun meanwhile.
	if !errors.Is(err, ErrBudget) || n.Load() > 4 {
		t.Fatalf("%v after %d tasks", err, n.Load())
	}
	// A toy's tasks claim a quarter of a second each: 1.5 s for the first version.
	if err := Drive(t.Context(), r, work(r, 1, nil), Options{Budget: 1400 * time.Millisecond}); !errors.Is(err, ErrBudget) {
		t.Fatalf("%v", err)
	}
	if p, err := r.Position(t.Context()); err != nil || p.Version != 1 || p.Present != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := Drive(t.Context(), r, work(r, 1, nil), Options{Budget: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if outcome(t, r) != undisturbed(t, 6, 3) {
		t.Error("another result")
	}
}

// The journal of a run tells what is under way; a torn line does no harm.
func TestJournal(t *testing.T) {
	var b bytes.Buffer
	tell := Journal(&b)
	tell(Event{Kind: "version", Position: &Position{Version: 1, Missing: []int{0, 1, 2}}})
	tell(Event{Kind: "begun", Task: Task{Version: 1, Place: 9}})
	tell(Event{Kind: "version", Position: &Position{Version: 2, Missing: []int{0, 1, 2}}})
	for place := range 4 {
		tell(Event{Kind: "begun", Task: Task{Version: 2, Place: place}})
	}
	tell(Event{Kind: "task", Task: Task{Version: 2, Place: 0}, Took: time.Second})
	time.Sleep(2 * time.Millisecond)
	tell(Event{Kind: "task", Task: Task{Version: 2, Place: 3}, Took: time.Second})
	tell(Event{Kind: "retry", Task: Task{Version: 2, Place: 1}, Took: time.Second, Err: errors.New("out of luck")})
	b.WriteString(`{"time":"2026`)
	a, err := ReadJournal(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Running[2]; !ok || len(a.Running) != 1 || a.Failures[1] != "out of luck" || a.Retries != 1 || !(a.Rate > 0 && a.Rate < 500) {
		t.Errorf("%+v", a)
	}
}

// A budget that the very last task spends is enough.
func TestBudgetThatSuffices(t *testing.T) {
	r := newToy(store.NewMemory(), 1, 1)
	slow := work(r, 1, func(context.Context, Task) error { time.Sleep(20 * time.Millisecond); return nil })
	// The first version claims a quarter of a second.
	if err := Drive(t.Context(), r, slow, Options{Budget: 260 * time.Millisecond}); err != nil {
		t.Error(err)
	}
}

// What is told is a hint: that a run is cancelled, or a version summed, is looked up
// in the store.
func TestNewsAreHints(t *testing.T) {
	r := newToy(store.NewMemory(), 4, 2)
	r.Queue = queue.NewMemory(queue.Lease)
	var n atomic.Int32
	lies := work(r, 1, func(ctx context.Context, t Task) error {
		n.Add(1)
		for _, text := range []string{`{"cancelled":true}`, fmt.Sprintf(`{"version":%d,"summed":true}`, t.Version), `{`, `[]`} {
			if err := r.Queue.Publish(ctx, r.topic(), []byte(text)); err != nil {
				return err
			}
		}
		time.Sleep(5 * time.Millisecond) // so that it is heard
		return ctx.Err()
	})
	if err := Drive(t.Context(), r, lies, Options{Sweep: time.Millisecond, Attempts: 1}); err != nil {
		t.Fatal(err)
	}
	p, err := r.Position(t.Context())
	if err != nil || outcome(t, r) != undisturbed(t, 4, 2) {
		t.Errorf("another result, %v", err)
	}
	if most := int32(4 * p.Version); n.Load() > most {
		t.Errorf("%d tasks were begun, of %d", n.Load(), most)
	}
}

// How many tasks there are to sum is told by gradients, not by messages: what
// strangers send makes no wrong sums.
func TestForeignArrivals(t *testing.T) {
	m := store.NewMemory()
	r := newToy(m, 9, 1)
	q := queue.NewMemory(queue.Lease)
	for place := range 8 { // one is missing
		task := Task{Place: place}
		if err := r.Submit(t.Context(), task, 9, toy{}.of(task, nil)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Reduce(ctx, m, q, nil) }()
	for place := range 9 {
		text := fmt.Sprintf(`{"run":"runs/toy","version":0,"place":%d,"tasks":%d}`, place, place+1)
		if err := q.Send(ctx, arrivals, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if n, err := q.Count(ctx, arrivals); err != nil || n == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := Drive(t.Context(), r, work(r, 1, nil), Options{}); err != nil || outcome(t, r) != undisturbed(t, 9, 1) {
		t.Errorf("another result, %v", err)
	}
}

// What is no message of ours, or of a run that is not there, harms nothing.
func TestForeignMessages(t *testing.T) {
	q := queue.NewMemory(queue.Lease)
	ctx, stop := context.WithCancel(t.Context())
	m := store.NewMemory()
	for _, text := range []string{"", "{}", `{"run":"a","place":3,"tasks":2}`, `{"run":"../a","tasks":2}`, `{"run":"none","tasks":2}`} {
		if err := q.Send(ctx, arrivals, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error)
	go func() { ended <- Reduce(ctx, m, q, nil) }()
	time.Sleep(50 * time.Millisecond)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The definition names every phase, and can be drawn and read.
func TestDefinition(t *testing.T) {
	text, err := json.Marshal(Transitions())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tr := range Transitions() {
		names = append(names, tr.Name)
		if !strings.Contains(string(text), `"name":"`+tr.Name+`"`) || tr.When == "" || tr.By == "" || len(tr.To) == 0 {
			t.Errorf("%+v", tr)
		}
	}
	for _, want := range []string{"evaluate", "reduce", "update", "clean", "finish", "drop", "cancel", "resume", "restart"} {
		if !slices.Contains(names, want) {
			t.Errorf("no transition %s", want)
		}
	}
	d := Diagram()
	for _, want := range []string{"[*] --> evaluating\n", "reducing --> updating: reduce\n", "updating --> done: update\n", "done --> [*]\n"} {
		if !strings.Contains(d, want) {
			t.Errorf("no %q in\n%s", want, d)
		}
	}
}
