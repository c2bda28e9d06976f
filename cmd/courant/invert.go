package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/batch"
	"github.com/courant-pde/courant/runtime/dashboard"
	"github.com/courant-pde/courant/runtime/imaging"
	"github.com/courant-pde/courant/runtime/machine"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/runtime/workflow"
)

// surveyFlags say what is inverted and where its run is kept.
type surveyFlags struct {
	out, store, target, memory string
	threads                    int
}

func (f *surveyFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.out, "out", "inversion", "folder for the results")
	flags.StringVar(&f.store, "store", "", "folder of the store, or s3://bucket/prefix; several runs may share it (default: store in the folder for the results)")
	flags.StringVar(&f.target, "target", target.Names()[0], "what runs the operator")
	flags.StringVar(&f.memory, "memory", "", "memory of a worker, such as 2GiB (default: three quarters of what is free, divided among the workers)")
	flags.IntVar(&f.threads, "threads", 0, "threads of a worker (default: the cores divided among the workers)")
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"toml"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// open reads a configuration, compiles its operators and opens its run.
func (f *surveyFlags) open(ctx context.Context, path string) (*imaging.Survey, *workflow.Run, error) {
	backend, err := target.Find(f.target)
	if err != nil {
		return nil, nil, usageError{err}
	}
	config, err := survey.LoadConfig(path)
	if err != nil {
		return nil, nil, usageError{err}
	}
	s, err := imaging.NewSurvey(ctx, config, backend, f.threads)
	if err != nil {
		return nil, nil, err
	}
	if s.Memory, err = bytesOf(f.memory); err != nil {
		return nil, nil, err
	}
	if f.store == "" {
		f.store = filepath.Join(f.out, "store")
	}
	st, err := store.Open(ctx, f.store)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.Workflow(st)
	return s, r, err
}

func newInvert() *cobra.Command {
	f := &surveyFlags{}
	var workers, attempts int
	var deadline time.Duration
	var onFailure string
	var asJSON, quiet bool
	c := &cobra.Command{
		Use:   "invert CONFIG.toml --out DIR",
		Short: "Make a model or an image of the records of a survey",
		Long: `Inverts the survey that a TOML file describes: full-waveform inversion (method =
"fwi") for the velocities, or least-squares migration (method = "lsrtm") for the
rough part of the squared slowness. The folder gets a model or an image with its
picture for every iteration, and misfit.json. docs/invert.md describes the file.

Shots are evaluated by worker processes. All that is computed is kept in a
store: the command may be stopped or killed at any moment, and given again goes
on where it was, with the same result bit by bit. Several may drive one run.`,
		Example: "  courant invert testdata/shots/lsrtm.toml --out lsrtm",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			policies := map[string]workflow.Policy{"fail": workflow.Fail, "drop": workflow.Drop}
			policy, ok := policies[onFailure]
			if !ok || workers < 0 || workers > 1024 || attempts < 1 || deadline < 0 {
				return usage("--on-failure is fail or drop, --workers 0 to 1024, --attempts 1 or more, --deadline not negative")
			}
			cores := machine.Describe().Cores
			if workers == 0 {
				workers = max(1, cores)
			}
			if f.threads == 0 {
				f.threads = max(1, cores/workers)
			}
			if free := machine.Describe().Available; f.memory == "" && free > 0 {
				f.memory = fmt.Sprintf("%dB", free/4*3/int64(workers))
			}
			s, r, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			var all []workflow.Worker
			for range min(workers, len(s.Shots)) {
				w := &batch.Process{Command: func() *exec.Cmd { return f.worker(args[0]) }}
				defer w.Close()
				all = append(all, w)
			}
			told := 0
			tell := func(e workflow.Event) {
				switch {
				case e.Kind == "version" && e.Position.State != nil || e.Kind == "done":
					state := e.Position.State.(*imaging.State)
					if _, err := s.WriteResults(c.Context(), r, f.out); err != nil {
						fmt.Fprintln(c.ErrOrStderr(), "warning:", err)
					}
					for ; told < len(state.Updates) && !quiet; told++ {
						u := state.Updates[told]
						line := fmt.Sprintf("iteration %3d: misfit %.4f, every shot evaluated %d times", u.Iteration, u.Misfit, u.Evaluations)
						if d, err := s.ModelError(state); err == nil && d > 0 && told == len(state.Updates)-1 {
							line += fmt.Sprintf(", model error %.4f", d)
						}
						fmt.Fprintln(c.ErrOrStderr(), line)
					}
				case e.Kind == "retry" || e.Kind == "drop" || e.Kind == "again":
					fmt.Fprintf(c.ErrOrStderr(), "%s: %s %v\n", e.Kind, e.Task, errorOr(e.Err, "takes long"))
				}
			}
			o := workflow.Options{Attempts: attempts, Deadline: deadline, Policy: policy, Tell: tell}
			if err := workflow.Drive(c.Context(), r, all, o); err != nil {
				return err
			}
			updates, err := s.WriteResults(c.Context(), r, f.out)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(updates)
			}
			last := updates[len(updates)-1]
			if last.Iteration == 0 {
				fmt.Fprintf(c.OutOrStdout(), "an image of %d shots\nresults in %s\n", len(s.Shots), f.out)
				return nil
			}
			fmt.Fprintf(c.OutOrStdout(), "%d iterations, each of %d shots evaluated %d times: the misfit fell to %.4f of that of the start\nresults in %s\n", last.Iteration, len(s.Shots), last.Evaluations, last.Misfit, f.out)
			return nil
		},
	}
	f.add(c)
	flags := c.Flags()
	flags.IntVar(&workers, "workers", 0, "worker processes (default: one per core)")
	flags.IntVar(&attempts, "attempts", 4, "attempts at a shot")
	flags.DurationVar(&deadline, "deadline", 0, "longest time of an attempt, such as 30m (default: none)")
	flags.StringVar(&onFailure, "on-failure", "fail", "what becomes of the run when a shot fails for good: fail, or drop the shot")
	flags.BoolVar(&asJSON, "json", false, "print the iterations as one JSON array")
	flags.BoolVarP(&quiet, "quiet", "q", false, "no progress")
	return c
}

func errorOr(err error, text string) any {
	if err == nil {
		return text
	}
	return err
}

// worker is the command of a worker process of this program.
func (f *surveyFlags) worker(config string) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	args := []string{"worker", config, "--store", f.store, "--target", f.target, "--threads", strconv.Itoa(f.threads)}
	if f.memory != "" {
		args = append(args, "--memory", f.memory)
	}
	return exec.Command(program, args...)
}

func newWorker() *cobra.Command {
	f := &surveyFlags{}
	c := &cobra.Command{
		Use:    "worker CONFIG.toml --store DIR",
		Short:  "Evaluate shots of an inversion that are named on standard input",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, r, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			return batch.Serve(c.Context(), func(ctx context.Context, t workflow.Task) error { return s.Do(ctx, r, t) })
		},
	}
	f.add(c)
	return c
}

func newStatus() *cobra.Command {
	f := &surveyFlags{}
	var asJSON bool
	c := &cobra.Command{
		Use:   "status CONFIG.toml --out DIR",
		Short: "Where an inversion stands",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, r, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			st, err := statusOf(c.Context(), s, r)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(st)
			}
			out := c.OutOrStdout()
			for i, it := range st.Iterations {
				fmt.Fprintf(out, "iteration %3d: misfit %.4f\n", i, it.Misfit)
			}
			switch {
			case st.Done:
				fmt.Fprintf(out, "done after %d of %d iterations\n", len(st.Iterations)-1, st.Planned)
			case st.Version == 0:
				fmt.Fprintf(out, "illumination: %d of %d shots\n", st.Present, st.Shots)
			default:
				fmt.Fprintf(out, "evaluation %d: %d of %d shots\n", st.Version, st.Present, st.Shots)
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func newServe() *cobra.Command {
	f := &surveyFlags{}
	var address string
	c := &cobra.Command{
		Use:   "serve CONFIG.toml --out DIR",
		Short: "Show an inversion in a browser: progress, misfit and the image as it improves",
		Long: `Serves a page for one inversion, which it only reads, with its status as JSON
under /status.json and for Prometheus under /metrics. It may be started and
stopped at any time.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, r, err := f.open(c.Context(), args[0])
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return usageError{err}
			}
			server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: dashboard.Handler(dashboard.Source{Folder: f.out, Status: func(ctx context.Context) (*dashboard.Status, error) {
				return statusOf(ctx, s, r)
			}})}
			stop := context.AfterFunc(c.Context(), func() { _ = server.Close() })
			defer stop()
			fmt.Fprintf(c.OutOrStdout(), "http://%s\n", listener.Addr())
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&address, "address", "127.0.0.1:8080", "address and port to serve at; port 0 takes a free one")
	return c
}

// statusOf is where a run stands.
func statusOf(ctx context.Context, s *imaging.Survey, r *workflow.Run) (*dashboard.Status, error) {
	p, err := r.Position(ctx)
	if err != nil {
		return nil, err
	}
	st := &dashboard.Status{Run: r.Name, Version: p.Version, Done: p.Done, Shots: r.Shots, Present: p.Present, Missing: p.Missing, Planned: s.Iterations()}
	if p.State != nil {
		for _, u := range p.State.(*imaging.State).Updates {
			st.Iterations = append(st.Iterations, dashboard.Iteration{Misfit: u.Misfit})
		}
	}
	return st, nil
}
