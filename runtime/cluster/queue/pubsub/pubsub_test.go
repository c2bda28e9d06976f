package pubsub_test

import (
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/pstest"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/queue/pubsub"
	"github.com/courant-pde/courant/runtime/cluster/queue/queuetest"
)

const lease = 2 * time.Second // whole seconds, of which half a lease is one

func open(t *testing.T) queue.Queue {
	t.Helper()
	q, err := pubsub.Open(t.Context(), "pubsub://project/courant", lease)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func TestQueue(t *testing.T) {
	pstest.SetMinAckDeadline(lease) // that of Google's is ten seconds
	t.Cleanup(pstest.ResetMinAckDeadline)
	cloudtest.PubSub(t)
	queuetest.RunWith(t, lease, queuetest.Limits{Uncounted: "Pub/Sub tells only its monitoring, and that minutes late, how many messages there are"}, open)
	for _, url := range []string{"pubsub://", "pubsub://project", "pubsub://project/UPPER", "ftp://a/b", "pubsub://project/a/b"} {
		if _, err := pubsub.Open(t.Context(), url, lease); err == nil {
			t.Errorf("%s was opened", url)
		}
	}
}
