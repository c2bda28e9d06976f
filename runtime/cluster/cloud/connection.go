package cloud

import (
	"context"
	"net"
	"net/http"
	"time"
)

// stall is for how long a server may be silent before its connection is given up. A
// queue is silent for 20 s while it waits for a message.
const stall = time.Minute

// Client is an HTTP client whose requests fail when their server falls silent, see Watch.
func Client() *http.Client {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 16}
	Watch(t)
	return &http.Client{Transport: t}
}

// Watch has the requests of a transport fail when their server falls silent, however long
// they take otherwise: an object of any size gets through a slow network.
func Watch(t *http.Transport) { watch(t, stall) }

func watch(t *http.Transport, stall time.Duration) {
	dial := net.Dialer{Timeout: 30 * time.Second}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &connection{c, stall}, nil
	}
	t.IdleConnTimeout = stall / 2 // before its deadline is over
}

// connection ends when nothing has passed in either direction for some time.
type connection struct {
	net.Conn
	stall time.Duration
}

func (c *connection) Read(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write sends in pieces, so that each that gets through is a sign of life.
func (c *connection) Write(p []byte) (n int, err error) {
	const piece = 64 << 10
	for err == nil && n < len(p) {
		if err = c.SetDeadline(time.Now().Add(c.stall)); err != nil {
			break
		}
		var m int
		m, err = c.Conn.Write(p[n:min(n+piece, len(p))])
		n += m
	}
	return n, err
}
