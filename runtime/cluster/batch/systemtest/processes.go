package systemtest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Processes is a batch system for tests that needs none: its elements are processes of
// this machine. It implements batch.System.
type Processes struct {
	Command []string // before the arguments of an array; empty for this program
	Room    int      // elements at once; 0 for 4

	mu     sync.Mutex
	arrays map[string]*running
	room   chan struct{}
}

// running is an array with its processes.
type running struct {
	cancel    context.CancelFunc
	elements  []process
	Submitted int // how often
}

type process struct {
	cancel context.CancelFunc
	live   *os.Process // while it runs
	output bytes.Buffer
	begun  int
	ended  string // "" while it is not
}

// Most implements batch.System.
func (*Processes) Most() int { return 1000 }

// Submit implements batch.System.
func (s *Processes) Submit(_ context.Context, a batch.Array) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arrays == nil {
		s.arrays = map[string]*running{}
		s.room = make(chan struct{}, cmp.Or(s.Room, 4))
	}
	if r := s.arrays[a.Name]; r != nil {
		r.Submitted++
		return a.Name, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, elements: make([]process, a.Size), Submitted: 1}
	s.arrays[a.Name] = r
	for i := range r.elements {
		e := &r.elements[i]
		ctx, cancel := context.WithCancel(ctx)
		e.cancel = cancel
		go s.run(ctx, a, i, e)
	}
	return a.Name, nil
}

// run begins an element until it ends well, or has died too often. One that is told to
// leave, which its exit code says, is begun again without being counted.
func (s *Processes) run(ctx context.Context, a batch.Array, index int, e *process) {
	how := "cancelled"
	for died := 0; died < max(1, a.Attempts); {
		select {
		case s.room <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			how = "cancelled"
			break
		}
		err := s.once(ctx, a, index, e)
		<-s.room
		if err == nil {
			how = "ended well"
			break
		}
		how = err.Error()
		if c, ok := err.(*exec.ExitError); !ok || c.ExitCode() != batch.Leaving {
			died++
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.ended = how
}

func (s *Processes) once(ctx context.Context, a batch.Array, index int, e *process) error {
	command := s.Command
	if len(command) == 0 {
		command = []string{os.Args[0]}
	}
	c := exec.CommandContext(ctx, command[0], append(command[1:len(command):len(command)], a.Arguments...)...)
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%d", batch.IndexVariable, index))
	for name, value := range a.Environment {
		c.Env = append(c.Env, name+"="+value)
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		return err
	}
	s.mu.Lock()
	e.live = c.Process
	e.begun++
	s.mu.Unlock()
	err := c.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	e.live = nil
	e.output.Write(out.Bytes())
	return err
}

// Ended implements batch.System.
func (s *Processes) Ended(_ context.Context, a batch.Array) (map[int]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ended := map[int]string{}
	r := s.arrays[a.Name]
	for i := range a.Size {
		if r == nil {
			ended[i] = "unknown"
		} else if how := r.elements[i].ended; how != "" {
			ended[i] = how
		}
	}
	return ended, nil
}

// LastWords implements batch.System.
func (s *Processes) LastWords(_ context.Context, a batch.Array, index int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.arrays[a.Name]; r != nil {
		return strings.TrimSpace(r.elements[index].output.String())
	}
	return ""
}

// Cancel implements batch.System.
func (s *Processes) Cancel(_ context.Context, a batch.Array, index int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.arrays[a.Name]
	switch {
	case r == nil:
	case index < 0:
		r.cancel()
	default:
		r.elements[index].cancel()
	}
	return nil
}

// Forget implements batch.System.
func (s *Processes) Forget(_ context.Context, a batch.Array) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.arrays, a.Name)
	return nil
}

// Signal sends a signal to all elements that run, such as the kill of a machine, or
// the word that it is taken away. It reports how many there were.
func (s *Processes) Signal(signal syscall.Signal) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.arrays {
		for i := range r.elements {
			if p := r.elements[i].live; p != nil && p.Signal(signal) == nil {
				n++
			}
		}
	}
	return n
}

// Arrays tells how often each array was submitted.
func (s *Processes) Arrays() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[string]int{}
	for name, r := range s.arrays {
		n[name] = r.Submitted
	}
	return n
}
