package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Files is a store in a folder of a file system: an object is a file. Several
// processes may use it at once.
type Files struct{ root string }

// drafts is the folder of what is being written; no key begins with a dot.
const drafts = ".drafts"

// OpenFiles makes the folder if it is not there, and tidies up behind writers that
// were killed.
func OpenFiles(root string) (*Files, error) {
	if err := os.MkdirAll(filepath.Join(root, drafts), 0o755); err != nil {
		return nil, fmt.Errorf("the store cannot be made: %w", err)
	}
	tidy(filepath.Join(root, drafts))
	return &Files{root}, nil
}

// away marks the errors of a folder that is out of reach, as on a disk that is not
// mounted or a server that does not answer: then objects only seem not to be there.
func (s *Files) away(err error) error {
	if err == nil || errors.Is(err, ErrAway) {
		return err
	}
	for _, gone := range []error{syscall.ESTALE, syscall.ENOTCONN, syscall.ETIMEDOUT, syscall.EHOSTDOWN, syscall.EHOSTUNREACH} {
		if errors.Is(err, gone) {
			return fmt.Errorf("%w: %w", ErrAway, err)
		}
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNotExist) {
		return err
	}
	if _, e := os.Stat(filepath.Join(s.root, drafts)); e != nil {
		return fmt.Errorf("%w: there is no folder %s", ErrAway, filepath.Join(s.root, drafts))
	}
	return err
}

// foreign is the error of what is no file where an object belongs.
func (s *Files) foreign(key string) error {
	return fmt.Errorf("%s is no file: %w", s.path(key), ErrForeign)
}

// Root is the folder.
func (s *Files) Root() string { return s.root }

func (s *Files) path(key string) string { return filepath.Join(s.root, filepath.FromSlash(key)) }

// Create implements Store. The object is written to a draft, which is brought to
// the disk and then linked to its name: a link is made as a whole, and not where
// there is something already.
func (s *Files) Create(ctx context.Context, key string, data io.Reader) (err error) {
	if err := CheckKey(key); err != nil {
		return err
	}
	path := s.path(key)
	if about, err := os.Stat(path); err == nil {
		return s.exists(key, about)
	}
	draft, err := os.CreateTemp(filepath.Join(s.root, drafts), owner()+"*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, s.away(err))
	}
	defer os.Remove(draft.Name())
	_, err = io.Copy(draft, reader{ctx, data})
	if err == nil {
		err = draft.Sync()
	}
	if e := draft.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, s.away(err))
	}
	if err := s.folder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, s.away(err))
	}
	switch err := os.Link(draft.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		about, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("%s cannot be written: %w", key, s.away(err))
		}
		return s.exists(key, about)
	case err != nil:
		return fmt.Errorf("%s cannot be written: %w", key, s.away(err))
	}
	return syncFolder(filepath.Dir(path))
}

// exists is the error of a key that is taken.
func (s *Files) exists(key string, by fs.FileInfo) error {
	if !by.Mode().IsRegular() {
		return s.foreign(key)
	}
	return fmt.Errorf("%s: %w", key, ErrExists)
}

// folder makes a folder, and brings those that are new to the disk.
func (s *Files) folder(path string) error {
	if _, err := os.Stat(path); err == nil || path == s.root {
		return nil
	}
	if err := s.folder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder brings the names in a folder to the disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some file systems cannot, and keep names in order anyway.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// Open implements Store.
func (s *Files) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	about, err := os.Stat(s.path(key)) // first, as to open a pipe would wait for its writer
	var f *os.File
	if err == nil && !about.Mode().IsRegular() {
		return nil, s.foreign(key)
	}
	if err == nil {
		f, err = os.Open(s.path(key))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s.away(fmt.Errorf("%s: %w", key, ErrNotExist))
	}
	if err != nil {
		return nil, s.away(err)
	}
	return f, nil
}

// List implements Store.
func (s *Files) List(ctx context.Context, prefix string) (keys []string, err error) {
	// The folder that the prefix names, as far as it does.
	from := s.root
	if i := strings.LastIndex(prefix, "/"); i >= 0 {
		if err := CheckKey(prefix[:i]); err != nil {
			return nil, err
		}
		from = s.path(prefix[:i])
	}
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && d.Name() == drafts:
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		relative, err := filepath.Rel(s.root, path)
		if err != nil {
			return err
		}
		if key := filepath.ToSlash(relative); strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return nil
	})
	if err == nil && len(keys) == 0 {
		if err = s.away(ErrNotExist); !errors.Is(err, ErrAway) {
			err = nil // it is there, and empty
		}
	}
	slices.Sort(keys)
	return keys, s.away(err)
}

// Delete implements Store.
func (s *Files) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := CheckKey(key); err != nil {
		return err
	}
	if err := os.Remove(s.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
