package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// S3 is a store in a bucket of any server that speaks S3 and knows conditional
// writes (If-None-Match), as AWS has since 2024.
type S3 struct {
	client *s3.Client
	bucket string
	prefix string // "" or with / at its end
}

// OpenS3 opens the store at a URL, s3://bucket/prefix, which need not hold
// anything yet; the bucket must exist. Endpoint, region and keys come from the
// environment and the files of the AWS tools: AWS_ENDPOINT_URL names another
// server than Amazon's.
func OpenS3(ctx context.Context, url string) (*S3, error) {
	rest, ok := strings.CutPrefix(url, "s3://")
	bucket, prefix, _ := strings.Cut(rest, "/")
	if !ok || bucket == "" {
		return nil, fmt.Errorf("%q is no store; write s3://bucket/prefix", url)
	}
	prefix = strings.Trim(prefix, "/")
	if prefix != "" {
		if err := CheckKey(prefix); err != nil {
			return nil, err
		}
		prefix += "/"
	}
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened: %w", url, err)
	}
	client := s3.NewFromConfig(c, func(o *s3.Options) {
		// Servers by a plain address have no names for buckets.
		o.UsePathStyle = c.BaseEndpoint != nil
	})
	if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket}); err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened; is there a bucket of that name, and do AWS_ENDPOINT_URL, AWS_REGION and the keys fit? %w", url, err)
	}
	return &S3{client, bucket, prefix}, nil
}

func (s *S3) key(key string) *string { return aws.String(s.prefix + key) }

// Create implements Store. The object passes through a file, as its length must
// be known and it may have to be sent again.
func (s *S3) Create(ctx context.Context, key string, data io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	draft, err := os.CreateTemp("", "courant-object-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	defer draft.Close()
	if err := os.Remove(draft.Name()); err != nil { // it lives as long as it is open
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	if _, err := io.Copy(draft, reader{ctx, data}); err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	if _, err := draft.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("%s cannot be written: %w", key, err)
	}
	_, err = s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(key), Body: draft, IfNoneMatch: aws.String("*")})
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

// away marks the errors of a server that cannot be reached, or says that it is not
// well.
func away(err error) error {
	var network net.Error
	var send *smithyhttp.RequestSendError
	var response interface{ HTTPStatusCode() int }
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &response) && response.HTTPStatusCode() != 0:
		if code := response.HTTPStatusCode(); code < 500 && code != http.StatusTooManyRequests && code != http.StatusRequestTimeout {
			return err
		}
	case errors.As(err, &send), errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF):
	default:
		return err
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// body is an object as it comes from a server.
type body struct{ io.ReadCloser }

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = away(err)
	}
	return n, err
}

// lost is what a writer is told that was not the first: that the object exists,
// once that is so.
func (s *S3) lost(ctx context.Context, key string) error {
	if _, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: s.key(key)}); err != nil {
		return fmt.Errorf("%s cannot be written: another writer was there, and failed; try again: %w", key, away(err))
	}
	return fmt.Errorf("%s: %w", key, ErrExists)
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(key)})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return nil, fmt.Errorf("%s: %w", key, ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", key, away(err))
	}
	return body{out.Body}, nil
}

// List implements Store.
func (s *S3) List(ctx context.Context, prefix string) (keys []string, err error) {
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(prefix)})
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
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: s.key(key)}); err != nil {
		return fmt.Errorf("%s cannot be deleted: %w", key, away(err))
	}
	return nil
}

// Remote reports whether a name is that of a store which is no folder.
func Remote(name string) bool { return strings.HasPrefix(name, "s3://") }

// Open opens a store by its name: a folder, or s3://bucket/prefix.
func Open(ctx context.Context, name string) (Store, error) {
	if strings.Contains(name, "://") {
		return OpenS3(ctx, name)
	}
	return OpenFiles(name)
}
