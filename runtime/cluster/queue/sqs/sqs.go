// Package sqs sends messages by Amazon's Simple Queue Service.
//
// In: sqs://prefix?region=eu-west-1, and the environment of the AWS tools. Out: a
// queue.Queue, which package hosted makes of the service. Start at Open.
//
// A lease is of whole seconds, and what is taken may be kept for twelve hours in all.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/courant-pde/courant/runtime/cluster/cloud/amazon"
	"github.com/courant-pde/courant/runtime/cluster/queue/hosted"
)

// Scheme is that of the URLs of these queues.
const Scheme = "sqs"

// Open opens the queue at a URL, sqs://prefix or sqs://prefix?region=REGION: the names of
// its queues begin with the prefix. Endpoint, region and keys come from the environment
// and the files of the AWS tools. Errors: a URL that is none, or no right to use the
// service.
func Open(ctx context.Context, address string, lease time.Duration) (*hosted.Queue, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != Scheme || u.Host == "" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("%q is no queue; write %s://prefix?region=REGION", address, Scheme)
	}
	c, err := amazon.Config(ctx, u.Query().Get("region"))
	if err != nil {
		return nil, fmt.Errorf("the queue %s cannot be opened: %w", address, err)
	}
	s := &service{client: api.NewFromConfig(c), urls: map[string]string{}}
	if _, err := s.client.ListQueues(ctx, &api.ListQueuesInput{QueueNamePrefix: &u.Host, MaxResults: aws.Int32(1)}); err != nil {
		err, _ = amazon.Fault(err)
		return nil, fmt.Errorf("the queue %s cannot be opened; do AWS_REGION, or region in the URL, and the keys fit? %w", address, err)
	}
	return hosted.New(s, u.Host, lease)
}

// service implements hosted.Service.
type service struct {
	client *api.Client

	mu   sync.Mutex
	urls map[string]string // of queues, by name
}

// inUse is the tag that says when a queue was last in use, in seconds since 1970.
const inUse = "courant-in-use"

// url is that of a queue, which calls want in place of its name.
func (s *service) url(ctx context.Context, name string) (*string, error) {
	s.mu.Lock()
	known := s.urls[name]
	s.mu.Unlock()
	if known != "" {
		return &known, nil
	}
	out, err := s.client.GetQueueUrl(ctx, &api.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return nil, absent(err)
	}
	s.keep(name, *out.QueueUrl)
	return out.QueueUrl, nil
}

func (s *service) keep(name, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls[name] = url
}

// absent says that there is no queue as hosted does.
func absent(err error) error {
	var none *types.QueueDoesNotExist
	if errors.As(err, &none) {
		return fmt.Errorf("%w: %w", hosted.ErrNoQueue, err)
	}
	return err
}

// Create implements hosted.Service.
func (s *service) Create(ctx context.Context, name string, kept time.Duration) error {
	out, err := s.client.CreateQueue(ctx, &api.CreateQueueInput{
		QueueName:  &name,
		Attributes: map[string]string{string(types.QueueAttributeNameMessageRetentionPeriod): strconv.Itoa(int(hosted.Seconds(kept)))},
	})
	var other *types.QueueNameExists
	if errors.As(err, &other) { // with other attributes, which somebody has given it
		return nil
	}
	if err == nil {
		s.keep(name, *out.QueueUrl)
	}
	return err
}

// Delete implements hosted.Service.
func (s *service) Delete(ctx context.Context, name string) error {
	url, err := s.url(ctx, name)
	if err == nil {
		_, err = s.client.DeleteQueue(ctx, &api.DeleteQueueInput{QueueUrl: url})
		s.mu.Lock()
		delete(s.urls, name)
		s.mu.Unlock()
	}
	if errors.Is(absent(err), hosted.ErrNoQueue) {
		return nil
	}
	return err
}

// List implements hosted.Service.
func (s *service) List(ctx context.Context, prefix string) (names []string, err error) {
	pages := api.NewListQueuesPaginator(s.client, &api.ListQueuesInput{QueueNamePrefix: &prefix, MaxResults: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, url := range page.QueueUrls {
			name := path.Base(url)
			s.keep(name, url)
			names = append(names, name)
		}
	}
	return names, nil
}

// Mark implements hosted.Service.
func (s *service) Mark(ctx context.Context, name string, now time.Time) error {
	url, err := s.url(ctx, name)
	if err == nil {
		_, err = s.client.TagQueue(ctx, &api.TagQueueInput{QueueUrl: url, Tags: map[string]string{inUse: strconv.FormatInt(now.Unix(), 10)}})
	}
	return absent(err)
}

// Marked implements hosted.Service.
func (s *service) Marked(ctx context.Context, name string) (time.Time, error) {
	url, err := s.url(ctx, name)
	if err != nil {
		return time.Time{}, err
	}
	out, err := s.client.ListQueueTags(ctx, &api.ListQueueTagsInput{QueueUrl: url})
	if err != nil || out.Tags[inUse] == "" {
		return time.Time{}, absent(err)
	}
	seconds, err := strconv.ParseInt(out.Tags[inUse], 10, 64)
	return time.Unix(seconds, 0), err
}

// Put implements hosted.Service. Messages are kept as their queue says.
func (s *service) Put(ctx context.Context, name, text string, _ time.Duration) error {
	url, err := s.url(ctx, name)
	if err == nil {
		_, err = s.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: url, MessageBody: &text})
	}
	return absent(err)
}

// longest is for how long the service is asked to wait for a message, in seconds.
const longest = 20

// Take implements hosted.Service.
func (s *service) Take(ctx context.Context, name string, lease time.Duration) (*hosted.Taken, error) {
	url, err := s.url(ctx, name)
	if err != nil {
		return nil, err
	}
	out, err := s.client.ReceiveMessage(ctx, &api.ReceiveMessageInput{
		QueueUrl: url, MaxNumberOfMessages: 1, VisibilityTimeout: hosted.Seconds(lease), WaitTimeSeconds: longest,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil || len(out.Messages) == 0 {
		return nil, absent(err)
	}
	m := out.Messages[0]
	attempt, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if err != nil {
		attempt = 1
	}
	return &hosted.Taken{
		Text: aws.ToString(m.Body), Attempt: attempt,
		Done: func(ctx context.Context) error {
			_, err := s.client.DeleteMessage(ctx, &api.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle})
			return err
		},
		Free: func(ctx context.Context, after time.Duration) error {
			_, err := s.client.ChangeMessageVisibility(ctx, &api.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: hosted.Seconds(after)})
			return err
		},
	}, nil
}

// Count implements hosted.Service.
func (s *service) Count(ctx context.Context, name string) (int, error) {
	url, err := s.url(ctx, name)
	if err != nil {
		return 0, err
	}
	counts := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible, types.QueueAttributeNameApproximateNumberOfMessagesDelayed}
	out, err := s.client.GetQueueAttributes(ctx, &api.GetQueueAttributesInput{QueueUrl: url, AttributeNames: counts})
	if err != nil {
		return 0, absent(err)
	}
	n := 0
	for _, c := range counts {
		part, err := strconv.Atoi(out.Attributes[string(c)])
		if err != nil {
			return 0, err
		}
		n += part
	}
	return n, nil
}

// Fault implements hosted.Service.
func (s *service) Fault(err error) (error, bool) { return amazon.Fault(err) }
