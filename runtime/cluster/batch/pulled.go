package batch

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// Pulled has tasks carried out by whoever takes them from a queue: workers that
// are begun by hand, on any machine, see ServeQueue. What a worker that dies had
// taken comes to another one when its lease ends. Tasks that the queue has lost are
// put there again.
type Pulled struct {
	queue   queue.Queue
	topic   string
	replies string // topic of what the workers tell
	quiet   time.Duration
	stop    context.CancelFunc

	mu      sync.Mutex
	waiting map[string]*pulled // by id
}

// pulled is a task that waits for its end.
type pulled struct {
	began func()
	once  sync.Once
	ended chan error
	text  []byte
	heard time.Time // the last that was heard of it
}

// Quiet is for how long nothing is usually heard of a task before the queue is
// asked whether it has it still.
const Quiet = 10 * time.Second

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

// readRequest reads one from its text. Errors: what is none.
func readRequest(text []byte) (r request, err error) {
	var outer struct {
		ID      string          `json:"id"`
		Replies string          `json:"replies"`
		Task    json.RawMessage `json:"task"`
	}
	if err := json.Unmarshal(text, &outer); err != nil {
		return r, fmt.Errorf("%.200q is no request: %w", text, err)
	}
	r.ID, r.Replies = outer.ID, outer.Replies
	if r.ID == "" || len(r.ID) > 64 {
		return r, fmt.Errorf("a request whose name has %d characters", len(r.ID))
	}
	if err := queue.CheckTopic(r.Replies); err != nil {
		return r, err
	}
	r.Task, err = readTask(outer.Task)
	return r, err
}

// readReply reads one from its text. Errors: what is none.
func readReply(text []byte) (r reply, err error) {
	err = json.Unmarshal(text, &r)
	return r, err
}

// NewPulled puts tasks into a topic of a queue. When nothing is heard of one for
// some time, usually Quiet, the queue is asked whether it has it still.
func NewPulled(q queue.Queue, topic string, quiet time.Duration) *Pulled {
	ctx, stop := context.WithCancel(context.Background())
	b := &Pulled{queue: q, topic: topic, replies: "replies-" + rand.Text(), quiet: quiet, stop: stop, waiting: map[string]*pulled{}}
	go b.listen(ctx)
	go b.watch(ctx)
	return b
}

// listen takes what workers tell to those that wait for it.
func (b *Pulled) listen(ctx context.Context) {
	for {
		m, err := b.queue.Receive(ctx, b.replies)
		if err != nil {
			return
		}
		if r, err := readReply(m.Data); err == nil {
			b.mu.Lock()
			p := b.waiting[r.ID]
			if p != nil {
				p.heard = time.Now()
			}
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
		_ = m.Ack() // otherwise it comes again, which does no harm
	}
}

// watch puts tasks into the queue again that it has lost. One that it has still
// may be put there a second time, and who takes it finds its result.
func (b *Pulled) watch(ctx context.Context) {
	look := time.NewTicker(b.quiet)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		var quiet []*pulled
		b.mu.Lock()
		all := len(b.waiting)
		for _, p := range b.waiting {
			if time.Since(p.heard) >= b.quiet {
				quiet = append(quiet, p)
			}
		}
		b.mu.Unlock()
		if len(quiet) == 0 {
			continue
		}
		if n, err := b.queue.Count(ctx, b.topic); err != nil || n >= all {
			continue // the queue is away, or has them
		}
		for _, p := range quiet {
			if b.queue.Send(ctx, b.topic, p.text) != nil {
				break // again at the next look
			}
			b.mu.Lock()
			p.heard = time.Now()
			b.mu.Unlock()
		}
	}
}

// Do implements Batch. A queue that is away is ErrAway.
func (b *Pulled) Do(ctx context.Context, t Task, began func()) error {
	id := rand.Text()
	text, err := json.Marshal(request{id, b.replies, t})
	if err != nil {
		return err
	}
	p := &pulled{began: began, ended: make(chan error, 1), text: text, heard: time.Now()}
	b.mu.Lock()
	b.waiting[id] = p
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.waiting, id)
		b.mu.Unlock()
	}()
	if err := b.queue.Send(ctx, b.topic, text); err != nil {
		if ctx.Err() != nil || errors.Is(err, queue.ErrClosed) {
			return err
		}
		return Away(err)
	}
	select {
	case err := <-p.ended:
		return err
	case <-ctx.Done():
		_ = b.queue.Publish(context.WithoutCancel(ctx), b.topic, []byte(id))
		return context.Cause(ctx)
	}
}

// Close implements Batch.
func (b *Pulled) Close() error {
	b.stop()
	return nil
}

// mostTakers is how many workers may die of a task before it has failed.
const mostTakers = 3

// ServeQueue is the other side of Pulled: it carries out the tasks of a topic, one
// after the other, until ctx ends. Tasks that are given up while they wait or run
// are not carried on. Warn is told of messages that are no tasks, which are dropped,
// and of ends that could not be told; it may be nil.
func ServeQueue(ctx context.Context, q queue.Queue, topic string, do func(ctx context.Context, t Task) error, warn func(error)) error {
	if warn == nil {
		warn = func(error) {}
	}
	var mu sync.Mutex
	gone, current, cancel := map[string]bool{}, "", context.CancelFunc(nil)
	heard, stop, err := q.Subscribe(topic)
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
		r, err := readRequest(m.Data)
		if err != nil {
			warn(fmt.Errorf("a message that is no task is dropped: %w", err))
			_ = m.Ack()
			continue
		}
		if m.Attempt > mostTakers {
			text, err := json.Marshal(reply{r.ID, answer(fmt.Errorf("%d workers that took it are no more", mostTakers))})
			if err == nil && q.Send(ctx, r.Replies, text) == nil {
				_ = m.Ack()
			}
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
			err = m.KeepAlive(func() error { return do(working, r.Task) })
			if ctx.Err() != nil {
				give()
				return nil // another one takes it up
			}
			if e := tell(answer(err)); e != nil {
				warn(fmt.Errorf("the end of %s cannot be told: %w", r.Task, e))
				give()
				continue // it comes again when its lease ends; who finds its result there is soon done
			}
		}
		give()
		_ = m.Ack()
	}
}
