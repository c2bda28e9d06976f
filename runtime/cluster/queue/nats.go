package queue

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// NATS is a queue kept by a NATS server with JetStream: the embedded one, or any
// other. Messages lie in one stream of the server, COURANT.
type NATS struct {
	Outages

	conn   *nats.Conn
	stream jetstream.JetStream
	lease  time.Duration

	mu     sync.Mutex
	topics map[string]jetstream.Consumer
}

const (
	streamName = "COURANT"
	queued     = "courant.queue."
	told       = "courant.told."
	// patience is for how long one answer of the server is waited for.
	patience = 5 * time.Second
)

// Connect opens the queue of a server, such as nats://host:4222. All that use a
// server give the same lease; Lease is usual. When the server is gone for a
// while, Send and Publish fail and Receive waits. Errors: a server that cannot be
// reached, or has no JetStream.
func Connect(ctx context.Context, url string, lease time.Duration) (*NATS, error) {
	q := &NATS{lease: lease, topics: map[string]jetstream.Consumer{}}
	conn, err := nats.Connect(url, nats.Name("courant"), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.Timeout(patience),
		nats.ReconnectHandler(func(*nats.Conn) { q.Note(nil) }),
		nats.DisconnectErrHandler(func(c *nats.Conn, _ error) {
			if !c.IsClosed() {
				q.Note(errGone)
			}
		}))
	if err != nil {
		return nil, fmt.Errorf("the queue at %s: %w; start one with courant queue, or give the address of a NATS server", redacted(url), err)
	}
	q.conn = conn
	if q.stream, err = jetstream.New(conn); err == nil {
		err = q.prepare(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("the queue at %s: %w; the server needs JetStream (nats-server -js)", redacted(url), err)
	}
	return q, nil
}

// prepare makes the stream unless it is there. Other streams of the server are
// not touched.
func (q *NATS) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := jetstream.StreamConfig{
		Name: streamName, Description: "messages of courant", Subjects: []string{queued + ">"},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, MaxAge: 30 * 24 * time.Hour,
	}
	_, err := q.stream.CreateOrUpdateStream(ctx, c)
	if damaged(err) {
		_ = q.stream.DeleteStream(ctx, streamName) // which need not be there
		_, err = q.stream.CreateOrUpdateStream(ctx, c)
	}
	return err
}

// damaged reports whether a server cannot use what lies in its folder. Then it has
// to begin anew: messages are hints, and are sent again.
func damaged(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.Code == http.StatusInternalServerError
}

var errGone = errors.New("the queue's server is gone for now")

// Send implements Queue.
func (q *NATS) Send(ctx context.Context, topic string, data []byte) error {
	if err := CheckTopic(topic); err != nil {
		return err
	}
	if !q.conn.IsConnected() {
		return errGone // at once: nobody waits for a hint
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := q.stream.Publish(ctx, queued+topic, data)
	if err != nil && ctx.Err() == nil && q.prepare(ctx) == nil { // the stream was deleted
		_, err = q.stream.Publish(ctx, queued+topic, data)
	}
	return err
}

// Count implements Queue.
func (q *NATS) Count(ctx context.Context, topic string) (int, error) {
	if err := CheckTopic(topic); err != nil {
		return 0, err
	}
	if !q.conn.IsConnected() {
		return 0, errGone
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stream, err := q.stream.Stream(ctx, streamName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	about, err := stream.Info(ctx, jetstream.WithSubjectFilter(queued+topic))
	if err != nil {
		return 0, err
	}
	return int(about.State.Subjects[queued+topic]), nil
}

// consumer is what gives the messages of a topic; it is made when it is not
// there.
func (q *NATS) consumer(ctx context.Context, topic string) (jetstream.Consumer, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c := q.topics[topic]; c != nil {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := q.stream.CreateOrUpdateConsumer(ctx, streamName, jetstream.ConsumerConfig{
		Durable: topic, FilterSubject: queued + topic, AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.lease, MaxDeliver: -1, MaxAckPending: -1, InactiveThreshold: 7 * 24 * time.Hour,
	})
	if err == nil {
		q.topics[topic] = c
	} else if damaged(err) {
		_ = q.stream.DeleteStream(ctx, streamName) // and is made again, see Receive
	}
	return c, err
}

// Receive implements Queue.
func (q *NATS) Receive(ctx context.Context, topic string) (*Message, error) {
	if err := CheckTopic(topic); err != nil {
		return nil, err
	}
	for {
		m, err := q.next(ctx, topic)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case q.conn.IsClosed():
			return nil, ErrClosed
		case err == nil && m != nil:
			return q.message(m)
		case err != nil:
			// The server is gone, or was begun anew without its files.
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(200 * time.Millisecond):
			}
			q.mu.Lock()
			delete(q.topics, topic)
			q.mu.Unlock()
			if q.conn.IsConnected() {
				_ = q.prepare(ctx)
			}
		}
	}
}

// next asks the server for one message; nil when there was none for a while.
func (q *NATS) next(ctx context.Context, topic string) (jetstream.Msg, error) {
	c, err := q.consumer(ctx, topic)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	deadline, _ := ctx.Deadline()
	// Heartbeats tell a server that is gone from one that has nothing.
	beat := min(10*time.Second, max(time.Until(deadline)/3, time.Millisecond))
	batch, err := c.Fetch(1, jetstream.FetchContext(ctx), jetstream.FetchHeartbeat(beat))
	if err != nil {
		return nil, err
	}
	for m := range batch.Messages() {
		return m, nil
	}
	if err := batch.Error(); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, nats.ErrTimeout) {
		return nil, err
	}
	return nil, nil
}

func (q *NATS) message(m jetstream.Msg) (*Message, error) {
	attempt := 1
	if about, err := m.Metadata(); err == nil {
		attempt = int(about.NumDelivered)
	}
	return &Message{
		Data: m.Data(), Attempt: attempt, Lease: q.lease,
		done: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			return m.DoubleAck(ctx)
		},
		extend: m.InProgress,
		again:  m.NakWithDelay,
	}, nil
}

// Publish implements Queue.
func (q *NATS) Publish(_ context.Context, topic string, data []byte) error {
	if err := CheckTopic(topic); err != nil {
		return err
	}
	if !q.conn.IsConnected() {
		return errGone
	}
	if err := q.conn.Publish(told+topic, data); err != nil {
		return err
	}
	return q.conn.FlushTimeout(patience)
}

// Subscribe implements Queue.
func (q *NATS) Subscribe(topic string) (<-chan []byte, func(), error) {
	if err := CheckTopic(topic); err != nil {
		return nil, nil, err
	}
	heard := make(chan []byte, 64)
	s, err := q.conn.Subscribe(told+topic, func(m *nats.Msg) {
		select {
		case heard <- m.Data:
		default:
		}
	})
	if err == nil {
		err = q.conn.FlushTimeout(patience) // from now on it is heard
	}
	if err != nil {
		return nil, nil, err
	}
	return heard, func() { _ = s.Unsubscribe() }, nil
}

// Close implements Queue.
func (q *NATS) Close() error {
	q.conn.Close()
	return nil
}
