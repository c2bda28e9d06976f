package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/seismic/survey"
)

// surveyFlags say how a survey is computed.
type surveyFlags struct {
	target, memory string
	threads        int
}

func (f *surveyFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.target, "target", target.Names()[0], "what runs the operator")
	flags.StringVar(&f.memory, "memory", "", "memory of a worker, such as 2GiB (default: three quarters of what is free, divided among the workers)")
	flags.IntVar(&f.threads, "threads", 0, "threads of a worker (default: the cores divided among the workers)")
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"toml"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// open reads a configuration and compiles its operators.
func (f *surveyFlags) open(ctx context.Context, path string) (*imaging.Survey, error) {
	backend, err := target.Find(f.target)
	if err != nil {
		return nil, usageError{err}
	}
	config, err := survey.LoadConfig(path)
	if err != nil {
		return nil, usageError{err}
	}
	s, err := imaging.NewSurvey(ctx, config, backend, f.threads)
	if err != nil {
		return nil, err
	}
	s.Memory, err = bytesOf(f.memory)
	return s, err
}

// record is what the folder of a run says of it: run.json.
type record struct {
	Run        string  `json:"run"`
	Config     string  `json:"config"`
	Store      string  `json:"store"`
	Shots      int     `json:"shots"`
	Iterations int     `json:"iterations"`      // of all bands
	Bands      int     `json:"bands,omitempty"` // 0 for none
	Price      float64 `json:"price,omitempty"` // of an hour of a task

	folder string
}

// mostRecord is what the file of a record may have, in bytes.
const mostRecord = 1 << 20

// parseRecord reads the text of one. Errors: all that no run has.
func parseRecord(text []byte) (*record, error) {
	f := &record{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	var faults []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	must(store.CheckKey(f.Run) == nil, "%.80q is no name of a run", f.Run)
	must(f.Config != "" && f.Store != "", "config or store is not named")
	must(f.Shots >= 1 && f.Shots <= 1<<24, "%d shots are not possible", f.Shots)
	must(f.Iterations >= 0 && f.Iterations <= 1<<24, "%d iterations are not possible", f.Iterations)
	must(f.Bands >= 0 && f.Bands <= 1<<10, "%d bands are not possible", f.Bands)
	must(f.Price >= 0, "the price %g is not possible", f.Price)
	return f, errors.Join(faults...)
}

func (f *record) write(folder string) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err != nil {
		return err
	}
	return imaging.Whole(filepath.Join(folder, "run.json"), func(path string) error {
		return os.WriteFile(path, append(text, '\n'), 0o644)
	})
}

// readRecord reads what a folder says of its run.
func readRecord(folder string) (*record, error) {
	path := filepath.Join(folder, "run.json")
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("%s is not the folder of a run; give the one that courant invert --out has", folder)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostRecord))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := parseRecord(text)
	if err != nil {
		return nil, usage("%s is damaged: %w; courant invert CONFIG.toml --out %s writes it again", path, err, folder)
	}
	f.folder = folder
	return f, nil
}

// openRun opens the run of a folder, to look at it.
func openRun(ctx context.Context, folder string) (*record, *workflow.Run, error) {
	f, err := readRecord(folder)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(ctx, f.Store)
	if err != nil {
		return nil, nil, err
	}
	plan := f.Iterations / max(1, f.Bands)
	return f, &workflow.Run{Store: st, Name: f.Run, Shots: f.Shots, New: func() workflow.State { return &imaging.State{Plan: plan} }}, nil
}

// tune lets a run hear what happens, if the queue of its driver can be found.
func (f *record) tune(ctx context.Context, r *workflow.Run) {
	url, err := os.ReadFile(filepath.Join(f.folder, queueFolder, urlFile))
	if err != nil {
		return
	}
	if q, err := queue.Connect(ctx, string(url), queue.Lease); err == nil {
		r.Queue = q
	}
}
