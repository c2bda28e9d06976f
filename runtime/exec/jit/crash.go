package jit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// childVariable marks a child of Isolate. It holds the parent's process id,
// so that it means nothing in a process that merely inherited it.
const childVariable = "COURANT_CHILD"

// noteFile is the child's end of a pipe on which it tells the parent which
// kernels run: "+<key> <name> <source>" when one starts, "-<key>" at its end.
const noteFile = 3

// stopTime is how long a child may take to stop once it was asked to.
const stopTime = 30 * time.Second

// CrashError says that a child of Isolate was ended by a signal.
type CrashError struct {
	Signal syscall.Signal
	Kernel string // the kernel that was running, or empty
	Source string // path of its source, or empty
}

func (e *CrashError) Error() string {
	what := "the program"
	if e.Kernel != "" {
		what = "kernel " + e.Kernel
	}
	text := what + " crashed"
	next := "Run it again to see whether it happens each time; if so, please report it with the operator file"
	if e.Source != "" {
		next += " and this source"
	}
	next += "."
	switch e.Signal {
	case syscall.SIGSEGV, syscall.SIGBUS:
		text += fmt.Sprintf(" with %s: it reached outside its arrays", unix.SignalName(e.Signal))
	case syscall.SIGILL:
		text += " with SIGILL: most likely it holds instructions that this CPU does not have"
		next = "`courant cache clear` has it built anew for this CPU."
	case syscall.SIGFPE:
		text += " with SIGFPE: an integer division by zero"
	case syscall.SIGKILL:
		text = what + " was killed (SIGKILL): most often the machine or its memory limit ran out of memory"
		next = "Choose a smaller grid, store fewer snapshots, run fewer shots at once, or raise the limit."
	default:
		text = fmt.Sprintf("%s was ended by %s", what, unix.SignalName(e.Signal))
		next = ""
	}
	if e.Source != "" {
		text += "\n  source: " + e.Source
	}
	if next != "" {
		text += "\n" + next
	}
	return text
}

// Isolate lets a program survive its kernels: it runs the program a second
// time, with the same arguments, environment and standard files, and waits.
// Call it first thing in main:
//
//	code, done, err := jit.Isolate(ctx)
//	if done {
//		if err != nil {
//			fmt.Fprintln(os.Stderr, err)
//		}
//		os.Exit(code)
//	}
//	// the program itself
//
// In the child done is false. In the parent it is true, and code is the
// child's exit status, or 128 plus the number of the signal that ended it; a
// crash also gives a *CrashError. Interrupts are left to the child, which gets
// them once, however they come; when ctx ends, the child is interrupted too,
// and killed if it has not stopped after 30 seconds.
func Isolate(ctx context.Context) (code int, done bool, err error) {
	if notes() != nil {
		return 0, false, nil
	}
	program, err := os.Executable()
	if err != nil {
		return 1, true, fmt.Errorf("cannot run in a child process: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return 1, true, fmt.Errorf("cannot run in a child process: %w", err)
	}
	defer read.Close()

	cmd := exec.Command(program)
	cmd.Args = slices.Clone(os.Args)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{write} // becomes noteFile
	cmd.Env = append(os.Environ(), childVariable+"="+strconv.Itoa(os.Getpid()))
	// Should this process be killed, the child ends with it. The system ties
	// that to the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = endWithParent()

	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(signals)
	err = cmd.Start()
	write.Close()
	if err != nil {
		return 1, true, fmt.Errorf("cannot run in a child process: %w", err)
	}

	running := make(chan []kernelNote, 1)
	go func() { running <- readNotes(read) }()
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its outcome is in cmd.ProcessState
		close(ended)
	}()
	asked := superviseChild(ctx, cmd.Process, signals, ended)

	var last kernelNote
	select {
	case list := <-running:
		if len(list) > 0 {
			last = list[len(list)-1]
		}
	case <-time.After(time.Second): // a descendant of the child holds the pipe
	}
	code, err = outcome(cmd.ProcessState, last, asked)
	return code, true, err
}

// superviseChild passes signals on until the child ends, and tells whether it
// was asked to stop.
func superviseChild(ctx context.Context, child *os.Process, signals <-chan os.Signal, ended <-chan struct{}) (asked bool) {
	cancelled := ctx.Done()
	// A signal usually cancels ctx too, and a second one ends the child before it can
	// say what it was doing: so ctx waits for the signal that may have cancelled it.
	var grace, patience <-chan time.Time
	for {
		select {
		case <-ended:
			return asked
		case s := <-signals:
			if s != syscall.SIGUSR1 && s != syscall.SIGUSR2 {
				asked, cancelled, grace, patience = true, nil, nil, time.After(stopTime)
			}
			// The terminal sends what is typed to all processes of the
			// foreground group, so the child has it already.
			if (s == syscall.SIGINT || s == syscall.SIGQUIT) && inForeground() {
				continue
			}
			_ = child.Signal(s) // an error means that the child has ended
		case <-cancelled:
			cancelled, asked = nil, true
			grace, patience = time.After(100*time.Millisecond), time.After(stopTime)
		case <-grace:
			grace = nil
			_ = child.Signal(syscall.SIGINT)
		case <-patience:
			_ = child.Kill()
		}
	}
}

// inForeground reports whether this process belongs to the group that its
// terminal, if it has one, sends its signals to.
func inForeground() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer terminal.Close()
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// outcome translates how a child ended.
func outcome(state *os.ProcessState, last kernelNote, asked bool) (code int, err error) {
	if state == nil {
		return 1, errors.New("the outcome of the child process is unknown")
	}
	crash := &CrashError{Kernel: last.name, Source: last.source}
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		crash.Signal = w.Signal()
		if asked && crash.Signal != syscall.SIGSEGV && crash.Signal != syscall.SIGBUS {
			return 128 + int(crash.Signal), nil // it stopped as it was told to
		}
		return 128 + int(crash.Signal), crash
	}
	return state.ExitCode(), nil
}

// kernelNote is what the parent knows of a running kernel.
type kernelNote struct{ key, name, source string }

// readNotes follows the child's notes to their end and gives the kernels that
// had not returned, the latest last.
func readNotes(r *os.File) []kernelNote {
	var running []kernelNote
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		if key, ok := strings.CutPrefix(line, "-"); ok {
			for i := len(running) - 1; i >= 0; i-- {
				if running[i].key == key {
					running = slices.Delete(running, i, i+1)
					break
				}
			}
			continue
		}
		words := strings.SplitN(strings.TrimPrefix(line, "+"), " ", 3)
		if len(words) == 3 {
			running = append(running, kernelNote{words[0], words[1], words[2]})
		}
	}
	return running
}

// notes is where this process tells of its kernels, or nil if it is not a
// child of Isolate. Neither the mark nor the pipe is passed on to its own
// children.
var notes = sync.OnceValue(func() *os.File {
	mark := os.Getenv(childVariable)
	if mark == "" || mark != strconv.Itoa(os.Getppid()) {
		return nil
	}
	_ = os.Unsetenv(childVariable)
	unix.CloseOnExec(noteFile)
	return os.NewFile(noteFile, "kernel notes")
})

// enterKernel tells the parent which kernel starts.
func enterKernel(l *Library) {
	if f := notes(); f != nil {
		exposeFaults()
		fmt.Fprintf(f, "+%s %s %s\n", l.Key, l.Name, l.Source)
	}
}

// leaveKernel tells the parent that it returned.
func leaveKernel(l *Library) {
	if f := notes(); f != nil {
		fmt.Fprintf(f, "-%s\n", l.Key)
		hideFaults()
	}
}
