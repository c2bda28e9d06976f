package queue

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a queue within this process.
type Memory struct {
	lease time.Duration

	mu        sync.Mutex
	changed   chan struct{} // closed when a message has come
	topics    map[string][]*kept
	listeners map[string][]chan []byte
	closed    bool
}

// kept is a message that is not done.
type kept struct {
	data    []byte
	attempt int
	free    time.Time // when nobody's lease holds it any more
}

// NewMemory is a queue whose messages are leased for some time.
func NewMemory(lease time.Duration) *Memory {
	return &Memory{lease: lease, changed: make(chan struct{}), topics: map[string][]*kept{}, listeners: map[string][]chan []byte{}}
}

// Send implements Queue.
func (q *Memory) Send(_ context.Context, topic string, data []byte) error {
	if err := CheckTopic(topic); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.topics[topic] = append(q.topics[topic], &kept{data: slices.Clone(data)})
	q.wake()
	return nil
}

// wake has all that wait look again; q.mu is held.
func (q *Memory) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// Receive implements Queue.
func (q *Memory) Receive(ctx context.Context, topic string) (*Message, error) {
	if err := CheckTopic(topic); err != nil {
		return nil, err
	}
	for {
		m, changed, wait, err := q.take(topic)
		if m != nil || err != nil {
			return m, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// take leases the first message that is free, or says when one may be.
func (q *Memory) take(topic string) (m *Message, changed <-chan struct{}, wait time.Duration, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, nil, 0, ErrClosed
	}
	now := time.Now()
	wait = time.Hour
	for _, k := range q.topics[topic] {
		if k.free.After(now) {
			wait = min(wait, k.free.Sub(now))
			continue
		}
		k.attempt++
		k.free = now.Add(q.lease)
		return q.message(topic, k), nil, 0, nil
	}
	return nil, q.changed, wait, nil
}

func (q *Memory) message(topic string, k *kept) *Message {
	mine := k.attempt
	// What another one has taken since is no more ours to change.
	change := func(f func()) error {
		q.mu.Lock()
		defer q.mu.Unlock()
		if k.attempt == mine {
			f()
			q.wake()
		}
		return nil
	}
	return &Message{
		Data: k.data, Attempt: mine, Lease: q.lease,
		done: func() error {
			return change(func() {
				q.topics[topic] = slices.DeleteFunc(q.topics[topic], func(o *kept) bool { return o == k })
			})
		},
		extend: func() error { return change(func() { k.free = time.Now().Add(q.lease) }) },
		again:  func(after time.Duration) error { return change(func() { k.free = time.Now().Add(after) }) },
	}
}

// Count implements Queue.
func (q *Memory) Count(_ context.Context, topic string) (int, error) {
	if err := CheckTopic(topic); err != nil {
		return 0, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, ErrClosed
	}
	return len(q.topics[topic]), nil
}

// Lose drops all messages, as a server does that loses its folder.
func (q *Memory) Lose() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.topics)
}

// Publish implements Queue.
func (q *Memory) Publish(_ context.Context, topic string, data []byte) error {
	if err := CheckTopic(topic); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	for _, c := range q.listeners[topic] {
		select {
		case c <- data:
		default:
		}
	}
	return nil
}

// Subscribe implements Queue.
func (q *Memory) Subscribe(topic string) (<-chan []byte, func(), error) {
	if err := CheckTopic(topic); err != nil {
		return nil, nil, err
	}
	c := make(chan []byte, 64)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.listeners[topic] = append(q.listeners[topic], c)
	return c, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.listeners[topic] = slices.DeleteFunc(q.listeners[topic], func(o chan []byte) bool { return o == c })
	}, nil
}

// Close implements Queue.
func (q *Memory) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		q.wake()
	}
	return nil
}
