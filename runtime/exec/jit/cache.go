package jit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Cache keeps compiled libraries and small records on disk.
//
// A library lies under the hash of all that went into it, as <key>.so, with
// its source <key>.c beside it and <key>.json, which describes both. The
// description is written last and carries the library's checksum, so an entry
// is whole or does not count. Files appear by rename: any number of processes
// may use one cache. The modification time of <key>.json is the time of last
// use.
type Cache struct {
	dir      string   // where new entries go
	readOnly []string // folders that may still hold entries, as in a container image
	limit    int64    // bytes
}

const keyLength = 32 // hexadecimal digits: 128 bits of SHA-256

// OpenCache opens $COURANT_CACHE, or courant in the user's cache folder, or
// else a private folder for temporary files: the first that can be written.
// A folder that can only be read still serves what it holds, and so does that of
// HostLevel. The size limit
// is $COURANT_CACHE_SIZE. Errors: no folder can be written, others can write to
// the folder (a *DistrustedError), or the size cannot be read.
func OpenCache() (*Cache, error) {
	limit, err := sizeLimit(os.Getenv("COURANT_CACHE_SIZE"))
	if err != nil {
		return nil, err
	}
	c := &Cache{limit: limit}
	if _, beforehand := HostLevel(); beforehand != "" {
		if beforehand, err = own(beforehand); err != nil {
			return nil, err
		}
		c.readOnly = append(c.readOnly, beforehand)
	}
	var candidates []string
	if dir := os.Getenv("COURANT_CACHE"); dir != "" {
		candidates = append(candidates, dir)
	}
	if dir, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, filepath.Join(dir, "courant"))
	}
	var reasons []error
	for _, dir := range candidates {
		dir, err := filepath.Abs(dir)
		if err == nil {
			err = writable(dir)
		}
		if err == nil {
			c.dir, err = own(dir)
		}
		if err == nil {
			return c, nil
		}
		if distrusted := new(DistrustedError); errors.As(err, &distrusted) {
			return nil, err
		}
		reasons = append(reasons, err)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			if dir, err = own(dir); err != nil {
				return nil, err
			}
			c.readOnly = append(c.readOnly, dir)
		}
	}
	if c.dir, err = privateTemporary(); err != nil {
		return nil, fmt.Errorf("no folder for compiled kernels can be written:\n%w\nset COURANT_CACHE to a folder that you may write", errors.Join(append(reasons, err)...))
	}
	return c, nil
}

// OpenCacheIn opens a cache in a folder of the caller's choice, for measuring
// what building costs when nothing is there. Errors: the folder cannot be
// written.
func OpenCacheIn(dir string) (*Cache, error) {
	limit, err := sizeLimit("")
	if err != nil {
		return nil, err
	}
	return &Cache{dir: dir, limit: limit}, writable(dir)
}

// own is the folder that dir is or leads to, if it is trusted.
func own(dir string) (string, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	return dir, trusted(dir)
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &os.PathError{Op: "write", Path: dir, Err: err}
	}
	return nil
}

// privateTemporary is the same folder for all processes of a user. Libraries
// from it are executed, so it must belong to that user alone.
func privateTemporary() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("courant-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || trusted(dir) != nil {
		return os.MkdirTemp("", "courant-")
	}
	return dir, writable(dir)
}

// Dir is the folder that holds the cache.
func (c *Cache) Dir() string { return c.dir }

// description is the content of <key>.json.
type description struct {
	Name     string   `json:"name"`
	Compiler string   `json:"compiler"`
	CPU      string   `json:"cpu"`
	Command  []string `json:"command"`
	Seconds  float64  `json:"build_seconds"`
	Size     int64    `json:"size"`
	SHA256   string   `json:"sha256"`
}

// lookup gives the path of a library and marks it as used, or false if there
// is none, or it is damaged, or others may have written it.
func (c *Cache) lookup(key string) (library string, ok bool) {
	for _, dir := range append([]string{c.dir}, c.readOnly...) {
		base := filepath.Join(dir, key)
		if trusted(base+".json") != nil || trusted(base+".so") != nil {
			continue
		}
		text, err := os.ReadFile(base + ".json")
		if err != nil {
			continue
		}
		var d description
		if json.Unmarshal(text, &d) != nil {
			continue
		}
		content, err := os.ReadFile(base + ".so")
		if err != nil || int64(len(content)) != d.Size || checksum(content) != d.SHA256 {
			continue
		}
		now := time.Now()
		_ = os.Chtimes(base+".json", now, now) // a read-only cache keeps no time of use
		return base + ".so", true
	}
	return "", false
}

// install moves a built library and its source into the cache.
func (c *Cache) install(key, source, library string, d description) (string, error) {
	content, err := os.ReadFile(library)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	d.Size, d.SHA256 = int64(len(content)), checksum(content)
	about, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return "", err
	}
	base := filepath.Join(c.dir, key)
	for _, file := range []struct {
		path    string
		content []byte
	}{{base + ".c", text}, {base + ".so", content}, {base + ".json", about}} {
		if err := writeWhole(file.path, file.content); err != nil {
			return "", err
		}
	}
	return base + ".so", nil
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// ReadRecord fills v from the JSON record of that name and gives its age; ok
// is false if there is none. Names are lower case with dashes.
func (c *Cache) ReadRecord(name string, v any) (age time.Duration, ok bool) {
	for _, dir := range append([]string{c.dir}, c.readOnly...) {
		path := filepath.Join(dir, recordPrefix+name+".json")
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		text, err := os.ReadFile(path)
		if err == nil {
			err = trusted(path) // it may name a program to run
		}
		if err == nil && json.Unmarshal(text, v) == nil {
			return time.Since(info.ModTime()), true
		}
	}
	return 0, false
}

// WriteRecord keeps v as the JSON record of that name, in place of an earlier
// one. Use it for what costs time to find out and can be found out again.
func (c *Cache) WriteRecord(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(c.dir, recordPrefix+name+".json"), text)
}

// writeWhole replaces a file so that readers see the old content or the new,
// and a power cut leaves no half of it.
func writeWhole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporaryPrefix)
	if err != nil {
		return cacheError(err)
	}
	defer os.Remove(f.Name()) // fails, rightly, after the rename
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return cacheError(err)
}

// cacheError adds the way out to an error of the file system.
func cacheError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("the kernel cache is out of disk space: %w\nfree some, run `courant cache clear`, or set COURANT_CACHE to a folder on another disk", err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, unix.EROFS):
		return fmt.Errorf("the kernel cache cannot be written: %w\nset COURANT_CACHE to a folder that you may write", err)
	}
	return fmt.Errorf("kernel cache: %w", err)
}
