package batch_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/batch"
	"github.com/courant-pde/courant/runtime/batch/batchtest"
)

// This program is its own worker when it is told so.
func TestMain(m *testing.M) {
	if folder := os.Getenv("BATCH_TEST"); folder != "" {
		serve := func() error {
			return batch.ServeFile(context.Background(), os.Args[len(os.Args)-1], batchtest.Do(folder))
		}
		if filepath.Ext(os.Args[len(os.Args)-1]) != ".task" {
			serve = func() error { return batch.Serve(context.Background(), batchtest.Do(folder)) }
		}
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestLocal(t *testing.T) {
	folder := t.TempDir()
	b := batch.NewLocal(3, batchtest.Do(folder))
	batchtest.Run(t, b, folder, false)
}

func TestProcesses(t *testing.T) {
	folder := t.TempDir()
	b := batch.NewProcesses(3, func() *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "BATCH_TEST="+folder)
		return c
	})
	batchtest.Run(t, b, folder, true)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestSlurm(t *testing.T) {
	if err := exec.Command("sinfo").Run(); err != nil {
		t.Skip("no Slurm answers: see .ci/slurm")
	}
	// A folder that the nodes see too, as they do not see another's temporary one.
	folder, err := os.MkdirTemp("", "slurm")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	b := &batch.Slurm{Folder: filepath.Join(folder, "jobs of it's own"), Command: []string{os.Args[0]}, Environment: []string{"BATCH_TEST=" + folder}, Poll: time.Second}
	batchtest.Run(t, b, folder, true)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
