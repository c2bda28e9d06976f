package inversion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// Folder is what the folder of an inversion says of it, in run.json.
type Folder struct {
	RunName    string  `json:"run"`
	Config     string  `json:"config"`
	Store      string  `json:"store"`
	Shots      int     `json:"shots"`
	Iterations int     `json:"iterations"`      // of all bands
	Bands      int     `json:"bands,omitempty"` // 0 for none
	Price      float64 `json:"price,omitempty"` // of an hour of a task

	// Run is the run in its store, to look at; nil before OpenFolder.
	Run *workflow.Run `json:"-"`

	path string
	open func(ctx context.Context, name string) (store.Store, error)
}

// mostBytes is what run.json may have.
const mostBytes = 1 << 20

// ParseFolder reads the text of run.json. Errors: all that no inversion has.
func ParseFolder(text []byte) (*Folder, error) {
	f := &Folder{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	var faults []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	must(store.CheckKey(f.RunName) == nil, "%.80q is no name of a run", f.RunName)
	must(f.Config != "" && f.Store != "", "config or store is not named")
	must(f.Shots >= 1 && f.Shots <= 1<<24, "%d shots are not possible", f.Shots)
	must(f.Iterations >= 0 && f.Iterations <= 1<<24, "%d iterations are not possible", f.Iterations)
	must(f.Bands >= 0 && f.Bands <= 1<<10, "%d bands are not possible", f.Bands)
	must(f.Price >= 0, "the price %g is not possible", f.Price)
	return f, errors.Join(faults...)
}

func (f *Folder) write(path string) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		err = os.MkdirAll(path, 0o755)
	}
	if err != nil {
		return err
	}
	return imaging.Whole(filepath.Join(path, "run.json"), func(path string) error {
		return os.WriteFile(path, append(text, '\n'), 0o644)
	})
}

// readFolder reads what a folder says of its inversion.
func readFolder(path string) (*Folder, error) {
	name := filepath.Join(path, "run.json")
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bad("%s is not the folder of a run; give the one that courant invert --out has", path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f, err := ParseFolder(text)
	if err != nil {
		return nil, bad("%s is damaged: %w; courant invert CONFIG.toml --out %s writes it again", name, err, path)
	}
	f.path = path
	return f, nil
}

// OpenFolder opens the inversion of a folder, to look at it or to stop it; open is that
// of Options, nil for engine.Store. Errors: BadOptions for a folder that is none of an
// inversion, and those of the store.
func OpenFolder(ctx context.Context, path string, open func(ctx context.Context, name string) (store.Store, error)) (*Folder, error) {
	if open == nil {
		open = engine.Store
	}
	f, err := readFolder(path)
	if err != nil {
		return nil, err
	}
	st, err := open(ctx, f.Store)
	if err != nil {
		return nil, err
	}
	f.open = open
	plan := f.Iterations / max(1, f.Bands)
	f.Run = &workflow.Run{Store: st, Name: f.RunName, Shots: f.Shots, New: func() workflow.State { return &imaging.State{Plan: plan} }}
	return f, nil
}

// Cancel stops the inversion, wherever it is driven; Inversion.Resume takes that back.
// Errors: BadOptions when it is done, and those of the store.
func (f *Folder) Cancel(ctx context.Context) error {
	p, err := f.Run.Position(ctx)
	if err != nil {
		return err
	}
	if p.Done {
		return bad("%s is done; there is nothing to stop", f.path)
	}
	// Its driver hears of it at once, if its queue can be found.
	if url, err := os.ReadFile(filepath.Join(f.path, queueFolder, urlFile)); err == nil {
		if q, err := queue.Connect(ctx, string(url), queue.Lease); err == nil {
			f.Run.Queue = q
			defer q.Close()
		}
	}
	if err := f.Run.Cancel(ctx); err != nil {
		return err
	}
	return f.withdraw(ctx)
}
