package sqs_test

import (
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/queue/queuetest"
	"github.com/courant-pde/courant/runtime/cluster/queue/sqs"
)

const lease = 2 * time.Second // the service knows whole seconds, and half a lease is waited for

func open(t *testing.T) queue.Queue {
	t.Helper()
	q, err := sqs.Open(t.Context(), "sqs://courant?region=eu-west-1", lease)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func TestQueue(t *testing.T) {
	cloudtest.Moto(t)
	queuetest.Run(t, lease, open)
	for _, url := range []string{"sqs://", "sqs://UPPER", "sqs://a/b", "ftp://courant", "sqs://-a"} {
		if _, err := sqs.Open(t.Context(), url, lease); err == nil {
			t.Errorf("%s was opened", url)
		}
	}
}

func TestFaults(t *testing.T) {
	queuetest.Faults(t, cloudtest.NewProxy(t, cloudtest.Moto(t)), open)
}
