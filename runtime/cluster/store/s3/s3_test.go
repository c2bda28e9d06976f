package s3_test

import (
	"errors"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/store/s3"
	"github.com/courant-pde/courant/runtime/cluster/store/storetest"
)

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := s3.Open(t.Context(), "s3://bucket/some/where")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGateway(t *testing.T) {
	cloudtest.S3(t)
	storetest.Run(t, open)
	for _, url := range []string{"s3://absent", "s3://", "ftp://bucket", "s3://bucket/a b"} {
		if _, err := s3.Open(t.Context(), url); err == nil || errors.Is(err, store.ErrAway) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestMoto(t *testing.T) {
	cloudtest.Moto(t)
	storetest.Run(t, open)
}

func TestFaults(t *testing.T) {
	storetest.Faults(t, cloudtest.NewProxy(t, cloudtest.S3(t)), open)
}
