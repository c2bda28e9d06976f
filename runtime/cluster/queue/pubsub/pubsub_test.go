package pubsub_test

import (
	"errors"
	"net"
	"strconv"
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

// A server that is gone is waited for, with a word, and makes all anew when it has lost
// everything.
func TestOutage(t *testing.T) {
	pstest.SetMinAckDeadline(lease)
	t.Cleanup(pstest.ResetMinAckDeadline)
	first := pstest.NewServer()
	t.Setenv("PUBSUB_EMULATOR_HOST", first.Addr)
	q := open(t)
	told := make(chan error, 10)
	q.(*pubsub.Queue).OnOutage(func(err error) { told <- err })
	if err := q.Send(t.Context(), "tasks", []byte("lost")); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(first.Addr)
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() {
		m, err := q.Receive(t.Context(), "tasks")
		if err == nil && string(m.Data) != "found" {
			err = errors.New(string(m.Data))
		}
		if err == nil {
			err = m.Ack()
		}
		got <- err
	}()
	if err := <-told; err == nil {
		t.Error("nobody is told")
	}
	second := pstest.NewServerWithPort(number)
	defer second.Close()
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if err := q.Send(t.Context(), "tasks", []byte("found")); err == nil {
			break
		} else if time.Since(start) > time.Minute {
			t.Fatal(err)
		}
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	if err := <-told; err != nil {
		t.Errorf("told %v at the end", err)
	}
}
