// Package storetest is the conformance suite of stores.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Run tests a store; open opens the same one again, as another process would.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	put := func(key, data string) error { return s.Create(t.Context(), key, strings.NewReader(data)) }
	get := func(s store.Store, key string) (string, error) {
		r, err := s.Open(t.Context(), key)
		if err != nil {
			return "", err
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		return string(data), err
	}
	t.Run("an object is what was written", func(t *testing.T) {
		large := strings.Repeat("0123456789abcdef", 1<<16)
		for key, data := range map[string]string{"a": "one", "runs/b/v0001/n00-00007": "", "runs/b/large": large} {
			if err := put(key, data); err != nil {
				t.Fatal(err)
			}
			for _, from := range []store.Store{s, open(t)} {
				if got, err := get(from, key); err != nil || got != data {
					t.Errorf("%s: %d bytes, %v; %d were written", key, len(got), err, len(data))
				}
			}
		}
	})
	t.Run("an object is written once", func(t *testing.T) {
		if err := put("once", "first"); err != nil {
			t.Fatal(err)
		}
		if err := put("once", "second"); !errors.Is(err, store.ErrExists) {
			t.Errorf("written again: %v", err)
		}
		if got, _ := get(s, "once"); got != "first" {
			t.Errorf("it became %q", got)
		}
	})
	t.Run("of many writers one succeeds", func(t *testing.T) {
		for round := range 20 {
			key := fmt.Sprintf("race/%d", round)
			var won, failed atomic.Int32
			var winner atomic.Value
			var all sync.WaitGroup
			for w := range 8 {
				all.Add(1)
				go func() {
					defer all.Done()
					data := strings.Repeat(fmt.Sprint(w), 1000)
					switch err := open(t).Create(t.Context(), key, strings.NewReader(data)); {
					case err == nil:
						won.Add(1)
						winner.Store(data)
					case !errors.Is(err, store.ErrExists):
						failed.Add(1)
					}
				}()
			}
			all.Wait()
			if got, _ := get(s, key); won.Load() != 1 || failed.Load() != 0 || got != winner.Load() {
				t.Fatalf("%d writers succeeded, %d failed otherwise", won.Load(), failed.Load())
			}
		}
	})
	t.Run("a reader that fails leaves nothing", func(t *testing.T) {
		broken := io.MultiReader(bytes.NewReader(make([]byte, 10000)), failing{})
		if err := s.Create(t.Context(), "broken", broken); !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		if _, err := s.Open(t.Context(), "broken"); !errors.Is(err, store.ErrNotExist) {
			t.Errorf("the object is there: %v", err)
		}
		if err := put("broken", "whole"); err != nil {
			t.Errorf("it cannot be written any more: %v", err)
		}
	})
	t.Run("keys are listed in order", func(t *testing.T) {
		for _, key := range []string{"list/b", "list/a", "list/a2/c", "listless", "list/a/x"} {
			if key == "list/a/x" {
				continue // no key goes on behind another one
			}
			if err := put(key, key); err != nil {
				t.Fatal(err)
			}
		}
		for prefix, want := range map[string][]string{
			"list/": {"list/a", "list/a2/c", "list/b"}, "list": {"list/a", "list/a2/c", "list/b", "listless"},
			"list/a": {"list/a", "list/a2/c"}, "list/a2/": {"list/a2/c"}, "nothing/here": nil, "list/zz/": nil,
		} {
			if got, err := s.List(t.Context(), prefix); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v; there are %v", prefix, got, err, want)
			}
		}
	})
	t.Run("an object is deleted", func(t *testing.T) {
		if err := put("gone", "x"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Delete(t.Context(), "gone"); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Open(t.Context(), "gone"); !errors.Is(err, store.ErrNotExist) {
			t.Errorf("it is still there: %v", err)
		}
		if err := put("gone", "y"); err != nil {
			t.Error(err)
		}
	})
	t.Run("bad keys are refused", func(t *testing.T) {
		for _, key := range []string{"", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a b", "a\\b", "ä", strings.Repeat("k", 513)} {
			if err := put(key, "x"); err == nil {
				t.Errorf("%q was taken", key)
			}
		}
	})
	t.Run("a context that has ended stops everything", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Create(ctx, "late", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("create: %v", err)
		}
		if _, err := s.Open(ctx, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("open: %v", err)
		}
	})
}

var errBroken = errors.New("the reader is broken")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }
