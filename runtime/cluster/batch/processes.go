package batch

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// Processes are child processes, which read tasks from their standard input and
// answer each with a line: see Serve. Each is begun when it is first needed, and
// again after it has died.
type Processes struct {
	command func() *exec.Cmd
	room    chan *child // nil for one that is not begun
	workers int
}

// NewProcesses are so many child processes, begun by a command.
func NewProcesses(workers int, command func() *exec.Cmd) *Processes {
	b := &Processes{command, make(chan *child, workers), workers}
	for range workers {
		b.room <- nil
	}
	return b
}

// Do implements Batch. When ctx ends the child is killed.
func (b *Processes) Do(ctx context.Context, t Task, began func()) error {
	var c *child
	select {
	case c = <-b.room:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { b.room <- c }()
	// Billed from here: a task pays for the process that is begun for it.
	began()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c == nil {
		var err error
		if c, err = begin(b.command()); err != nil {
			return fmt.Errorf("a worker cannot be started: %w", err)
		}
	}
	answer, err := c.ask(ctx, t)
	if err == nil {
		return answer
	}
	died, last := c.end(), c.errs.text()
	c = nil
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("a worker died (%v) at %s: %s", died, t, last)
}

// Close ends the children once they have finished what they do.
func (b *Processes) Close() error {
	for range b.workers {
		if c := <-b.room; c != nil {
			_ = c.end() // it has nothing more to say
		}
	}
	return nil
}

// child is a process that is alive, or was when it was last asked.
type child struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	errs    tail
	drained sync.WaitGroup
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
	c.out.Buffer(nil, 1<<20)
	c.drained.Add(1)
	go func() {
		defer c.drained.Done()
		_, _ = io.Copy(&c.errs, errs)
	}()
	return c, nil
}

// ask has the child carry out a task. Answer is what the task says, err that the
// child is no more.
func (c *child) ask(ctx context.Context, t Task) (answer, err error) {
	stop := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
	defer stop()
	line, err := json.Marshal(t)
	if err == nil {
		_, err = fmt.Fprintf(c.in, "%s\n", line)
	}
	if err != nil {
		return nil, err
	}
	if !c.out.Scan() {
		return nil, io.ErrUnexpectedEOF
	}
	return said(c.out.Text()), nil
}

// end closes the child's input, at whose end it ends, and waits for that.
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

// Serve is the other side of Processes: it carries out the tasks that come on
// standard input until that or ctx ends.
func Serve(ctx context.Context, do func(ctx context.Context, t Task) error) error {
	in := bufio.NewScanner(os.Stdin)
	for ctx.Err() == nil && in.Scan() {
		t, err := readTask(in.Bytes())
		if err != nil {
			return err
		}
		if _, err := fmt.Println(answer(do(ctx, t))); err != nil {
			return err
		}
	}
	return in.Err()
}
