// Package s3 keeps objects in a bucket of any server that speaks S3 and knows conditional
// writes (If-None-Match), as AWS has since 2024.
//
// In: s3://bucket/prefix, and the environment of the AWS tools. Out: a store.Store. Start
// at Open.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// Scheme is that of the URLs of these stores.
const Scheme = "s3"

// Store is a store in a bucket.
type Store struct {
	client *api.Client
	bucket string
	prefix string // "" or with / at its end
}

// Open opens the store at a URL, s3://bucket/prefix, which need not hold anything yet;
// the bucket must exist. Endpoint, region and keys come from the environment and the
// files of the AWS tools: AWS_ENDPOINT_URL names another server than Amazon's. Errors: no
// such bucket, or no right to use it.
func Open(ctx context.Context, url string) (*Store, error) {
	bucket, prefix, err := store.SplitURL(Scheme, url)
	if err != nil {
		return nil, err
	}
	c, err := amazon.Config(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened: %w", url, err)
	}
	client := api.NewFromConfig(c, func(o *api.Options) {
		// Servers by a plain address have no names for buckets.
		o.UsePathStyle = o.BaseEndpoint != nil
	})
	if _, err := client.HeadBucket(ctx, &api.HeadBucketInput{Bucket: &bucket}); err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened; is there a bucket of that name, and do AWS_ENDPOINT_URL, AWS_REGION and the keys fit? %w", url, away(err))
	}
	return &Store{client, bucket, prefix}, nil
}

func (s *Store) key(key string) *string { return aws.String(s.prefix + key) }

// Create implements Store. The object passes through a file, as its length must
// be known and it may have to be sent again.
func (s *Store) Create(ctx context.Context, key string, data io.Reader) error {
	if err := store.CheckKey(key); err != nil {
		return err
	}
	draft, err := store.Spool(ctx, data)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	defer draft.Close()
	_, err = s.client.PutObject(ctx, &api.PutObjectInput{Bucket: &s.bucket, Key: s.key(key), Body: draft, IfNoneMatch: aws.String("*")})
	var api smithy.APIError
	var response interface{ HTTPStatusCode() int }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &api) && (api.ErrorCode() == "PreconditionFailed" || api.ErrorCode() == "ConditionalRequestConflict"),
		errors.As(err, &response) && response.HTTPStatusCode() == http.StatusPreconditionFailed:
		return s.lost(ctx, key)
	}
	return fmt.Errorf("%s cannot be written: %w", key, away(err))
}

// away explains an error, and marks one that passes by itself.
func away(err error) error {
	err, passes := amazon.Fault(err)
	if passes {
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err
}

// lost is what a writer is told that was not the first: that the object exists,
// once that is so.
func (s *Store) lost(ctx context.Context, key string) error {
	if _, err := s.client.HeadObject(ctx, &api.HeadObjectInput{Bucket: &s.bucket, Key: s.key(key)}); err != nil {
		return fmt.Errorf("%s cannot be written: another writer was there, and failed; try again: %w", key, away(err))
	}
	return fmt.Errorf("%s: %w", key, store.ErrExists)
}

// Open implements Store.
func (s *Store) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := store.CheckKey(key); err != nil {
		return nil, err
	}
	out, err := s.client.GetObject(ctx, &api.GetObjectInput{Bucket: &s.bucket, Key: s.key(key)})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return nil, fmt.Errorf("%s: %w", key, store.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", key, away(err))
	}
	rest := func(from int64) (io.ReadCloser, error) {
		out, err := s.client.GetObject(ctx, &api.GetObjectInput{Bucket: &s.bucket, Key: s.key(key), Range: aws.String(fmt.Sprintf("bytes=%d-", from)), IfMatch: out.ETag})
		if err != nil {
			return nil, err
		}
		return out.Body, nil
	}
	return &body{part: out.Body, rest: rest}, nil
}

// mostParts is in how many parts an object may come.
const mostParts = 4

// body is an object as it comes from a server. When it breaks off, the rest is asked for.
type body struct {
	part  io.ReadCloser
	rest  func(from int64) (io.ReadCloser, error)
	read  int64
	parts int // that broke off
}

func (b *body) Read(p []byte) (int, error) {
	for {
		n, err := b.part.Read(p)
		b.read += int64(n)
		if err == nil || err == io.EOF { // a connection that was cut holds an EOF, too
			return n, err
		}
		if b.parts++; b.parts == mostParts {
			return n, away(err)
		}
		if _, passes := amazon.Fault(err); !passes {
			return n, err
		}
		part, err := b.rest(b.read)
		if err != nil {
			return n, away(err)
		}
		_ = b.part.Close()
		b.part = part
		if n > 0 {
			return n, nil
		}
	}
}

func (b *body) Close() error { return b.part.Close() }

// List implements Store.
func (s *Store) List(ctx context.Context, prefix string) (keys []string, err error) {
	pages := api.NewListObjectsV2Paginator(s.client, &api.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s* cannot be listed: %w", prefix, away(err))
		}
		for _, o := range page.Contents {
			if key := strings.TrimPrefix(aws.ToString(o.Key), s.prefix); !strings.HasSuffix(key, "/") {
				keys = append(keys, key)
			}
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
	if _, err := s.client.DeleteObject(ctx, &api.DeleteObjectInput{Bucket: &s.bucket, Key: s.key(key)}); err != nil {
		return fmt.Errorf("%s cannot be deleted: %w", key, away(err))
	}
	return nil
}

// Server is the address of the service.
func (s *Store) Server() string {
	o := s.client.Options()
	if o.BaseEndpoint != nil {
		return *o.BaseEndpoint
	}
	domain := "amazonaws.com"
	if strings.HasPrefix(o.Region, "cn-") {
		domain += ".cn"
	}
	return "https://s3." + o.Region + "." + domain
}
