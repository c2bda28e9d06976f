package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/store"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
)

// drive is how a run is carried out.
type drive struct {
	surveyFlags
	queueFlags
	out, store, batch string
	workers, reducers int
	attempts          int
	deadline          time.Duration
	onFailure, budget string
	price             float64
	slurm             []string
	json, quiet       bool
}

func (d *drive) add(c *cobra.Command) {
	d.surveyFlags.add(c)
	d.queueFlags.add(c)
	flags := c.Flags()
	flags.StringVar(&d.batch, "batch", "processes", "what carries out the tasks: processes of this machine, slurm, or queue, for workers that are started by hand with courant worker")
	flags.StringArrayVar(&d.slurm, "slurm", nil, "option of sbatch, such as --slurm=--partition=long; may be repeated")
	flags.IntVar(&d.workers, "workers", 0, "worker processes (default: one per core)")
	flags.IntVar(&d.reducers, "reducers", 1, "processes that sum gradients as they arrive; 0 leaves that to this one")
	flags.IntVar(&d.attempts, "attempts", 4, "attempts at a shot")
	flags.DurationVar(&d.deadline, "deadline", 0, "longest time of an attempt, such as 30m (default: none)")
	flags.StringVar(&d.onFailure, "on-failure", "fail", "what becomes of the run when a shot fails for good: fail, or drop the shot")
	flags.StringVar(&d.budget, "budget", "", "what all tasks may take together: hours of tasks, such as 12h, or with --price an amount, such as 150 (default: no limit)")
	flags.Float64Var(&d.price, "price", 0, "price of an hour of a task, for --budget and courant status")
	flags.BoolVar(&d.json, "json", false, "print the iterations as one JSON array")
	flags.BoolVarP(&d.quiet, "quiet", "q", false, "no progress")
}

// options of the driver, checked all at once.
func (d *drive) options() (o workflow.Options, err error) {
	policies := map[string]workflow.Policy{"fail": workflow.Fail, "drop": workflow.Drop}
	policy, ok := policies[d.onFailure]
	if !ok || d.workers < 0 || d.workers > 1024 || d.reducers < 0 || d.reducers > 64 || d.attempts < 1 || d.deadline < 0 || d.price < 0 {
		return o, usage("--on-failure is fail or drop, --workers 0 to 1024, --reducers 0 to 64, --attempts 1 or more, --deadline and --price not negative")
	}
	if d.batch != "processes" && d.batch != "slurm" && d.batch != "queue" {
		return o, usage("there is no batch %q; processes, slurm and queue are possible", d.batch)
	}
	if d.batch == "queue" && !d.given() {
		return o, usage("workers that are started by hand need a queue that they can reach: give --queue, see courant queue")
	}
	o = workflow.Options{Attempts: d.attempts, Deadline: d.deadline, Policy: policy}
	if o.Budget, err = budgetOf(d.budget, d.price); err != nil {
		return o, err
	}
	return o, nil
}

// budgetOf is how long tasks may take: given as such, or as an amount of money.
func budgetOf(text string, price float64) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.ParseDuration(text)
	if amount, e := strconv.ParseFloat(text, 64); e == nil {
		if !(price > 0) {
			return 0, usage("the budget %s has no unit: give hours of tasks, such as 12h, or --price of an hour of a task", text)
		}
		t, err = time.Duration(amount/price*float64(time.Hour)), nil
	}
	if err != nil || t <= 0 {
		return 0, usage("%q is no budget; 12h, or 150 with --price, are", text)
	}
	return t, nil
}

// resources divides the machine among the workers.
func (d *drive) resources() {
	cores := machine.Describe().Cores
	if d.workers == 0 {
		d.workers = max(1, cores)
	}
	if d.threads == 0 {
		d.threads = max(1, cores/d.workers)
	}
	if free := machine.Describe().Available; d.memory == "" && free > 0 && d.batch == "processes" {
		d.memory = fmt.Sprintf("%dB", free/4*3/int64(d.workers))
	}
}

// run drives the run of a configuration to its end. Before is called with the run
// before it is driven; it may be nil.
func (d *drive) run(c *cobra.Command, config string, before func(ctx context.Context, s *imaging.Survey, r *workflow.Run) error) error {
	ctx := c.Context()
	o, err := d.options()
	if err != nil {
		return err
	}
	if d.resources(); d.batch != "queue" { // whose workers have threads of their own
		o.Needs.Threads = d.threads
	}
	if d.batch == "slurm" {
		if o.Needs.Memory, err = bytesOf(d.memory); err != nil {
			return err
		}
	}
	s, err := d.open(ctx, config)
	if err != nil {
		return err
	}
	warn := func(notes []string) {
		for _, n := range notes {
			fmt.Fprintln(c.ErrOrStderr(), "warning:", n)
		}
	}
	warn(s.Notes)
	told := len(s.Notes)
	r, err := d.openStore(ctx, s, config)
	if err != nil {
		return err
	}
	if before != nil {
		if err := before(ctx, s, r); err != nil {
			return err
		}
	}
	url, closed, err := d.openQueue(ctx, r, c.ErrOrStderr())
	if err != nil {
		return err
	}
	defer closed()
	err = s.Import(ctx, r)
	warn(s.Notes[told:])
	if err != nil {
		return err
	}
	b := d.newBatch(config, url, s, r)
	defer b.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var reducers sync.WaitGroup
	defer reducers.Wait()
	defer stop()
	d.reduce(ctx, &reducers, url, r)
	journal, err := os.OpenFile(filepath.Join(d.out, "log.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer journal.Close()
	progress, hush := newShots(c.ErrOrStderr(), d.quiet, s.Iterations())
	defer hush()
	results := s.Results(r, d.out)
	news := make(chan struct{}, 1)
	var drawing sync.WaitGroup
	drawing.Add(1)
	go func() { // while the next evaluation goes on
		defer drawing.Done()
		for range news {
			// What was found lost is evaluated again, and written then.
			if _, err := results.Write(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrNotExist) {
				progress.say("warning: " + err.Error())
			}
		}
	}()
	o.Tell = d.tell(progress, s, journal, news)
	o.Sweep = patience(s)
	var updates []imaging.Update
	for {
		if err = workflow.Drive(ctx, r, b, o); err != nil {
			break
		}
		// An early sum that is found lost while results are written is made again.
		if updates, err = results.Write(ctx); !errors.Is(err, store.ErrNotExist) {
			break
		}
	}
	close(news)
	drawing.Wait()
	hush()
	if err != nil {
		return err
	}
	return d.report(c, s, updates)
}

// patience is for how long reducers are waited for: two seconds, and what they need
// for the last gradient's way to the root, at 50 MB/s.
func patience(s *imaging.Survey) time.Duration {
	bytes, levels := 8*float64(s.Size()), math.Ceil(math.Log2(float64(len(s.Shots))+1))
	return 2*time.Second + time.Duration(bytes*levels/50e6*float64(time.Second))
}

// openStore opens the run of a survey, and leaves in the folder what it is.
func (d *drive) openStore(ctx context.Context, s *imaging.Survey, config string) (*workflow.Run, error) {
	if d.store == "" {
		d.store = filepath.Join(d.out, "store")
	}
	st, err := store.Open(ctx, d.store)
	if err != nil {
		return nil, err
	}
	r, err := s.Workflow(st, "")
	if err != nil {
		return nil, err
	}
	if old, err := readRecord(d.out); err == nil && old.Run != r.Name {
		return nil, usage("%s holds the results of another run: the configuration, or what it names, is not as it was; give another folder by --out, or remove this one", d.out)
	}
	for _, input := range []string{s.Config.Inversion.Start, s.Config.Inversion.Mask, s.Config.ModelSection.File} {
		if path, err := filepath.Abs(s.Config.Resolve(input)); err == nil && input != "" && imaging.Result(filepath.Base(path)) {
			if out, err := filepath.Abs(d.out); err == nil && filepath.Dir(path) == out {
				return nil, usage("%s is read, and lies where the results are written; give another folder by --out", path)
			}
		}
	}
	f := &record{Run: r.Name, Config: config, Store: d.store, Shots: len(s.Shots), Iterations: s.Iterations(), Bands: len(s.Config.Inversion.Bands), Price: d.price}
	for _, path := range []*string{&f.Config, &f.Store} {
		if !store.Remote(*path) {
			if *path, err = filepath.Abs(*path); err != nil {
				return nil, err
			}
		}
	}
	d.store = f.Store
	return r, f.write(d.out)
}

// openQueue gives the run a queue.
func (d *drive) openQueue(ctx context.Context, r *workflow.Run, errs io.Writer) (url string, closed func(), err error) {
	if !d.given() {
		r.Queue, url, closed, err = embedded(ctx, filepath.Join(d.out, queueFolder))
		return url, closed, err
	}
	if r.Queue, url, err = d.connect(ctx, errs); err != nil {
		return "", nil, err
	}
	return url, func() { _ = r.Queue.Close() }, nil
}

// child is a command of this program, which knows the queue.
func child(url string, args ...string) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	c := exec.Command(program, args...)
	c.Env = append(os.Environ(), queueVariable+"="+url)
	return c
}

// newBatch is what carries out the tasks.
func (d *drive) newBatch(config, url string, s *imaging.Survey, r *workflow.Run) batch.Batch {
	args := []string{"worker", config, "--store", d.store, "--run", r.Name, "--target", d.target, "--threads", strconv.Itoa(d.threads)}
	if d.memory != "" {
		args = append(args, "--memory", d.memory)
	}
	switch d.batch {
	case "queue":
		return batch.NewPulled(r.Queue, tasksTopic(r), batch.Quiet)
	case "slurm":
		c := child(url, append(args, "--task")...)
		return &batch.Slurm{Folder: filepath.Join(d.out, "slurm"), Command: append([]string{c.Path}, c.Args[1:]...), Environment: []string{queueVariable + "=" + url}, Options: d.slurm}
	}
	return batch.NewProcesses(min(d.workers, len(s.Shots)), func() *exec.Cmd { return child(url, append(args, "--stdin")...) })
}

// reduce keeps processes that make sums, until ctx ends.
func (d *drive) reduce(ctx context.Context, all *sync.WaitGroup, url string, r *workflow.Run) {
	if d.reducers == 0 {
		all.Add(1)
		go func() {
			defer all.Done()
			_ = workflow.Reduce(ctx, r.Store, r.Queue, nil) // what it leaves is swept up
		}()
	}
	for range d.reducers {
		all.Add(1)
		go func() {
			defer all.Done()
			for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 5*time.Second) {
				cmd := child(url, "reduce", "--store", d.store, "--attached")
				in, err := cmd.StdinPipe() // at whose end it ends, as when this process dies
				if err == nil {
					err = cmd.Start()
				}
				if err == nil {
					stop := context.AfterFunc(ctx, func() { _ = in.Close() })
					_ = cmd.Wait()
					stop()
				}
				select { // it died: another one
				case <-ctx.Done():
				case <-time.After(wait):
				}
			}
		}()
	}
}

// tell writes progress and the journal as things happen, and passes on that there
// are news.
func (d *drive) tell(progress *shots, s *imaging.Survey, journal io.Writer, news chan<- struct{}) func(workflow.Event) {
	told := 0
	log := workflow.Journal(journal)
	return func(e workflow.Event) {
		log(e)
		switch {
		case e.Kind == "version" && e.Position.State != nil || e.Kind == "done":
			state := e.Position.State.(*imaging.State)
			select {
			case news <- struct{}{}:
			default: // there are some already
			}
			for ; told < min(len(state.Updates), s.Iterations()+1) && !d.quiet; told++ {
				u := state.Updates[told]
				line := fmt.Sprintf("iteration %3d: misfit %.4f (%.4g), %d tasks", u.Iteration, u.Misfit, u.Absolute, u.Tasks)
				if n := len(s.Config.Inversion.Bands); n > 0 {
					line += fmt.Sprintf(", band %d of %d", u.Band+1, n)
				}
				if e, err := s.ModelError(state); err == nil && e > 0 && told == len(state.Updates)-1 {
					line += fmt.Sprintf(", model error %.4f", e)
				}
				progress.say(line)
			}
		case e.Kind == "retry" || e.Kind == "drop" || e.Kind == "again":
			text := "takes long"
			if e.Err != nil {
				text = e.Err.Error()
			}
			progress.say(fmt.Sprintf("%s: %s: %s", e.Kind, e.Task, text))
		}
		progress.event(e)
	}
}

// report says what came out, and where it lies.
func (d *drive) report(c *cobra.Command, s *imaging.Survey, updates []imaging.Update) error {
	if d.json {
		e := json.NewEncoder(c.OutOrStdout())
		e.SetIndent("", "  ")
		return e.Encode(updates)
	}
	out, last := c.OutOrStdout(), updates[len(updates)-1]
	if s.Iterations() == 0 {
		fmt.Fprintf(out, "an image of %d shots\n", len(s.Shots))
	} else {
		fmt.Fprintf(out, "%d iterations, %d tasks of %d shots that took %s: the misfit fell to %.4f of that of the start, to %.4g\n", last.Iteration, last.Tasks, len(s.Shots), dashboard.Span(last.Seconds), last.Misfit, last.Absolute)
		if last.Iteration < s.Iterations() {
			fmt.Fprintf(out, "no step leads further down, so that it ends before iteration %d\n", s.Iterations())
		}
	}
	name := filepath.Join(d.out, s.ResultName(last.Iteration))
	fmt.Fprintf(out, "result  %s.npy\n", name)
	if s.Model.Dim() > 1 {
		fmt.Fprintf(out, "picture %s.png\n", name)
	}
	return nil
}
