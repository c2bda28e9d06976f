package jit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDamagedEntryIsRebuilt(t *testing.T) {
	b := freshCache(t)
	for name, damage := range map[string]func(base string) error{
		"truncated library":     func(base string) error { return os.Truncate(base+".so", 100) },
		"empty library":         func(base string) error { return os.Truncate(base+".so", 0) },
		"no library":            func(base string) error { return os.Remove(base + ".so") },
		"no description":        func(base string) error { return os.Remove(base + ".json") },
		"truncated description": func(base string) error { return os.Truncate(base+".json", 10) },
		"one byte": func(base string) error {
			content, err := os.ReadFile(base + ".so")
			if err != nil {
				return err
			}
			content[len(content)/2] ^= 1
			return os.WriteFile(base+".so", content, 0o600)
		},
	} {
		source := variant(0)
		key := b.key(source, Flags{})
		path, took, err := b.provide(t.Context(), key, source, Flags{})
		if err != nil || took == 0 {
			t.Fatal(took, err)
		}
		if _, took, _ := b.provide(t.Context(), key, source, Flags{}); took != 0 {
			t.Errorf("%s: compiled again before the damage", name)
		}
		if err := damage(strings.TrimSuffix(path, ".so")); err != nil {
			t.Fatal(err)
		}
		library, err := b.Build(t.Context(), source, Flags{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if library.Compiled == 0 {
			t.Errorf("%s: loaded, not rebuilt", name)
		}
		if err := checkTwice(library); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEvictionTakesWhatWasUnusedForLongest(t *testing.T) {
	b := freshCache(t)
	var keys []string
	var libraries []*Library
	for n := range 3 {
		source := variant(n)
		library, err := b.Build(t.Context(), source, Flags{})
		if err != nil {
			t.Fatal(err)
		}
		keys, libraries = append(keys, library.Key), append(libraries, library)
		old := time.Now().Add(time.Duration(n-10) * time.Hour)
		if err := os.Chtimes(strings.TrimSuffix(library.Path, ".so")+".json", old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := b.Cache.lookup(keys[0]); !ok { // now it is the last used
		t.Fatal("entry 0 is missing")
	}
	entries, err := b.Cache.List()
	if err != nil || len(entries) != 3 {
		t.Fatal(entries, err)
	}
	if e := entries[0]; e.Key != keys[0] || e.Name != "twice" || e.Bytes == 0 || e.Build == 0 || e.Age > time.Minute {
		t.Errorf("the last used entry is %+v, want key %s", e, keys[0])
	}
	b.Cache.limit = entries[0].Bytes + entries[1].Bytes
	removed, freed, err := b.Cache.Prune()
	if removed != 1 || freed != entries[2].Bytes || err != nil {
		t.Errorf("pruned %d entries of %d bytes, %v", removed, freed, err)
	}
	if _, ok := b.Cache.lookup(keys[1]); ok {
		t.Error("the entry unused for longest is still there")
	}
	if err := checkTwice(libraries[1]); err != nil {
		t.Error("a library in use is gone:", err)
	}
	b.Cache.limit = 0
	if _, _, err := b.Cache.Prune(); err != nil {
		t.Error(err)
	}
	if info, err := b.Cache.Info(); info.Entries != 1 || err != nil {
		t.Errorf("with no room the cache holds %+v, %v; want the newest only", info, err)
	}
	source := variant(9)
	if library, err := b.Build(t.Context(), source, Flags{}); err != nil {
		t.Error("with no room:", err)
	} else if err := checkTwice(library); err != nil {
		t.Error(err)
	}
}

func TestClearLeavesOtherFiles(t *testing.T) {
	b := freshCache(t)
	if _, err := b.Build(t.Context(), variant(0), Flags{}); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(b.Cache.Dir(), "thesis.c")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Cache.Clear(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(b.Cache.Dir())
	if err != nil || len(left) != 1 || left[0].Name() != "thesis.c" {
		t.Errorf("left after Clear: %v, %v", left, err)
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	t.Setenv("COURANT_CACHE", t.TempDir())
	c, err := OpenCache()
	if err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{
		buildPrefix + "old": 2 * leftoverAge, buildPrefix + "new": 0,
		temporaryPrefix + "old": 2 * leftoverAge, temporaryPrefix + "new": 0,
		failedPrefix + "old": 2 * failedAge, failedPrefix + "new": failedAge / 2,
	} {
		path := filepath.Join(c.Dir(), name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	// A build that fails tidies up too, and leaves one of its own.
	dir := filepath.Join(c.Dir(), buildPrefix+"failing")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_ = c.compileError("0123456789", "k", dir, nil, "", errors.New("no"))
	left, _ := os.ReadDir(c.Dir())
	if len(left) != 4 {
		t.Errorf("left: %v", left)
	}
	for _, f := range left {
		if strings.HasSuffix(f.Name(), "old") {
			t.Errorf("%s is still there", f.Name())
		}
	}
}

// A path through a regular file cannot be made by anyone, root included.
func TestUnwritableFoldersFallBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	home, temporary := t.TempDir(), t.TempDir()
	t.Setenv("COURANT_CACHE", filepath.Join(file, "cache"))
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	t.Setenv("TMPDIR", temporary)
	c, err := OpenCache()
	if err != nil || !strings.HasPrefix(c.Dir(), home) {
		t.Errorf("got %+v, %v; want the user's cache folder", c, err)
	}
	t.Setenv("HOME", file)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(file, "x"))
	c, err = OpenCache()
	if err != nil || !strings.HasPrefix(c.Dir(), temporary) {
		t.Errorf("got %+v, %v; want a temporary folder", c, err)
	}
	t.Setenv("TMPDIR", file)
	if _, err = OpenCache(); err == nil || !strings.Contains(err.Error(), "COURANT_CACHE") {
		t.Errorf("with nowhere to write: %v", err)
	}
}

func TestTemporaryFolderOfAnotherUserIsNotUsed(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	first, err := privateTemporary()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(first, 0o777); err != nil {
		t.Fatal(err)
	}
	second, err := privateTemporary()
	if err != nil || second == first {
		t.Errorf("got %s, %v; others may write to it", second, err)
	}
}

func TestReadOnlyCacheServes(t *testing.T) {
	b := freshCache(t)
	source := variant(0)
	key := b.key(source, Flags{})
	if _, _, err := b.provide(t.Context(), key, source, Flags{}); err != nil {
		t.Fatal(err)
	}
	layered := &Cache{dir: t.TempDir(), readOnly: []string{b.Cache.Dir()}, limit: defaultLimit}
	if path, ok := layered.lookup(key); !ok || !strings.HasPrefix(path, b.Cache.Dir()) {
		t.Errorf("lookup gave %s, %v", path, ok)
	}
}

func TestRecords(t *testing.T) {
	t.Setenv("COURANT_CACHE", t.TempDir())
	c, err := OpenCache()
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	if _, ok := c.ReadRecord("blocks", &got); ok {
		t.Error("a record out of nothing")
	}
	if err := c.WriteRecord("blocks", []int{4, 64}); err != nil {
		t.Fatal(err)
	}
	if age, ok := c.ReadRecord("blocks", &got); !ok || len(got) != 2 || got[1] != 64 || age > time.Minute {
		t.Errorf("read %v of age %v, %v", got, age, ok)
	}
}

func TestSizeLimit(t *testing.T) {
	for text, want := range map[string]int64{
		"": 1 << 30, "0": 0, "500": 500, "500MB": 500e6, "2GiB": 2 << 30, "1.5 kb": 1500, "3K": 3000, "1tb": 1e12, "1 TiB": 1 << 40, "12B": 12,
	} {
		if got, err := sizeLimit(text); got != want || err != nil {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"much", "-1", "5XB", "MB", "99999999999TB", "1e9"} {
		if got, err := sizeLimit(text); err == nil || !strings.Contains(err.Error(), "500MB") {
			t.Errorf("%q gave %d, %v; want an error with an example", text, got, err)
		}
	}
}

// Nothing is run that another user can have put into the cache.
func TestCacheIsTheUsersAlone(t *testing.T) {
	b := freshCache(t)
	source := variant(0)
	library, err := b.Build(t.Context(), source, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	dir := b.Cache.Dir()
	for path, mode := range map[string]os.FileMode{dir: 0o700, library.Path: 0o600, strings.TrimSuffix(library.Path, ".so") + ".json": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v (%v)", path, info.Mode().Perm(), mode, err)
		}
		// A file that others may write to does not count.
		if path == dir {
			continue
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, ok := b.Cache.lookup(library.Key); ok {
			t.Errorf("%s is taken although others may have written it", path)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := b.Cache.lookup(library.Key); !ok {
			t.Errorf("%s is not taken any more", path)
		}
	}
	refused := func(what, way string) {
		t.Helper()
		_, err := OpenCache()
		if e := new(DistrustedError); !errors.As(err, &e) || !strings.Contains(err.Error(), way) {
			t.Errorf("a cache %s: %v, want it refused with %q", what, err, way)
		}
	}
	for _, mode := range []os.FileMode{0o777, 0o770, 0o702 | os.ModeSticky} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		refused(mode.String(), "chmod go-w "+dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COURANT_CACHE", link)
	if c, err := OpenCache(); err != nil || c.Dir() != dir {
		t.Errorf("a link to a folder of one's own: %v", err)
	}
	if err := os.Chown(dir, 12345, 12345); err != nil {
		t.Skip("SKIPPED in part: a folder of another user needs the rights of root")
	}
	refused("of another user", "set COURANT_CACHE")
	if err := os.Chown(dir, os.Getuid(), os.Getgid()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COURANT_CACHE", dir)
	if err := os.Chown(library.Path, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Cache.lookup(library.Key); ok {
		t.Error("a library of another user is taken")
	}
}
