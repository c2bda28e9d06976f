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
