// Package cloudtest runs servers on this machine that speak as clouds' services do, and a
// proxy in front of them that fails in ways that clouds do.
//
// In: programs found on the PATH, which .ci/run installs; without one a test is skipped.
// Out: addresses, and the environment by which clients find them. Start at Server.
package cloudtest

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"
)

// Server is one that runs until its test ends.
type Server struct {
	Address string // host:port

	environment func(address string) map[string]string
}

// Use has clients find the server at an address: its own, or that of a proxy.
func (s *Server) Use(t *testing.T, address string) {
	t.Helper()
	for name, value := range s.environment(address) {
		t.Setenv(name, value)
	}
}

// program finds a server by its name, or skips the test and says how it is installed.
func program(t *testing.T, name, install string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s: %s", name, install)
	}
	return path
}

// free is a free address of this machine.
func free(t *testing.T) (address, host, port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address = listener.Addr().String()
	host, port, _ = net.SplitHostPort(address)
	return address, host, port
}

// start runs a server until the test ends, and returns when it answers at its address.
// Clients then find it.
func (s *Server) start(t *testing.T, path string, arguments ...string) *Server {
	t.Helper()
	c := exec.Command(path, arguments...)
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	c.WaitDelay = time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	t.Cleanup(func() { _ = c.Process.Kill(); <-ended })
	for range 600 {
		if c, err := net.Dial("tcp", s.Address); err == nil {
			_ = c.Close()
			s.Use(t, s.Address)
			return s
		}
		select {
		case <-ended:
			t.Fatalf("%s has ended: %s", path, output.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not answer", path)
	return nil
}

// request makes what a server must have before it is used.
func request(t *testing.T, method, url, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		text, _ := io.ReadAll(answer.Body)
		t.Fatalf("%s %s: %s %s", method, url, answer.Status, text)
	}
}
