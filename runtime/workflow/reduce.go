package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/courant-pde/courant/runtime/queue"
	"github.com/courant-pde/courant/runtime/store"
)

// arrivals is the topic of the gradients that have come into being, of all runs
// of a store.
const arrivals = "arrivals"

// arrival says that a task's gradient is there.
type arrival struct {
	Run     string `json:"run"`
	Version int    `json:"version"`
	Place   int    `json:"place"`
	Tasks   int    `json:"tasks"` // of its version
}

// news is what those who drive or watch a run are told.
type news struct {
	Version   int  `json:"version,omitempty"`
	Summed    bool `json:"summed,omitempty"` // the version's sum over all tasks is there
	Cancelled bool `json:"cancelled,omitempty"`
}

// topic is that of a run's news.
func (r *Run) topic() string {
	return "run-" + strings.NewReplacer("/", "_", ".", "_").Replace(r.Name)
}

// announce says that an object is there. That it cannot is no failure: whoever
// sweeps finds it.
func (r *Run) announce(ctx context.Context, a arrival) {
	if r.Queue == nil {
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
		_ = r.Queue.Tell(ctx, r.topic(), text)
	}
}

// hear hears the news of a run until stop is called.
func (r *Run) hear() (<-chan []byte, func(), error) {
	if r.Queue == nil {
		return nil, func() {}, nil
	}
	return r.Queue.Listen(r.topic())
}

// mostReductions is how often an arrival is taken up before it is left to a
// sweep.
const mostReductions = 10

// Reduce makes sums as their parts arrive, for all runs of a store, until ctx
// ends; several processes may. Failed is told of what could not be summed, which
// is taken up again; it may be nil.
func Reduce(ctx context.Context, s store.Store, q queue.Queue, failed func(error)) error {
	for {
		m, err := q.Receive(ctx, arrivals)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, queue.ErrClosed) {
				return nil
			}
			return err
		}
		var a arrival
		if err := json.Unmarshal(m.Data, &a); err != nil || a.Tasks < 1 || a.Place < 0 || a.Place >= a.Tasks {
			_ = m.Done() // no message of ours
			continue
		}
		r := &Run{Store: s, Queue: q, Name: a.Run}
		err = m.Hold(func() error {
			top, err := sums{r, a.Version, a.Tasks}.climb(ctx, a.Place)
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
		if err != nil && m.Attempt < mostReductions {
			_ = m.Again(time.Second << min(m.Attempt-1, 5))
			continue
		}
		_ = m.Done() // otherwise it comes again, and finds the sums there
	}
}
