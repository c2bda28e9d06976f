// Package slurm has the arrays of a batch run by Slurm on the nodes of a cluster.
//
// In: batch.Array. Out: an array of Slurm's jobs, by sbatch, squeue and scancel, which
// must be on the PATH. The workers run this program, or another that all nodes see.
// Start at System, and batch.Arrays, which makes a batch.Batch of it.
package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// System is a Slurm that is reached from here. It implements batch.System.
type System struct {
	// Folder, which all nodes see, gets a script and the output of elements for each array.
	Folder string
	// Command is what an element runs, before the arguments of its array; empty for this
	// program.
	Command []string
	// Options are further options of sbatch, such as --partition=long.
	Options []string
}

// Most implements batch.System: an array has up to 1001 elements where its
// administrator did not say more.
func (*System) Most() int { return 1000 }

// quoted is a word of a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// folder is that of an array.
func (s *System) folder(a batch.Array) string { return filepath.Join(s.Folder, a.Name) }

// worker is the script of an element. Slurm begins one again when its node fails or is
// taken away, and the script its worker when that dies or has left; a worker is told to
// leave when the script is.
const worker = `#!/bin/sh
export %[1]s="$SLURM_ARRAY_TASK_ID"
leaving= died=0
trap 'leaving=yes; kill -TERM "$worker"' TERM
while :; do
    %[2]s &
    worker=$!
    wait "$worker"
    code=$?
    if [ -n "$leaving" ]; then
        wait "$worker"
        exit $?
    fi
    [ "$code" -ne 0 ] || exit 0
    [ "$code" -eq %[3]d ] || died=$((died + 1))
    [ "$died" -lt %[4]d ] || exit "$code"
done
`

// Submit implements batch.System. The environment of an array stands in no file.
func (s *System) Submit(ctx context.Context, a batch.Array) (id string, err error) {
	if out, err := run(ctx, nil, "squeue", "-h", "--name="+a.Name, "-o", "%F"); err == nil {
		if known, _, _ := strings.Cut(strings.TrimSpace(out), "\n"); known != "" {
			return known, nil
		}
	}
	folder, err := filepath.Abs(s.folder(a))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	command := s.Command
	if len(command) == 0 {
		program, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("this program cannot be found, to be run on the nodes: %w", err)
		}
		command = []string{program}
	}
	var words []string
	for _, w := range slices.Concat(command, a.Arguments) {
		words = append(words, quoted(w))
	}
	script := filepath.Join(folder, "job.sh")
	text := fmt.Sprintf(worker, batch.IndexVariable, strings.Join(words, " "), batch.Leaving, max(1, a.Attempts))
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		return "", err
	}
	args := []string{"--parsable", "--job-name=" + a.Name, fmt.Sprintf("--array=0-%d", a.Size-1), "--output=" + filepath.Join(folder, "%a.log"), "--open-mode=append"}
	if a.Attempts > 1 {
		args = append(args, "--requeue") // when its node fails, or is wanted for another job
	} else {
		args = append(args, "--no-requeue")
	}
	if n := a.Needs; n.Threads > 0 {
		args = append(args, "--cpus-per-task="+strconv.Itoa(n.Threads))
	}
	if n := a.Needs; n.Ranks > 1 {
		args = append(args, "--ntasks="+strconv.Itoa(n.Ranks))
	}
	if n := a.Needs; n.GPUs > 0 {
		args = append(args, "--gpus="+strconv.Itoa(n.GPUs))
	}
	if n := a.Needs; n.Memory > 0 {
		args = append(args, fmt.Sprintf("--mem=%dM", (n.Memory+1<<20-1)>>20))
	}
	var environment []string
	for name, value := range a.Environment {
		environment = append(environment, name+"="+value)
	}
	out, err := run(ctx, environment, "sbatch", slices.Concat(args, s.Options, []string{script})...)
	if err != nil {
		return "", err
	}
	id, _, _ = strings.Cut(strings.TrimSpace(out), ";")
	return id, nil
}

// run is what a command of Slurm prints; its error says what it wrote.
func run(ctx context.Context, environment []string, program string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, program, args...)
	c.Env = append(os.Environ(), environment...)
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", program, err)
	}
	return string(out), err
}

// Ended implements batch.System.
func (s *System) Ended(ctx context.Context, a batch.Array) (map[int]string, error) {
	// An array that has ended for a while is no more known, which is an error.
	out, err := run(ctx, nil, "squeue", "-h", "-r", "-j", a.ID, "-o", "%K %T")
	if err != nil && !strings.Contains(err.Error(), "Invalid job id") {
		return nil, err
	}
	ended := make(map[int]string, a.Size)
	for i := range a.Size {
		ended[i] = "no more in the queue"
	}
	for line := range strings.Lines(out) {
		number, state, _ := strings.Cut(strings.TrimSpace(line), " ")
		index, err := strconv.Atoi(number)
		if err != nil {
			continue
		}
		switch state {
		case "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT":
			ended[index] = state
		default:
			delete(ended, index)
		}
	}
	return ended, nil
}

// tailBytes is how much of an element's output is shown.
const tailBytes = 4096

// LastWords implements batch.System.
func (s *System) LastWords(_ context.Context, a batch.Array, index int) string {
	text, err := os.ReadFile(filepath.Join(s.folder(a), strconv.Itoa(index)+".log"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text[max(0, len(text)-tailBytes):]))
}

// Cancel implements batch.System.
func (s *System) Cancel(ctx context.Context, a batch.Array, index int) error {
	job := a.ID
	if index >= 0 {
		job = fmt.Sprintf("%s_%d", a.ID, index)
	}
	_, err := run(ctx, nil, "scancel", job)
	return err
}

// Forget implements batch.System.
func (s *System) Forget(_ context.Context, a batch.Array) error { return os.RemoveAll(s.folder(a)) }
