package inversion

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// QueueVariable names the variable of a worker's environment with the address of the
// queue, which is nobody's to see in a list of processes.
const QueueVariable = "COURANT_QUEUE"

// queueFolder is that of the embedded queue in the folder of an inversion, and urlFile
// there holds its address while it runs.
const (
	queueFolder = "queue"
	urlFile     = "url"
)

// embedded starts a queue in a folder, or connects to the one that another driver has
// there.
func embedded(ctx context.Context, folder string) (q queue.Queue, address string, closed func(), err error) {
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

// driven reports whether some driver may be at work in the folder of an inversion: one
// holds the lock of the embedded queue there, or has a queue elsewhere, of which the
// folder tells nothing.
func driven(folder string) bool {
	lock, err := os.Open(filepath.Join(folder, queueFolder, "lock"))
	if err != nil {
		return true
	}
	defer lock.Close() // and gives the lock back
	return unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil
}

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
