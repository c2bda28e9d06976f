package batch

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/courant-pde/courant/runtime/cluster/queue"
)

// Messages are read or refused; what is read is a task that there may be, with
// somebody to tell its end to.
func FuzzMessages(f *testing.F) {
	for _, text := range []string{"", "{}", `{"id":"a","replies":"b","task":{"version":1,"place":2,"needs":{"threads":3}}}`, `{"id":"a","replies":"b","task":null}`, `{"id":"a","answer":"done"}`, "permanent because"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = readReply(text) // which is looked up by its name
		if r, err := readRequest(text); err == nil {
			if r.ID == "" || queue.CheckTopic(r.Replies) != nil || r.Task.Place < 0 || r.Task.Version < 0 {
				t.Errorf("%+v", r)
			}
			back, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := readRequest(back); err != nil || again != r {
				t.Errorf("%+v became %+v, %v", r, again, err)
			}
		}
		if err := said(string(text)); err != nil {
			if again := said(answer(err)); again == nil || errors.Is(again, ErrPermanent) != errors.Is(err, ErrPermanent) {
				t.Errorf("%v became %v", err, again)
			}
		}
	})
}
