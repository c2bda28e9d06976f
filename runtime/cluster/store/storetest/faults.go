package storetest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Faults tests what a store of a server says when the server fails in front of it; open
// opens it through the proxy.
func Faults(t *testing.T, p *cloudtest.Proxy, open func(t *testing.T) store.Store) {
	s := open(t)
	text := strings.Repeat("0123456789abcdef", 1<<14)
	read := func(key string) (string, error) {
		r, err := s.Open(t.Context(), key)
		if err != nil {
			return "", err
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		return string(data), err
	}
	if err := s.Create(t.Context(), "there", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	// Each operation, on objects that are there and not.
	operations := map[string]func() error{
		"create": func() error { return s.Create(t.Context(), "new", strings.NewReader(text)) },
		"open":   func() error { _, err := read("there"); return err },
		"absent": func() error { _, err := read("absent"); return err },
		"list":   func() error { _, err := s.List(t.Context(), "th"); return err },
		"delete": func() error { return s.Delete(t.Context(), "absent") },
	}
	for name, fault := range map[string]cloudtest.Fault{"unwell": cloudtest.Status(http.StatusServiceUnavailable), "throttled": cloudtest.Status(http.StatusTooManyRequests), "cut": cloudtest.Cut} {
		t.Run(name, func(t *testing.T) {
			p.Treat(fault)
			defer p.Treat(cloudtest.None)
			before := p.Requests()
			var all sync.WaitGroup // as each takes some seconds
			for operation, do := range operations {
				all.Go(func() {
					if err := do(); !errors.Is(err, store.ErrAway) || errors.Is(err, store.ErrNotExist) || errors.Is(err, store.ErrExists) {
						t.Errorf("%s: %v", operation, err)
					}
				})
			}
			all.Wait()
			if n := (p.Requests() - before) / len(operations); n < 2 || n > 8 {
				t.Errorf("an operation was tried %d times", n)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		p.Treat(cloudtest.Status(http.StatusForbidden))
		defer p.Treat(cloudtest.None)
		for operation, do := range operations {
			var login *cloud.LoginError
			if err := do(); !errors.As(err, &login) || errors.Is(err, store.ErrAway) {
				t.Errorf("%s: %v", operation, err)
			}
		}
	})
	t.Run("an answer that breaks off says nothing", func(t *testing.T) {
		p.Treat(cloudtest.CutAnswer)
		defer p.Treat(cloudtest.None)
		if got, err := read("there"); !errors.Is(err, store.ErrAway) {
			t.Errorf("%d of %d bytes, %v", len(got), len(text), err)
		}
		if _, err := read("absent"); !errors.Is(err, store.ErrAway) && !errors.Is(err, store.ErrNotExist) {
			t.Errorf("an answer that there is none: %v", err)
		}
		if err := s.Create(t.Context(), "there", strings.NewReader(text)); !errors.Is(err, store.ErrAway) && !errors.Is(err, store.ErrExists) {
			t.Errorf("an answer that there is one: %v", err)
		}
	})
	t.Run("what was written without an answer is there", func(t *testing.T) {
		p.Treat(cloudtest.CutAnswer)
		err := s.Create(t.Context(), "unanswered", strings.NewReader(text))
		p.Treat(cloudtest.None)
		// It was tried again, and then the object of the first try was there.
		if err != nil && !errors.Is(err, store.ErrAway) && !errors.Is(err, store.ErrExists) {
			t.Error(err)
		}
		if err := s.Create(t.Context(), "unanswered", strings.NewReader("other")); !errors.Is(err, store.ErrExists) {
			t.Errorf("again: %v", err)
		}
		if got, err := read("unanswered"); err != nil || got != text {
			t.Errorf("%d of %d bytes, %v", len(got), len(text), err)
		}
	})
	t.Run("a slow server is slow", func(t *testing.T) {
		p.Treat(cloudtest.Late)
		defer p.Treat(cloudtest.None)
		if err := s.Create(t.Context(), "slow", strings.NewReader(text)); err != nil {
			t.Error(err)
		}
		if got, err := read("slow"); err != nil || got != text {
			t.Errorf("%d of %d bytes, %v", len(got), len(text), err)
		}
	})
	t.Run("all is as it was", func(t *testing.T) {
		if got, err := read("there"); err != nil || got != text {
			t.Errorf("%d of %d bytes, %v", len(got), len(text), err)
		}
		if _, err := read("new"); !errors.Is(err, store.ErrNotExist) {
			t.Errorf("what could not be written: %v", err)
		}
	})
}
