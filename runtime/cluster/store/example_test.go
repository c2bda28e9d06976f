package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// A store in a folder. Of two writers of one key, the second one finds the object of
// the first.
func Example() {
	folder, err := os.MkdirTemp("", "store")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	s, err := store.OpenFiles(folder)
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Create(ctx, "runs/a/v0001/state", strings.NewReader("first")))
	err = s.Create(ctx, "runs/a/v0001/state", strings.NewReader("second"))
	fmt.Println("exists:", errors.Is(err, store.ErrExists))
	object, err := s.Open(ctx, "runs/a/v0001/state")
	if err != nil {
		panic(err)
	}
	defer object.Close()
	text, err := io.ReadAll(object)
	fmt.Println(string(text), err)
	fmt.Println(s.List(ctx, "runs/a/"))
	// Output:
	// <nil>
	// exists: true
	// first <nil>
	// [runs/a/v0001/state] <nil>
}
