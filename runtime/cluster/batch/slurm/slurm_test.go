package slurm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/batch/slurm"
	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
)

func TestMain(m *testing.M) {
	systemtest.Main()
	os.Exit(m.Run())
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
	systemtest.Run(t, &slurm.System{Folder: filepath.Join(folder, "jobs of it's own")}, true)
}
