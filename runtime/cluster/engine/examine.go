package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Finding is what was found of a store, a queue or a batch system.
type Finding struct {
	Of    string        // what was tried, such as "store s3://a: create an object"
	Took  time.Duration // that took
	Fault error         // nil where all is well
}

// Examine tries what a run does: with a store, a queue and a batch system by their URLs, ""
// for one that is not examined. What it writes it deletes. A batch system is asked for an
// array that it does not have, and given none. Folder is that of System.
func Examine(ctx context.Context, storeURL, queueURL, systemURL, folder string) (found []Finding) {
	try := func(of string, f func(ctx context.Context) error) bool {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		start := time.Now()
		err := f(ctx)
		found = append(found, Finding{of, time.Since(start), err})
		return err == nil
	}
	if storeURL != "" {
		examineStore(storeURL, try)
	}
	if queueURL != "" {
		examineQueue(queueURL, try)
	}
	if systemURL != "" {
		var s batch.System
		name := "batch system " + systemURL
		if try(name+": open", func(ctx context.Context) (err error) { s, err = System(ctx, systemURL, folder); return err }) {
			try(name+": ask for an array", func(ctx context.Context) error {
				_, err := s.Ended(ctx, batch.Array{Name: "courant-doctor", ID: "courant-doctor", Size: 1})
				return err
			})
		}
	}
	return found
}

func examineStore(url string, try func(string, func(context.Context) error) bool) {
	var s store.Store
	name := "store " + url
	if !try(name+": open", func(ctx context.Context) (err error) { s, err = Store(ctx, url); return err }) {
		return
	}
	key, data := "doctor/"+strings.ToLower(rand.Text()), []byte("courant")
	create := func(ctx context.Context) error { return s.Create(ctx, key, bytes.NewReader(data)) }
	if !try(name+": create an object", create) {
		return
	}
	try(name+": refuse it a second time", func(ctx context.Context) error {
		if err := create(ctx); !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("an object that is there was written again (%v): without If-None-Match, or what it is called there, results are lost and counted twice; use another server", err)
		}
		return nil
	})
	try(name+": read it", func(ctx context.Context) error {
		f, err := s.Open(ctx, key)
		if err != nil {
			return err
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		if err == nil && !bytes.Equal(got, data) {
			err = fmt.Errorf("%q was written, and %q is read", data, got)
		}
		return err
	})
	try(name+": list it", func(ctx context.Context) error {
		keys, err := s.List(ctx, "doctor/")
		if err == nil && !slices.Contains(keys, key) {
			err = errors.New("it was written, and is not listed")
		}
		return err
	})
	try(name+": delete it", func(ctx context.Context) error {
		if err := s.Delete(ctx, key); err != nil {
			return err
		}
		if _, err := s.Open(ctx, key); !errors.Is(err, store.ErrNotExist) {
			return fmt.Errorf("it was deleted, and is still there: %v", err)
		}
		return nil
	})
}

func examineQueue(url string, try func(string, func(context.Context) error) bool) {
	name := "queue " + redacted(url)
	topic := "doctor-" + strings.ToLower(rand.Text()[:10])
	try(name+": send, receive and acknowledge a message", func(ctx context.Context) error {
		q, err := Queue(ctx, url)
		if err != nil {
			return err
		}
		defer q.Close()
		if err := q.Send(ctx, topic, []byte("courant")); err != nil {
			return err
		}
		m, err := q.Receive(ctx, topic)
		if err != nil {
			return err
		}
		return m.Ack()
	})
}
