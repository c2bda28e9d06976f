package batch

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// What the error of a task may say beside its reason, wherever it was carried out.
// All others, as the death of a worker, may be mended by another attempt.
var (
	// ErrPermanent says that no attempt can mend it, such as an argument that is wrong.
	ErrPermanent = errors.New("no further attempt can mend it")
	// ErrAway says that the store or the queue was out of reach: no fault of the task.
	ErrAway = errors.New("the store or the queue is away")
)

// marked is an error that says so.
type marked struct{ reason, kind error }

func (m *marked) Error() string   { return m.reason.Error() }
func (m *marked) Unwrap() []error { return []error{m.reason, m.kind} }

// Permanent marks an error as ErrPermanent.
func Permanent(err error) error { return &marked{err, ErrPermanent} }

// Away marks an error as ErrAway.
func Away(err error) error { return &marked{err, ErrAway} }

// answer is the line by which a worker tells how a task ended.
func answer(err error) string {
	word := "failed"
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, ErrPermanent):
		word = "permanent"
	case errors.Is(err, ErrAway):
		word = "away"
	}
	return word + " " + strings.ReplaceAll(strings.ReplaceAll(err.Error(), "\r", ""), "\n", "; ")
}

// said is what such a line says.
func said(line string) error {
	word, reason, _ := strings.Cut(line, " ")
	switch word {
	case "done":
		return nil
	case "failed":
		return errors.New(reason)
	case "permanent":
		return Permanent(errors.New(reason))
	case "away":
		return Away(errors.New(reason))
	}
	return fmt.Errorf("a worker answered %.200q, which is no answer", line)
}

// What a task can ask for.
const (
	mostPlaces   = 1 << 24
	mostVersions = 1 << 31
	mostThreads  = 1 << 12
)

// readTask reads a task from its text. Errors: what is none.
func readTask(text []byte) (t Task, err error) {
	if err := json.Unmarshal(text, &t); err != nil {
		return t, fmt.Errorf("%.200q is no task: %w", text, err)
	}
	n := t.Needs
	if t.Version < 0 || t.Version > mostVersions || t.Place < 0 || t.Place >= mostPlaces || n.Threads < 0 || n.Threads > mostThreads || n.Ranks < 0 || n.Ranks > mostPlaces || n.GPUs < 0 || n.GPUs > mostThreads || n.Memory < 0 {
		return t, fmt.Errorf("there is no %s that needs %+v", t, n)
	}
	return t, nil
}
