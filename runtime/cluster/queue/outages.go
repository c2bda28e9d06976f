package queue

import "sync"

// Outages tells of a server that is gone, once, and once when it is back. Queues of
// servers embed it.
type Outages struct {
	mu   sync.Mutex
	tell func(error)
	gone bool
}

// OnOutage has told that the server is gone, and with nil that it is back. It is called
// by another goroutine.
func (o *Outages) OnOutage(tell func(error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tell = tell
}

// Note takes down that the server does not answer, or with nil that it does.
func (o *Outages) Note(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if gone := err != nil; gone != o.gone {
		if o.gone = gone; o.tell != nil {
			o.tell(err)
		}
	}
}
