package store_test

import (
	"testing"

	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/store/storetest"
)

func TestMemory(t *testing.T) {
	m := store.NewMemory()
	storetest.Run(t, func(*testing.T) store.Store { return m })
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := store.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestS3(t *testing.T) {
	storetest.Gateway(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := store.Open(t.Context(), "s3://bucket/some/where")
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
	for _, url := range []string{"s3://absent", "s3://", "ftp://bucket"} {
		if _, err := store.Open(t.Context(), url); err == nil {
			t.Errorf("%s was opened", url)
		}
	}
}
