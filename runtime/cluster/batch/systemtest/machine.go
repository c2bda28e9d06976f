package systemtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
)

// Machine runs the elements of the arrays in a Folder, each as a process. One whose
// process dies is begun again, as often as its array says; one that is told to leave,
// which its exit code says, without being counted.
type Machine struct {
	Folder
	Command     []string // before the arguments of an array; empty for this program
	Environment []string // added to that of the elements
	Index       string   // name of the variable with an element's index; empty for batch.IndexVariable
	Room        int      // elements at once; 0 for 4

	mu   sync.Mutex
	live map[string]*os.Process // by the path of its log
}

// Start runs what is submitted until stop is called, or the test ends.
func (m *Machine) Start(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	m.live = map[string]*os.Process{}
	room := make(chan struct{}, max(m.Room, 1))
	if m.Room == 0 {
		room = make(chan struct{}, 4)
	}
	all.Go(func() {
		known := map[string]bool{}
		for ctx.Err() == nil {
			found, _ := filepath.Glob(filepath.Join(m.Path, "*", "array"))
			for _, path := range found {
				if known[path] {
					continue
				}
				text, err := os.ReadFile(path)
				var o order
				if err != nil || json.Unmarshal(text, &o) != nil {
					continue // it was forgotten meanwhile
				}
				known[path] = true
				for i := range o.Size {
					all.Go(func() { m.run(ctx, o, i, room) })
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); m.Kill(); all.Wait() })
	t.Cleanup(stop)
	return stop
}

// run begins an element until it ends well, or has died too often.
func (m *Machine) run(ctx context.Context, o order, index int, room chan struct{}) {
	how := ""
	for died := 0; how == ""; {
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return
		}
		err := m.once(ctx, o, index)
		<-room
		var exit *exec.ExitError
		switch {
		case ctx.Err() != nil:
			return // with the machine
		case m.cancelled(o.Array, index):
			how = "cancelled"
		case err == nil:
			how = "ended well"
		case errors.As(err, &exit) && exit.ExitCode() == batch.Leaving:
		default:
			if died++; died >= max(1, o.Attempts) {
				how = err.Error()
			}
		}
	}
	draft := m.path(o.Array, index, "part")
	if os.WriteFile(draft, []byte(how), 0o644) == nil {
		_ = os.Rename(draft, m.path(o.Array, index, "end"))
	}
}

func (m *Machine) cancelled(a batch.Array, index int) bool {
	_, one := os.Stat(m.path(a, index, "cancel"))
	_, all := os.Stat(filepath.Join(m.Path, a.Name, "cancel"))
	_, here := os.Stat(filepath.Join(m.Path, a.Name, "array"))
	return one == nil || all == nil || here != nil
}

func (m *Machine) once(ctx context.Context, o order, index int) error {
	if m.cancelled(o.Array, index) {
		return nil
	}
	command := m.Command
	if len(command) == 0 {
		command = []string{os.Args[0]}
	}
	path := m.path(o.Array, index, "log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.CommandContext(ctx, command[0], append(command[1:len(command):len(command)], o.Arguments...)...)
	c.Env = append(append(os.Environ(), m.Environment...), fmt.Sprintf("%s=%d", cmp.Or(m.Index, batch.IndexVariable), index))
	for name, value := range o.Environment {
		c.Env = append(c.Env, name+"="+value)
	}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		return err
	}
	m.mu.Lock()
	m.live[path] = c.Process
	m.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
			}
			if m.cancelled(o.Array, index) {
				_ = c.Process.Kill()
			}
		}
	}()
	err = c.Wait()
	close(ended)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.live, path)
	return err
}

// Signal sends a signal to all elements that run, such as the word that their machine
// is taken away. It reports how many there were.
func (m *Machine) Signal(signal syscall.Signal) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.live {
		if p.Signal(signal) == nil {
			n++
		}
	}
	return n
}

// Kill ends all elements that run, as when their machine is lost.
func (m *Machine) Kill() int { return m.Signal(syscall.SIGKILL) }

// Words are what all elements wrote.
func (m *Machine) Words() string {
	var all strings.Builder
	logs, _ := filepath.Glob(filepath.Join(m.Path, "*", "*.log"))
	for _, path := range logs {
		text, _ := os.ReadFile(path)
		fmt.Fprintf(&all, "%s: %s\n", strings.TrimPrefix(path, m.Path), text)
	}
	return all.String()
}
