package inversion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
)

// Call is what a Function is called with.
type Call struct {
	Store string `json:"store"` // name of the store
	Run   string `json:"run"`
	// Generation is that of the run, "" for the last one.
	Generation string `json:"generation,omitempty"`
}

// Answer is where the run stands behind a call.
type Answer struct {
	Run     string `json:"run"`
	Phase   string `json:"phase"` // see workflow.Position
	Version int    `json:"version"`
	Tasks   int    `json:"tasks"`   // of the version
	Missing int    `json:"missing"` // of these
	// Stopped is why the run does not go on by itself; "" where it does.
	Stopped string `json:"stopped,omitempty"`
}

// Function is Nudge for runs that nobody drives, as a function of a cloud or a timer
// calls it: it makes sums and the next state, and submits what nobody works at. It keeps
// nothing between calls, and any number may be carried out at once.
type Function struct {
	Remote // Store, Run and Generation come with each call
	// Stores begins the names of the stores that may be called for, such as
	// s3://bucket/; nil for any.
	Stores []string
}

// Call carries out a call. Errors: BadOptions for a call that is none, and those of Nudge
// but for workflow.ErrStopped, which is an answer.
func (f *Function) Call(ctx context.Context, c Call) (Answer, error) {
	if c.Store == "" || store.CheckKey(c.Run) != nil {
		return Answer{}, bad(`a call names a store and a run, as in {"store": "s3://bucket/prefix", "run": "runs/0123456789abcdef"}`)
	}
	if !f.serves(c.Store) {
		return Answer{}, bad("this function does not serve the store %s", c.Store)
	}
	o := f.Remote
	o.Store, o.Run, o.Generation = c.Store, c.Run, c.Generation
	p, err := o.Nudge(ctx)
	a := Answer{Run: c.Run}
	if errors.Is(err, workflow.ErrStopped) {
		a.Stopped, err = err.Error(), nil
	}
	if p != nil {
		a.Phase, a.Version, a.Tasks, a.Missing = p.Phase(), p.Version, p.Tasks, len(p.Missing)
	}
	return a, err
}

// CallAll carries out a call for every run of a store that goes on by itself. Errors:
// those of the store, and, behind the answers of all others, of runs.
func (f *Function) CallAll(ctx context.Context, name string) (answers []Answer, err error) {
	o := f.Remote
	o.Store = name
	st, err := o.store(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := st.List(ctx, detachedKeys)
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, k := range keys {
		a, err := f.Call(ctx, Call{Store: name, Run: strings.TrimPrefix(k, detachedKeys)})
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", strings.TrimPrefix(k, detachedKeys), err))
			continue
		}
		answers = append(answers, a)
	}
	return answers, errors.Join(faults...)
}

func (f *Function) serves(name string) bool {
	if f.Stores == nil {
		return true
	}
	for _, s := range f.Stores {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	return false
}

// mostCall is what a call may have, in bytes.
const mostCall = 1 << 20

// ServeHTTP implements http.Handler: a call is the body of a POST request, as plain JSON or
// as the data of a CloudEvent (https://cloudevents.io), binary or structured, as Knative,
// Cloud Run and Eventarc send them; or, as Azure Functions call a custom handler, any
// value of the object Data. The answer is JSON.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		fmt.Fprintln(w, "courant") // for those that ask whether it is well
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostCall))
	var c Call
	azure := false
	if err == nil {
		c, azure, err = readCall(r.Header, text)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := f.Call(r.Context(), c)
	var options BadOptions
	switch {
	case errors.As(err, &options):
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	case errors.Is(err, store.ErrAway):
		http.Error(w, err.Error(), http.StatusServiceUnavailable) // it is called again
		return
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	var body any = answer
	if azure {
		body = map[string]any{"Outputs": map[string]any{}, "Logs": nil, "ReturnValue": answer}
	}
	_ = json.NewEncoder(w).Encode(body) // who called has gone
}

// readCall reads one from a request. Errors: what is none.
func readCall(h http.Header, text []byte) (c Call, azure bool, err error) {
	if m := cehttp.NewMessageFromHttpRequest(&http.Request{Header: h}); m.ReadEncoding().String() == "structured" {
		e := event.Event{}
		if err := json.Unmarshal(text, &e); err != nil {
			return c, false, fmt.Errorf("this is no CloudEvent: %w", err)
		}
		text = e.Data()
	}
	var outer struct {
		Data map[string]json.RawMessage
	}
	if json.Unmarshal(text, &outer) == nil && len(outer.Data) > 0 {
		for _, value := range outer.Data {
			// A message of a queue comes as text.
			var inner string
			if json.Unmarshal(value, &inner) == nil {
				value = json.RawMessage(inner)
			}
			if json.Unmarshal(value, &c) == nil && c.Run != "" {
				return c, true, nil
			}
		}
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, false, fmt.Errorf("a call is JSON: %w", err)
	}
	return c, false, nil
}
