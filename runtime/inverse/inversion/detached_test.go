package inversion_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/courant-pde/courant/backends/c"
	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/batch/systemtest"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
)

// openFolder opens the batch system of the tests: a folder.
func openFolder(_ context.Context, name, _ string) (batch.System, error) {
	path, ok := strings.CutPrefix(name, "folder:")
	if !ok {
		return nil, fmt.Errorf("%q is no folder", name)
	}
	return &systemtest.Folder{Path: path}, nil
}

// This program is a worker of the batch system when it is an element of an array.
func TestMain(m *testing.M) {
	array, index, ok, err := batch.Element()
	if !ok {
		os.Exit(m.Run())
	}
	if err == nil {
		err = serve(array, index, os.Args[1:])
	}
	switch {
	case errors.Is(err, batch.ErrLeaving):
		os.Exit(batch.Leaving)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(array string, index int, args []string) error {
	leaving, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	o := inversion.Remote{Target: c.Target{}, OpenSystem: openFolder, Leaving: leaving.Done()}
	f := flag.NewFlagSet("worker", flag.ContinueOnError)
	f.StringVar(&o.Store, "store", "", "")
	f.StringVar(&o.Run, "run", "", "")
	f.StringVar(&o.Generation, "generation", "", "")
	f.IntVar(&o.Threads, "threads", 1, "")
	f.DurationVar(&o.Failures, "mtbf", 0, "")
	f.String("target", "", "")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	return o.ServeElement(context.Background(), array, index, &inversion.Worker{Out: os.Stderr})
}

// An inversion that nobody drives, whose workers are killed and told to leave again and
// again, gives the bits of one that is driven: what they leave undone is mended by a
// function, which a state machine in Amazon States Language calls.
func TestDetached(t *testing.T) {
	config, folder := example()
	defer os.RemoveAll(folder)
	want := model(t, inversion.Options{Config: config, Folder: folder + "/driven"})

	system := filepath.Join(folder, "system")
	machine := &systemtest.Machine{Folder: systemtest.Folder{Path: system}}
	machine.Start(t)
	in, err := inversion.Open(t.Context(), inversion.Options{Config: config, Folder: folder + "/detached", System: "folder:" + system, OpenSystem: openFolder, Attempts: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Detach(t.Context()); err != nil {
		t.Fatal(err)
	}
	var killed, left atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { // so that whole arrays are lost, and their last workers too
		for i := 0; ctx.Err() == nil && i < 12; i++ {
			time.Sleep(150 * time.Millisecond)
			if i%2 == 0 {
				killed.Add(int64(machine.Kill()))
			} else {
				left.Add(int64(machine.Signal(syscall.SIGTERM)))
			}
		}
	}()
	f := &inversion.Function{Remote: inversion.Remote{Target: c.Target{}, Threads: 1, OpenSystem: openFolder}}
	server := httptest.NewServer(f)
	defer server.Close()
	calls := 0
	input := map[string]any{"store": in.Store, "run": in.Run.Name}
	out, err := interpret(t, func(input []byte) ([]byte, error) {
		calls++
		r, err := http.Post(server.URL, "application/json", bytes.NewReader(input))
		if err != nil {
			return nil, err
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err == nil && r.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", r.Status, text)
		}
		return text, err
	}, input)
	if err != nil {
		t.Fatalf("%v\n%s", err, machine.Words())
	}
	if phase := out.(map[string]any)["phase"]; phase != "done" {
		t.Errorf("it ends with %v", out)
	}
	if answers, err := f.CallAll(t.Context(), in.Store); err != nil || len(answers) > 0 {
		t.Errorf("it is done, and still looked after: %v, %v", answers, err)
	}
	if killed.Load()+left.Load() == 0 || calls < 2 {
		t.Errorf("%d workers were killed, %d had to leave, the function was called %d times", killed.Load(), left.Load(), calls)
	}
	updates, err := in.Drive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.Result(len(updates) - 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range want {
		if got.F64[i] != v {
			t.Fatalf("number %d of the model is %v, want %v", i, got.F64[i], v)
		}
	}
}

// interpret carries out what the state machine of a run that nobody drives says in
// Amazon States Language, with seconds a hundred times as short: the kinds of states
// that it has. It returns the output, or the cause of a state that fails.
func interpret(t *testing.T, task func(input []byte) ([]byte, error), data map[string]any) (any, error) {
	t.Helper()
	text, err := workflow.StatesLanguage("arn:aws:lambda:eu-central-1:1:function:courant", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var machine struct {
		StartAt string
		States  map[string]struct {
			Type, Next, ResultPath, OutputPath, Default, CausePath string
			Seconds                                                float64
			Choices                                                []struct {
				Variable, StringEquals, Next string
				IsPresent                    bool
			}
			Retry []struct {
				IntervalSeconds, BackoffRate float64
				MaxAttempts                  int
			}
		}
	}
	if err := json.Unmarshal(text, &machine); err != nil {
		t.Fatal(err)
	}
	at := func(path string) (value any, ok bool) {
		value, ok = any(data), true
		for _, key := range strings.Split(strings.TrimPrefix(path, "$."), ".") {
			var object map[string]any
			if object, ok = value.(map[string]any); !ok {
				return nil, false
			}
			if value, ok = object[key]; !ok {
				return nil, false
			}
		}
		return value, true
	}
	second := 10 * time.Millisecond
	for name := machine.StartAt; ; {
		s, ok := machine.States[name]
		if !ok {
			t.Fatalf("there is no state %q", name)
		}
		switch name = s.Next; s.Type {
		case "Task":
			input, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			wait := s.Retry[0].IntervalSeconds
			for try := 0; ; try++ {
				text, err := task(input)
				if err == nil {
					var result any
					if err := json.Unmarshal(text, &result); err != nil {
						t.Fatal(err)
					}
					data[strings.TrimPrefix(s.ResultPath, "$.")] = result
					break
				}
				if try == s.Retry[0].MaxAttempts {
					return nil, err
				}
				time.Sleep(time.Duration(wait * float64(second)))
				wait *= s.Retry[0].BackoffRate
			}
		case "Choice":
			name = s.Default
			for _, c := range s.Choices {
				if v, there := at(c.Variable); c.IsPresent && there || c.StringEquals != "" && v == c.StringEquals {
					name = c.Next
					break
				}
			}
		case "Wait":
			time.Sleep(time.Duration(s.Seconds * float64(second)))
		case "Succeed":
			out, _ := at(s.OutputPath)
			return out, nil
		case "Fail":
			cause, _ := at(s.CausePath)
			return nil, fmt.Errorf("%v", cause)
		default:
			t.Fatalf("a state of the type %q", s.Type)
		}
	}
}

// A function takes calls as clouds make them, and refuses what is none with a word.
func TestFunctionCalls(t *testing.T) {
	f := &inversion.Function{Stores: []string{"s3://ours/"}}
	call := `{"store": "s3://other/a", "run": "runs/0123456789abcdef"}`
	for name, c := range map[string]struct {
		header, body string
		want         string
	}{
		"plain":        {"", call, "does not serve the store s3://other/a"},
		"binary event": {"", call, "does not serve"},
		"structured event": {"application/cloudevents+json",
			`{"specversion": "1.0", "id": "1", "source": "timer", "type": "tick", "datacontenttype": "application/json", "data": ` + call + `}`, "does not serve"},
		"azure, queue": {"application/json", `{"Data": {"message": ` + fmt.Sprintf("%q", call) + `}, "Metadata": {}}`, "does not serve"},
		"azure, http":  {"application/json", `{"Data": {"req": ` + call + `}}`, "does not serve"},
		"no JSON":      {"", "hello", "a call is JSON"},
		"no run":       {"", `{"store": "s3://ours/a"}`, "names a store and a run"},
		"a bad run":    {"", `{"store": "s3://ours/a", "run": "../x"}`, "names a store and a run"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
		if r.Header.Set("Content-Type", c.header); name == "binary event" {
			r.Header.Set("Ce-Specversion", "1.0")
			r.Header.Set("Ce-Id", "1")
			r.Header.Set("Ce-Source", "timer")
			r.Header.Set("Ce-Type", "tick")
		}
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
