package systemtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Folder is a batch system for tests, which needs no service and which every process
// of this machine can use: its arrays lie in a folder, where a Machine finds them and
// runs their elements. It implements batch.System.
//
//	NAME/array        what was submitted
//	NAME/00007.end    how element 7 ended
//	NAME/00007.log    what it wrote
//	NAME/cancel       all are to be ended
//	NAME/00007.cancel element 7 is
type Folder struct {
	Path string
	Many int // elements of an array; 0 for 1000
}

// order is what a machine runs.
type order struct {
	batch.Array
	Arguments   []string
	Environment map[string]string
}

func (s *Folder) path(a batch.Array, index int, kind string) string {
	return filepath.Join(s.Path, a.Name, fmt.Sprintf("%05d.%s", index, kind))
}

// Most implements batch.System.
func (s *Folder) Most() int {
	if s.Many > 0 {
		return s.Many
	}
	return 1000
}

// Submit implements batch.System.
func (s *Folder) Submit(_ context.Context, a batch.Array) (string, error) {
	text, err := json.Marshal(order{a, a.Arguments, a.Environment})
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.Path, 0o755); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(s.Path, ".draft-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(draft)
	if err := os.WriteFile(filepath.Join(draft, "array"), text, 0o644); err != nil {
		return "", err
	}
	// Of two that submit the same array one succeeds.
	if err := os.Rename(draft, filepath.Join(s.Path, a.Name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return a.Name, nil
}

// Ended implements batch.System.
func (s *Folder) Ended(_ context.Context, a batch.Array) (map[int]string, error) {
	ended := map[int]string{}
	entries, err := os.ReadDir(filepath.Join(s.Path, a.Name))
	if errors.Is(err, fs.ErrNotExist) {
		for i := range a.Size {
			ended[i] = "unknown"
		}
		return ended, nil
	}
	for _, e := range entries {
		number, isEnd := strings.CutSuffix(e.Name(), ".end")
		if index, err := strconv.Atoi(number); isEnd && err == nil {
			text, err := os.ReadFile(filepath.Join(s.Path, a.Name, e.Name()))
			if err != nil {
				return nil, err
			}
			ended[index] = string(text)
		}
	}
	return ended, err
}

// LastWords implements batch.System.
func (s *Folder) LastWords(_ context.Context, a batch.Array, index int) string {
	text, _ := os.ReadFile(s.path(a, index, "log"))
	return strings.TrimSpace(string(text))
}

// Cancel implements batch.System.
func (s *Folder) Cancel(_ context.Context, a batch.Array, index int) error {
	path := filepath.Join(s.Path, a.Name, "cancel")
	if index >= 0 {
		path = s.path(a, index, "cancel")
	}
	err := os.WriteFile(path, nil, 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Forget implements batch.System.
func (s *Folder) Forget(_ context.Context, a batch.Array) error {
	return os.RemoveAll(filepath.Join(s.Path, a.Name))
}
