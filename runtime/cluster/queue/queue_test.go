package queue_test

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/queue/queuetest"
)

const lease = 500 * time.Millisecond

func connect(t *testing.T, url string) queue.Queue {
	t.Helper()
	q, err := queue.Connect(t.Context(), url, lease)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func TestMemory(t *testing.T) {
	t.Parallel()
	m := queue.NewMemory(lease)
	queuetest.Run(t, lease, func(*testing.T) queue.Queue { return m })
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	s, err := queue.StartServer(t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	queuetest.Run(t, lease, func(t *testing.T) queue.Queue { return connect(t, s.URL()) })
}

// A server of its own, which is not ours: nats-server as its makers build it.
func TestExternal(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("nats-server")
	if err != nil {
		t.Skip("no nats-server: go install github.com/nats-io/nats-server/v2@v2.15.2")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	c := exec.Command(program, "-js", "-a", host, "-p", port, "-sd", t.TempDir())
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", net.JoinHostPort(host, port)); err == nil {
			_ = conn.Close()
			break
		}
		if time.Since(start) > 20*time.Second {
			t.Fatal("the server does not begin")
		}
	}
	queuetest.Run(t, lease, func(t *testing.T) queue.Queue { return connect(t, "nats://"+net.JoinHostPort(host, port)) })
}

// Messages outlive their server, and its users find the next one by themselves.
func TestServerBeginsAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first, err := queue.StartServer(folder, "", "secret")
	if err != nil {
		t.Fatal(err)
	}
	q := connect(t, first.URL())
	told := make(chan error, 10)
	q.(*queue.NATS).OnOutage(func(err error) { told <- err })
	if err := q.Send(t.Context(), "kept", []byte("a")); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { // waits while the server is gone, on a topic that it has not seen
		m, err := q.Receive(t.Context(), "later")
		if err == nil {
			err = m.Ack()
		}
		got <- err
	}()
	time.Sleep(lease)
	address := strings.TrimPrefix(first.URL(), "nats://secret@")
	first.Close()
	short, cancel := context.WithTimeout(t.Context(), lease)
	defer cancel()
	if err := q.Send(short, "kept", []byte("b")); err == nil {
		t.Error("a message was taken by nobody")
	}
	second, err := queue.StartServer(folder, address, "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	m, err := q.Receive(t.Context(), "kept")
	if err != nil || string(m.Data) != "a" {
		t.Fatalf("%v, %v", m, err)
	}
	if gone, back := <-told, <-told; gone == nil || back != nil {
		t.Errorf("told of the outage by %v, and then %v", gone, back)
	}
	if err := q.Send(t.Context(), "later", []byte("c")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-got:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("a message does not come")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	s, err := queue.StartServer(t.TempDir(), "", "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := queue.Connect(t.Context(), strings.Replace(s.URL(), "secret", "other", 1), lease); err == nil || strings.Contains(err.Error(), "other") {
		t.Errorf("another token: %v", err)
	}
	if _, err := queue.Connect(t.Context(), "nats://127.0.0.1:1", lease); err == nil || !strings.Contains(err.Error(), "courant queue") {
		t.Errorf("no server: %v", err)
	}
	for _, address := range []string{"nowhere", "127.0.0.1:99999", "127.0.0.1:x", strings.TrimPrefix(s.URL(), "nats://secret@")} {
		if _, err := queue.StartServer(t.TempDir(), address, ""); err == nil {
			t.Errorf("a server at %q", address)
		}
	}
}

// Messages that a server has lost are missed, and it takes new ones: when its stream
// was emptied, or deleted.
func TestLostMessages(t *testing.T) {
	t.Parallel()
	s, err := queue.StartServer(t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q := connect(t, s.URL())
	conn, err := nats.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	count := func(want int) {
		t.Helper()
		if n, err := q.Count(t.Context(), "tasks"); err != nil || n != want {
			t.Errorf("%d messages, not %d, %v", n, want, err)
		}
	}
	send := func() {
		t.Helper()
		if err := q.Send(t.Context(), "tasks", []byte("a")); err != nil {
			t.Fatal(err)
		}
	}
	for name, lose := range map[string]func() error{
		"emptied": func() error {
			stream, err := js.Stream(t.Context(), "COURANT")
			if err == nil {
				err = stream.Purge(t.Context())
			}
			return err
		},
		"deleted": func() error { return js.DeleteStream(t.Context(), "COURANT") },
	} {
		send()
		m, err := q.Receive(t.Context(), "tasks") // taken, and not done
		if err != nil {
			t.Fatal(err)
		}
		send()
		count(2)
		if err := lose(); err != nil {
			t.Fatal(name, err)
		}
		count(0)
		send()
		count(1)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		again, err := q.Receive(ctx, "tasks")
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = m.Ack() // of what is there no more
		if err := again.Ack(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		count(0)
	}
}

// A server whose folder was damaged begins anew, and carries messages of all topics.
func TestDamagedFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first, err := queue.StartServer(folder, "", "secret")
	if err != nil {
		t.Fatal(err)
	}
	topics := []string{"one", "two"}
	q := connect(t, first.URL())
	for _, topic := range topics {
		if err := q.Send(t.Context(), topic, []byte("a")); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Receive(t.Context(), topic); err != nil {
			t.Fatal(err)
		}
	}
	address := strings.TrimPrefix(first.URL(), "nats://secret@")
	first.Close()
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Name() == "meta.inf" && strings.HasSuffix(filepath.Dir(path), "one") {
			return os.Remove(path)
		}
		return os.WriteFile(path, bytes.Repeat([]byte("damaged"), 100), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	second, err := queue.StartServer(folder, address, "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	got := make(chan error, len(topics))
	for _, topic := range topics {
		go func() {
			m, err := q.Receive(t.Context(), topic)
			if err == nil {
				err = m.Ack()
			}
			got <- err
		}()
	}
	ended := 0
	for start := time.Now(); ended < len(topics); { // they are sent until they come, as hints are
		for _, topic := range topics {
			_ = q.Send(t.Context(), topic, []byte("b"))
		}
		select {
		case err := <-got:
			if ended++; err != nil {
				t.Error(err)
			}
		case <-time.After(time.Second):
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("messages of %d topics came", ended)
		}
	}
}

// Without a host, a server is for its own machine.
func TestLoopback(t *testing.T) {
	t.Parallel()
	s, err := queue.StartServer(t.TempDir(), ":0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !strings.Contains(s.URL(), "@127.0.0.1:") {
		t.Errorf("it listens at %s", s.URL()[strings.Index(s.URL(), "@"):])
	}
}
