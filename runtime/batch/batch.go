// Package batch has tasks carried out: in this process, or in child processes,
// whose crashes harm nobody else.
package batch

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// Task is a shot to be evaluated: of the illumination in version 0, of the
// misfit at the model of a state in all others.
type Task struct{ Version, Shot int }

func (t Task) String() string { return fmt.Sprintf("version %d, shot %d", t.Version, t.Shot) }

// Worker carries out tasks, one at a time, and puts what they give where it
// belongs.
type Worker interface {
	// Do carries out a task. When it returns nil the result is there. When ctx
	// ends it gives up.
	Do(ctx context.Context, t Task) error
	Close() error
}

// Local is a worker in this process.
type Local func(ctx context.Context, t Task) error

// Do implements Worker.
func (f Local) Do(ctx context.Context, t Task) error { return f(ctx, t) }

// Close implements Worker.
func (Local) Close() error { return nil }

// Process is a worker in a child process, which reads tasks from its standard
// input and answers each with a line: see Serve. It is begun when it is first
// needed, and again after it has died.
type Process struct {
	// Command makes the command of the child.
	Command func() *exec.Cmd

	child *child
}

type child struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	errs    tail
	drained sync.WaitGroup
}

// Do implements Worker. When ctx ends the child is killed.
func (p *Process) Do(ctx context.Context, t Task) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.child == nil {
		c, err := begin(p.Command())
		if err != nil {
			return fmt.Errorf("a worker cannot be started: %w", err)
		}
		p.child = c
	}
	c := p.child
	stop := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
	defer stop()
	if _, err := fmt.Fprintf(c.in, "%d %d\n", t.Version, t.Shot); err == nil && c.out.Scan() {
		answer := c.out.Text()
		if answer == "done" {
			return nil
		}
		return fmt.Errorf("%s", strings.TrimPrefix(answer, "failed "))
	}
	p.child = nil
	err := c.end()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("a worker died (%v) at %s: %s", err, t, c.errs.text())
}

// Close ends the child.
func (p *Process) Close() error {
	if p.child == nil {
		return nil
	}
	c := p.child
	p.child = nil
	_ = c.in.Close() // it ends by itself when there are no more tasks
	return c.end()
}

func begin(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewScanner(out)
	c.drained.Add(1)
	go func() {
		defer c.drained.Done()
		_, _ = io.Copy(&c.errs, errs)
	}()
	return c, nil
}

func (c *child) end() error {
	_ = c.in.Close()
	c.drained.Wait()
	return c.cmd.Wait()
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	data []byte
}

const tailBytes = 4096

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	t.data = t.data[max(0, len(t.data)-tailBytes):]
	return len(p), nil
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.data))
}

// Serve is the other side of Process: it carries out the tasks that come on
// standard input until that ends.
func Serve(ctx context.Context, do func(ctx context.Context, t Task) error) error {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var t Task
		if _, err := fmt.Sscan(in.Text(), &t.Version, &t.Shot); err != nil {
			return fmt.Errorf("%q is no task", in.Text())
		}
		answer := "done"
		if err := do(ctx, t); err != nil {
			answer = "failed " + strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if _, err := fmt.Println(answer); err != nil {
			return err
		}
	}
	return in.Err()
}
