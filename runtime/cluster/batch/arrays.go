package batch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Arrays carries out tasks as elements of a batch system's arrays: those that are
// given at about the same time become one array. The tasks and their answers lie in a
// store that the workers reach too, see ServeElement.
type Arrays struct {
	System System
	Store  store.Store
	// Arguments are those of the program courant in a worker, and Environment is added to
	// the worker's.
	Arguments   []string
	Environment map[string]string
	// Attempts is how often the system begins an element whose worker dies; 0 for once.
	// Whoever gives the tasks tries again by itself.
	Attempts int
	// Warn is told why elements do not begin, where the system is a Doubter; nil tells
	// nobody.
	Warn func(text string)
	// Poll is how often the system is asked what became of elements that do not answer;
	// 0 for 5 s. Answers are looked for five times as often.
	Poll time.Duration

	mu      sync.Mutex
	waiting []*element // for the next array
	live    map[string]*submitted
	watched bool
	closed  bool
}

// submitted is an array that the system has.
type submitted struct {
	Array
	live   map[*element]bool
	failed bool // some element has
}

// element is a task in an array.
type element struct {
	task     Task
	began    func()
	begun    bool
	array    *submitted // nil while it waits for one
	index    int
	over     bool // according to the system, when it was last asked
	unwanted bool // given up
	ended    chan error
}

// gather is for how long tasks are waited for that go into the same array.
const gather = 100 * time.Millisecond

var errClosed = errors.New("the batch is closed")

// Do implements Batch. When ctx ends the element is cancelled.
func (b *Arrays) Do(ctx context.Context, t Task, began func()) error {
	e := &element{task: t, began: began, ended: make(chan error, 1)}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return errClosed
	}
	b.waiting = append(b.waiting, e)
	if len(b.waiting) == 1 {
		time.AfterFunc(gather, b.submit)
	}
	b.mu.Unlock()
	select {
	case err := <-e.ended:
		return err
	case <-ctx.Done():
		b.mu.Lock()
		e.unwanted = true
		a := e.array
		if a != nil {
			delete(a.live, e)
		}
		b.mu.Unlock()
		if a != nil {
			b.giveUp(context.WithoutCancel(ctx), a.Array, e.index)
		}
		return context.Cause(ctx)
	}
}

// giveUp ends an element, and one that has not begun when it does. Where neither can be
// said it ends by itself, for nothing.
func (b *Arrays) giveUp(ctx context.Context, a Array, index int) {
	_ = mail{b.Store, a.Name}.say(ctx, givenUp, index, "")
	_ = b.System.Cancel(ctx, a, index)
}

// Close implements Batch.
func (b *Arrays) Close() error {
	b.mu.Lock()
	b.closed = true
	all := b.live
	b.live = nil
	var faults []error
	for _, a := range all {
		if len(a.live) > 0 {
			faults = append(faults, b.System.Cancel(context.Background(), a.Array, -1))
		}
		for e := range a.live {
			e.ended <- errClosed
		}
	}
	b.mu.Unlock()
	return errors.Join(faults...)
}

// submit makes arrays of the tasks that wait, for each kind of needs their own.
func (b *Arrays) submit() {
	b.mu.Lock()
	groups := map[Resources][]*element{}
	for _, e := range b.waiting {
		if !e.unwanted {
			groups[e.task.Needs] = append(groups[e.task.Needs], e)
		}
	}
	b.waiting = nil
	b.mu.Unlock()
	for _, all := range groups {
		for len(all) > 0 {
			n := min(len(all), b.System.Most())
			if err := b.array(context.Background(), all[:n]); err != nil {
				for _, e := range all[:n] {
					e.ended <- err
				}
			}
			all = all[n:]
		}
	}
}

// array submits one.
func (b *Arrays) array(ctx context.Context, all []*element) error {
	a := &submitted{
		Array: Array{Name: "courant-" + strings.ToLower(rand.Text()), Size: len(all), Needs: all[0].task.Needs, Attempts: max(1, b.Attempts)},
		live:  map[*element]bool{},
	}
	var tasks []Task
	for _, e := range all {
		tasks = append(tasks, e.task)
	}
	var err error
	if a.ID, err = Submit(ctx, b.System, b.Store, a.Array, tasks, b.Arguments, b.Environment); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		go func() { _ = b.System.Cancel(ctx, a.Array, -1) }()
		return errClosed
	}
	for i, e := range all {
		if e.array, e.index = a, i; e.unwanted {
			go b.giveUp(ctx, a.Array, i)
			continue
		}
		a.live[e] = true
	}
	if b.live == nil {
		b.live = map[string]*submitted{}
	}
	b.live[a.Name] = a
	if !b.watched {
		b.watched = true
		go b.watch()
	}
	return nil
}

// Submit writes the tasks of an array to a store and hands it to a system, whose name
// for it is returned. It may be called again with the same array. Errors: a store that is
// away is ErrAway; and what the system says.
func Submit(ctx context.Context, s System, st store.Store, a Array, tasks []Task, arguments []string, environment map[string]string) (id string, err error) {
	if err := (mail{st, a.Name}).post(ctx, tasks); err != nil {
		if errors.Is(err, store.ErrAway) {
			err = Away(err)
		}
		return "", fmt.Errorf("the tasks of an array cannot be kept: %w", err)
	}
	a.Arguments, a.Environment = arguments, maps.Clone(environment)
	if a.Environment == nil {
		a.Environment = map[string]string{}
	}
	a.Environment[ArrayVariable] = a.Name
	return s.Submit(ctx, a)
}

// watch waits for the ends of elements as long as there are any.
func (b *Arrays) watch() {
	poll := b.Poll
	if poll == 0 {
		poll = 5 * time.Second
	}
	ctx := context.Background()
	var asked time.Time
	doubted := time.Now()
	told := map[string]bool{}
	for {
		time.Sleep(poll / 5)
		ask := time.Since(asked) >= poll
		if ask {
			asked = time.Now()
		}
		b.mu.Lock()
		all := make([]*submitted, 0, len(b.live))
		for _, a := range b.live {
			all = append(all, a)
		}
		b.mu.Unlock()
		if d, ok := b.System.(Doubter); ok && b.Warn != nil && time.Since(doubted) >= 12*poll {
			doubted = time.Now()
			for _, a := range all {
				doubts, _ := d.Doubts(ctx, a.Array) // which are asked for again
				for _, text := range doubts {
					if !told[text] {
						told[text] = true
						b.Warn(text)
					}
				}
			}
		}
		for _, a := range all {
			if !b.look(ctx, a, ask) {
				continue
			}
			if !a.failed {
				_ = b.System.Forget(ctx, a.Array) // what stays does no harm
			}
			_ = mail{b.Store, a.Name}.remove(ctx)
		}
		b.mu.Lock()
		if len(b.live) == 0 {
			b.watched = false
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
	}
}

// look finds the elements of an array that are over, and reports whether all are.
func (b *Arrays) look(ctx context.Context, a *submitted, ask bool) (over bool) {
	m := mail{b.Store, a.Name}
	var ended map[int]string
	asked := false
	if ask {
		var err error
		ended, err = b.System.Ended(ctx, a.Array)
		asked = err == nil // otherwise it is asked again
	}
	there, err := m.there(ctx)
	if err != nil {
		return false // the store is away, and looked at again
	}
	b.mu.Lock()
	var done, failed, silent []*element
	for e := range a.live {
		well, badly := there[m.key(doneMail, e.index)], there[m.key(failedMail, e.index)]
		if !e.begun && (well || badly || there[m.key(begunMail, e.index)]) {
			e.begun = true
			e.began()
		}
		switch {
		case well:
			done = append(done, e)
		case badly:
			failed = append(failed, e)
		case asked:
			// An answer may still be on its way when the system knows of the end.
			_, now := ended[e.index]
			if now && e.over {
				silent = append(silent, e)
			}
			e.over = now
		}
	}
	b.mu.Unlock()
	for _, e := range done {
		b.end(a, e, nil)
	}
	for _, e := range failed {
		text, err := m.read(ctx, m.key(failedMail, e.index))
		if err != nil {
			continue // the store is away
		}
		b.end(a, e, said(strings.TrimSpace(string(text))))
	}
	for _, e := range silent {
		b.end(a, e, fmt.Errorf("element %d of %s ended without an answer (%s) at %s: %s", e.index, a.ID, ended[e.index], e.task, b.System.LastWords(ctx, a.Array, e.index)))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(a.live) == 0 && b.live[a.Name] == a {
		delete(b.live, a.Name)
		return true
	}
	return false
}

// end tells how an element ended.
func (b *Arrays) end(a *submitted, e *element, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !a.live[e] {
		return // given up meanwhile
	}
	delete(a.live, e)
	a.failed = a.failed || err != nil
	e.ended <- err
}
