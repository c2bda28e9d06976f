package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/courant-pde/courant/runtime/queue"
)

// queueVariable holds the address of the queue, whose token is nobody's to see in
// a list of processes.
const queueVariable = "COURANT_QUEUE"

func addQueue(c *cobra.Command, url *string) {
	c.Flags().StringVar(url, "queue", "", "address of a NATS server with JetStream, such as nats://token@host:4222 (default: "+queueVariable+" of the environment)")
}

// connect opens the queue of an address, or of the environment.
func connect(ctx context.Context, url string) (queue.Queue, string, error) {
	if url == "" {
		url = os.Getenv(queueVariable)
	}
	if url == "" {
		return nil, "", usage("give the address of the queue by --queue or %s", queueVariable)
	}
	q, err := queue.Connect(ctx, url, queue.Lease)
	if err != nil {
		return nil, "", usageError{err}
	}
	return q, url, nil
}

// embedded starts a queue in a folder, or connects to the one that another driver
// has there.
func embedded(ctx context.Context, folder string) (q queue.Queue, url string, closed func(), err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, "", nil, err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, "", nil, err
	}
	// Whoever has the lock may be about to start its server, or to end.
	const patience = 20 * time.Second
	for start := time.Now(); ; {
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			return owned(ctx, folder, lock)
		}
		text, err := os.ReadFile(filepath.Join(folder, urlFile))
		if err == nil {
			q, err = queue.Connect(ctx, string(text), queue.Lease)
		}
		if err == nil {
			_ = lock.Close()
			return q, string(text), func() { _ = q.Close() }, nil
		}
		if time.Since(start) > patience {
			_ = lock.Close()
			return nil, "", nil, fmt.Errorf("another driver has locked %s, but its queue does not answer: %w", folder, err)
		}
		select {
		case <-ctx.Done():
			_ = lock.Close()
			return nil, "", nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// queueFolder is that of the embedded queue in the folder of a run, and urlFile
// there holds its address while it runs.
const (
	queueFolder = "queue"
	urlFile     = "url"
)

// owned starts the queue of a folder whose lock is held.
func owned(ctx context.Context, folder string, lock *os.File) (queue.Queue, string, func(), error) {
	address := filepath.Join(folder, urlFile)
	s, err := queue.StartServer(filepath.Join(folder, "messages"), "", "")
	if err != nil {
		_ = lock.Close()
		return nil, "", nil, err
	}
	ended := func() {
		_ = os.Remove(address)
		s.Close()
		_ = lock.Close()
	}
	q, err := queue.Connect(ctx, s.URL(), queue.Lease)
	if err == nil {
		err = os.WriteFile(address, []byte(s.URL()), 0o600)
	}
	if err != nil {
		ended()
		return nil, "", nil, err
	}
	return q, s.URL(), func() { _ = q.Close(); ended() }, nil
}

func newQueue() *cobra.Command {
	var folder, address, token string
	c := &cobra.Command{
		Use:   "queue --dir DIR",
		Short: "Run a queue that several machines share",
		Long: `Runs a NATS server with JetStream, which writes every message to the disk before
it takes it, and prints its address with the token that lets others in. Any other
NATS server with JetStream serves as well. It may be stopped or killed at any
moment: nothing but time is lost.`,
		Example: "  courant queue --dir queue --address 0.0.0.0:4222",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := queue.StartServer(folder, address, token)
			if err != nil {
				return usageError{err}
			}
			defer s.Close()
			fmt.Fprintln(c.OutOrStdout(), s.URL())
			<-c.Context().Done()
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&folder, "dir", "queue", "folder for the messages")
	flags.StringVar(&address, "address", "127.0.0.1:4222", "address and port to listen at")
	flags.StringVar(&token, "token", "", "what lets others in (default: a new one)")
	return c
}
