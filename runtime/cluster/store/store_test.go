package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/store/storetest"
)

func TestMemory(t *testing.T) {
	m := store.NewMemory()
	storetest.Run(t, func(*testing.T) store.Store { return m })
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := store.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// What is no file where an object belongs is neither an object nor the lack of one.
func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	s, err := store.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "a", "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "a", "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a/folder", "a/pipe"} {
		_, open := s.Open(t.Context(), key)
		for _, err := range []error{open, s.Create(t.Context(), key, strings.NewReader("x"))} {
			if !errors.Is(err, store.ErrForeign) || errors.Is(err, store.ErrNotExist) || errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrAway) || !strings.Contains(err.Error(), filepath.Join(dir, key)) || !strings.Contains(err.Error(), "move it away") {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

// A folder that is out of reach has no objects, and does not say that there are none.
func TestFilesAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, err := store.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "a/b", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	_, open := s.Open(t.Context(), "a/b")
	_, list := s.List(t.Context(), "a/")
	for i, err := range []error{open, list, s.Create(t.Context(), "a/c", strings.NewReader("x"))} {
		if !errors.Is(err, store.ErrAway) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "a/c"); !errors.Is(err, store.ErrNotExist) || errors.Is(err, store.ErrAway) {
		t.Errorf("back again: %v", err)
	}
	if keys, err := s.List(t.Context(), "a/"); err != nil || len(keys) != 1 {
		t.Errorf("back again: %v, %v", keys, err)
	}
}

// What writers that were killed had begun is removed, and that of live ones is not.
func TestDraftsAreTidied(t *testing.T) {
	if folder := os.Getenv("STORE_TEST"); folder != "" { // a writer that is killed
		s, err := store.OpenFiles(folder)
		if err == nil {
			err = s.Create(t.Context(), "a", endless{})
		}
		fmt.Println(err)
		os.Exit(1)
	}
	dir := t.TempDir()
	drafts := filepath.Join(dir, ".drafts")
	names := func() []string {
		all, _ := filepath.Glob(filepath.Join(drafts, "*"))
		return all
	}
	c := exec.Command(os.Args[0], "-test.run", "TestDraftsAreTidied")
	c.Env = append(os.Environ(), "STORE_TEST="+dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for len(names()) == 0 {
		time.Sleep(time.Millisecond)
	}
	open := func() {
		t.Helper()
		if _, err := store.OpenFiles(dir); err != nil {
			t.Fatal(err)
		}
	}
	if open(); len(names()) != 1 {
		t.Errorf("the draft of a live writer is gone: %v", names())
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if open(); len(names()) != 0 {
		t.Errorf("left over: %v", names())
	}
	// Those of other machines, which nobody can ask, go when they are old.
	for name, age := range map[string]time.Duration{"other-1-old": 48 * time.Hour, "other-1-new": time.Hour} {
		path := filepath.Join(drafts, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now().Add(-age), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if open(); len(names()) != 1 || !strings.HasSuffix(names()[0], "new") {
		t.Errorf("left over: %v", names())
	}
}

// endless gives bytes slowly, for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Millisecond)
	return copy(p, bytes.Repeat([]byte("x"), min(len(p), 10))), nil
}
