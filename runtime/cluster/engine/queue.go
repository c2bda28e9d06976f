package engine

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/queue/azqueue"
	"github.com/courant-pde/courant/runtime/cluster/queue/pubsub"
	"github.com/courant-pde/courant/runtime/cluster/queue/sqs"
)

// queues are the kinds of queues, by scheme.
var queues = map[string]func(ctx context.Context, url string, lease time.Duration) (queue.Queue, error){
	"nats":         of(queue.Connect),
	"tls":          of(queue.Connect),
	sqs.Scheme:     of(sqs.Open),
	azqueue.Scheme: of(azqueue.Open),
	pubsub.Scheme:  of(pubsub.Open),
}

// of makes what opens one kind of queue into what opens a queue of any.
func of[Q queue.Queue](open func(ctx context.Context, url string, lease time.Duration) (Q, error)) func(context.Context, string, time.Duration) (queue.Queue, error) {
	return func(ctx context.Context, url string, lease time.Duration) (queue.Queue, error) {
		q, err := open(ctx, url, lease)
		if err != nil {
			return nil, err
		}
		return q, nil
	}
}

// Queues says what Queue opens, for help texts.
const Queues = "nats://host:4222 (a NATS server with JetStream), sqs://prefix?region=REGION, azqueue://account/prefix or pubsub://project/prefix"

// Queue opens a queue by its URL, see Queues; its messages have the usual lease. Errors: a
// scheme that is not known, and those of the queue.
func Queue(ctx context.Context, address string) (queue.Queue, error) {
	scheme, _ := Scheme(address)
	open, known := queues[scheme]
	if !known {
		return nil, fmt.Errorf("%s is no queue: %s", redacted(address), unknown(scheme, queues))
	}
	return open(ctx, address, queue.Lease)
}

// redacted is an address without the token that it may have.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
	}
	u.User = nil
	return u.String()
}
