// Package dashboard shows a run of the workflow in a browser: where it stands, the
// misfit, the image as it improves. It only reads: it may be started and stopped at any
// time, and looks at the store when it is asked.
//
// In: a Source: a function that gives the Status of the run, and the folder of its
// pictures. Out: an http.Handler that serves the page, its pictures, the status as JSON
// and metrics for Prometheus. Start at Handler; `courant serve` calls it, and page.html
// is the page.
package dashboard

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// Status is what is shown.
type Status struct {
	Run        string      `json:"run"`
	Phase      string      `json:"phase"`
	Version    int         `json:"version"` // being evaluated
	Done       bool        `json:"done"`
	Present    int         `json:"present"`            // tasks of this version that are done
	Tasks      []string    `json:"tasks"`              // state of each: done, running, waiting, again or failed
	Failures   []string    `json:"failures,omitempty"` // why tasks failed
	Evaluated  int         `json:"evaluated"`          // tasks since the beginning
	Retries    int         `json:"retries"`
	Rate       float64     `json:"rate"`  // tasks a second, 0 when it is not known
	Left       float64     `json:"left"`  // seconds, if every step is taken at once; 0 when it is not known
	Spent      float64     `json:"spent"` // seconds of all tasks before this version
	Price      float64     `json:"price,omitempty"`
	Iterations []Iteration `json:"iterations"`
	Planned    int         `json:"planned"` // iterations
}

// Took is what all tasks took, for people.
func (s *Status) Took() string { return Span(s.Spent) }

// Remain is how long it will take at least, for people.
func (s *Status) Remain() string { return Span(s.Left) }

// Cost is what they cost.
func (s *Status) Cost() float64 { return s.Spent / 3600 * s.Price }

// Span is a time in seconds, for people: to a tenth of a second below a minute,
// otherwise to a second.
func Span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Absolute is the misfit as it is.
func (s *Status) Absolute() float64 {
	if len(s.Iterations) == 0 {
		return 0
	}
	return s.Iterations[len(s.Iterations)-1].Absolute
}

// Steps is the number of iterations that are done.
func (s *Status) Steps() int { return max(0, len(s.Iterations)-1) }

// Iteration is a step of the inversion.
type Iteration struct {
	Misfit   float64 `json:"misfit"`   // by that of the start, of the band
	Absolute float64 `json:"absolute"` // as it is
	Band     int     `json:"band"`
}

// Source gives the status, and pictures lie in Folder.
type Source struct {
	Status func(ctx context.Context) (*Status, error)
	Folder string
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"curve": curve, "percent": percent}).Parse(pageText))

// Handler serves the page, its picture, the status as JSON and metrics in the
// text format of Prometheus.
func Handler(s Source) http.Handler {
	mux := http.NewServeMux()
	with := func(f func(w http.ResponseWriter, r *http.Request, st *Status) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			st, err := s.Status(r.Context())
			if err == nil {
				err = f(w, r, st)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	mux.HandleFunc("GET /{$}", with(func(w http.ResponseWriter, _ *http.Request, st *Status) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		return page.Execute(w, struct {
			*Status
			Picture string
		}{st, s.picture()})
	}))
	mux.HandleFunc("GET /status.json", with(func(w http.ResponseWriter, _ *http.Request, st *Status) error {
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(st)
	}))
	mux.HandleFunc("GET /metrics", with(func(w http.ResponseWriter, _ *http.Request, st *Status) error {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		last := Iteration{Misfit: 1}
		if n := len(st.Iterations); n > 0 {
			last = st.Iterations[n-1]
		}
		done := 0
		if st.Done {
			done = 1
		}
		label := fmt.Sprintf("{run=%q}", st.Run)
		for _, m := range []struct {
			name, help string
			value      any
		}{
			{"courant_tasks", "Tasks of this evaluation.", len(st.Tasks)}, {"courant_tasks_present", "Tasks of this evaluation that are done.", st.Present},
			{"courant_tasks_failed", "Tasks of this evaluation that failed for good.", count(st.Tasks, "failed")}, {"courant_tasks_running", "Tasks that are carried out.", count(st.Tasks, "running")},
			{"courant_tasks_evaluated", "Tasks that were evaluated since the beginning.", st.Evaluated}, {"courant_retries", "Attempts that failed.", st.Retries}, {"courant_task_rate", "Tasks a second.", st.Rate}, {"courant_task_seconds", "What all tasks before took.", st.Spent},
			{"courant_evaluation", "Number of the evaluation.", st.Version}, {"courant_iterations", "Iterations that are done.", max(0, len(st.Iterations)-1)},
			{"courant_misfit", "Misfit.", last.Absolute}, {"courant_misfit_ratio", "Misfit by that of the start.", last.Misfit}, {"courant_done", "1 when the run is done.", done},
		} {
			fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n%s%s %v\n", m.name, m.help, m.name, m.name, label, m.value)
		}
		return nil
	}))
	mux.HandleFunc("GET /picture/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		if !slices.Contains(s.pictures(), name) {
			http.NotFound(w, r)
			return
		}
		f, about, err := s.open(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer f.Close()
		http.ServeContent(w, r, name, about.ModTime(), f)
	})
	return mux
}

// open opens a picture: a file of the folder, never what a link there leads to.
func (s Source) open(name string) (*os.File, os.FileInfo, error) {
	root, err := os.OpenRoot(s.Folder)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	before, err := root.Lstat(name)
	if err == nil && !before.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", name)
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	about, err := f.Stat()
	if err == nil && !os.SameFile(before, about) { // it was replaced meanwhile
		err = fmt.Errorf("%s is another file now", name)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, about, nil
}

// pictures are those of iterations, the latest last.
func (s Source) pictures() (names []string) {
	entries, err := os.ReadDir(s.Folder)
	if err != nil {
		return nil // there is none yet
	}
	for _, e := range entries {
		if n := e.Name(); e.Type().IsRegular() && strings.HasSuffix(n, ".png") && (strings.HasPrefix(n, "model_") || strings.HasPrefix(n, "image_")) {
			names = append(names, n)
		}
	}
	return names // as they are sorted
}

func (s Source) picture() string {
	if all := s.pictures(); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// count is how many tasks are in a state.
func count(tasks []string, state string) (n int) {
	for _, t := range tasks {
		if t == state {
			n++
		}
	}
	return n
}

func percent(part, whole int) int { return 100 * part / max(whole, 1) }

// curve are the points of the misfits in a box of 600 by 200.
func curve(all []Iteration, planned int) string {
	var b strings.Builder
	for i, it := range all {
		x := 600 * float64(i) / float64(max(planned, len(all)-1, 1))
		fmt.Fprintf(&b, "%.1f,%.1f ", x, 200*(1-min(it.Misfit, 1)))
	}
	return strings.TrimSpace(b.String())
}
