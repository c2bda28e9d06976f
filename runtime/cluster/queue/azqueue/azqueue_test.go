package azqueue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/queue/azqueue"
	"github.com/courant-pde/courant/runtime/cluster/queue/queuetest"
)

// The service knows whole seconds, of which half a lease, which is waited for, is one; a
// look into an empty queue may be two seconds late.
const lease = 2 * time.Second

func open(t *testing.T) queue.Queue {
	t.Helper()
	q, err := azqueue.Open(t.Context(), "azqueue://"+cloudtest.AzureAccount+"/courant", lease)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func TestQueue(t *testing.T) {
	cloudtest.AzureQueue(t)
	queuetest.Run(t, lease, open)
	for _, url := range []string{"azqueue://", "azqueue://" + cloudtest.AzureAccount, "azqueue://" + cloudtest.AzureAccount + "/UPPER", "ftp://a/b", "azqueue://other/courant"} {
		if _, err := azqueue.Open(t.Context(), url, lease); err == nil {
			t.Errorf("%s was opened", url)
		} else if strings.Contains(url, "other") && !strings.Contains(err.Error(), "AZURE_STORAGE_CONNECTION_STRING") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestFaults(t *testing.T) {
	queuetest.Faults(t, cloudtest.NewProxy(t, cloudtest.AzureQueue(t)), open)
}
