package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/queue"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

// arrivals is the topic of the gradients that have come into being, of all runs
// of a store.
const arrivals = "arrivals"

// arrival says that a task's gradient is there.
type arrival struct {
	Run     string `json:"run"`
	Version int    `json:"version"`
	Place   int    `json:"place"`
}

// mostVersion is greater than any version of a run.
const mostVersion = 1 << 31

// readArrival reads a message. Errors: one that is not ours.
func readArrival(text []byte) (a arrival, err error) {
	if err := json.Unmarshal(text, &a); err != nil {
		return a, err
	}
	if a.Version < 0 || a.Version > mostVersion || a.Place < 0 || a.Place >= mostTasks {
		return a, fmt.Errorf("there is no task %d of version %d", a.Place, a.Version)
	}
	return a, store.CheckKey(a.Run)
}

// news is what those who drive or watch a run are told.
type news struct {
	Version   int  `json:"version,omitempty"`
	Summed    bool `json:"summed,omitempty"` // the version's sum over all tasks is there
	Cancelled bool `json:"cancelled,omitempty"`
}

// readNews reads a message. Errors: one that is not ours.
func readNews(text []byte) (n news, err error) {
	err = json.Unmarshal(text, &n)
	return n, err
}

// topic is that of a run's news.
func (r *Run) topic() string {
	return "run-" + strings.NewReplacer("/", "_", ".", "_").Replace(r.Name)
}

// announce says that an object is there. That it cannot is no failure: whoever
// sweeps finds it.
func (r *Run) announce(ctx context.Context, a arrival, tasks int) {
	if r.Queue == nil {
		return
	}
	if tasks == 1 { // it is the sum
		r.tell(ctx, news{Version: a.Version, Summed: true})
		return
	}
	if text, err := json.Marshal(a); err == nil {
		_ = r.Queue.Send(ctx, arrivals, text)
	}
}

// tell tells the news of a run, to whom it may concern.
func (r *Run) tell(ctx context.Context, n news) {
	if r.Queue == nil {
		return
	}
	if text, err := json.Marshal(n); err == nil {
		_ = r.Queue.Publish(ctx, r.topic(), text)
	}
}

// hear hears the news of a run until stop is called.
func (r *Run) hear() (<-chan []byte, func(), error) {
	if r.Queue == nil {
		return nil, func() {}, nil
	}
	return r.Queue.Subscribe(r.topic())
}

// mostReductions is how often an arrival is taken up before it is left to a
// sweep.
const mostReductions = 10

// Reduce makes sums as their parts arrive, for all runs of a store, until ctx
// ends; several processes may. What a message says is a hint: how many tasks there
// are to sum stands in the gradient. Failed is told of what could not be summed,
// which is taken up again, and of messages that are not ours; it may be nil.
func Reduce(ctx context.Context, s store.Store, q queue.Queue, failed func(error)) error {
	for {
		m, err := q.Receive(ctx, arrivals)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, queue.ErrClosed) {
				return nil
			}
			return err
		}
		a, err := readArrival(m.Data)
		if err != nil {
			if failed != nil {
				failed(fmt.Errorf("a message that is no arrival of a gradient is dropped: %w", err))
			}
			_ = m.Ack()
			continue
		}
		r := &Run{Store: s, Queue: q, Name: a.Run}
		err = m.KeepAlive(func() error {
			top, err := r.climb(ctx, a)
			if top {
				r.tell(ctx, news{Version: a.Version, Summed: true})
			}
			return err
		})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && failed != nil {
			failed(err)
		}
		if away := errors.Is(err, store.ErrAway); err != nil && (away || m.Attempt < mostReductions) {
			_ = m.Nak(time.Second << min(m.Attempt-1, 4))
			continue
		}
		_ = m.Ack() // otherwise it comes again, and finds the sums there
	}
}

// climb makes the sums that a gradient completes, which says itself of how many
// tasks it is one. It reports whether the sum over all is there.
func (r *Run) climb(ctx context.Context, a arrival) (bool, error) {
	key := r.nodeKey(a.Version, 0, a.Place)
	f, err := r.Store.Open(ctx, key)
	if errors.Is(err, store.ErrNotExist) {
		return r.exists(ctx, r.sumKey(a.Version)) // the version is done, or the gradient gone
	}
	if err != nil {
		return false, err
	}
	d, err := newDecoder(key, f)
	if e := f.Close(); err == nil {
		err = e
	}
	switch {
	case errors.Is(err, ErrCorrupt):
		return false, nil // it is computed again
	case err != nil:
		return false, err
	}
	d.close()
	if d.Of <= int64(a.Place) {
		return false, nil // damaged, as is found when it is added
	}
	return sums{r, a.Version, int(d.Of)}.climb(ctx, a.Place)
}
