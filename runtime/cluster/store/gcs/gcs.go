// Package gcs keeps objects in a bucket of Google Cloud Storage.
//
// In: gs://bucket/prefix, and the login of the gcloud tools. Out: a store.Store. Start at
// Open.
package gcs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
	"github.com/courant-pde/courant/runtime/cluster/cloud/google"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Scheme is that of the URLs of these stores.
const Scheme = "gs"

// emulator names a server that is not Google's, and knows no logins.
const emulator = "STORAGE_EMULATOR_HOST"

// tries is how many there are of a request before the store is away.
const tries = 4

// Store is a store in a bucket.
type Store struct {
	bucket *storage.BucketHandle
	prefix string // "" or with / at its end
}

// Open opens the store at a URL, gs://bucket/prefix, which need not hold anything yet; the
// bucket must exist. Whoever is logged in by the gcloud tools uses it, see google.Tokens.
// Errors: no such bucket, or no right to use it.
func Open(ctx context.Context, url string) (*Store, error) {
	name, prefix, err := store.SplitURL(Scheme, url)
	if err != nil {
		return nil, err
	}
	client, err := connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened: %w", url, err)
	}
	s := &Store{client.Bucket(name), prefix}
	if _, err := s.bucket.Objects(ctx, &storage.Query{Prefix: prefix}).Next(); err != nil && err != iterator.Done {
		return nil, fmt.Errorf("the store %s cannot be opened; is there a bucket of that name? %w", url, away(err))
	}
	return s, nil
}

func connect(ctx context.Context) (*storage.Client, error) {
	connection, err := cloud.Client(), error(nil)
	if os.Getenv(emulator) == "" {
		connection, err = google.Client(ctx)
	}
	if err != nil {
		return nil, err
	}
	client, err := storage.NewClient(ctx, option.WithHTTPClient(connection), storage.WithJSONReads())
	if err != nil {
		return nil, err
	}
	client.SetRetry(storage.WithMaxAttempts(tries), storage.WithBackoff(gax.Backoff{Initial: 200 * time.Millisecond, Max: 2 * time.Second, Multiplier: 2}))
	return client, nil
}

func (s *Store) object(key string) *storage.ObjectHandle { return s.bucket.Object(s.prefix + key) }

// away explains an error, and marks one that passes by itself.
func away(err error) error {
	err, passes := google.Fault(err)
	if passes {
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err
}

// Create implements Store. An upload ends with its context, and would otherwise make an
// object of what had been read by then.
func (s *Store) Create(ctx context.Context, key string, data io.Reader) error {
	if err := store.CheckKey(key); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	// The client's limit of tries says nothing of uploads, which would go on for ever.
	failed := 0
	few := storage.WithErrorFunc(func(err error) bool {
		failed++
		return failed < tries && storage.ShouldRetry(err)
	})
	w := s.object(key).If(storage.Conditions{DoesNotExist: true}).Retryer(few).NewWriter(ctx)
	w.ContentType = "application/octet-stream"
	from := &source{reader: data}
	_, err := io.Copy(w, from)
	if err != nil {
		cancel()
	}
	if e := w.Close(); err == nil {
		err = e
	}
	var response *googleapi.Error
	switch {
	case err == nil:
		return nil
	case from.err != nil:
		return fmt.Errorf("%s cannot be written: %w", key, from.err)
	case errors.As(err, &response) && response.Code == http.StatusPreconditionFailed:
		return fmt.Errorf("%s: %w", key, store.ErrExists)
	}
	return fmt.Errorf("%s cannot be written: %w", key, away(err))
}

// source keeps the error of its reader, which is none of the bucket's.
type source struct {
	reader io.Reader
	err    error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// Open implements Store.
func (s *Store) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := store.CheckKey(key); err != nil {
		return nil, err
	}
	r, err := s.object(key).NewReader(ctx)
	if errors.Is(err, storage.ErrObjectNotExist) {
		return nil, fmt.Errorf("%s: %w", key, store.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", key, away(err))
	}
	return body{r}, nil
}

// body is an object as it comes from a server.
type body struct{ io.ReadCloser }

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF { // a connection that was cut holds an EOF, too
		err = away(err)
	}
	return n, err
}

// List implements Store.
func (s *Store) List(ctx context.Context, prefix string) (keys []string, err error) {
	query := &storage.Query{Prefix: s.prefix + prefix}
	if err := query.SetAttrSelection([]string{"Name"}); err != nil {
		return nil, err
	}
	for all := s.bucket.Objects(ctx, query); ; {
		o, err := all.Next()
		if err == iterator.Done {
			slices.Sort(keys)
			return keys, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s* cannot be listed: %w", prefix, away(err))
		}
		keys = append(keys, strings.TrimPrefix(o.Name, s.prefix))
	}
}

// Delete implements Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := store.CheckKey(key); err != nil {
		return err
	}
	// That it may be tried again is what RetryAlways says.
	if err := s.object(key).Retryer(storage.WithPolicy(storage.RetryAlways)).Delete(ctx); err != nil && !errors.Is(err, storage.ErrObjectNotExist) {
		return fmt.Errorf("%s cannot be deleted: %w", key, away(err))
	}
	return nil
}

// Server is the address of the service.
func (s *Store) Server() string {
	if host := os.Getenv(emulator); host != "" {
		return "http://" + strings.TrimPrefix(host, "http://")
	}
	return "https://storage.googleapis.com"
}
