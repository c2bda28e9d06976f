package batch

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/queue"
)

// Pulled has tasks carried out by whoever takes them from a queue: workers that
// are begun by hand, on any machine, see ServeQueue. What a worker that dies had
// taken comes to another one when its lease ends.
type Pulled struct {
	queue   queue.Queue
	topic   string
	replies string // topic of what the workers tell
	stop    context.CancelFunc

	mu      sync.Mutex
	waiting map[string]*pulled // by id
}

// pulled is a task that waits for its end.
type pulled struct {
	began func()
	once  sync.Once
	ended chan error
}

// request is a task in the queue.
type request struct {
	ID      string `json:"id"`
	Replies string `json:"replies"` // topic
	Task    Task   `json:"task"`
}

// reply is what a worker tells of it.
type reply struct {
	ID     string `json:"id"`
	Answer string `json:"answer"` // empty when it begins
}

// NewPulled puts tasks into a topic of a queue.
func NewPulled(q queue.Queue, topic string) *Pulled {
	ctx, stop := context.WithCancel(context.Background())
	b := &Pulled{queue: q, topic: topic, replies: "replies-" + rand.Text(), stop: stop, waiting: map[string]*pulled{}}
	go b.listen(ctx)
	return b
}

// listen takes what workers tell to those that wait for it.
func (b *Pulled) listen(ctx context.Context) {
	for {
		m, err := b.queue.Receive(ctx, b.replies)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(m.Data, &r) == nil {
			b.mu.Lock()
			p := b.waiting[r.ID]
			b.mu.Unlock()
			if p != nil {
				p.once.Do(p.began)
				if r.Answer != "" {
					select {
					case p.ended <- said(r.Answer):
					default: // carried out twice
					}
				}
			}
		}
		_ = m.Done() // otherwise it comes again, which does no harm
	}
}

// Do implements Batch.
func (b *Pulled) Do(ctx context.Context, t Task, began func()) error {
	id, p := rand.Text(), &pulled{began: began, ended: make(chan error, 1)}
	b.mu.Lock()
	b.waiting[id] = p
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.waiting, id)
		b.mu.Unlock()
	}()
	text, err := json.Marshal(request{id, b.replies, t})
	if err != nil {
		return err
	}
	if err := b.send(ctx, text); err != nil {
		return err
	}
	select {
	case err := <-p.ended:
		return err
	case <-ctx.Done():
		_ = b.queue.Tell(context.WithoutCancel(ctx), b.topic, []byte(id))
		return context.Cause(ctx)
	}
}

// outage is for how long a queue may be gone before tasks fail by it.
const outage = 5 * time.Minute

// send puts a message into the queue, and waits for a queue that is gone.
func (b *Pulled) send(ctx context.Context, text []byte) error {
	for start := time.Now(); ; {
		err := b.queue.Send(ctx, b.topic, text)
		if err == nil || time.Since(start) > outage || errors.Is(err, queue.ErrClosed) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// Close implements Batch.
func (b *Pulled) Close() error {
	b.stop()
	return nil
}

// ServeQueue is the other side of Pulled: it carries out the tasks of a topic, one
// after the other, until ctx ends. Tasks that are given up while they wait or run
// are not carried on.
func ServeQueue(ctx context.Context, q queue.Queue, topic string, do func(ctx context.Context, t Task) error) error {
	var mu sync.Mutex
	gone, current, cancel := map[string]bool{}, "", context.CancelFunc(nil)
	heard, stop, err := q.Listen(topic)
	if err != nil {
		return err
	}
	defer stop()
	ctx, end := context.WithCancel(ctx)
	defer end()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case id := <-heard:
				mu.Lock()
				if gone[string(id)] = true; current == string(id) {
					cancel()
				}
				mu.Unlock()
			}
		}
	}()
	for {
		m, err := q.Receive(ctx, topic)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, queue.ErrClosed) {
				return nil
			}
			return err
		}
		var r request
		if json.Unmarshal(m.Data, &r) != nil {
			_ = m.Done() // no task of ours
			continue
		}
		working, give := context.WithCancel(ctx)
		mu.Lock()
		current, cancel = r.ID, give
		skip := gone[r.ID]
		mu.Unlock()
		tell := func(answer string) error {
			text, err := json.Marshal(reply{r.ID, answer})
			if err == nil {
				err = q.Send(context.WithoutCancel(ctx), r.Replies, text)
			}
			return err
		}
		if !skip {
			_ = tell("") // that it has ended says that it had begun
			err = m.Hold(func() error { return do(working, r.Task) })
			if ctx.Err() != nil {
				give()
				return nil // another one takes it up
			}
			if tell(answer(err)) != nil {
				give()
				continue // it comes again when its lease ends; who finds its result there is soon done
			}
		}
		give()
		_ = m.Done()
	}
}
