// Package queuetest is the conformance suite of queues.
package queuetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// Run tests a queue; open opens the same one again, as another process would.
// Its lease is given, short for a test.
func Run(t *testing.T, lease time.Duration, open func(t *testing.T) queue.Queue) {
	RunWith(t, lease, Limits{}, open)
}

// Limits are what a service cannot do, each with the reason.
type Limits struct {
	Uncounted string // it does not count its messages
}

// RunWith tests a queue over a service with limits.
func RunWith(t *testing.T, lease time.Duration, limits Limits, open func(t *testing.T) queue.Queue) {
	q := open(t)
	send := func(t *testing.T, topic, data string) {
		t.Helper()
		if err := q.Send(t.Context(), topic, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	receive := func(t *testing.T, topic string) *queue.Message {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+10*lease)
		defer cancel()
		m, err := q.Receive(ctx, topic)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	none := func(t *testing.T, topic string, during time.Duration) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), during)
		defer cancel()
		if m, err := q.Receive(ctx, topic); err == nil {
			t.Errorf("%q came, for the %d. time", m.Data, m.Attempt)
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	}
	done := func(t *testing.T, m *queue.Message) {
		t.Helper()
		if err := m.Ack(); err != nil {
			t.Error(err)
		}
	}
	t.Run("a message comes once when it is done", func(t *testing.T) {
		send(t, "once", "a")
		m := receive(t, "once")
		if string(m.Data) != "a" || m.Attempt != 1 || m.Lease != lease {
			t.Errorf("%q, attempt %d, lease %v", m.Data, m.Attempt, m.Lease)
		}
		done(t, m)
		none(t, "once", 2*lease)
	})
	t.Run("one that nobody finished comes again", func(t *testing.T) {
		send(t, "lost", "a")
		receive(t, "lost")
		m := receive(t, "lost")
		if m.Attempt != 2 {
			t.Errorf("attempt %d", m.Attempt)
		}
		done(t, m)
	})
	t.Run("a lease is extended while its taker works", func(t *testing.T) {
		send(t, "long", "a")
		m := receive(t, "long")
		_ = m.KeepAlive(func() error { none(t, "long", 3*lease); return nil })
		done(t, m)
	})
	t.Run("a message is given back", func(t *testing.T) {
		send(t, "again", "a")
		start := time.Now()
		if err := receive(t, "again").Nak(lease / 2); err != nil {
			t.Fatal(err)
		}
		done(t, receive(t, "again"))
		if d := time.Since(start); d < lease/2 {
			t.Errorf("after %v", d)
		}
	})
	t.Run("messages are counted until they are done", func(t *testing.T) {
		if limits.Uncounted != "" {
			if n, err := q.Count(t.Context(), "counted"); !errors.Is(err, queue.ErrNoCount) {
				t.Errorf("%d messages, %v, though %s", n, err, limits.Uncounted)
			}
			return
		}
		count := func(want int) {
			t.Helper()
			if n, err := q.Count(t.Context(), "counted"); err != nil || n != want {
				t.Errorf("%d messages, not %d, %v", n, want, err)
			}
		}
		count(0)
		send(t, "counted", "a")
		send(t, "counted", "b")
		count(2)
		m := receive(t, "counted")
		count(2)
		done(t, m)
		count(1)
		done(t, receive(t, "counted"))
		count(0)
	})
	t.Run("topics are apart", func(t *testing.T) {
		send(t, "here", "a")
		none(t, "there", lease/2)
		done(t, receive(t, "here"))
	})
	t.Run("takers share the messages", func(t *testing.T) {
		const messages, takers = 60, 4
		var mu sync.Mutex
		seen := map[string]int{}
		var all sync.WaitGroup
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		for range takers {
			other := open(t)
			all.Add(1)
			go func() {
				defer all.Done()
				for {
					m, err := other.Receive(ctx, "shared")
					if err != nil {
						return
					}
					if err := m.Ack(); err != nil {
						t.Error(err)
					}
					mu.Lock()
					seen[string(m.Data)]++
					if len(seen) == messages {
						stop()
					}
					mu.Unlock()
				}
			}()
		}
		for i := range messages {
			send(t, "shared", fmt.Sprint(i))
		}
		all.Wait()
		for i := range messages {
			if n := seen[fmt.Sprint(i)]; n != 1 {
				t.Errorf("message %d came %d times", i, n)
			}
		}
	})
	t.Run("all that listen are told", func(t *testing.T) {
		first, stopFirst, err := q.Subscribe("news")
		if err != nil {
			t.Fatal(err)
		}
		defer stopFirst()
		second, stopSecond, err := open(t).Subscribe("news")
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Publish(t.Context(), "news", []byte("a")); err != nil {
			t.Fatal(err)
		}
		for _, c := range []<-chan []byte{first, second} {
			select {
			case data := <-c:
				if string(data) != "a" {
					t.Errorf("%q", data)
				}
			case <-time.After(10 * time.Second):
				t.Error("not told")
			}
		}
		stopSecond()
		if err := q.Publish(t.Context(), "news", []byte("b")); err != nil {
			t.Fatal(err)
		}
		<-first
		select {
		case data := <-second:
			t.Errorf("told %q behind the end", data)
		case <-time.After(lease / 2):
		}
	})
	t.Run("topics have names", func(t *testing.T) {
		for _, topic := range []string{"", "a.b", "a b", "*", ">"} {
			if q.Send(t.Context(), topic, nil) == nil || q.Publish(t.Context(), topic, nil) == nil {
				t.Errorf("%q is taken", topic)
			}
			if _, err := q.Receive(t.Context(), topic); err == nil {
				t.Errorf("%q is received", topic)
			}
			if _, _, err := q.Subscribe(topic); err == nil {
				t.Errorf("%q is listened to", topic)
			}
		}
	})
}
