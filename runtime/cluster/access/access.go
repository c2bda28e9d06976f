// Package access tries what a run needs of a store, a queue and a batch system before it
// begins: rights, and what they promise.
//
// In: one of these. Out: Findings, each something that was tried and how that went. What
// is written is removed again, and nothing is submitted. Start at Store, Queue, System
// and Clock.
package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Finding is what came of a trial.
type Finding struct {
	Of   string        // such as the store
	What string        // was tried
	Took time.Duration // it
	Note string        // worth knowing, and no fault
	Err  error         // why it failed, with what to do; nil when all is well
}

// patience is for how long a trial is waited for.
const patience = 30 * time.Second

// log collects the findings of one thing.
type log struct {
	of  string
	all []Finding
}

// try carries out a trial, and reports whether it succeeded.
func (l *log) try(ctx context.Context, what string, f func(ctx context.Context) (note string, err error)) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no answer within %v; is there a way through the network, and a proxy or a firewall on it?", patience))
	defer cancel()
	start := time.Now()
	note, err := f(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w (%w)", context.Cause(ctx), err)
	}
	l.all = append(l.all, Finding{l.of, what, time.Since(start), note, err})
	return err == nil
}

// folder is where Store writes.
const folder = "doctor/"

// writers is how many write one object at once.
const writers = 8

// Store tries to list, write, read and delete objects, and whether exactly one of many
// writers of a key succeeds, which all else rests on.
func Store(ctx context.Context, s store.Store) []Finding {
	l := &log{of: "store"}
	key := folder + strings.ToLower(rand.Text())
	text := []byte("courant doctor\n")
	l.try(ctx, "list", func(ctx context.Context) (string, error) {
		_, err := s.List(ctx, key)
		return "", err
	})
	if !l.try(ctx, "write", func(ctx context.Context) (string, error) { return "", s.Create(ctx, key, bytes.NewReader(text)) }) {
		return l.all
	}
	l.try(ctx, "read", func(ctx context.Context) (string, error) {
		r, err := s.Open(ctx, key)
		if err != nil {
			return "", err
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
			return "", fmt.Errorf("what was written came back as %q; is something in between that changes objects? %w", got, err)
		}
		return "", nil
	})
	once := key + "-once"
	l.try(ctx, "create if absent", func(ctx context.Context) (string, error) { return "", first(ctx, s, once) })
	l.try(ctx, "find what was written", func(ctx context.Context) (string, error) {
		keys, err := s.List(ctx, key)
		if err == nil && len(keys) != 2 {
			err = fmt.Errorf("of two objects the list has %q", keys)
		}
		return "", err
	})
	l.try(ctx, "delete", func(ctx context.Context) (string, error) {
		if err := errors.Join(s.Delete(ctx, key), s.Delete(ctx, once)); err != nil {
			return "", err
		}
		r, err := s.Open(ctx, key)
		if err == nil {
			_ = r.Close()
			return "", errors.New("what was deleted can still be read; is the bucket versioned, or kept by a rule?")
		}
		if !errors.Is(err, store.ErrNotExist) {
			return "", err
		}
		return "", nil
	})
	return l.all
}

// first has many write one object.
func first(ctx context.Context, s store.Store, key string) error {
	var group sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		group.Go(func() { errs[i] = s.Create(ctx, key, strings.NewReader(fmt.Sprintln(i))) })
	}
	group.Wait()
	written := 0
	for _, err := range errs {
		switch {
		case err == nil:
			written++
		case !errors.Is(err, store.ErrExists):
			return err
		}
	}
	if written != 1 {
		return fmt.Errorf("%d of %d writers of one object were told that it is theirs, and one must be: this server does not know conditional writes (If-None-Match); use another one", written, writers)
	}
	return nil
}

// topic is where Queue sends.
const topic = "doctor"

// Queue tries to send a message and to take it.
func Queue(ctx context.Context, q queue.Queue) []Finding {
	l := &log{of: "queue"}
	mark := []byte(rand.Text())
	if !l.try(ctx, "send", func(ctx context.Context) (string, error) { return "", q.Send(ctx, topic, mark) }) {
		return l.all
	}
	l.try(ctx, "receive", func(ctx context.Context) (string, error) {
		for {
			m, err := q.Receive(ctx, topic)
			if err != nil {
				return "", err
			}
			if err := m.Ack(); err != nil { // those of another doctor, who has gone, too
				return "", err
			}
			if bytes.Equal(m.Data, mark) {
				return "", nil
			}
		}
	})
	l.try(ctx, "publish and hear", func(ctx context.Context) (string, error) {
		heard, stop, err := q.Subscribe(topic)
		if err != nil {
			return "", err
		}
		defer stop()
		if err := q.Publish(ctx, topic, mark); err != nil {
			return "", err
		}
		for {
			select {
			case m := <-heard:
				if bytes.Equal(m, mark) {
					return "", nil
				}
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
	})
	return l.all
}

// System tries whether a batch system would take an array of one element.
func System(ctx context.Context, s batch.System) []Finding {
	l := &log{of: "batch system"}
	a := batch.Array{Name: "courant-doctor-" + strings.ToLower(rand.Text()[:6]), Size: 1, Attempts: 1, Arguments: []string{"doctor", "--quick"}}
	p, able := s.(batch.Prober)
	if !able {
		l.all = append(l.all, Finding{Of: l.of, What: "submit", Note: "this one cannot be asked without submitting: the first array shows it"})
		return l.all
	}
	l.try(ctx, "submit, on trial", func(ctx context.Context) (string, error) {
		notes, err := p.Probe(ctx, a)
		return strings.Join(notes, "; "), err
	})
	return l.all
}

// Clocks may be apart by mostApart: clouds refuse what was signed a quarter of an hour ago,
// some of them after five minutes.
const mostApart = 4 * time.Minute

// Clock compares this machine's clock with that of a server, which need not let us in.
func Clock(ctx context.Context, server string) []Finding {
	l := &log{of: "clock"}
	l.try(ctx, "compare with "+server, func(ctx context.Context) (string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server, nil)
		if err != nil {
			return "", err
		}
		sent := time.Now()
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return "", err
		}
		_ = answer.Body.Close()
		there, err := http.ParseTime(answer.Header.Get("Date"))
		if err != nil {
			return "it does not tell its time", nil
		}
		here := sent.Add(time.Since(sent) / 2)
		apart := here.Sub(there).Round(time.Second)
		if apart > mostApart || apart < -mostApart {
			way := "ahead of"
			if apart < 0 {
				way = "behind"
			}
			return "", fmt.Errorf("this machine's clock is %v %s the server's, which refuses what is signed too early or too late; set it, as by systemd-timesyncd or chrony", apart.Abs(), way)
		}
		return fmt.Sprintf("%v apart", apart.Abs()), nil
	})
	return l.all
}
