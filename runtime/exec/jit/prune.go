package jit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of what lies in the cache folder besides <key>.c, .so and .json.
const (
	recordPrefix    = "record-"
	temporaryPrefix = "writing-"
	buildPrefix     = "build-"
	failedPrefix    = "failed-"
	lockPrefix      = "lock-"
)

var (
	entryName = regexp.MustCompile(fmt.Sprintf(`^([0-9a-f]{%d})\.(c|so|json)$`, keyLength))
	otherName = regexp.MustCompile("^(" + recordPrefix + "|" + failedPrefix + ")")
)

// Leftovers of killed processes are removed after an hour, the sources of
// failed builds after a week.
const (
	leftoverAge = time.Hour
	failedAge   = 7 * 24 * time.Hour
)

// CacheInfo sums up a cache.
type CacheInfo struct {
	Path    string
	Entries int
	Bytes   int64 // of all entries
	Limit   int64 // bytes; entries unused for longest go first beyond it
}

// String is the sum in one line.
func (i CacheInfo) String() string {
	return fmt.Sprintf("%s: %d kernels, %.1f of %.0f MB", i.Path, i.Entries, float64(i.Bytes)/1e6, float64(i.Limit)/1e6)
}

// Entry is a compiled kernel in the cache.
type Entry struct {
	Key      string
	Name     string // of the kernel
	Compiler string
	Used     time.Time     // last use
	Age      time.Duration // since last use
	Bytes    int64         // library, source and description
	Build    time.Duration // what compiling took
}

// String is the entry in one line.
func (e Entry) String() string {
	return fmt.Sprintf("%s  %-16s %6.0f KB  used %s ago  compiled in %s by %s", e.Key[:12], e.Name, float64(e.Bytes)/1e3, e.Age.Round(time.Second), e.Build.Round(time.Millisecond), e.Compiler)
}

// Info gives the cache's place and size.
func (c *Cache) Info() (CacheInfo, error) {
	entries, err := c.List()
	info := CacheInfo{Path: c.dir, Entries: len(entries), Limit: c.limit}
	for _, e := range entries {
		info.Bytes += e.Bytes
	}
	return info, err
}

// List gives the entries, the last used first.
func (c *Cache) List() ([]Entry, error) {
	files, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, cacheError(err)
	}
	found := map[string]*Entry{}
	for _, file := range files {
		name := entryName.FindStringSubmatch(file.Name())
		if name == nil {
			continue
		}
		info, err := file.Info()
		if err != nil {
			continue // removed by another process meanwhile
		}
		key := name[1]
		e := found[key]
		if e == nil {
			e = &Entry{Key: key}
			found[key] = e
		}
		e.Bytes += info.Size()
		if name[2] == "json" || e.Used.IsZero() {
			e.Used = info.ModTime()
		}
		if name[2] == "json" {
			var d description
			if text, err := os.ReadFile(filepath.Join(c.dir, file.Name())); err == nil && json.Unmarshal(text, &d) == nil {
				e.Name, e.Compiler = d.Name, d.Compiler
				e.Build = time.Duration(d.Seconds * float64(time.Second))
			}
		}
	}
	entries := make([]Entry, 0, len(found))
	for _, e := range found {
		e.Age = max(0, time.Since(e.Used))
		entries = append(entries, *e)
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(a.Key, b.Key))
	})
	return entries, nil
}

// Prune removes the entries that were unused for longest until the rest fits
// the limit, and what killed processes left behind. It gives the number of
// entries removed and their size in bytes. A library that a process has
// loaded stays usable there.
func (c *Cache) Prune() (removed int, freed int64, err error) {
	c.removeLeftovers()
	entries, err := c.List()
	if err != nil {
		return 0, 0, err
	}
	var kept int64
	for i, e := range entries {
		// The newest entry always stays: a limit that is too small must not
		// remove a library between its building and its loading.
		if kept += e.Bytes; kept <= c.limit || i == 0 {
			continue
		}
		if err := c.remove(e.Key); err != nil {
			return removed, freed, cacheError(err)
		}
		removed++
		freed += e.Bytes
	}
	return removed, freed, nil
}

// remove takes the description first: without it the rest does not count.
func (c *Cache) remove(key string) error {
	for _, suffix := range []string{".json", ".so", ".c"} {
		if err := os.Remove(filepath.Join(c.dir, key+suffix)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

func (c *Cache) removeLeftovers() {
	files, _ := os.ReadDir(c.dir)
	for _, file := range files {
		limit := leftoverAge
		switch name := file.Name(); {
		case strings.HasPrefix(name, failedPrefix):
			limit = failedAge
		case strings.HasPrefix(name, temporaryPrefix), strings.HasPrefix(name, buildPrefix), strings.HasPrefix(name, lockPrefix):
		default:
			continue
		}
		if info, err := file.Info(); err == nil && time.Since(info.ModTime()) > limit {
			_ = os.RemoveAll(filepath.Join(c.dir, file.Name())) // tried again next time
		}
	}
}

// Clear removes all that Courant keeps in the cache, and nothing else that
// may lie in its folder. Builds that are under way go on.
func (c *Cache) Clear() error {
	c.removeLeftovers()
	files, err := os.ReadDir(c.dir)
	if err != nil {
		return cacheError(err)
	}
	for _, file := range files {
		if entryName.MatchString(file.Name()) || otherName.MatchString(file.Name()) {
			if err := os.RemoveAll(filepath.Join(c.dir, file.Name())); err != nil {
				return cacheError(err)
			}
		}
	}
	return nil
}

const defaultLimit = 1 << 30

var sizeForm = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?$`)

// sizeLimit reads a size such as 500MB or 2GiB; none is 1 GiB.
func sizeLimit(text string) (int64, error) {
	if text == "" {
		return defaultLimit, nil
	}
	wrong := fmt.Errorf("COURANT_CACHE_SIZE=%s is not a size; write for example 500MB, 2GiB or 0", text)
	form := sizeForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(text)))
	if form == nil {
		return 0, wrong
	}
	size, err := strconv.ParseFloat(form[1], 64)
	if err != nil {
		return 0, wrong
	}
	unit := 1000.0
	if form[3] != "" {
		unit = 1024
	}
	for range strings.Index("KMGT", form[2])*min(1, len(form[2])) + min(1, len(form[2])) {
		size *= unit
	}
	if size >= 1<<62 {
		return 0, wrong
	}
	return int64(size), nil
}
