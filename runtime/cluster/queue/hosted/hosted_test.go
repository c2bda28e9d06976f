package hosted

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/queue/queuetest"
)

// memory is a service within this process, which fails as it is told.
type memory struct {
	mu     sync.Mutex
	queues map[string]*queue.Memory
	marks  map[string]time.Time
	fault  error
}

func newMemory() *memory {
	return &memory{queues: map[string]*queue.Memory{}, marks: map[string]time.Time{}}
}

const lease = 300 * time.Millisecond

// find is the queue of a name; there is one topic in it.
func (m *memory) find(name string) (*queue.Memory, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault != nil {
		return nil, m.fault
	}
	q := m.queues[name]
	if q == nil {
		return nil, ErrNoQueue
	}
	return q, nil
}

func (m *memory) names() (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.queues {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = err
}

func (m *memory) Create(_ context.Context, name string, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault == nil && m.queues[name] == nil {
		m.queues[name] = queue.NewMemory(lease)
	}
	return m.fault
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.queues, name)
	delete(m.marks, name)
	return nil
}

func (m *memory) List(_ context.Context, prefix string) ([]string, error) {
	return slices.DeleteFunc(m.names(), func(name string) bool { return !strings.HasPrefix(name, prefix) }), nil
}

func (m *memory) Mark(_ context.Context, name string, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.marks[name] = now
	return nil
}

func (m *memory) Marked(_ context.Context, name string) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks[name], nil
}

func (m *memory) Put(ctx context.Context, name, text string, _ time.Duration) error {
	q, err := m.find(name)
	if err != nil {
		return err
	}
	return q.Send(ctx, "all", []byte(text))
}

func (m *memory) Take(ctx context.Context, name string, _ time.Duration) (*Taken, error) {
	q, err := m.find(name)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	got, err := q.Receive(wait, "all")
	if err != nil {
		return nil, ctx.Err()
	}
	return &Taken{string(got.Data), got.Attempt, func(context.Context) error { return got.Ack() }, func(_ context.Context, after time.Duration) error { return got.Nak(after) }}, nil
}

func (m *memory) Count(ctx context.Context, name string) (int, error) {
	q, err := m.find(name)
	if err != nil {
		return 0, err
	}
	return q.Count(ctx, "all")
}

var errBusy = errors.New("busy")

func (m *memory) Fault(err error) (error, bool) { return err, errors.Is(err, errBusy) }

func TestQueue(t *testing.T) {
	s := newMemory()
	queuetest.Run(t, lease, func(t *testing.T) queue.Queue {
		q, err := New(s, "courant", lease)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = q.Close() })
		return q
	})
	if names, _ := s.List(t.Context(), "courant-s-"); len(names) > 0 {
		t.Errorf("subscribers are left over: %v", names)
	}
	for _, name := range s.names() {
		if len(name) > 63 {
			t.Errorf("%s has %d characters", name, len(name))
		}
	}
}

// What nobody has used for long is removed, and nothing else.
func TestLeftOver(t *testing.T) {
	s := newMemory()
	now := time.Now()
	for name, age := range map[string]time.Duration{
		"courant-q-old": leftOver + time.Hour, "courant-q-new": leftOver - time.Hour,
		"courant-s-old": leftOverHears + time.Hour, "courant-s-new": leftOverHears - time.Hour,
		"other-q-old": leftOver + time.Hour, "courant-mine": leftOver + time.Hour,
	} {
		_ = s.Create(t.Context(), name, 0)
		_ = s.Mark(t.Context(), name, now.Add(-age))
	}
	_ = s.Create(t.Context(), "courant-q-unmarked", 0)
	q, err := New(s, "courant", lease)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	q.sweep(t.Context(), now)
	want := []string{"courant-mine", "courant-q-new", "courant-q-unmarked", "courant-s-new", "other-q-old"}
	if got := s.names(); !slices.Equal(got, want) {
		t.Errorf("left are %v, not %v", got, want)
	}
	if q.sweep(t.Context(), now.Add(leftOver+time.Hour)); slices.Contains(s.names(), "courant-q-unmarked") {
		t.Error("a queue whose maker died stays for ever")
	}
}

// A service that does not answer is waited for, with a word; one that refuses is not, and
// a queue that was deleted is made again.
func TestOutage(t *testing.T) {
	s := newMemory()
	q, err := New(s, "courant", lease)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	told := make(chan error, 10)
	q.OnOutage(func(err error) { told <- err })
	got := make(chan error, 1)
	receive := func() {
		m, err := q.Receive(t.Context(), "tasks")
		if err == nil {
			err = m.Ack()
		}
		got <- err
	}
	s.fail(errBusy)
	go receive()
	if err := <-told; !errors.Is(err, errBusy) {
		t.Errorf("told %v", err)
	}
	if err := q.Send(t.Context(), "tasks", []byte("a")); !errors.Is(err, errBusy) {
		t.Errorf("a message was taken by nobody: %v", err)
	}
	s.fail(nil)
	if err := <-told; err != nil {
		t.Errorf("told %v", err)
	}
	for _, name := range s.names() {
		_ = s.Delete(t.Context(), name)
	}
	if err := q.Send(t.Context(), "tasks", []byte("b")); err != nil {
		t.Error(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	s.fail(&cloud.LoginError{Err: errors.New("expired"), Hint: "log in"})
	receive()
	var login *cloud.LoginError
	if err := <-got; !errors.As(err, &login) {
		t.Errorf("a login that has expired: %v", err)
	}
	go receive()
	s.fail(errBusy)
	_ = q.Close()
	if err := <-got; err == nil {
		t.Error("a queue that is closed gave a message")
	}
}
