package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/backends/target"
	"github.com/courant-pde/courant/runtime/batch"
	"github.com/courant-pde/courant/runtime/imaging"
	"github.com/courant-pde/courant/runtime/machine"
	"github.com/courant-pde/courant/runtime/store"
	"github.com/courant-pde/courant/runtime/survey"
	"github.com/courant-pde/courant/runtime/workflow"
)

// surveyFlags say what is inverted and where its run is kept.
type surveyFlags struct {
	out, store, target string
	threads            int
}

func (f *surveyFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.out, "out", "inversion", "folder for the results")
	flags.StringVar(&f.store, "store", "", "folder of the store, or s3://bucket/prefix; several runs may share it (default: store in the folder for the results)")
	flags.StringVar(&f.target, "target", target.Names()[0], "what runs the operator")
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
	cmd := exec.Command(program, "worker", config, "--store", f.store, "--target", f.target, "--threads", strconv.Itoa(f.threads))
	return cmd
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
			p, err := r.Position(c.Context())
			if err != nil {
				return err
			}
			var updates []imaging.Update
			if p.State != nil {
				updates = p.State.(*imaging.State).Updates
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(struct {
					Run     string           `json:"run"`
					Version int              `json:"version"`
					Done    bool             `json:"done"`
					Shots   int              `json:"shots"`
					Present int              `json:"present"`
					Missing []int            `json:"missing"`
					Updates []imaging.Update `json:"iterations"`
				}{r.Name, p.Version, p.Done, r.Shots, p.Present, p.Missing, updates})
			}
			out := c.OutOrStdout()
			for _, u := range updates {
				fmt.Fprintf(out, "iteration %3d: misfit %.4f\n", u.Iteration, u.Misfit)
			}
			switch {
			case p.Done:
				fmt.Fprintf(out, "done after %d of %d iterations\n", len(updates)-1, s.Config.Inversion.Iterations)
			case p.Version == 0:
				fmt.Fprintf(out, "illumination: %d of %d shots\n", p.Present, r.Shots)
			default:
				fmt.Fprintf(out, "evaluation %d: %d of %d shots\n", p.Version, p.Present, r.Shots)
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}
