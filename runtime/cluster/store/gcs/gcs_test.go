package gcs_test

import (
	"errors"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/store/gcs"
	"github.com/courant-pde/courant/runtime/cluster/store/storetest"
)

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := gcs.Open(t.Context(), "gs://bucket/some/where")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	cloudtest.GoogleStorage(t)
	storetest.Run(t, open)
	for _, url := range []string{"gs://absent", "gs://", "ftp://bucket", "gs://bucket/a b"} {
		if _, err := gcs.Open(t.Context(), url); err == nil || errors.Is(err, store.ErrAway) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestFaults(t *testing.T) {
	storetest.Faults(t, cloudtest.NewProxy(t, cloudtest.GoogleStorage(t)), open)
}
