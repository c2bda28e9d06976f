package workflow

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"
	"time"
)

// Journal logs the events of a run, one JSON object a line.
func Journal(w io.Writer) func(Event) {
	log := slog.New(slog.NewJSONHandler(w, nil))
	return func(e Event) {
		args := []any{"version", e.Task.Version, "task", e.Task.Place}
		if e.Position != nil {
			args = []any{"version", e.Position.Version, "missing", len(e.Position.Missing)}
		}
		if e.Took > 0 {
			args = append(args, "seconds", e.Took.Seconds())
		}
		if e.Err != nil {
			args = append(args, "error", e.Err.Error())
		}
		switch e.Kind {
		case "retry", "drop", "away":
			log.Warn(e.Kind, args...)
		default:
			log.Info(e.Kind, args...)
		}
	}
}

// Activity is what a journal tells of how a run is driven.
type Activity struct {
	Last     time.Time         // of the last event
	Running  map[int]time.Time // tasks of the last version that have begun and not ended
	Failures map[int]string    // by task: why its last attempt failed, of those that have not succeeded since
	Retries  int               // of all versions
	// Rate is tasks a second, of the last ones that ended; 0 for none.
	Rate float64
}

// recent is from how many tasks the rate is taken.
const recent = 50

// ReadJournal reads one. Lines that are no events, such as the last one of a
// driver that was killed, are passed over.
func ReadJournal(r io.Reader) (*Activity, error) {
	a := &Activity{Running: map[int]time.Time{}, Failures: map[int]string{}}
	var ends []time.Time
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var line struct {
			Time  time.Time `json:"time"`
			Kind  string    `json:"msg"`
			Task  int       `json:"task"`
			Error string    `json:"error"`
		}
		if json.Unmarshal(in.Bytes(), &line) != nil {
			continue
		}
		a.Last = line.Time
		switch line.Kind {
		case "version", "done":
			clear(a.Running)
			clear(a.Failures)
		case "begun":
			a.Running[line.Task] = line.Time
		case "task":
			ends = append(ends, line.Time)
			delete(a.Running, line.Task)
			delete(a.Failures, line.Task)
		case "retry", "drop", "away":
			a.Retries++
			delete(a.Running, line.Task)
			a.Failures[line.Task] = line.Error
		}
	}
	ends = ends[max(0, len(ends)-recent):]
	if n := len(ends); n > 1 {
		if d := ends[n-1].Sub(ends[0]); d > 0 {
			a.Rate = float64(n-1) / d.Seconds()
		}
	}
	return a, in.Err()
}
