package azblob_test

import (
	"errors"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/store/azblob"
	"github.com/courant-pde/courant/runtime/cluster/store/storetest"
)

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := azblob.Open(t.Context(), "azblob://bucket/some/where")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	cloudtest.AzureBlob(t)
	storetest.Run(t, open)
	for _, url := range []string{"azblob://absent", "azblob://", "ftp://bucket", "azblob://bucket/a b"} {
		if _, err := azblob.Open(t.Context(), url); err == nil || errors.Is(err, store.ErrAway) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestFaults(t *testing.T) {
	storetest.Faults(t, cloudtest.NewProxy(t, cloudtest.AzureBlob(t)), open)
}
