// Package azblob keeps objects in a container of Azure Blob Storage.
//
// In: azblob://container/prefix, and the environment of the az tools. Out: a store.Store.
// Start at Open.
package azblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/courant-pde/courant/runtime/cluster/cloud/azure"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Scheme is that of the URLs of these stores.
const Scheme = "azblob"

// Store is a store in a container.
type Store struct {
	client *container.Client
	prefix string // "" or with / at its end
}

// Open opens the store at a URL, azblob://container/prefix, which need not hold anything
// yet; the container must exist. The account and the way into it come from the
// environment, see azure.Open. Errors: no such container, or no right to use it.
func Open(ctx context.Context, url string) (*Store, error) {
	name, prefix, err := store.SplitURL(Scheme, url)
	if err != nil {
		return nil, err
	}
	client, err := connect(name)
	if err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened: %w", url, err)
	}
	s := &Store{client, prefix}
	if _, err := client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &prefix, MaxResults: new(int32(1))}).NextPage(ctx); err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened; is there a container of that name? %w", url, away(err))
	}
	return s, nil
}

func connect(name string) (*container.Client, error) {
	a, err := azure.Open("")
	if err != nil {
		return nil, err
	}
	options := &container.ClientOptions{ClientOptions: azure.Options()}
	if a.Connection != "" {
		return container.NewClientFromConnectionString(a.Connection, name, options)
	}
	return container.NewClient(a.Endpoint("blob")+name, a.Token, options)
}

func (s *Store) blob(key string) *blockblob.Client {
	return s.client.NewBlockBlobClient(s.prefix + key)
}

// away explains an error, and marks one that passes by itself.
func away(err error) error {
	err, passes := azure.Fault(err)
	if passes {
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err
}

// Create implements Store. The object passes through a file: the library's UploadStream
// reads memory that it has given back when a server answers early.
func (s *Store) Create(ctx context.Context, key string, data io.Reader) error {
	if err := store.CheckKey(key); err != nil {
		return err
	}
	draft, err := store.Spool(ctx, data)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	defer draft.Close()
	_, err = s.blob(key).UploadFile(ctx, draft, &blockblob.UploadFileOptions{
		AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: new(azcore.ETagAny)}},
	})
	var response *azcore.ResponseError
	switch {
	case err == nil:
		return nil
	// The blocks of a large object are dropped when another writer was there.
	case bloberror.HasCode(err, bloberror.BlobAlreadyExists, bloberror.ConditionNotMet, bloberror.InvalidBlockList),
		errors.As(err, &response) && response.StatusCode == http.StatusPreconditionFailed:
		return s.lost(ctx, key)
	}
	return fmt.Errorf("%s cannot be written: %w", key, away(err))
}

// lost is what a writer is told that was not the first: that the object exists, once
// that is so.
func (s *Store) lost(ctx context.Context, key string) error {
	if _, err := s.blob(key).GetProperties(ctx, nil); err != nil {
		return fmt.Errorf("%s cannot be written: another writer was there, and failed; try again: %w", key, away(err))
	}
	return fmt.Errorf("%s: %w", key, store.ErrExists)
}

// Open implements Store.
func (s *Store) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := store.CheckKey(key); err != nil {
		return nil, err
	}
	out, err := s.blob(key).DownloadStream(ctx, nil)
	if bloberror.HasCode(err, bloberror.BlobNotFound) {
		return nil, fmt.Errorf("%s: %w", key, store.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", key, away(err))
	}
	return body{out.NewRetryReader(ctx, &blob.RetryReaderOptions{MaxRetries: 3})}, nil
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
	pages := s.client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: new(s.prefix + prefix)})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s* cannot be listed: %w", prefix, away(err))
		}
		for _, o := range page.Segment.BlobItems {
			keys = append(keys, strings.TrimPrefix(*o.Name, s.prefix))
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// Delete implements Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := store.CheckKey(key); err != nil {
		return err
	}
	if _, err := s.blob(key).Delete(ctx, nil); err != nil && !bloberror.HasCode(err, bloberror.BlobNotFound) {
		return fmt.Errorf("%s cannot be deleted: %w", key, away(err))
	}
	return nil
}

// Server is the address of the account, without what lets one in.
func (s *Store) Server() string {
	address, _, _ := strings.Cut(s.client.URL(), "?")
	return address
}
