package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-pde/courant/runtime/cluster/batch"
	"github.com/courant-pde/courant/runtime/cluster/dashboard"
	"github.com/courant-pde/courant/runtime/cluster/engine"
	"github.com/courant-pde/courant/runtime/cluster/workflow"
	"github.com/courant-pde/courant/runtime/exec/machine"
	"github.com/courant-pde/courant/runtime/inverse/imaging"
	"github.com/courant-pde/courant/runtime/inverse/inversion"
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
	json, quiet       bool
	detach            bool
}

func (d *drive) add(c *cobra.Command) {
	d.surveyFlags.add(c)
	d.queueFlags.add(c)
	flags := c.Flags()
	flags.StringVar(&d.batch, "batch", "processes", "what carries out the tasks: processes of this machine; queue, for workers that are started by hand with courant worker; or a batch system, one of "+strings.Join(engine.Systems(), ", ")+", with options as in slurm:?option=--partition=long")
	flags.BoolVar(&d.detach, "detach", false, "submit to the batch system and end; courant status tells how far it is, and courant resume writes the results")
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

// options of the inversion of a configuration, checked all at once.
func (d *drive) options(config string) (o inversion.Options, err error) {
	if d.onFailure != "fail" && d.onFailure != "drop" || d.workers < 0 || d.workers > 1024 || d.reducers < 0 || d.reducers > 64 || d.attempts < 1 || d.deadline < 0 || d.price < 0 {
		return o, usage("--on-failure is fail or drop, --workers 0 to 1024, --reducers 0 to 64, --attempts 1 or more, --deadline and --price not negative")
	}
	if d.detach && !d.system() {
		return o, usage("--detach needs --batch with a batch system, one of %s: nothing else goes on when this command ends", strings.Join(engine.Systems(), ", "))
	}
	if d.batch == "queue" && !d.given() {
		return o, usage("workers that are started by hand need a queue that they can reach: give --queue, see courant queue")
	}
	budget, err := budgetOf(d.budget, d.price)
	if err != nil {
		return o, err
	}
	d.resources()
	if o, err = d.surveyFlags.options(config); err != nil {
		return o, err
	}
	o.Folder, o.Store, o.Workers = d.out, d.store, d.workers
	o.Attempts, o.Deadline, o.Drop, o.Budget, o.Price = d.attempts, d.deadline, d.onFailure == "drop", budget, d.price
	if d.system() {
		o.System = d.batch
	}
	if d.batch != "queue" { // whose workers have threads of their own
		o.Needs.Threads = d.threads
	}
	if d.system() {
		o.Needs.Memory = o.Memory
	}
	return o, nil
}

// system reports whether a batch system carries out the tasks.
func (d *drive) system() bool { return d.batch != "processes" && d.batch != "queue" }

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

// run drives the inversion of a configuration to its end. Before is called before it is
// driven; it may be nil.
func (d *drive) run(c *cobra.Command, config string, before func(context.Context, *inversion.Inversion) error) error {
	ctx := c.Context()
	o, err := d.options(config)
	if err != nil {
		return err
	}
	var progress *inversion.Progress
	o.Warn = func(text string) {
		if text = "warning: " + text; progress != nil {
			progress.Say(text)
		} else {
			fmt.Fprintln(c.ErrOrStderr(), text)
		}
	}
	url := ""
	if !d.system() {
		o.Batch = func(in *inversion.Inversion) (batch.Batch, error) {
			return d.newBatch(in, cmp.Or(in.QueueURL, url)), nil
		}
	}
	if d.reducers > 0 {
		o.Reduce = func(ctx context.Context, in *inversion.Inversion) { d.reduce(ctx, in.Store, cmp.Or(in.QueueURL, url)) }
	}
	var tell func(workflow.Event)
	o.Event = func(e workflow.Event) { tell(e) }
	in, err := inversion.Open(ctx, o)
	if err != nil {
		return err
	}
	if before != nil {
		if err := before(ctx, in); err != nil {
			return err
		}
	}
	if d.given() {
		if in.Queue, url, err = d.connect(ctx, c.ErrOrStderr()); err != nil {
			return err
		}
	}
	if d.system() && url != "" {
		in.Environment = map[string]string{inversion.QueueVariable: url}
	}
	if d.detach {
		return d.leave(c, in)
	}
	var hush func()
	progress, hush = inversion.NewProgress(c.ErrOrStderr(), d.quiet, in.Survey.Iterations())
	told := 0
	tell = func(e workflow.Event) { d.tell(progress, in.Survey, &told, e) }
	updates, err := in.Drive(ctx)
	if hush(); err != nil {
		return err
	}
	return d.report(c, in, updates)
}

// leave submits the inversion, and says how one looks after it.
func (d *drive) leave(c *cobra.Command, in *inversion.Inversion) error {
	p, err := in.Detach(c.Context())
	if err != nil {
		return err
	}
	if d.json {
		return printJSON(c, map[string]any{"run": in.Run.Name, "store": in.Store, "version": p.Version, "done": p.Done})
	}
	fmt.Fprintf(c.OutOrStdout(), "run %s goes on by itself in %s: %d tasks of version %d are submitted\ncourant status %s tells how far it is, courant cancel stops it, courant resume writes the results\n", in.Run.Name, in.Store, len(p.Missing), p.Version, d.out)
	return nil
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
func (d *drive) newBatch(in *inversion.Inversion, url string) batch.Batch {
	args := []string{"worker", in.Config, "--store", in.Store, "--run", in.Run.Name, "--target", d.target, "--threads", strconv.Itoa(d.threads)}
	if d.memory != "" {
		args = append(args, "--memory", d.memory)
	}
	if d.mtbf > 0 {
		args = append(args, "--mtbf", d.mtbf.String())
	}
	if d.batch == "queue" {
		return batch.NewPulled(in.Run.Queue, inversion.TasksTopic(in.Run), batch.Quiet)
	}
	return batch.NewProcesses(min(d.workers, len(in.Survey.Shots)), func() *exec.Cmd { return child(url, append(args, "--stdin")...) })
}

// reduce keeps processes that make sums, until ctx ends.
func (d *drive) reduce(ctx context.Context, store, url string) {
	var all sync.WaitGroup
	for range d.reducers {
		all.Go(func() {
			for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 5*time.Second) {
				cmd := child(url, "reduce", "--store", store, "--attached")
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
		})
	}
	all.Wait()
}

// tell shows progress as things happen; told is how many iterations it has shown.
func (d *drive) tell(progress *inversion.Progress, s *imaging.Survey, told *int, e workflow.Event) {
	switch {
	case e.Kind == "version" && e.Position.State != nil || e.Kind == "done":
		state := e.Position.State.(*imaging.State)
		for ; *told < min(len(state.Updates), s.Iterations()+1) && !d.quiet; *told++ {
			u := state.Updates[*told]
			line := fmt.Sprintf("iteration %3d: misfit %.4f (%.4g), %d tasks", u.Iteration, u.Misfit, u.Absolute, u.Tasks)
			if n := len(s.Config.Inversion.Bands); n > 0 {
				line += fmt.Sprintf(", band %d of %d", u.Band+1, n)
			}
			if e, err := s.ModelError(state); err == nil && e > 0 && *told == len(state.Updates)-1 {
				line += fmt.Sprintf(", model error %.4f", e)
			}
			progress.Say(line)
		}
	case e.Kind == "retry" || e.Kind == "drop" || e.Kind == "again":
		text := "takes long"
		if e.Err != nil {
			text = e.Err.Error()
		}
		progress.Say(fmt.Sprintf("%s: %s: %s", e.Kind, e.Task, text))
	}
	progress.Event(e)
}

// report says what came out, and where it lies.
func (d *drive) report(c *cobra.Command, in *inversion.Inversion, updates []imaging.Update) error {
	if d.json {
		return printJSON(c, updates)
	}
	out, last, s := c.OutOrStdout(), updates[len(updates)-1], in.Survey
	if s.Iterations() == 0 {
		fmt.Fprintf(out, "an image of %d shots\n", len(s.Shots))
	} else {
		fmt.Fprintf(out, "%d iterations, %d tasks of %d shots that took %s: the misfit fell to %.4f of that of the start, to %.4g\n", last.Iteration, last.Tasks, len(s.Shots), dashboard.Span(last.Seconds), last.Misfit, last.Absolute)
		if last.Iteration < s.Iterations() {
			fmt.Fprintf(out, "no step leads further down, so that it ends before iteration %d\n", s.Iterations())
		}
	}
	path := in.ResultPath(last.Iteration)
	fmt.Fprintf(out, "result  %s.npy\n", path)
	if s.Model.Dim() > 1 {
		fmt.Fprintf(out, "picture %s.png\n", path)
	}
	return nil
}

// printJSON prints a value for other programs.
func printJSON(c *cobra.Command, v any) error {
	e := json.NewEncoder(c.OutOrStdout())
	e.SetIndent("", "  ")
	return e.Encode(v)
}
