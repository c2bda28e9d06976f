// Package engine opens stores and queues by their URLs: the one place that knows all kinds
// of them.
//
// In: the name of a folder, or a URL whose scheme says what it is. Out: a store.Store or a
// queue.Queue. Start at Store and Queue.
package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/store/azblob"
	"github.com/courant-pde/courant/runtime/cluster/store/gcs"
	"github.com/courant-pde/courant/runtime/cluster/store/s3"
)

// stores are the kinds of stores, by scheme.
var stores = map[string]func(ctx context.Context, url string) (store.Store, error){
	s3.Scheme:     in(s3.Open),
	azblob.Scheme: in(azblob.Open),
	gcs.Scheme:    in(gcs.Open),
}

// in makes what opens one kind of store into what opens a store of any.
func in[S store.Store](open func(ctx context.Context, url string) (S, error)) func(context.Context, string) (store.Store, error) {
	return func(ctx context.Context, url string) (store.Store, error) {
		s, err := open(ctx, url)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}

// Stores says what Store opens, for help texts.
const Stores = "a folder, s3://bucket/prefix, azblob://container/prefix or gs://bucket/prefix"

// Store opens a store by its name, see Stores. Errors: a scheme that is not known, and
// those of the store.
func Store(ctx context.Context, name string) (store.Store, error) {
	scheme, url := Scheme(name)
	if !url {
		return store.OpenFiles(name)
	}
	open, known := stores[scheme]
	if !known {
		return nil, fmt.Errorf("%q is no store: %s", name, unknown(scheme, stores))
	}
	return open(ctx, name)
}

// Scheme is that of a URL; what is none is the name of a folder.
func Scheme(name string) (scheme string, url bool) {
	scheme, _, url = strings.Cut(name, "://")
	return scheme, url
}

// unknown says which schemes there are.
func unknown[T any](scheme string, known map[string]T) string {
	return fmt.Sprintf("there is no scheme %s://; %s:// are known", scheme, strings.Join(slices.Sorted(maps.Keys(known)), "://, "))
}
