// Package azqueue sends messages by Azure Queue Storage.
//
// In: azqueue://account/prefix, and the environment of the az tools. Out: a queue.Queue,
// which package hosted makes of the service. Start at Open.
//
// A lease is of whole seconds. The service lets nobody wait for a message: it is asked
// again and again, up to every two seconds while there is none.
package azqueue

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	api "github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/queueerror"

	"github.com/courant-pde/courant/runtime/cluster/cloud/azure"
	"github.com/courant-pde/courant/runtime/cluster/queue/hosted"
)

// Scheme is that of the URLs of these queues.
const Scheme = "azqueue"

// Open opens the queue at a URL, azqueue://account/prefix: the names of its queues begin
// with the prefix. The way into the account comes from the environment, see azure.Open; an
// account that is not in core.windows.net is named by its endpoint. Errors: a URL that is
// none, or no right to use the service.
func Open(ctx context.Context, address string, lease time.Duration) (*hosted.Queue, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != Scheme || u.Host == "" {
		return nil, fmt.Errorf("%q is no queue; write %s://account/prefix", address, Scheme)
	}
	client, err := connect(u.Host)
	if err != nil {
		return nil, fmt.Errorf("the queue %s cannot be opened: %w", address, err)
	}
	if _, err := client.NewListQueuesPager(&api.ListQueuesOptions{MaxResults: new(int32(1))}).NextPage(ctx); err != nil {
		err, _ = azure.Fault(err)
		return nil, fmt.Errorf("the queue %s cannot be opened; is there an account of that name? %w", address, err)
	}
	return hosted.New(&service{client: client, waits: map[string]time.Duration{}}, strings.Trim(u.Path, "/"), lease)
}

func connect(account string) (*api.ServiceClient, error) {
	a, err := azure.Open(account)
	if err != nil {
		return nil, err
	}
	options := &api.ClientOptions{ClientOptions: azure.Options()}
	if a.Connection != "" {
		return api.NewServiceClientFromConnectionString(a.Connection, options)
	}
	return api.NewServiceClient(a.Endpoint("queue"), a.Token, options)
}

// service implements hosted.Service.
type service struct {
	client *api.ServiceClient

	mu    sync.Mutex
	waits map[string]time.Duration // before a queue that was empty is asked again, by name
}

// inUse is the item of a queue's metadata that says when it was last in use, in seconds
// since 1970.
const inUse = "courantinuse"

// absent says that there is no queue as hosted does.
func absent(err error) error {
	if queueerror.HasCode(err, queueerror.QueueNotFound) {
		return fmt.Errorf("%w: %w", hosted.ErrNoQueue, err)
	}
	return err
}

// Create implements hosted.Service.
func (s *service) Create(ctx context.Context, name string, _ time.Duration) error {
	_, err := s.client.CreateQueue(ctx, name, nil)
	if queueerror.HasCode(err, queueerror.QueueAlreadyExists) { // with other metadata
		return nil
	}
	return err
}

// Delete implements hosted.Service.
func (s *service) Delete(ctx context.Context, name string) error {
	_, err := s.client.DeleteQueue(ctx, name, nil)
	if queueerror.HasCode(err, queueerror.QueueNotFound) {
		return nil
	}
	return err
}

// List implements hosted.Service.
func (s *service) List(ctx context.Context, prefix string) (names []string, err error) {
	pages := s.client.NewListQueuesPager(&api.ListQueuesOptions{Prefix: &prefix})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, q := range page.Queues {
			names = append(names, *q.Name)
		}
	}
	return names, nil
}

// Mark implements hosted.Service.
func (s *service) Mark(ctx context.Context, name string, now time.Time) error {
	_, err := s.client.NewQueueClient(name).SetMetadata(ctx, &api.SetMetadataOptions{Metadata: map[string]*string{inUse: new(strconv.FormatInt(now.Unix(), 10))}})
	return absent(err)
}

// Marked implements hosted.Service.
func (s *service) Marked(ctx context.Context, name string) (time.Time, error) {
	out, err := s.client.NewQueueClient(name).GetProperties(ctx, nil)
	if err != nil {
		return time.Time{}, absent(err)
	}
	for key, value := range out.Metadata { // whose letters' case servers change
		if strings.EqualFold(key, inUse) && value != nil {
			seconds, err := strconv.ParseInt(*value, 10, 64)
			return time.Unix(seconds, 0), err
		}
	}
	return time.Time{}, nil
}

// Put implements hosted.Service.
func (s *service) Put(ctx context.Context, name, text string, kept time.Duration) error {
	_, err := s.client.NewQueueClient(name).EnqueueMessage(ctx, text, &api.EnqueueMessageOptions{TimeToLive: new(hosted.Seconds(kept))})
	return absent(err)
}

// Between two looks into a queue that is empty go shortest, and then twice as long up to
// longest.
const (
	shortest = 100 * time.Millisecond
	longest  = 2 * time.Second
)

// Take implements hosted.Service.
func (s *service) Take(ctx context.Context, name string, lease time.Duration) (*hosted.Taken, error) {
	q := s.client.NewQueueClient(name)
	out, err := q.DequeueMessage(ctx, &api.DequeueMessageOptions{VisibilityTimeout: new(hosted.Seconds(lease))})
	if err != nil {
		return nil, absent(err)
	}
	if len(out.Messages) == 0 {
		s.pause(ctx, name)
		return nil, nil
	}
	s.mu.Lock()
	delete(s.waits, name)
	s.mu.Unlock()
	m := out.Messages[0]
	var mu sync.Mutex // of the receipt, which every call renews
	receipt := *m.PopReceipt
	return &hosted.Taken{
		Text: *m.MessageText, Attempt: int(*m.DequeueCount),
		Done: func(ctx context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			_, err := q.DeleteMessage(ctx, *m.MessageID, receipt, nil)
			return err
		},
		Free: func(ctx context.Context, after time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			out, err := q.UpdateMessage(ctx, *m.MessageID, receipt, *m.MessageText, &api.UpdateMessageOptions{VisibilityTimeout: new(hosted.Seconds(after))})
			if err == nil && out.PopReceipt != nil {
				receipt = *out.PopReceipt
			}
			return err
		},
	}, nil
}

// pause waits before an empty queue is asked again.
func (s *service) pause(ctx context.Context, name string) {
	s.mu.Lock()
	wait := min(max(2*s.waits[name], shortest), longest)
	s.waits[name] = wait
	s.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(wait):
	}
}

// Count implements hosted.Service.
func (s *service) Count(ctx context.Context, name string) (int, error) {
	out, err := s.client.NewQueueClient(name).GetProperties(ctx, nil)
	if err != nil || out.ApproximateMessagesCount == nil {
		return 0, absent(err)
	}
	return int(*out.ApproximateMessagesCount), nil
}

// Fault implements hosted.Service.
func (s *service) Fault(err error) (error, bool) { return azure.Fault(err) }
