package systemtest_test

import (
	"os"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
)

func TestMain(m *testing.M) {
	systemtest.Main()
	os.Exit(m.Run())
}

// The suite itself, and batch.Arrays, by a system that needs no service.
func TestMachine(t *testing.T) {
	m := &systemtest.Machine{Folder: systemtest.Folder{Path: t.TempDir()}}
	m.Start(t)
	systemtest.Run(t, &m.Folder, true)
}
