package queuetest

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
	"github.com/courant-pde/courant/runtime/cluster/cloud/cloudtest"
	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// Faults tests what a queue of a server does when the server fails in front of it; open
// opens it through the proxy.
func Faults(t *testing.T, p *cloudtest.Proxy, open func(t *testing.T) queue.Queue) {
	q := open(t)
	for _, v := range []struct {
		name  string
		fault cloudtest.Fault
	}{{"unwell", cloudtest.Status(http.StatusServiceUnavailable)}, {"throttled", cloudtest.Status(http.StatusTooManyRequests)}, {"cut", cloudtest.Cut}} {
		t.Run(v.name+" is waited out", func(t *testing.T) {
			told := make(chan error, 10)
			q.(interface{ OnOutage(func(error)) }).OnOutage(func(err error) { told <- err })
			p.Treat(v.fault)
			defer p.Treat(cloudtest.None)
			if err := q.Send(t.Context(), "faults", []byte("lost")); err == nil {
				t.Error("a message was taken by nobody")
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			got := make(chan error, 1)
			go func() {
				m, err := q.Receive(ctx, "faults")
				if err == nil && string(m.Data) != v.name {
					err = errors.New(string(m.Data))
				}
				if err == nil {
					err = m.Ack()
				}
				got <- err
			}()
			if err := <-told; err == nil {
				t.Error("nobody is told")
			}
			p.Treat(cloudtest.None)
			if err := q.Send(t.Context(), "faults", []byte(v.name)); err != nil {
				t.Error(err)
			}
			if err := <-got; err != nil {
				t.Error(err)
			}
			if err := <-told; err != nil {
				t.Errorf("told %v at the end", err)
			}
		})
	}
	t.Run("a login that does not do is no outage", func(t *testing.T) {
		p.Treat(cloudtest.Status(http.StatusForbidden))
		defer p.Treat(cloudtest.None)
		var login *cloud.LoginError
		if _, err := q.Receive(t.Context(), "faults"); !errors.As(err, &login) {
			t.Errorf("receive: %v", err)
		}
		if err := q.Send(t.Context(), "faults", []byte("a")); !errors.As(err, &login) {
			t.Errorf("send: %v", err)
		}
	})
}
