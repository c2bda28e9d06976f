package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/imaging"
	"github.com/courant-pde/courant/runtime/queue"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/runtime/workflow"
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
	Iterations int     `json:"iterations"`
	Price      float64 `json:"price,omitempty"` // of an hour of a task

	folder string
}

func (f *record) write(folder string) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	path := filepath.Join(folder, "run.json")
	if err == nil {
		err = os.WriteFile(path+".part", append(text, '\n'), 0o644)
	}
	if err == nil {
		err = os.Rename(path+".part", path) // whole or not at all
	}
	return err
}

// readRecord reads what a folder says of its run.
func readRecord(folder string) (*record, error) {
	text, err := os.ReadFile(filepath.Join(folder, "run.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("%s is not the folder of a run; give the one that courant invert --out has", folder)
	}
	f := &record{folder: folder}
	if err == nil {
		err = json.Unmarshal(text, f)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, "run.json"), err)
	}
	return f, nil
}

// openRun opens the run of a folder.
func openRun(ctx context.Context, folder string) (*record, *workflow.Run, error) {
	f, err := readRecord(folder)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(ctx, f.Store)
	if err != nil {
		return nil, nil, err
	}
	return f, &workflow.Run{Store: st, Name: f.Run, Shots: f.Shots, New: func() workflow.State { return &imaging.State{} }}, nil
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
