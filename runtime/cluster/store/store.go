// Package store keeps objects by key: what a run of the workflow consists of.
//
// An object is written once and whole: Create either makes it, for good and for all
// processes, or finds that it is there. That is all that the workflow needs to lose
// nothing and count nothing twice.
//
// In: keys and bytes. Out: the same bytes, to any process that opens the same store: a
// folder, the memory of this process, or a cloud's bucket by the packages below. Start at
// OpenFiles and the example; Store is the interface for a store of one's own, which
// package storetest tests.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Store is a set of objects. Keys are paths of letters, digits, and - _ . with /
// between, such as "runs/a/v0001/n00-00007". Its methods may be called by several
// goroutines and processes at once.
type Store interface {
	// Create writes an object unless there is one of that key already, which is
	// reported by ErrExists. When it returns nil the object outlives a crash;
	// when it fails otherwise there may or may not be an object, but never a
	// part of one.
	Create(ctx context.Context, key string, data io.Reader) error
	// Open reads an object. ErrNotExist when there is none, ErrAway while the store
	// is out of reach, as from all methods and the reader.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// List gives the keys that begin with a prefix, in order.
	List(ctx context.Context, prefix string) ([]string, error)
	// Delete removes an object; that there is none is no error.
	Delete(ctx context.Context, key string) error
}

// The errors of all stores, wrapped with the key.
var (
	ErrExists   = errors.New("the object exists")
	ErrNotExist = errors.New("there is no such object")
	ErrAway     = errors.New("the store is away")
	ErrForeign  = errors.New("no object, and an object belongs there; move it away")
)

// CheckKey refuses what is no key.
func CheckKey(key string) error {
	if key == "" || len(key) > 512 {
		return fmt.Errorf("a key of %d characters; 1 to 512 are possible", len(key))
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part[0] == '.' {
			return fmt.Errorf("the key %q has an empty part, or one that begins with a dot", key)
		}
		if i := strings.IndexFunc(part, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
		}); i >= 0 {
			return fmt.Errorf("the key %q holds %q; letters, digits and -_. are possible", key, part[i:i+1])
		}
	}
	return nil
}

// SplitURL gives the bucket and the prefix, which is "" or ends with /, of a URL such as
// scheme://bucket/prefix.
func SplitURL(scheme, url string) (bucket, prefix string, err error) {
	rest, ok := strings.CutPrefix(url, scheme+"://")
	bucket, prefix, _ = strings.Cut(rest, "/")
	if !ok || bucket == "" {
		return "", "", fmt.Errorf("%q is no store; write %s://bucket/prefix", url, scheme)
	}
	if prefix = strings.Trim(prefix, "/"); prefix == "" {
		return bucket, "", nil
	}
	return bucket, prefix + "/", CheckKey(prefix)
}
