package jit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// CompileError says that the compiler did not build a source.
type CompileError struct {
	Kernel  string
	Command string // for a shell, to be run in the source's folder
	Source  string // path of the kept source; its headers lie beside it
	Stderr  string // what the compiler said, shortened
	Status  string // such as "exit status 1" or "signal: killed"
	Hint    string // the likely way out; may be empty
	Err     error  // of running the compiler
}

func (e *CompileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the C compiler failed on kernel %s: %s\n", e.Kernel, e.Status)
	fmt.Fprintf(&b, "  source:  %s\n  command: cd %s && %s", e.Source, quoteCommand([]string{filepath.Dir(e.Source)}), e.Command)
	if e.Stderr != "" {
		b.WriteString("\n  " + strings.ReplaceAll(e.Stderr, "\n", "\n  "))
	}
	if e.Hint != "" {
		b.WriteString("\n" + e.Hint)
	}
	return b.String()
}

// Unwrap gives the error of running the compiler.
func (e *CompileError) Unwrap() error { return e.Err }

// compileError keeps the source for a second look and explains the failure.
func (c *Cache) compileError(key, kernel, dir string, command []string, complaints string, err error) error {
	kept := filepath.Join(c.dir, failedPrefix+kernel+"-"+key[:8])
	_ = os.RemoveAll(kept) // of an earlier attempt
	c.removeLeftovers()    // where no build succeeds, nobody else does
	if os.Rename(dir, kept) != nil {
		kept = dir // removed with the build, but its name still tells the place
	}
	return &CompileError{
		Kernel:  kernel,
		Command: quoteCommand(command),
		Source:  filepath.Join(kept, kernel+".c"),
		Stderr:  shorten(complaints),
		Status:  status(err),
		Hint:    hint(complaints, err),
		Err:     err,
	}
}

func status(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.String()
	}
	return err.Error()
}

// shorten keeps the first lines: later errors mostly follow from those.
func shorten(text string) string {
	const most = 30
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("... and %d more lines", len(lines)-most))
	}
	const widest = 300
	for i, line := range lines {
		if len(line) > widest {
			lines[i] = line[:widest] + " ..."
		}
	}
	return strings.Join(lines, "\n")
}

// hint names the way out of the failures that are the machine's, not the
// source's.
func hint(complaints string, err error) string {
	var exit *exec.ExitError
	killed := strings.Contains(complaints, "Killed")
	if errors.As(err, &exit) {
		if w, ok := exit.Sys().(syscall.WaitStatus); ok && w.Signaled() && w.Signal() == syscall.SIGKILL {
			killed = true
		}
	}
	has := func(text string) bool { return strings.Contains(complaints, text) }
	switch {
	case killed:
		return "The compiler was killed, most often because memory ran out: free some, or build with less optimisation."
	case has("No space left on device"), has("Disk quota exceeded"):
		return "The disk is full: free some space, run `courant cache clear`, or set COURANT_CACHE to a folder on another disk."
	case has("stdint.h"), has("math.h"), has("crti.o"), has("cannot find -lc"):
		return "The C library's development files are missing: apt install libc6-dev (Debian, Ubuntu), dnf install glibc-devel (Fedora), apk add musl-dev (Alpine)."
	case has("cannot find -lgomp"), has("cannot find -lomp"), has("omp.h"), has("libgomp.spec"):
		return "The compiler's OpenMP library is missing: apt install libgomp1 libomp-dev, or build with one thread."
	case has("-march=native"), has("-mcpu=native"):
		return "This compiler cannot tell what CPU it runs on: install a newer one, or build without native instructions."
	case has("execvp"), has("cannot execute"), has("exec format"):
		return "The compiler's installation is incomplete: install it anew (apt install --reinstall gcc), or set CC to another one."
	}
	return ""
}
