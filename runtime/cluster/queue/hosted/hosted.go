// Package hosted is a queue.Queue over a service of a cloud that has queues by name, which
// give a message to one taker and know nothing of listeners.
//
// In: a Service, which is all that clouds differ in. Out: the queue. Every topic has a
// queue of the service, and so has every subscriber, whom Publish finds by the beginning of
// its name. Start at New; packages sqs and azqueue are services.
package hosted

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// Service is what a cloud has. Names are of lower-case letters, digits and single dashes,
// and at most 63 long.
type Service interface {
	// Create makes a queue unless it is there, whose messages are kept for a time.
	Create(ctx context.Context, name string, kept time.Duration) error
	// Delete removes one; that there is none is no error.
	Delete(ctx context.Context, name string) error
	// List gives the names that begin with a prefix.
	List(ctx context.Context, prefix string) ([]string, error)
	// Mark says that a queue is in use now, and Marked when that was last said; the zero
	// time when it never was.
	Mark(ctx context.Context, name string, now time.Time) error
	Marked(ctx context.Context, name string) (time.Time, error)
	// Put adds a message. ErrNoQueue when there is no such queue, as from Take and Count.
	Put(ctx context.Context, name, text string, kept time.Duration) error
	// Take takes a message, which nobody else gets for the time of the lease. Nil when
	// there was none for a while.
	Take(ctx context.Context, name string, lease time.Duration) (*Taken, error)
	// Count is how many messages there are, taken or not.
	Count(ctx context.Context, name string) (int, error)
	// Fault explains an error, and reports whether it passes by itself.
	Fault(err error) (explained error, passes bool)
}

// Taken is a message that was taken.
type Taken struct {
	Text    string
	Attempt int                                                  // 1 when it comes for the first time
	Done    func(ctx context.Context) error                      // removes it
	Free    func(ctx context.Context, after time.Duration) error // lets others take it after some time
}

// ErrNoQueue is the error of a service that has no queue of a name.
var ErrNoQueue = errors.New("there is no such queue")

const (
	kept     = 14 * 24 * time.Hour // messages of topics
	keptNews = 5 * time.Minute     // messages of subscribers
	patience = 30 * time.Second    // for what a message's taker says of it
	// A queue that is in use is marked every hour. One that has not been for a long time
	// is left over: of a topic of a run that is no more, or of a subscriber that was killed.
	marking       = time.Hour
	leftOver      = 30 * 24 * time.Hour
	leftOverHears = 24 * time.Hour
)

// Queue is a queue over a service.
type Queue struct {
	queue.Outages

	service Service
	prefix  string
	lease   time.Duration

	closed    context.Context
	end       context.CancelFunc
	listeners sync.WaitGroup

	mu     sync.Mutex
	marked map[string]time.Time
}

// New opens the queue of a service whose names begin with a prefix: all that use one give
// the same prefix and lease. It removes queues that are left over, while others use it.
// Errors: a prefix that is none.
func New(s Service, prefix string, lease time.Duration) (*Queue, error) {
	if label := readable(prefix); label != prefix || prefix == "" || len(prefix) > mostReadable {
		return nil, fmt.Errorf("%q is no prefix for queues; 1 to %d lower-case letters, digits and dashes are, such as courant", prefix, mostReadable)
	}
	q := &Queue{service: s, prefix: prefix, lease: lease, marked: map[string]time.Time{}}
	q.closed, q.end = context.WithCancel(context.Background())
	q.listeners.Go(func() { q.sweep(q.closed, time.Now()) })
	return q, nil
}

// mostReadable is how much of a name a person can read.
const mostReadable = 20

// readable is a topic in the letters that services allow.
func readable(topic string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(topic), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }), "-")
}

// name is that of a topic's queue, and the beginning of those of its subscribers. A
// checksum tells topics apart that read alike.
func (q *Queue) name(kind, topic string) string {
	text := readable(topic)
	text = strings.Trim(text[:min(len(text), mostReadable)], "-")
	return strings.TrimSuffix(fmt.Sprintf("%s-%s-%.5x-%s", q.prefix, kind, sha256.Sum256([]byte(topic)), text), "-")
}

const (
	ofTopic      = "q"
	ofSubscriber = "s"
)

// use makes a queue before its first use, and marks it now and then.
func (q *Queue) use(ctx context.Context, name string, kept time.Duration) error {
	now := time.Now()
	q.mu.Lock()
	last, known := q.marked[name]
	q.mu.Unlock()
	if known && now.Sub(last) < marking {
		return nil
	}
	if err := q.service.Create(ctx, name, kept); err != nil {
		return err
	}
	if err := q.service.Mark(ctx, name, now); err != nil {
		return err
	}
	q.mu.Lock()
	q.marked[name] = now
	q.mu.Unlock()
	return nil
}

// forget has a queue made again that was deleted.
func (q *Queue) forget(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.marked, name)
}

// sweep removes queues that are left over. That it cannot does no harm.
func (q *Queue) sweep(ctx context.Context, now time.Time) {
	for kind, age := range map[string]time.Duration{ofTopic: leftOver, ofSubscriber: leftOverHears} {
		names, err := q.service.List(ctx, q.prefix+"-"+kind+"-")
		if err != nil {
			return
		}
		for _, name := range names {
			switch marked, err := q.service.Marked(ctx, name); {
			case err != nil:
			case marked.IsZero(): // it was just made, or its maker died
				_ = q.service.Mark(ctx, name, now)
			case now.Sub(marked) > age:
				_ = q.service.Delete(ctx, name)
			}
		}
	}
}

// check refuses topics, and all when the queue is closed.
func (q *Queue) check(topic string) error {
	if q.closed.Err() != nil {
		return queue.ErrClosed
	}
	return queue.CheckTopic(topic)
}

// encode makes a text of a message that is never empty and that all services take.
func encode(data []byte) string { return "." + base64.StdEncoding.EncodeToString(data) }

func decode(text string) ([]byte, error) {
	rest, ok := strings.CutPrefix(text, ".")
	if !ok {
		return nil, errors.New("a message of somebody else")
	}
	return base64.StdEncoding.DecodeString(rest)
}

// Send implements queue.Queue.
func (q *Queue) Send(ctx context.Context, topic string, data []byte) error {
	if err := q.check(topic); err != nil {
		return err
	}
	name := q.name(ofTopic, topic)
	var err error
	for range 2 {
		if err = q.use(ctx, name, kept); err == nil {
			err = q.service.Put(ctx, name, encode(data), kept)
		}
		if !errors.Is(err, ErrNoQueue) {
			break
		}
		q.forget(name)
	}
	return q.explain(err)
}

func (q *Queue) explain(err error) error {
	err, _ = q.service.Fault(err)
	return err
}

// Receive implements queue.Queue.
func (q *Queue) Receive(ctx context.Context, topic string) (*queue.Message, error) {
	if err := q.check(topic); err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	defer context.AfterFunc(q.closed, end)()
	for {
		taken, err := q.take(ctx, q.name(ofTopic, topic), kept)
		if q.closed.Err() != nil {
			return nil, queue.ErrClosed
		}
		if err != nil {
			return nil, err
		}
		if data, err := decode(taken.Text); err == nil {
			return q.message(data, taken), nil
		}
		_ = taken.Done(ctx) // otherwise it would come again for ever
	}
}

// take waits for a message of a queue of the service. What passes by itself is waited out.
func (q *Queue) take(ctx context.Context, name string, kept time.Duration) (*Taken, error) {
	const longest = 5 * time.Second
	wait := 100 * time.Millisecond
	for {
		err := q.use(ctx, name, kept)
		var taken *Taken
		if err == nil {
			taken, err = q.service.Take(ctx, name, q.lease)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			q.Note(nil)
			if taken != nil {
				return taken, nil
			}
			wait = 100 * time.Millisecond
			continue
		}
		if errors.Is(err, ErrNoQueue) {
			q.forget(name)
		} else if explained, passes := q.service.Fault(err); passes {
			q.Note(explained)
		} else {
			return nil, explained
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, longest)
	}
}

func (q *Queue) message(data []byte, taken *Taken) *queue.Message {
	soon := func(f func(ctx context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return q.explain(f(ctx))
	}
	again := func(after time.Duration) error {
		return soon(func(ctx context.Context) error { return taken.Free(ctx, after) })
	}
	return queue.NewMessage(data, taken.Attempt, q.lease,
		func() error { return soon(taken.Done) },
		func() error { return again(q.lease) }, again)
}

// Count implements queue.Queue. Clouds count about, and some seconds late.
func (q *Queue) Count(ctx context.Context, topic string) (int, error) {
	if err := q.check(topic); err != nil {
		return 0, err
	}
	n, err := q.service.Count(ctx, q.name(ofTopic, topic))
	if errors.Is(err, ErrNoQueue) {
		return 0, nil
	}
	return n, q.explain(err)
}

// Publish implements queue.Queue.
func (q *Queue) Publish(ctx context.Context, topic string, data []byte) error {
	if err := q.check(topic); err != nil {
		return err
	}
	names, err := q.service.List(ctx, q.name(ofSubscriber, topic)+"-")
	for _, name := range names {
		if e := q.service.Put(ctx, name, encode(data), keptNews); err == nil && !errors.Is(e, ErrNoQueue) {
			err = e
		}
	}
	return q.explain(err)
}

// Subscribe implements queue.Queue.
func (q *Queue) Subscribe(topic string) (<-chan []byte, func(), error) {
	if err := q.check(topic); err != nil {
		return nil, nil, err
	}
	name := q.name(ofSubscriber, topic) + "-" + strings.ToLower(rand.Text()[:8])
	ctx, cancel := context.WithTimeout(q.closed, patience)
	err := q.use(ctx, name, keptNews)
	cancel()
	if err != nil {
		return nil, nil, q.explain(err)
	}
	ctx, end := context.WithCancel(q.closed)
	heard, ended := make(chan []byte, 64), make(chan struct{})
	q.listeners.Go(func() {
		defer close(ended)
		q.listen(ctx, name, heard)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = q.service.Delete(ctx, name) // otherwise it is swept
		q.forget(name)
	})
	return heard, func() { end(); <-ended }, nil
}

// listen passes on what comes to a subscriber until ctx ends.
func (q *Queue) listen(ctx context.Context, name string, heard chan<- []byte) {
	for {
		taken, err := q.take(ctx, name, keptNews)
		if err != nil {
			return
		}
		if data, err := decode(taken.Text); err == nil {
			select {
			case heard <- data:
			default:
			}
		}
		_ = taken.Done(ctx)
	}
}

// Close implements queue.Queue.
func (q *Queue) Close() error {
	q.end()
	q.listeners.Wait()
	return nil
}

// Seconds is a time as services take it: whole seconds, rather too many.
func Seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }
