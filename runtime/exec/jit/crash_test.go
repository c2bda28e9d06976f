package jit

import (
	"bufio"
	"bytes"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func runRole(t *testing.T, role string) (code int, out string) {
	t.Helper()
	text, err := roleCommand(role).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return code, string(text)
}

func TestCrashInKernelIsReported(t *testing.T) {
	freshCache(t)
	for role, name := range map[string]string{"segv": "SIGSEGV", "segv_in_team": "SIGSEGV", "illegal": "SIGILL", "divide": "SIGFPE"} {
		if role == "divide" && runtime.GOARCH != "amd64" {
			continue // others do not fault on it
		}
		code, out := runRole(t, role)
		t.Logf("%s: exit status %d\n%s", role, code, out)
		if code == 0 || !strings.Contains(out, "PARENT: kernel faulty crashed with "+name) || !strings.Contains(out, ".c") {
			t.Errorf("%s: exit status %d, want a report that names the kernel and its source", role, code)
		}
		if strings.Contains(out, "goroutine ") {
			t.Errorf("%s: the report is buried under stacks", role)
		}
	}
}

func TestIsolatedProgramPassesThrough(t *testing.T) {
	freshCache(t)
	if code, out := runRole(t, "exit7"); code != 7 || out != "child true\n" {
		t.Errorf("exit status %d, output %q", code, out)
	}
	if code, out := runRole(t, "fine"); code != 0 || out != "returned 5 <nil>\n" {
		t.Errorf("exit status %d, output %q", code, out)
	}
	if code, out := runRole(t, "gopanic"); code != 2 || !strings.Contains(out, "a fault of ours") || strings.Contains(out, "PARENT") {
		t.Errorf("exit status %d, output %q; a panic outside kernels is not a crash of one", code, out)
	} else if !strings.Contains(out, "main_test.go") {
		t.Errorf("a panic outside kernels shows no stack:\n%s", out)
	}
	if code, out := runRole(t, "nilpointer"); code != 5 || !strings.Contains(out, "recovered: runtime error: invalid memory address") {
		t.Errorf("exit status %d, output %q; after a kernel, faults in Go are panics again", code, out)
	}
	if code, out := runRole(t, "kill"); code != 128+9 || !strings.Contains(out, "ran out of memory") {
		t.Errorf("exit status %d, output %q", code, out)
	}
	if code, out := runRole(t, "cancelled"); code != 3 || !strings.Contains(out, "stopped cleanly") {
		t.Errorf("exit status %d, output %q", code, out)
	}
}

func TestInterruptStopsTheChildCleanly(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := roleCommand("wait")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // not the terminal's group
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan() // ready
		start := time.Now()
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		lines.Scan()
		text := lines.Text()
		_ = cmd.Wait()
		if text != "stopped cleanly" || cmd.ProcessState.ExitCode() != 3 || complaints.Len() > 0 {
			t.Errorf("%v: %q, %v, %s", s, text, cmd.ProcessState, &complaints)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%v: stopping took %v", s, took)
		}
	}
}
