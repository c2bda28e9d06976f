// Package pubsub sends messages by Google Cloud Pub/Sub.
//
// In: pubsub://project/prefix, and the login of the gcloud tools. Out: a queue.Queue. Start
// at Open.
//
// All messages go to one topic of the service, prefix-messages, with an attribute that says
// whose they are; takers of a topic share a subscription that filters by it, and a
// subscriber has one of its own. The service expires those that nobody uses. It tells of a
// second attempt only where there is a topic for what nobody could finish, prefix-dead, to
// which it moves a message that came a hundred times. It does not count messages.
package pubsub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	api "cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/courant-pde/courant/runtime/cluster/cloud/google"
	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// Scheme is that of the URLs of these queues.
const Scheme = "pubsub"

// emulator names a server that is not Google's, and knows no logins.
const emulator = "PUBSUB_EMULATOR_HOST"

const (
	patience = 5 * time.Second     // for an answer
	longest  = time.Minute         // for a message, before it is asked for again
	fresh    = time.Hour           // a subscription is not made again
	kept     = 7 * 24 * time.Hour  // messages of topics
	expire   = 31 * 24 * time.Hour // subscriptions of topics that nobody uses
	// The least that the service knows, for subscribers.
	keptNews   = 10 * time.Minute
	expireNews = 24 * time.Hour
	// mostAttempts is the most that the service knows.
	mostAttempts = 100
)

// Queue is a queue in a project.
type Queue struct {
	queue.Outages

	client  *api.Client
	project string
	prefix  string
	lease   time.Duration

	closed    context.Context
	end       context.CancelFunc
	listeners sync.WaitGroup

	mu   sync.Mutex
	made map[string]time.Time // subscriptions, by name
}

var prefixes = regexp.MustCompile(`^[a-z][a-z0-9-]{2,39}$`)

// Open opens the queue at a URL, pubsub://project/prefix: the names of its topics and
// subscriptions begin with the prefix. Lease is of whole seconds, 10 to 600. Errors: a URL
// that is none, nobody is logged in, or has no right to use the service.
func Open(ctx context.Context, address string, lease time.Duration) (*Queue, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != Scheme || u.Host == "" || !prefixes.MatchString(strings.Trim(u.Path, "/")) {
		return nil, fmt.Errorf("%q is no queue; write %s://project/prefix, with a prefix of 3 to 40 lower-case letters, digits and dashes", address, Scheme)
	}
	var options []option.ClientOption
	if os.Getenv(emulator) == "" {
		tokens, err := google.Tokens(ctx)
		if err != nil {
			return nil, fmt.Errorf("the queue %s cannot be opened: %w", address, err)
		}
		options = append(options, option.WithTokenSource(tokens))
	}
	client, err := api.NewClient(ctx, u.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("the queue %s cannot be opened: %w", address, err)
	}
	q := &Queue{client: client, project: u.Host, prefix: strings.Trim(u.Path, "/"), lease: lease, made: map[string]time.Time{}}
	q.closed, q.end = context.WithCancel(context.Background())
	if err := q.prepare(ctx); err != nil {
		_ = q.Close()
		return nil, fmt.Errorf("the queue %s cannot be opened; is there a project of that name? %w", address, explain(err))
	}
	return q, nil
}

func explain(err error) error {
	err, _ = google.Fault(err)
	return err
}

func (q *Queue) topicName(last string) string {
	return fmt.Sprintf("projects/%s/topics/%s-%s", q.project, q.prefix, last)
}

// prepare makes the topics of the service unless they are there.
func (q *Queue) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*patience) // as the first connection takes its time
	defer cancel()
	for _, last := range []string{"messages", "dead"} {
		if _, err := q.client.TopicAdminClient.CreateTopic(ctx, &pubsubpb.Topic{Name: q.topicName(last)}); err != nil && status.Code(err) != codes.AlreadyExists {
			return err
		}
	}
	return nil
}

// check refuses topics, and all when the queue is closed.
func (q *Queue) check(topic string) error {
	if q.closed.Err() != nil {
		return queue.ErrClosed
	}
	return queue.CheckTopic(topic)
}

// Messages say by an attribute to whom they go: takers of a topic, or its subscribers.
const (
	attribute     = "to"
	toTakers      = "q-"
	toSubscribers = "s-"
)

// subscription makes one of the service, unless it is there, for messages to somebody.
func (q *Queue) subscription(ctx context.Context, last, to string, kept, expire time.Duration) (name string, err error) {
	name = fmt.Sprintf("projects/%s/subscriptions/%s-%s", q.project, q.prefix, last)
	q.mu.Lock()
	made, known := q.made[name]
	q.mu.Unlock()
	if known && time.Since(made) < fresh {
		return name, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err = q.client.SubscriptionAdminClient.CreateSubscription(ctx, &pubsubpb.Subscription{
		Name: name, Topic: q.topicName("messages"), Filter: fmt.Sprintf("attributes.%s = %q", attribute, to),
		AckDeadlineSeconds: seconds(q.lease), MessageRetentionDuration: durationpb.New(kept),
		ExpirationPolicy: &pubsubpb.ExpirationPolicy{Ttl: durationpb.New(expire)},
		DeadLetterPolicy: &pubsubpb.DeadLetterPolicy{DeadLetterTopic: q.topicName("dead"), MaxDeliveryAttempts: mostAttempts},
	})
	switch status.Code(err) {
	case codes.NotFound: // a topic of the service was deleted
		if e := q.prepare(ctx); e != nil {
			return "", e
		}
		return "", err
	case codes.OK, codes.AlreadyExists:
		q.mu.Lock()
		q.made[name] = time.Now()
		q.mu.Unlock()
		return name, nil
	}
	return "", err
}

func (q *Queue) forget(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.made, name)
}

func (q *Queue) takers(ctx context.Context, topic string) (name string, err error) {
	return q.subscription(ctx, toTakers+topic, toTakers+topic, kept, expire)
}

func (q *Queue) put(ctx context.Context, to string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := q.client.TopicAdminClient.Publish(ctx, &pubsubpb.PublishRequest{
		Topic: q.topicName("messages"), Messages: []*pubsubpb.PubsubMessage{{Data: data, Attributes: map[string]string{attribute: to}}},
	})
	return err
}

// Send implements queue.Queue. What is sent before there is a subscription is lost, so it
// is made first.
func (q *Queue) Send(ctx context.Context, topic string, data []byte) error {
	if err := q.check(topic); err != nil {
		return err
	}
	var err error
	for range 2 {
		var name string
		if name, err = q.takers(ctx, topic); err == nil {
			err = q.put(ctx, toTakers+topic, data)
		}
		if status.Code(err) != codes.NotFound {
			break
		}
		q.forget(name)
	}
	return explain(err)
}

// Receive implements queue.Queue.
func (q *Queue) Receive(ctx context.Context, topic string) (*queue.Message, error) {
	if err := q.check(topic); err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	defer context.AfterFunc(q.closed, end)()
	name, got, err := q.pull(ctx, 1, func() (string, error) { return q.takers(ctx, topic) })
	if q.closed.Err() != nil {
		return nil, queue.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	m := got[0]
	lease := func(d time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return explain(q.client.SubscriptionAdminClient.ModifyAckDeadline(ctx, &pubsubpb.ModifyAckDeadlineRequest{Subscription: name, AckIds: []string{m.AckId}, AckDeadlineSeconds: seconds(d)}))
	}
	return queue.NewMessage(m.Message.Data, max(1, int(m.DeliveryAttempt)), q.lease,
		func() error {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			return explain(q.done(ctx, name, got))
		},
		func() error { return lease(q.lease) }, lease), nil
}

// done acknowledges messages of a subscription.
func (q *Queue) done(ctx context.Context, name string, got []*pubsubpb.ReceivedMessage) error {
	r := &pubsubpb.AcknowledgeRequest{Subscription: name}
	for _, m := range got {
		r.AckIds = append(r.AckIds, m.AckId)
	}
	return q.client.SubscriptionAdminClient.Acknowledge(ctx, r)
}

// pull waits for messages of a subscription. What passes by itself is waited out.
func (q *Queue) pull(ctx context.Context, most int32, subscription func() (string, error)) (name string, got []*pubsubpb.ReceivedMessage, err error) {
	const shortest, longestWait = 100 * time.Millisecond, 5 * time.Second
	for wait := shortest; ; wait = min(2*wait, longestWait) {
		if name, err = subscription(); err == nil {
			got, err = q.next(ctx, name, most)
		}
		switch _, passes := google.Fault(err); {
		case ctx.Err() != nil:
			return "", nil, ctx.Err()
		case len(got) > 0:
			q.Note(nil)
			return name, got, nil
		case err == nil:
			q.Note(nil)
			wait = shortest
			continue
		case status.Code(err) == codes.NotFound:
			q.forget(name)
		case passes, errors.Is(err, context.DeadlineExceeded):
			q.Note(err)
		default:
			return "", nil, explain(err)
		}
		select {
		case <-ctx.Done():
			return "", nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// next asks the service for messages; none when there were none for a while.
func (q *Queue) next(ctx context.Context, name string, most int32) ([]*pubsubpb.ReceivedMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	// Left to itself the library tries again until the time is over, and then says only that.
	out, err := q.client.SubscriptionAdminClient.Pull(ctx, &pubsubpb.PullRequest{Subscription: name, MaxMessages: most}, gax.WithRetry(nil))
	if ctx.Err() != nil || status.Code(err) == codes.DeadlineExceeded {
		return nil, nil
	}
	return out.GetReceivedMessages(), err
}

// Count implements queue.Queue.
func (q *Queue) Count(_ context.Context, topic string) (int, error) {
	if err := q.check(topic); err != nil {
		return 0, err
	}
	return 0, queue.ErrNoCount
}

// Publish implements queue.Queue.
func (q *Queue) Publish(ctx context.Context, topic string, data []byte) error {
	if err := q.check(topic); err != nil {
		return err
	}
	return explain(q.put(ctx, toSubscribers+topic, data))
}

// Subscribe implements queue.Queue.
func (q *Queue) Subscribe(topic string) (<-chan []byte, func(), error) {
	if err := q.check(topic); err != nil {
		return nil, nil, err
	}
	own := toSubscribers + topic + "-" + strings.ToLower(rand.Text()[:8])
	ctx, end := context.WithCancel(q.closed)
	subscription := func() (string, error) {
		return q.subscription(ctx, own, toSubscribers+topic, keptNews, expireNews)
	}
	name, err := subscription()
	if err != nil {
		end()
		return nil, nil, explain(err)
	}
	heard, ended := make(chan []byte, 64), make(chan struct{})
	q.listeners.Go(func() {
		defer close(ended)
		q.listen(ctx, subscription, heard)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = q.client.SubscriptionAdminClient.DeleteSubscription(ctx, &pubsubpb.DeleteSubscriptionRequest{Subscription: name}) // otherwise it expires
		q.forget(name)
	})
	return heard, func() { end(); <-ended }, nil
}

// listen passes on what comes to a subscriber until ctx ends.
func (q *Queue) listen(ctx context.Context, subscription func() (string, error), heard chan<- []byte) {
	for {
		name, got, err := q.pull(ctx, int32(cap(heard)), subscription)
		if err != nil {
			return
		}
		for _, m := range got {
			select {
			case heard <- m.Message.Data:
			default:
			}
		}
		_ = q.done(ctx, name, got)
	}
}

// Close implements queue.Queue.
func (q *Queue) Close() error {
	q.end()
	q.listeners.Wait()
	return q.client.Close()
}

// seconds is a time as the service takes it: whole seconds, rather too many.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }
