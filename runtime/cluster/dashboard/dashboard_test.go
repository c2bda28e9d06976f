package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestDashboard(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"model_000.png", "model_001.png", "secret.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("picture "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st := &Status{Run: "runs/<b>", Phase: "evaluating", Version: 3, Present: 4, Tasks: []string{"done", "done", "done", "done", "running", "waiting", "failed", "waiting", "waiting", "waiting"}, Failures: []string{"task 6: <out of memory>"}, Spent: 5400, Price: 2, Rate: 0.25, Planned: 5, Iterations: []Iteration{{Misfit: 1}, {Misfit: 0.5, Absolute: 12.5}}, Evaluated: 34}
	var failure error
	h := Handler(Source{Folder: dir, Status: func(context.Context) (*Status, error) { return st, failure }})
	_, body := get(t, h, "/")
	for _, want := range []string{"evaluation 3, evaluating: 4 of 10 tasks", `title="task 4: running"`, "task 6: &lt;out of memory&gt;", "1h30m0s of tasks, 3.00 at 2 an hour, 0.25 tasks a second", `value="40"`, "0.0,0.0 120.0,100.0", "/picture/model_001.png", "runs/&lt;b&gt;", "refresh"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	if code, body := get(t, h, "/picture/model_001.png"); code != 200 || body != "picture model_001.png" {
		t.Errorf("the picture: %d, %q", code, body)
	}
	// What a link leads to is not the run's to show.
	for name, to := range map[string]string{"model_002.png": "secret.png", "model_003.png": "/etc/hostname", "image_001.png": "."} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, body := get(t, h, "/"); !strings.Contains(body, "/picture/model_001.png") {
		t.Errorf("another picture:\n%s", body)
	}
	for _, path := range []string{"/picture/model_002.png", "/picture/model_003.png", "/picture/image_001.png", "/picture/secret.png", "/picture/..%2Fsecret.png", "/other"} {
		if code, _ := get(t, h, path); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
	var read Status
	if _, body := get(t, h, "/status.json"); json.Unmarshal([]byte(body), &read) != nil || read.Present != 4 {
		t.Errorf("the status: %s", body)
	}
	if _, body := get(t, h, "/metrics"); !strings.Contains(body, `courant_misfit_ratio{run="runs/<b>"} 0.5`) {
		t.Errorf("metrics:\n%s", body)
	}
	if _, body := get(t, h, "/metrics"); !strings.Contains(body, `courant_tasks_failed{run="runs/<b>"} 1`) || !strings.Contains(body, `courant_tasks{run="runs/<b>"} 10`) {
		t.Errorf("metrics:\n%s", body)
	}
	for _, want := range []string{`courant_misfit{run="runs/<b>"} 12.5`, `courant_tasks_evaluated{run="runs/<b>"} 34`} {
		if _, body := get(t, h, "/metrics"); !strings.Contains(body, want) {
			t.Errorf("metrics lack %s:\n%s", want, body)
		}
	}
	st.Done = true
	if _, body := get(t, h, "/"); strings.Contains(body, "refresh") || !strings.Contains(body, "done after") {
		t.Errorf("a page that is done:\n%s", body)
	}
	failure = errors.New("the store is gone")
	if code, body := get(t, h, "/"); code != 500 || !strings.Contains(body, "the store is gone") {
		t.Errorf("%d %s", code, body)
	}
}
