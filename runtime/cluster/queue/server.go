package queue

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a NATS server within this process, which writes every message to
// the disk before it says that it has it.
type Server struct {
	server *server.Server
	url    string
}

// StartServer starts one that keeps its messages in a folder. Address is where it
// listens, such as 0.0.0.0:4222; empty, or with the port 0, for a free port, and
// without a host for this machine alone. Whoever connects needs the address with
// its token, see URL; token "" makes one up.
// Errors: an address that is taken, or a folder that cannot be written.
func StartServer(folder, address, token string) (*Server, error) {
	if address == "" {
		address = ":0"
	}
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address to listen at; 127.0.0.1:4222 is: %w", address, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 0 || port > 65535 {
		return nil, fmt.Errorf("%q is no address to listen at: there is no port %q", address, portText)
	}
	if host == "" { // all interfaces must be asked for
		host = "127.0.0.1"
	}
	address = net.JoinHostPort(host, portText)
	if port == 0 {
		port = server.RANDOM_PORT
	}
	if token == "" {
		token = rand.Text()
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "courant", Host: host, Port: port, Authorization: token, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: folder, SyncAlways: true,
	})
	if err != nil {
		return nil, fmt.Errorf("the embedded queue cannot be started: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return nil, errors.New("the embedded queue cannot be started: " + address + " may be taken, or " + folder + " not writable")
	}
	at := s.Addr().String()
	if port > 0 {
		at = address
	}
	return &Server{s, (&url.URL{Scheme: "nats", User: url.User(token), Host: at}).String()}, nil
}

// URL is what others connect to, with the token that lets them in.
func (s *Server) URL() string { return s.url }

// Close ends the server; its messages stay in its folder.
func (s *Server) Close() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// redacted is an address without its token.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
	}
	u.User = nil
	return u.String()
}
