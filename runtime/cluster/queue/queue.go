// Package queue carries messages between the processes of a run: what has come into
// being, and whoever takes a message up does what it calls for.
//
// Messages only save looking. Nothing depends on one: it may come late, twice or never,
// and the store tells all that there is.
//
// In: messages, by topic. Out: each to one taker, with a lease, or to all that listen.
// Memory is a queue within this process, Connect uses a NATS server, StartServer begins
// one, and the packages below use queues of clouds. Start at Queue and the example;
// package queuetest tests a queue of one's own.
package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Queue is a set of topics. Its methods may be called by several goroutines.
type Queue interface {
	// Send puts a message into a topic, whence one taker gets it. When it returns
	// nil the message outlives a crash of whoever keeps the queue.
	Send(ctx context.Context, topic string, data []byte) error
	// Receive waits for a message of a topic. It is then leased to its taker, who
	// says when it is done: otherwise it comes again. It fails when ctx ends.
	Receive(ctx context.Context, topic string) (*Message, error)
	// Count is how many messages of a topic are there, taken or not: fewer than were
	// sent and are not done when some were lost. ErrNoCount of a queue that cannot tell.
	Count(ctx context.Context, topic string) (int, error)
	// Publish tells all that have subscribed to a topic at this moment, and keeps nothing.
	Publish(ctx context.Context, topic string, data []byte) error
	// Subscribe hears what is published to a topic, until stop is called. What nobody
	// takes from the channel in time is lost.
	Subscribe(topic string) (heard <-chan []byte, stop func(), err error)
	// Close ends the use of the queue, which goes on without.
	Close() error
}

// Lease is for how long a message is usually its taker's alone.
const Lease = 30 * time.Second

// Message is one that was taken.
type Message struct {
	Data    []byte
	Attempt int           // 1 when it comes for the first time
	Lease   time.Duration // how long it stays with its taker

	done, extend func() error
	again        func(after time.Duration) error
}

// NewMessage is a message of a queue of one's own: done removes it, extend begins its
// lease anew, and again ends the lease some time from now.
func NewMessage(data []byte, attempt int, lease time.Duration, done, extend func() error, again func(after time.Duration) error) *Message {
	return &Message{Data: data, Attempt: attempt, Lease: lease, done: done, extend: extend, again: again}
}

// Ack says that the message has been dealt with: it does not come again.
func (m *Message) Ack() error { return m.done() }

// InProgress begins the lease anew.
func (m *Message) InProgress() error { return m.extend() }

// Nak gives the message back, to come again after some time.
func (m *Message) Nak(after time.Duration) error { return m.again(after) }

// KeepAlive extends the lease while f works.
func (m *Message) KeepAlive(f func() error) error {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		t := time.NewTicker(m.Lease / 3)
		defer t.Stop()
		for {
			select {
			case <-stop:
				return
			case <-t.C:
				_ = m.InProgress() // that it failed only means that another one may take it too
			}
		}
	}()
	return f()
}

// Errors of all queues: of one that has been closed, and of one that does not count.
var (
	ErrClosed  = errors.New("the queue is closed")
	ErrNoCount = errors.New("the queue does not count its messages")
)

// CheckTopic refuses what is no name of a topic.
func CheckTopic(topic string) error {
	if topic == "" || len(topic) > 128 {
		return fmt.Errorf("a topic's name of %d characters; 1 to 128 are possible", len(topic))
	}
	if i := strings.IndexFunc(topic, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}); i >= 0 {
		return fmt.Errorf("the topic %q holds %q; letters, digits, - and _ are possible", topic, topic[i:i+1])
	}
	return nil
}
