package workflow

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/store"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// The stories of testdata/transcripts: what happens stands at the margin, with its time
// in seconds, and below it, indented, what the driver does. The first line has the
// number of tasks and what is not as usual.
//
//	0 start           all tasks begin
//	1 began #2        copy 2 has a worker
//	5 done #2         it has ended well
//	5 failed #2 WHY   not well; the words permanent, away and budget name errors of theirs
//	9 time            nothing but time has passed
//	9 summed          the sum of all gradients is there
//	9 cancelled       somebody wants no more of the run
//	9 dropped 1       the zero gradient of task 1 is in the store
//	9 store away, store back
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := played(string(text))
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("got\n%s\nwant\n%s", got, text)
			}
		})
	}
}

// played is a transcript with what the driver does in it.
func played(text string) (string, error) {
	var out strings.Builder
	var e *evaluation
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue // of what was done the last time
		}
		out.WriteString(line + "\n")
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if words[0] == "tasks" {
			var err error
			if e, err = evaluationOf(words); err != nil {
				return "", err
			}
			continue
		}
		actions, err := played1(e, words)
		if err != nil {
			return "", fmt.Errorf("%s: %w", line, err)
		}
		for _, a := range actions {
			out.WriteString("  " + a.String() + "\n")
		}
		if e.over {
			fmt.Fprintf(&out, "  over: %v\n", e.outcome)
		}
	}
	return out.String(), nil
}

// evaluationOf reads the first line: tasks 3 attempts 2 deadline 9 budget 20 spent 5 drop deaf.
func evaluationOf(words []string) (*evaluation, error) {
	o := Options{Attempts: 4, Backoff: time.Second, Sweep: 2 * time.Second}
	var missing []int
	var spent time.Duration
	hears := true
	for i := 0; i < len(words); i++ {
		n := 0
		if i+1 < len(words) {
			n, _ = strconv.Atoi(words[i+1])
		}
		switch seconds := time.Duration(n) * time.Second; words[i] {
		case "tasks":
			for place := range n {
				missing = append(missing, place)
			}
		case "attempts":
			o.Attempts = n
		case "deadline":
			o.Deadline = seconds
		case "budget":
			o.Budget = seconds
		case "spent":
			spent = seconds
		case "drop":
			o.Policy = Drop
			continue
		case "deaf":
			hears = false
			continue
		default:
			return nil, fmt.Errorf("unknown word %s", words[i])
		}
		i++
	}
	return newEvaluation(o, 7, missing, spent, hears), nil
}

var zero = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// played1 carries out one line.
func played1(e *evaluation, words []string) ([]action, error) {
	seconds, err := strconv.ParseFloat(words[0], 64)
	if err != nil {
		return nil, err
	}
	in := input{at: zero.Add(time.Duration(seconds * float64(time.Second)))}
	if len(words) > 2 {
		in.copy, _ = strconv.Atoi(strings.TrimPrefix(words[2], "#"))
		in.task = in.copy
	}
	if _, t := e.owner(in.copy); t != nil && !t.copies[in.copy].began.IsZero() {
		in.took = in.at.Sub(t.copies[in.copy].began)
	}
	switch words[1] {
	case "start":
		return e.start(in.at), nil
	case "began":
		in.kind = began
	case "done":
		in.kind = ended
	case "failed":
		in.kind, in.err = ended, errors.New(strings.Join(words[3:], " "))
		switch strings.TrimSuffix(words[3], ":") {
		case "permanent":
			in.err = batch.Permanent(in.err)
		case "away":
			in.err = batch.Away(in.err)
		case "budget":
			in.err = ErrBudget
		}
	case "time":
	case "summed":
		in.kind = allSummed
	case "cancelled":
		in.kind, in.err = stop, ErrCancelled
	case "dropped":
		in.kind = dropped
	case "store":
		if in.kind = storeBack; words[2] == "away" {
			in.kind, in.err = storeAway, store.ErrAway
		}
	default:
		return nil, fmt.Errorf("unknown word %s", words[1])
	}
	return e.step(in), nil
}

func (a action) String() string {
	switch a.kind {
	case begin:
		return fmt.Sprintf("begin task %d, copy #%d", a.task, a.copy)
	case giveUp:
		why := ""
		if a.err != nil {
			why = ": " + a.err.Error()
		}
		return fmt.Sprintf("give up copy #%d%s", a.copy, why)
	case letter:
		return fmt.Sprintf("keep why task %d failed: %v", a.task, a.err)
	case drop:
		return fmt.Sprintf("submit zero for task %d", a.task)
	}
	text := "say " + a.event.Kind
	if v := a.event; v.Kind != "sweep" && (v.Kind != "away" && v.Kind != "back" || v.Task.Version > 0) {
		text += fmt.Sprintf(" task %d", v.Task.Place)
	}
	if a.event.Took > 0 {
		text += fmt.Sprintf(" after %v", a.event.Took)
	}
	if a.event.Err != nil {
		text += ": " + a.event.Err.Error()
	}
	return text
}
